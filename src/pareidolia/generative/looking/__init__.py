"""Looks into a trained model's latent space, each an operation that makes a picture.

`sampling.py` samples and reconstructs, `interpolating.py` walks between two codes, `manifold.py` lays a plane
out, `cloud.py` shows where pictures lie, `arithmetic.py` adds codes, `directions.py` walks where a label
points. `latent_space.py` finds the code that a name means: a picture, a test picture, a label or a random
one.
"""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports

if TYPE_CHECKING:
    from pareidolia.generative.looking.arithmetic import arithmetic_strip, parse_sum
    from pareidolia.generative.looking.cloud import latent_cloud
    from pareidolia.generative.looking.directions import logistic_direction, mean_direction, walk_strip
    from pareidolia.generative.looking.interpolating import (
        interpolation_frames,
        interpolation_strip,
        linear,
        spherical,
    )
    from pareidolia.generative.looking.latent_space import LatentPoint, LatentSpace
    from pareidolia.generative.looking.manifold import manifold_grid
    from pareidolia.generative.looking.sampling import reconstruction_sheet, sample_sheet
    from pareidolia.generative.looking.settings import (
        ArithmeticSettings,
        InterpolateSettings,
        LatentSettings,
        ManifoldSettings,
        ReconstructSettings,
        SampleSettings,
        WalkSettings,
    )

__all__ = [
    "ArithmeticSettings",
    "InterpolateSettings",
    "LatentPoint",
    "LatentSettings",
    "LatentSpace",
    "ManifoldSettings",
    "ReconstructSettings",
    "SampleSettings",
    "WalkSettings",
    "arithmetic_strip",
    "interpolation_frames",
    "interpolation_strip",
    "latent_cloud",
    "linear",
    "logistic_direction",
    "manifold_grid",
    "mean_direction",
    "parse_sum",
    "reconstruction_sheet",
    "sample_sheet",
    "spherical",
    "walk_strip",
]
__getattr__ = lazy_exports(
    __name__,
    {
        "ArithmeticSettings": "settings",
        "InterpolateSettings": "settings",
        "LatentSettings": "settings",
        "LatentSpace": "latent_space",
        "ManifoldSettings": "settings",
        "LatentPoint": "latent_space",
        "ReconstructSettings": "settings",
        "SampleSettings": "settings",
        "WalkSettings": "settings",
        "arithmetic_strip": "arithmetic",
        "interpolation_frames": "interpolating",
        "interpolation_strip": "interpolating",
        "latent_cloud": "cloud",
        "linear": "interpolating",
        "logistic_direction": "directions",
        "manifold_grid": "manifold",
        "mean_direction": "directions",
        "parse_sum": "arithmetic",
        "reconstruction_sheet": "sampling",
        "sample_sheet": "sampling",
        "spherical": "interpolating",
        "walk_strip": "directions",
    },
)
