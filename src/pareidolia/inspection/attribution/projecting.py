"""The operation `deconvnet`: what units of a layer saw in a photo, on a sheet."""

import torch
from torch import Tensor

from pareidolia.inspection.attribution.cam import cam_layer
from pareidolia.inspection.attribution.overlays import colored
from pareidolia.inspection.attribution.settings import DeconvnetSettings
from pareidolia.inspection.framing import frame_photo
from pareidolia.inspection.projection import Projection, project
from pareidolia.networks import NetworkLike, network_for
from pareidolia.operations import LOOK, operation
from pareidolia.operations.inputs import PHOTO
from pareidolia.pictures import PictureLike, as_picture, resize, sheet
from pareidolia.pictures.result import Result


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
    settings = DeconvnetSettings.of(settings)
    network = network_for(settings, network)
    seen = frame_photo(network, as_picture(photo), settings.size)
    picture = seen.picture
    asked: list[tuple[str, ...]] = [(unit,) for unit in settings.unit]
    if len(asked) > 1:
        asked.append(settings.unit)
    layer = settings.layer or cam_layer(network, seen)
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
