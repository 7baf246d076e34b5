"""A trained style network as ONNX, for other programs, phones and browsers."""

import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from pareidolia.pictures import write_atomically
from pareidolia.settings import PareidoliaError
from pareidolia.settings.extras import require
from pareidolia.style.feedforward.stylizer import Stylizer

LEAST_SIDE = 16
"""The fewest pixels a side of a photo may have for a network that paints in one pass."""

_LEAST_READ, _MOST = 32, 16384
_MOST_DIFFERENT = 1e-3

Sides = dict[int, Any]
"""Dimensions that are not fixed, by number."""


class _Graph(nn.Module):
    """The network as the file has it: photo and styles in, the painted picture out."""

    def __init__(self, stylizer: Stylizer) -> None:
        super().__init__()
        self.network = stylizer.network

    def forward(self, photo: Tensor, styles: Tensor) -> Tensor:
        painted: Tensor = self.network(photo, styles)
        return painted


def export_onnx(stylizer: Stylizer, out: Path) -> None:
    """Write a style network as ONNX, whole or not at all.

    Inputs: `photo`, float32 1×3×H×W in [0, 1], H and W multiples of 4 from 16 on; `styles`, float32 1×K,
    weights that add up to 1. Output: `painted`, of the photo's shape. The file's metadata names the styles,
    as JSON under "styles".

    Args:
        stylizer: the network.
        out: the file.

    Raises:
        MissingExtra: If onnx, onnxruntime or onnxscript is not installed.
    """
    styles = torch.zeros(1, stylizer.network.styles)
    styles[0, 0] = 1
    sides = multiples_of(stylizer.network.size_multiple)
    write_onnx(
        _Graph(stylizer),
        {"photo": (torch.rand(1, 3, 64, 96), sides), "styles": (styles, None)},
        {"styles": json.dumps(stylizer.paintings)},
        out,
    )


def multiples_of(size_multiple: int) -> Sides:
    """The last two dimensions of a picture of any size of which `size_multiple` is a factor."""
    least, most = -(-LEAST_SIDE // size_multiple), _MOST // size_multiple
    height, width = (torch.export.Dim(name, min=least, max=most) for name in ("rows", "columns"))
    return {2: size_multiple * height, 3: size_multiple * width}


def any_sides(what: str) -> Sides:
    """The last two dimensions of a picture of any size from 32 pixels on; `what` names it."""
    names = (f"{what}_rows", f"{what}_columns")
    height, width = (torch.export.Dim(name, min=_LEAST_READ, max=_MOST) for name in names)
    return {2: height, 3: width}


def write_onnx(
    graph: nn.Module,
    inputs: Mapping[str, tuple[Tensor, Sides | None]],
    metadata: Mapping[str, str],
    out: Path,
) -> None:
    """Write a graph, whose output is named `painted`, whole or not at all.

    The file is tried on the example before it is written: versions of exporters that leave a term out, or
    read it otherwise, have been met.

    Args:
        graph: the module.
        inputs: by name an example, and which of its dimensions are not fixed.
        metadata: text by name.
        out: the file.

    Raises:
        MissingExtra: If onnx, onnxruntime or onnxscript is not installed.
        PareidoliaError: If onnxruntime makes something else of the file than torch of the graph.
    """
    onnx = require("onnx", extra="export")
    require("onnxscript", extra="export")  # torch's exporter needs it
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch's exporter, about itself
        program = torch.onnx.export(
            graph.eval(),
            tuple(example for example, _ in inputs.values()),
            dynamo=True,
            input_names=list(inputs),
            output_names=["painted"],
            dynamic_shapes={name: sides for name, (_, sides) in inputs.items()},
            verbose=False,
        )
    assert program is not None
    model = program.model_proto
    for key, value in metadata.items():
        model.metadata_props.add(key=key, value=value)
    onnx.checker.check_model(model)
    written = model.SerializeToString()
    _check_same(written, graph, {name: example for name, (example, _) in inputs.items()})
    with write_atomically(out) as file:
        file.write(written)


def _check_same(written: bytes, graph: nn.Module, examples: Mapping[str, Tensor]) -> None:
    """Raise PareidoliaError where onnxruntime paints another picture of the examples than torch."""
    session = require("onnxruntime", extra="export").InferenceSession(written)
    (theirs,) = session.run(None, {name: example.numpy() for name, example in examples.items()})
    with torch.no_grad():
        ours = graph(*examples.values())
    difference = float((torch.from_numpy(theirs) - ours).abs().max())
    if not difference <= _MOST_DIFFERENT * max(1.0, float(ours.abs().max())):
        raise PareidoliaError(
            f"torch's exporter made another network of it (its output differs by {difference:.2g}), so "
            "nothing was written: pip install --upgrade onnxscript onnx onnxruntime"
        )
