import json

import numpy as np
import pytest
import torch

from pareidolia.settings import PareidoliaError
from pareidolia.style.feedforward.export import export_onnx, write_onnx
from pareidolia.style.feedforward.network import StylizerNetwork
from pareidolia.style.feedforward.stylizer import Stylizer

onnxruntime = pytest.importorskip("onnxruntime", reason="the extra [export] is not installed")


def test_onnxruntime_paints_the_same_picture_at_any_size(tmp_path):
    torch.manual_seed(1)
    stylizer = Stylizer(StylizerNetwork(styles=2, width=4, blocks=1).eval(), ("waves", "ink"))
    export_onnx(stylizer, tmp_path / "net.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "net.onnx")
    assert json.loads(session.get_modelmeta().custom_metadata_map["styles"]) == ["waves", "ink"]
    for size in ((64, 96), (40, 48), (16, 132)):
        photo, styles = torch.rand(1, 3, *size), torch.tensor([[0.3, 0.7]])
        (theirs,) = session.run(None, {"photo": photo.numpy(), "styles": styles.numpy()})
        with torch.no_grad():
            ours = stylizer.network(photo, styles).numpy()
        assert np.abs(theirs - ours).max() < 1e-5
    assert not list(tmp_path.glob(".pareidolia*"))


def test_a_file_that_computes_something_else_is_not_written(tmp_path):
    class Otherwise(torch.nn.Module):
        def forward(self, photo):
            return photo + 0.01 * torch.compiler.is_exporting()

    example = (torch.rand(1, 3, 8, 8), None)
    with pytest.raises(PareidoliaError, match=r"differs by 0\.01"):
        write_onnx(Otherwise(), {"photo": example}, {}, tmp_path / "net.onnx")
    assert not list(tmp_path.iterdir())
