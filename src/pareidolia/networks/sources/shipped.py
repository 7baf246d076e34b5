"""retina, the network in the package."""

from pareidolia.networks import retina
from pareidolia.networks.classes import read_classes
from pareidolia.networks.sources.origin import PUBLISHED, Origin, always_the_same, weights_file
from pareidolia.networks.weights import load_weights
from pareidolia.settings import BadNetwork

NAME = "retina"


def build(weights: str, class_count: int | None = None) -> Origin:
    """retina with its own, random, or the user's weights, which may have another `class_count`."""
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
