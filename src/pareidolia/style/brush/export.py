"""brush as ONNX, for other programs, phones and browsers: with the painting as an input, or baked in."""

import json
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from pareidolia.style.brush.brush import Brush
from pareidolia.style.brush.network import BrushNetwork
from pareidolia.style.feedforward.export import any_sides, multiples_of, write_onnx
from pareidolia.style.feedforward.normalization import ForwardContext


class _AnyStyle(nn.Module):
    """Photo and painting in, the painted picture out."""

    def __init__(self, network: BrushNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, photo: Tensor, painting: Tensor) -> Tensor:
        painted: Tensor = self.network(photo, self.network.codes_of(painting))
        return painted


class _OneStyle(nn.Module):
    """Photo in, the photo painted with one code out."""

    def __init__(self, network: BrushNetwork, code: Tensor) -> None:
        super().__init__()
        self.painter = network.painter
        self.style: Tensor
        self.register_buffer("style", code)

    def forward(self, photo: Tensor) -> Tensor:
        painted: Tensor = self.painter(photo, ForwardContext(self.style, None, []))
        return painted


def export_brush(brush: Brush, out: Path, code: Tensor | None = None, names: Sequence[str] = ()) -> None:
    """Write brush as ONNX, whole or not at all.

    Inputs: `photo`, float32 1×3×H×W in [0, 1], H and W multiples of 8 from 16 on; and if no `code` is
    given, `painting`, float32 1×3×h×w in [0, 1], of any size from 32 on (brush was trained with about 512).
    Output: `painted`, of the photo's shape.

    Args:
        brush: the network.
        out: the file.
        code: from `Brush.code`; the file then paints in that style alone, and lacks the part that reads
            paintings.
        names: of its paintings, kept in the metadata as JSON under "styles".

    Raises:
        MissingExtra: If onnx, onnxruntime or onnxscript is not installed.
    """
    photo = (torch.rand(1, 3, 64, 96), multiples_of(brush.network.size_multiple))
    if code is not None:
        write_onnx(_OneStyle(brush.network, code), {"photo": photo}, {"styles": json.dumps(list(names))}, out)
        return
    painting = (torch.rand(1, 3, 80, 112), any_sides("painting"))
    write_onnx(_AnyStyle(brush.network), {"photo": photo, "painting": painting}, {}, out)
