"""Are class models of retina what they are meant to be? Twelve are painted; another network names them."""

from collections.abc import Mapping, Sequence

import torch

from pareidolia.inspection.visualization import ClassModels, ClassModelSettings
from pareidolia.networks import Network, load_network
from pareidolia.pictures import resize_picture
from pareidolia.settings.default_networks import JUDGE

CLASSES = (
    "lion",
    "dalmatian",
    "robin",
    "orange",
    "church",
    "spider web",
    "golden retriever",
    "jellyfish",
    "school bus",
    "coral reef",
    "ladybug",
    "goose",
)


def painters(retina: ClassModelSettings) -> dict[str, ClassModelSettings]:
    """Class models through retina, as `retina` says, and through EfficientNet-Lite0 alike."""
    return {
        "retina": retina,
        "efficientnet_lite0": retina.model_copy(
            update={"network": "efficientnet_lite0", "weights": "published"}
        ),
    }


def recognized(
    through: Mapping[str, ClassModelSettings], classes: Sequence[str] = CLASSES
) -> dict[str, list[str]]:
    """The names that the network which judges gives to each painter's class models, in the classes' order."""
    judge = load_network(JUDGE)
    return {name: names_of(judge, _painted(classes, settings)) for name, settings in through.items()}


@torch.no_grad()
def names_of(network: Network, pictures: Sequence[torch.Tensor]) -> list[str]:
    """What a network takes pictures 1×3×H×W for, at its own size."""
    assert network.class_names is not None
    size = network.input_shape[1:]
    return [
        network.class_names[int(network(resize_picture(each, size).clamp(0, 1)).argmax())]
        for each in pictures
    ]


def in_words(found: Mapping[str, Sequence[str]], classes: Sequence[str] = CLASSES) -> str:
    """How many of each painter's class models are named rightly, and what the others are taken for."""
    parts = []
    for painter, names in found.items():
        wrong = [f"{one} as {name}" for one, name in zip(classes, names, strict=True) if one != name]
        taken = f" (not {', '.join(wrong)})" if wrong else ""
        parts.append(f"{painter} {len(classes) - len(wrong)} of {len(classes)}{taken}")
    return "; ".join(parts)


def _painted(classes: Sequence[str], settings: ClassModelSettings) -> list[torch.Tensor]:
    painting = ClassModels(classes, settings)
    for _ in painting:
        pass
    return list(painting.pictures.cpu().split(1))
