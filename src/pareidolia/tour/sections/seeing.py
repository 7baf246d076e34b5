"""What units and classes see: deconvnet, guided backpropagation, saliency, class models."""

from collections.abc import Iterator
from typing import Any

import torch

from pareidolia.inspection import frame
from pareidolia.networks import load_network
from pareidolia.pictures import as_picture
from pareidolia.tour.guide import NETWORK, Exhibit, Guide

#: The last rectifier of each stage of retina.
DEPTHS = ("stage1.relu2", "stage2.relu2", "stage3.relu3", "stage4.relu3", "stage5.relu1")
CLASSES = ("Egyptian cat", "dalmatian", "flamingo", "daisy", "castle", "ladybug")
METHODS = ("gradient", "smoothgrad", "integrated-gradients", "grad-cam", "occlusion")
#: The rules that are shown, in the order of the papers.
RULES = ("gradient", "deconvnet", "guided")
_UNITS = 5


def tell_deconvnet(guide: Guide) -> Iterator[Exhibit]:
    """The strongest units of five depths, each sent back from its strongest position."""
    photo = {"photo": guide.photo}
    for number, (layer, units) in enumerate(_strongest(guide).items(), 1):
        yield guide.show(f"depth{number}", "deconvnet", photo, layer=layer, unit=units)


def tell_classes(guide: Guide) -> Iterator[Exhibit]:
    """Class models as published, and painted to be robust to small changes."""
    names, size = {"names": CLASSES[: guide.pace(6, 4)]}, guide.pace(128, 96)
    # Few steps must be large, or everything stays grey.
    published: dict[str, Any] = {"regularize": "l2", "steps": guide.pace(96, 32), "learning_rate": 0.3}
    yield guide.show("l2", "class-model", names, span=6, size=size, **published)
    yield guide.show("robust", "class-model", names, span=6, size=size, steps=guide.pace(192, 56))


def tell_saliency(guide: Guide) -> Iterator[Exhibit]:
    """Which pixels support the likeliest class, by several methods."""
    options: dict[str, Any] = {
        "size": guide.pace(256, 192),
        "samples": guide.pace(25, 8),
        "steps": guide.pace(50, 16),
    }
    yield guide.show("maps", "saliency", {"photo": guide.photo}, methods=METHODS, **options)


def tell_guided(guide: Guide) -> Iterator[Exhibit]:
    """The strongest unit of a late layer, sent back by each of the three rules."""
    for rule in RULES:
        options: dict[str, Any] = {"layer": "stage5.relu1", "unit": ("strongest",), "rule": rule}
        yield guide.show(rule, "deconvnet", {"photo": guide.photo}, span=4, **options)


@torch.no_grad()
def _strongest(guide: Guide) -> dict[str, tuple[str, ...]]:
    """The units of each depth that are most active at some position of the photo, as `project` takes them."""
    network = load_network(NETWORK, device=guide.settings.device)
    seen = network.record(frame(network, as_picture(guide.photo)), DEPTHS)
    best = {layer: maps[0].amax(dim=(1, 2)).topk(_UNITS).indices.tolist() for layer, maps in seen.items()}
    return {layer: tuple(f"{channel}@strongest" for channel in best[layer]) for layer in DEPTHS}
