"""The networks of pareidolia-lite, from the package's weights: `python -m recipes.lite`.

Brush is written in two parts, so that codes of paintings can be blended between them; of the shipped
generative models what decodes. Whatever brush becomes, this needs of it only `codes_of`, and a call with
photo and code.
"""

import argparse
import json
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

import torch
from torch import Tensor, nn

from pareidolia.generative.priors import GaussianMixture, StandardNormal
from pareidolia.generative.runs import SHIPPED, open_run, shipped_names
from pareidolia.style.brush import load_brush
from pareidolia.style.brush.network import BrushNetwork
from pareidolia.style.feedforward.export import LEAST_SIDE, any_sides, multiples_of, write_onnx
from pareidolia.training.folder import WEIGHTS

PACKAGE = Path(__file__).parents[1] / "lite" / "src" / "pareidolia_lite"
_PAINTINGS = Path(__file__).parents[1] / "src" / "pareidolia" / "pictures" / "paintings"

_MOST = 3_000_000
"""Bytes of a model that lite takes in, whose single precision doubles them."""


class _Reader(nn.Module):
    """A painting to its code."""

    def __init__(self, network: BrushNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, painting: Tensor) -> Tensor:
        return self.network.codes_of(painting)


class _Painter(nn.Module):
    """A photo and a code to the painted photo."""

    def __init__(self, network: BrushNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, photo: Tensor, code: Tensor) -> Tensor:
        painted: Tensor = self.network(photo, code)
        return painted


class _Decoder(nn.Module):
    """Codes to pictures."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, z: Tensor) -> Tensor:
        pictures: Tensor = self.model.decode(z)
        return pictures


def write_brush(folder: Path) -> None:
    """Write reader.onnx and painter.onnx."""
    network = load_brush("cpu").network
    painting = torch.rand(1, 3, 80, 112)
    code = network.codes_of(painting)
    write_onnx(_Reader(network), {"painting": (painting, any_sides("painting"))}, {}, folder / "reader.onnx")
    photo = (torch.rand(1, 3, 64, 96), multiples_of(network.size_multiple))
    sides = {"size_multiple": str(network.size_multiple), "least_side": str(LEAST_SIDE)}
    write_onnx(_Painter(network), {"photo": photo, "code": (code, None)}, sides, folder / "painter.onnx")


def decodable() -> list[str]:
    """The shipped models that lite has: small ones, which the faces' is not, whose codes have no labels."""
    simple = StandardNormal | GaussianMixture
    small = [name for name in shipped_names() if (SHIPPED / name / WEIGHTS).stat().st_size < _MOST]
    return [name for name in small if isinstance(open_run(name).model.prior, simple)]


def write_decoder(name: str, folder: Path) -> None:
    """Write what decodes of a shipped model; its prior stands in the metadata."""
    model = open_run(name).model
    prior = {"name": type(model.prior).__name__, **asdict(model.prior)}
    z = (torch.zeros(2, model.latent), {0: torch.export.Dim("count", min=1, max=4096)})
    write_onnx(_Decoder(model), {"z": z}, {"prior": json.dumps(prior)}, folder / f"{name}.onnx")


def write_all(package: Path) -> None:
    """Write the networks and copy the paintings into the folder of the package."""
    networks, paintings = package / "networks", package / "paintings"
    for folder in (networks, paintings):
        shutil.rmtree(folder, ignore_errors=True)
    (networks / "decoders").mkdir(parents=True)
    paintings.mkdir()
    with torch.no_grad():
        for name in decodable():
            write_decoder(name, networks / "decoders")
        write_brush(networks)
    for painting in _PAINTINGS.glob("*.jpg"):
        shutil.copy(painting, paintings)


def main() -> int:
    """Write everything into the folder that is named, or into the checkout's package."""
    parser = argparse.ArgumentParser(prog="python -m recipes.lite", description=__doc__)
    parser.add_argument("package", type=Path, nargs="?", default=PACKAGE)
    write_all(parser.parse_args().package)
    return 0


if __name__ == "__main__":
    sys.exit(main())
