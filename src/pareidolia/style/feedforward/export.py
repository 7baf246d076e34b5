"""A trained style network as ONNX, for other programs, phones and browsers."""

import json
import warnings
from pathlib import Path

import torch
from torch import Tensor, nn

from pareidolia.pictures import write_atomically
from pareidolia.settings import MissingExtra
from pareidolia.style.feedforward.stylizer import Stylizer

_LEAST_QUARTERS, _MOST_QUARTERS = 4, 4096


class _Graph(nn.Module):
    """The network as the file has it: photo and styles in, the painted picture out."""

    def __init__(self, stylizer: Stylizer) -> None:
        super().__init__()
        self.network = stylizer.network

    def forward(self, photo: Tensor, styles: Tensor) -> Tensor:
        painted: Tensor = self.network(photo, styles)
        return painted


def export_onnx(stylizer: Stylizer, out: Path) -> None:
    """Write the network to `out`, whole or not at all.

    Inputs: `photo`, float32 1×3×H×W in [0, 1], H and W multiples of 4 from 16 on; `styles`, float32 1×K,
    weights that add up to 1. Output: `painted`, of the photo's shape. The file's metadata names the styles,
    as JSON under "styles". Raises MissingExtra without the packages onnx and onnxscript.
    """
    try:
        import onnx
        import onnxscript  # noqa: F401 (torch's exporter asks for it)
    except ImportError as error:
        raise MissingExtra("onnx and onnxscript", "export") from error
    height, width = (
        torch.export.Dim(name, min=_LEAST_QUARTERS, max=_MOST_QUARTERS) for name in ("rows", "columns")
    )
    styles = torch.zeros(1, stylizer.network.styles)
    styles[0, 0] = 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch's exporter, about itself
        program = torch.onnx.export(
            _Graph(stylizer).eval(),
            (torch.rand(1, 3, 64, 96), styles),
            dynamo=True,
            input_names=["photo", "styles"],
            output_names=["painted"],
            dynamic_shapes={"photo": {2: 4 * height, 3: 4 * width}, "styles": None},
            verbose=False,
        )
    assert program is not None
    model = program.model_proto
    model.metadata_props.add(key="styles", value=json.dumps(stylizer.paintings))
    onnx.checker.check_model(model)
    with write_atomically(out) as file:
        file.write(model.SerializeToString())
