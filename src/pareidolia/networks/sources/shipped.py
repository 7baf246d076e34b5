"""retina, the network in the package."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pareidolia.settings.network_sources import network_source

if TYPE_CHECKING:
    from pareidolia.networks.sources.origin import Origin

NAME = "retina"


@network_source(
    NAME, forms=(NAME,), help="The network in the package; needs no download.", names=lambda: [NAME]
)
def build(name: str, weights: str, class_count: int | None = None) -> Origin:
    """retina with its own, random, or the user's weights, which may have another `class_count`."""
    from pareidolia.networks import retina
    from pareidolia.networks.classes import read_classes
    from pareidolia.networks.sources.origin import PUBLISHED, Origin, always_the_same, weights_file
    from pareidolia.networks.weights import load_weights
    from pareidolia.settings.errors import BadNetwork, UnknownName

    if name:
        raise UnknownName("network", f"{NAME}:{name}", [NAME])
    names = read_classes(retina.CLASSES)
    count = len(names) if class_count is None or weights == PUBLISHED else class_count
    with always_the_same():
        module = retina.build(count)
    path = retina.WEIGHTS if weights == PUBLISHED else weights_file(weights)
    if weights == PUBLISHED and not retina.WEIGHTS.is_file():
        raise BadNetwork(
            f"this installation lacks retina's weights, {retina.WEIGHTS}: "
            "install the package anew, or take --network torchvision:vgg19"
        )
    if path is not None:
        load_weights(module, path, NAME)
    return Origin(module, retina.MEAN, retina.STD, retina.INPUT_SHAPE, names if count == len(names) else None)
