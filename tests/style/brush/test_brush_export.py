import json

import numpy as np
import pytest
import torch

from pareidolia.pictures import save_picture
from pareidolia.style.brush.export import export_brush
from pareidolia.style.exporting import export

onnxruntime = pytest.importorskip("onnxruntime", reason="the extra [export] is not installed")


def test_onnxruntime_paints_the_same_picture_at_any_size(brush, tmp_path):
    export_brush(brush, tmp_path / "brush.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "brush.onnx")
    for size, seen in (((64, 96), (64, 64)), ((40, 136), (33, 150)), ((16, 16), (101, 40))):
        photo, painting = torch.rand(1, 3, *size), torch.rand(1, 3, *seen)
        (theirs,) = session.run(None, {"photo": photo.numpy(), "painting": painting.numpy()})
        ours = brush.network(photo, brush.network.codes_of(painting)).numpy()
        assert np.abs(theirs - ours).max() < 1e-4


def test_a_code_is_baked_in(brush, tmp_path):
    photo, code = torch.rand(1, 3, 32, 40), torch.randn(1, brush.network.painter.code)
    export_brush(brush, tmp_path / "one.onnx", code, ["waves"])
    session = onnxruntime.InferenceSession(tmp_path / "one.onnx")
    assert json.loads(session.get_modelmeta().custom_metadata_map["styles"]) == ["waves"]
    assert [each.name for each in session.get_inputs()] == ["photo"]
    (theirs,) = session.run(None, {"photo": photo.numpy()})
    assert np.abs(theirs - brush.network(photo, code).numpy()).max() < 1e-4


def test_the_styles_of_a_file_are_given_in_any_form(painting_picture, tmp_path):
    save_picture(painting_picture, tmp_path / "stripes.png")
    made = export("brush", [tmp_path / "stripes.png", painting_picture], out=tmp_path / "two.onnx")
    assert [row["style"] for row in made.rows] == ["stripes", "picture 2"]
    session = onnxruntime.InferenceSession(tmp_path / "two.onnx")
    assert json.loads(session.get_modelmeta().custom_metadata_map["styles"]) == ["stripes", "picture 2"]
