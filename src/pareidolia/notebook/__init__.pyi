from .atlas_view import AtlasView as AtlasView
from .latent_plane import LatentPlane as LatentPlane
