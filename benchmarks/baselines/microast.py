"""MicroAST (Wang et al. 2023), run from its authors' code and weights in a checkout of EndyWon/MicroAST."""

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import torch
from torch import Tensor

_PARTS = ("content_encoder", "style_encoder", "modulator", "decoder")


def load(folder: Path) -> Callable[[Tensor, Tensor], Tensor]:
    """A function of photo and painting, 1×3×H×W in [0, 1] each, that gives the painted photo in [0, 1]."""
    sys.path.insert(0, str(folder))
    try:
        code = import_module("net_microAST")
    finally:
        sys.path.remove(str(folder))
    parts = {"content_encoder": code.Encoder(), "style_encoder": code.Encoder()}
    parts |= {"modulator": code.Modulator(), "decoder": code.Decoder()}
    for name in _PARTS:
        file = folder / f"models/{name}_iter_160000.pth.tar"
        parts[name].load_state_dict(torch.load(file, map_location="cpu", weights_only=True))
    # As in its test script: TestNet ties the parts together.
    network = code.TestNet(
        parts["content_encoder"], parts["style_encoder"], parts["modulator"], parts["decoder"]
    )
    network.eval().requires_grad_(False)

    @torch.no_grad()
    def paint(photo: Tensor, painting: Tensor) -> Tensor:
        painted: Tensor = network(photo, painting)
        return painted[..., : photo.shape[-2], : photo.shape[-1]].clamp(0, 1)

    return paint
