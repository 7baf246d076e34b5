"""What an operation makes shows and saves itself."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from pareidolia.pictures import read_record
from pareidolia.pictures.result import Result
from pareidolia.settings import PareidoliaError

PICTURE = torch.rand(1, 3, 4, 6, generator=torch.Generator().manual_seed(0))


def test_a_result_is_a_pillow_image_and_an_array():
    made = Result(PICTURE, "a cat 41 %")
    assert made.pil().size == (6, 4)
    np.testing.assert_allclose(made.numpy(), PICTURE[0].permute(1, 2, 0).numpy())
    np.testing.assert_array_equal(np.asarray(made.pil()), np.floor(made.numpy() * 255 + 0.5))


def test_it_saves_itself_with_its_record(tmp_path):
    made = Result(PICTURE, record={"operation": "saliency"})
    path = made.save(tmp_path / "a.png")
    assert read_record(path) == {"operation": "saliency"}
    with pytest.raises(PareidoliaError, match="exists already"):
        made.save(path)
    made.save(path, overwrite=True)


def test_a_notebook_shows_picture_caption_and_numbers():
    rows = [
        {"layer": "conv1", "error": 0.123456, "curve": [1, 2]},
        {"layer": "<b>", "error": None, "curve": []},
    ]
    shown = Result(PICTURE, "a < b", rows)._repr_mimebundle_()
    with Image.open(io.BytesIO(shown["image/png"])) as image:
        assert image.size == (6, 4)
    text = shown["text/html"]
    assert "<figcaption>a &lt; b</figcaption>" in text and "<td>0.1235</td>" in text
    assert "&lt;b&gt;" in text and "curve" not in text
    assert shown["text/plain"] == "Result(6x4 px, a < b, 2 rows)"


def test_numbers_alone_have_no_picture():
    made = Result(None, rows=[{"number": i} for i in range(30)])
    assert "image/png" not in made._repr_mimebundle_() and "and 10 more" in made._repr_html_()
    with pytest.raises(PareidoliaError, match="no picture"):
        made.pil()
