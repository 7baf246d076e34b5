"""retina, the network in the package."""

from pareidolia.networks import retina
from pareidolia.networks.sources.origin import PUBLISHED, Origin, always_the_same, weights_file
from pareidolia.networks.weights import load_weights
from pareidolia.settings import BadNetwork

NAME = "retina"


def build(weights: str) -> Origin:
    """retina with its own, random, or the user's weights."""
    with always_the_same():
        module = retina.build()
    path = retina.WEIGHTS if weights == PUBLISHED else weights_file(weights)
    if weights == PUBLISHED and not retina.WEIGHTS.is_file():
        raise BadNetwork(
            f"this installation lacks retina's weights, {retina.WEIGHTS}: "
            "install the package anew, or take --network torchvision:vgg19"
        )
    if path is not None:
        load_weights(module, path, NAME)
    return Origin(module, retina.MEAN, retina.STD, retina.INPUT_SHAPE)
