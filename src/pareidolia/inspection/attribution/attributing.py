"""`attribute`: the map of an attribution method by its name."""

from torch import Tensor

from pareidolia.inspection.attribution.registry import METHODS, Method, MethodOptions, finished
from pareidolia.inspection.named_targets import TargetLike
from pareidolia.inspection.resolving import resolve
from pareidolia.networks import NetworkLike
from pareidolia.pictures import PicturesLike


def attribute(
    network: NetworkLike,
    pictures: PicturesLike,
    target: TargetLike = "top",
    method: str | Method = "gradient",
    options: MethodOptions | None = None,
    **values: object,
) -> Tensor:
    """Attribute the target's score to pixels, by one method.

        attribute(resnet18(), Image.open("cat.jpg"), 281, "grad-cam", layer="layer3")

    Args:
        network: a `Network`, an `nn.Module` or a name.
        pictures: what `as_pictures` takes: a path, a Pillow image, an array, a tensor N×C×H×W in [0, 1], or a
            list of such.
        target: a class by number or name, `top`, a unit `layer:channel@row,column`, a tensor of one class a
            picture, a callable, or a `Target`.
        method: one of `METHODS`, by its name.
        options: the method's options as an object of its class; or give them by name (`values`).
        **values: options of the method by name.

    Returns:
        The map N×1×H×W, or N×C×H×W where the method is `colored`; signed where the method is.

    Raises:
        UnknownName: there is no such method.
        PareidoliaError: an option that the method does not take, and what the method itself refuses.
    """
    chosen = METHODS[method] if isinstance(method, str) else method
    chosen_options = chosen.own_options(options, **values)
    return finished(chosen.steps(*resolve(network, pictures, target), chosen_options))
