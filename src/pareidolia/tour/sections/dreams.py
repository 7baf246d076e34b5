"""Deep Dream, and why its dreams are full of dogs."""

from collections.abc import Iterator

import torch
from torch import Tensor

from pareidolia.dreaming import Dream, DreamSettings
from pareidolia.dreaming.groups import find_groups
from pareidolia.networks import Network, load_network
from pareidolia.pictures import as_picture, over_white
from pareidolia.pictures.samples import PHOTOS
from pareidolia.randomness import seeded_generator
from pareidolia.settings.default_networks import best_network
from pareidolia.tour.drawing import figures_table
from pareidolia.tour.guide import NETWORK, Exhibit, Guide

#: From strokes to faces.
LAYERS = {"early": "stage2.relu2", "middle": "stage3.relu3", "late": "stage5.relu1"}


def tell(guide: Guide) -> Iterator[Exhibit]:
    """Dreams of three depths, and what a network that names things says before and after dreams."""
    photo, size = {"photo": guide.photo}, guide.settings.large
    for name, layer in LAYERS.items():
        yield guide.show(name, "dream", photo, span=4, aim=(layer,), size=size)
    namer = best_network("classes")
    table, risen = _dogs(guide, namer)
    yield guide.draw("dogs" if risen else "no_dogs", table, network=namer)


def _dogs(guide: Guide, namer: str) -> tuple[str, bool]:
    """What a network says of dogs before and after the tour's own dreamt of several photos and of noise.

    Returns:
        The table, and whether dogs became likelier.
    """
    network = load_network(namer, device=guide.settings.device)
    dreamer = load_network(NETWORK, device=guide.settings.device, padding="replicate")
    dogs = list(find_groups(network.class_names, network.name).members["dogs"])
    settings = DreamSettings(aim=(LAYERS["late"],), size=guide.pace(192, 128), seed=guide.settings.seed)
    before, after, ends = [], [], 0
    starts = _beginnings(guide, settings.size)
    for number, start in enumerate(starts):
        dream = Dream(start, settings=settings, network=dreamer)
        before.append(_probabilities(network, dream.picture)[dogs].sum())
        for step in dream:
            guide.beat(number * step.total + step.index, len(starts) * step.total)
        said = _probabilities(network, dream.picture)
        after.append(said[dogs].sum())
        ends += int(said.argmax()) in dogs
    note, write = guide.words.note, guide.words.number
    classes = len(network.class_names or ())
    sooner, later = (float(torch.stack(each).mean()) for each in (before, after))
    rows = [
        [note("dream", "classes", dogs=len(dogs), classes=classes), f"{write(100 * len(dogs) / classes)} %"],
        [note("dream", "before"), f"{write(100 * sooner)} %"],
        [note("dream", "after"), f"{write(100 * later)} %"],
        [note("dream", "ends", count=len(starts)), f"{ends}"],
    ]
    return figures_table(["", note("dream", "of_dogs")], rows), later > 2 * sooner


def _beginnings(guide: Guide, side: int) -> list[Tensor]:
    """The user's photo, sample photos, and noise, each 1×3×H×W."""
    samples = [as_picture(f"sample:{name}", size=side) for name in PHOTOS[: guide.pace(len(PHOTOS), 2)]]
    generator = seeded_generator(guide.settings.seed)
    noise = [
        (0.5 + 0.1 * torch.randn((1, 3, side, side), generator=generator)).clamp(0, 1)
        for _ in range(guide.pace(3, 1))
    ]
    return [over_white(as_picture(guide.photo, size=side)), *samples, *noise]


@torch.no_grad()
def _probabilities(network: Network, picture: Tensor) -> Tensor:
    return network(picture).softmax(dim=1)[0].cpu()
