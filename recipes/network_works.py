"""What `every_network.py` tries on a network, a function each: it raises where the network cannot do it."""

from collections.abc import Callable
from pathlib import Path

import torch

from pareidolia.networks import Network

_SIDE, _SIZE = 64, (64, 80)
_SAMPLES = ("chelsea", "coffee", "rocket", "astronaut")


def gradient(network: Network, folder: Path) -> None:
    """A class's gradient at the network's own size."""
    from pareidolia.inspection import attribute

    _moving(attribute(network, _picture(network), _likeliest(network), "gradient"))


def guided(network: Network, folder: Path) -> None:
    """The same by guided backpropagation."""
    from pareidolia.inspection import attribute

    _moving(attribute(network, _picture(network), _likeliest(network), "guided-backpropagation"))


def grad_cam(network: Network, folder: Path) -> None:
    """Grad-CAM at the layer that it chooses."""
    from pareidolia.inspection import grad_cam

    assert grad_cam(network, _picture(network), 1).shape[2:] == network.input_shape[1:]


def attention(network: Network, folder: Path) -> None:
    """Attention rollout, gradient rollout and LeGrad, which find the tokens' places by themselves."""
    from pareidolia.inspection import attribute

    for method in ("attention-rollout", "gradient-rollout", "legrad"):
        found = attribute(network, _picture(network), 1, method)
        assert found.shape[2:] == network.input_shape[1:] and bool(found.isfinite().all()), method


def features(network: Network, folder: Path) -> None:
    """Two units of the layer that is chosen where none is named, 64 px."""
    from pareidolia.inspection.visualization import Features, FeatureSettings

    painting = Features(FeatureSettings(units=("0-1",), size=_SIDE, steps=2, starts=1), network)
    _moving(painting.run(progress=False).pictures)


def patches(network: Network, folder: Path) -> None:
    """The strongest patches of two units, each at a position of its own."""
    from pareidolia.inspection.patches import PatchesSettings, StrongestPatches

    settings = PatchesSettings(units=("0-1",), top=2, painted=False)
    work = StrongestPatches(_photos(folder), settings, network, index=folder / "index")
    for _ in work:
        pass
    found = [patch for each in work.patches.values() for patch in each]
    assert found and all(patch.unit.position for patch in found), "no patches at positions"


def tuning(network: Network, folder: Path) -> None:
    """All units of the first feature map."""
    from pareidolia.inspection.tuning import TuningSettings, measure_tuning

    least = TuningSettings(orientations=6, frequencies=3, phases=4, positions=4, diameters=3)
    layer = network.first_feature_layer
    assert len(measure_tuning(network, layer, settings=least).units) == network.unit_shape(layer)[0]


def dream(network: Network, folder: Path) -> None:
    """Two octaves of a picture of another size and proportion."""
    from pareidolia.dreaming import Dream, DreamSettings

    painting = Dream(_other_size(network), settings=DreamSettings(octaves=2, steps=1), network=network)
    _moving(painting.run(progress=False).picture)


def inversion(network: Network, folder: Path) -> None:
    """The feature layer, likewise."""
    from pareidolia.inspection.visualization import Inversion, InversionSettings

    settings = InversionSettings(size=max(_SIZE), steps=2, layers=(network.feature_layer,))
    painting = Inversion(_other_size(network), settings, network).run(progress=False)
    _moving(painting.pictures)


def atlas(network: Network, folder: Path) -> None:
    """An atlas of the feature layer from four photos: icons, classes and patches."""
    from pareidolia.atlas import AtlasBuilding
    from pareidolia.atlas.settings import AtlasSettings

    settings = AtlasSettings(
        network=network.name,
        weights="random",
        device="cpu",
        layer=(network.feature_layer,),
        positions=8,
        border=0,
        layout="pca",
        grids=(2,),
        fewest=1,
        icon_size=32,
        icon_steps=1,
        attributed=1,
        patches=1,
        patch_size=16,
    )
    for _ in AtlasBuilding(_photos(folder), settings, out=folder / "atlas"):
        pass
    assert (folder / "atlas" / "atlas.json").is_file()


WORKS: dict[str, Callable[[Network, Path], None]] = {
    "gradient": gradient,
    "guided": guided,
    "Grad-CAM": grad_cam,
    "attention": attention,
    "features": features,
    "patches": patches,
    "tuning": tuning,
    "dream": dream,
    "inversion": inversion,
    "atlas": atlas,
}


def _moving(values: torch.Tensor) -> None:
    """Refuse what is NaN, infinite or the same everywhere."""
    assert bool(values.isfinite().all()), "NaN or infinite"
    assert float(values.max()) > float(values.min()), "nothing came back"


def _picture(network: Network) -> torch.Tensor:
    return torch.rand(1, *network.input_shape, generator=torch.Generator().manual_seed(0))


def _likeliest(network: Network) -> int:
    """The class with the highest score: others may be shut, as SqueezeNet's, which are rectified."""
    with torch.no_grad():
        return int(network(_picture(network)).argmax())


def _other_size(network: Network) -> torch.Tensor:
    return torch.rand(1, network.input_shape[0], *_SIZE, generator=torch.Generator().manual_seed(0))


def _photos(folder: Path) -> Path:
    from pareidolia.pictures import as_picture, save_picture

    photos = folder / "photos"
    if not photos.exists():
        photos.mkdir()
        for name in _SAMPLES:
            save_picture(as_picture(f"sample:{name}", size=256), photos / f"{name}.png")
    return photos
