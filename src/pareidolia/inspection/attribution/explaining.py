"""The operations `saliency` and `deconvnet`: from a photo and settings to a picture."""

import torch
from torch import Tensor

from pareidolia.inspection.attribution.cam import cam_layer
from pareidolia.inspection.attribution.methods import METHODS, attribute, method_names
from pareidolia.inspection.attribution.overlays import colored, shown
from pareidolia.inspection.attribution.settings import DeconvnetSettings, SaliencySettings
from pareidolia.inspection.framing import frame
from pareidolia.inspection.projection import Projection, project
from pareidolia.inspection.targets import ClassTarget, Target, TargetLike, as_target
from pareidolia.networks import Network, NetworkLike, network_for
from pareidolia.operations import LOOK, operation
from pareidolia.operations.inputs import PHOTO
from pareidolia.pictures import PictureLike, as_picture, resize, sheet
from pareidolia.pictures.result import Result


@operation(
    "saliency",
    group=LOOK,
    help="Show which pixels of a photo made the network say so.",
    settings=SaliencySettings,
    inputs=(PHOTO,),
    network=True,
    objects=("target",),
)
def saliency_picture(
    photo: PictureLike,
    settings: SaliencySettings | None = None,
    network: NetworkLike = None,
    *,
    target: TargetLike | None = None,
) -> Result:
    """Which pixels made the network say so: one method's map over the photo, or a sheet of several.

    Raises what `find_target` and the methods raise; BadPicture for a photo that the network cannot look at.
    """
    settings = settings or SaliencySettings()
    network = network_for(settings, network)
    picture = frame(network, as_picture(photo), settings.size)
    explained = as_target(settings.target if target is None else target, network, picture)
    told = describe(explained, network, picture)
    if settings.methods is None:
        found = attribute(network, picture, explained, settings.method, settings)
        caption = _named(settings.method, found)
        return Result(shown(METHODS[settings.method], picture, found).cpu(), f"{caption} for {told}")
    panels = [(picture.cpu(), told)]
    for name in method_names(settings.methods):
        found = attribute(network, picture, explained, name, settings)
        panels.append((shown(METHODS[name], picture, found).cpu(), _named(name, found)))
    return Result(sheet(panels, columns=min(4, len(panels))), f"{len(panels) - 1} methods for {told}")


@operation(
    "deconvnet",
    group=LOOK,
    help="Send units of a layer back to the pixels of a photo: what did they see?",
    settings=DeconvnetSettings,
    inputs=(PHOTO,),
    network=True,
)
def deconvnet_sheet(
    photo: PictureLike, settings: DeconvnetSettings | None = None, network: NetworkLike = None
) -> Result:
    """What units of a layer saw in the photo: each sent back alone, and several also together, on a sheet.

    Above what came back, below the same part of the photo: the part that reached the units.
    """
    settings = settings or DeconvnetSettings()
    network = network_for(settings, network)
    picture = frame(network, as_picture(photo), settings.size)
    asked: list[tuple[str, ...]] = [(unit,) for unit in settings.unit]
    if len(asked) > 1:
        asked.append(settings.unit)
    layer = settings.layer or cam_layer(network)
    found = [project(network, picture, layer, units, rule=settings.rule) for units in asked]
    parts = [_reached(each.signal) for each in found]
    height = picture.shape[-2]
    signals = [
        _enlarged(colored(each.signal)[..., *part], height) for each, part in zip(found, parts, strict=True)
    ]
    patches = [_enlarged(picture[..., *part], height) for part in parts]
    captions = [_caption(each) for each in found]
    panels = [*zip(signals, captions, strict=True), *((patch, "") for patch in patches)]
    return Result(sheet(panels, columns=len(found)), ", ".join(captions[: len(settings.unit)]))


def describe(target: Target, network: Network, picture: Tensor) -> str:
    """A target in words; a class with its name and probability on `picture` (1×C×H×W)."""
    if not isinstance(target, ClassTarget):
        return str(getattr(target, "unit", "the objective"))
    index = target.indices[0]
    name = network.class_names[index] if network.class_names else f"class {index}"
    with torch.no_grad():
        share = float(target.probabilities(network, picture)[0])
    return f"{name} {100 * share:.3g} %"


def _named(method: str, attribution: Tensor) -> str:
    """The method's name; a map of zeros is told: it can be the truth, as deconvnet often dies on the way."""
    return method if bool(attribution.any()) else f"{method} (nothing reached the pixels)"


def _reached(signal: Tensor) -> tuple[slice, slice]:
    """The rows and columns that hold all of a signal 1×C×H×W but a thousandth of its strength, as a square
    where the picture allows.
    """
    strength = signal.abs().amax(dim=(0, 1))
    rows, columns = (
        torch.nonzero(strength.amax(dim=axis) > 1e-3 * strength.max()).flatten().tolist() or [0, length - 1]
        for axis, length in ((1, strength.shape[0]), (0, strength.shape[1]))
    )
    side = max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1
    return _around(rows[0], rows[-1], side, strength.shape[0]), _around(
        columns[0], columns[-1], side, strength.shape[1]
    )


def _around(first: int, last: int, side: int, length: int) -> slice:
    """A stretch of `side` around first..last that stays within `length`."""
    side = min(side, length)
    start = min(max((first + last + 1 - side) // 2, 0), length - side)
    return slice(start, start + side)


def _enlarged(part: Tensor, height: int) -> Tensor:
    return resize(part.cpu(), (height, max(1, round(height * part.shape[-1] / part.shape[-2])))).clamp(0, 1)


def _caption(projection: Projection) -> str:
    if len(projection.units) > 1:
        return "together"
    return f"{projection.units[0]} = {projection.activations[0]:.3g}"
