"""The latent plane without a browser: what Python answers, and what the script sends."""

import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
import torch
from PIL import Image

from pareidolia.generative import open_run
from pareidolia.generative.looking import LatentSpace, ManifoldSettings, manifold_grid
from pareidolia.generative.looking.showing import tiled
from pareidolia.settings import PareidoliaError

pytest.importorskip("anywidget", reason="the extra notebook is not installed")
pytest.importorskip("sklearn", reason="the digits come with scikit-learn")
from pareidolia.notebook import LatentPlane


def shown(widget):
    """The picture that the browser is given."""
    with Image.open(BytesIO(widget._picture_png)) as image:
        return torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8).reshape(image.height, -1)


@pytest.fixture(scope="module")
def run():
    return open_run("digits-vae")


def test_the_picture_follows_the_pointer(run):
    plane = LatentPlane(run, side=3)
    seen = {plane._picture_png}
    for x, y in ((0.1, 0.5), (0.9, 0.5), (0.9, 0.1)):
        plane.x, plane.y = x, y
        seen.add(plane._picture_png)
        assert (shown(plane) - (255 * plane.picture[0, 0]).round()).abs().max() <= 1
    assert len(seen) == 4


def test_what_the_browser_sends_is_decoded_and_answered(run):
    plane = LatentPlane(run, side=3)
    before, answered = plane._picture_png, plane._answered
    plane.set_state({"x": 0.2, "y": 0.8})
    assert plane._picture_png != before and plane._answered > answered
    assert plane.get_state(["x", "y"]) == {"x": 0.2, "y": 0.8}


def test_the_plane_is_that_of_the_manifold(run):
    """The middle of each cell of the grid decodes to that cell's picture."""
    side, space = 4, LatentSpace(run)
    plane = LatentPlane(run, side=side)
    codes = []
    for row in range(side):
        for column in range(side):
            plane.x, plane.y = (column + 0.5) / side, 1 - (row + 0.5) / side
            codes.append(plane.code)
    drawn = tiled(space.decode(torch.cat(codes)), side)
    torch.testing.assert_close(drawn, manifold_grid(run, ManifoldSettings(side=side)).picture)


def test_the_border_of_the_plane_has_codes_too(run):
    plane = LatentPlane(run, side=3)
    plane.x, plane.y = 0.0, 1.0
    assert plane.code.isfinite().all() and plane.code[0, 0] < -2 and plane.code[0, 1] > 2


def test_a_place_outside_the_plane_is_refused(run):
    import traitlets

    with pytest.raises(traitlets.TraitError):
        LatentPlane(run, side=3).x = 1.2


def test_units_that_are_not_there_are_refused(run):
    with pytest.raises(PareidoliaError, match="name two different units"):
        LatentPlane(run, units=(0, 9))


def test_it_is_only_a_name_until_it_is_used():
    code = "import sys, pareidolia.notebook; print({'anywidget', 'IPython', 'torch'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"


def test_without_anywidget_the_line_that_installs_it_is_named():
    code = """
import sys
sys.modules["anywidget"] = None
from pareidolia import PareidoliaError
try:
    from pareidolia.notebook import LatentPlane
except PareidoliaError as error:
    print(error)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "pip install 'pareidolia-nn[notebook]'" in ran.stdout, ran.stderr


def test_the_script_sends_one_place_at_a_time():
    """latent_plane.js on a page of stubs: a drag is sent at once, later moves when the first was answered."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node")
    script = Path(__file__).with_name("latent_plane_page.mjs")
    ran = subprocess.run([node, str(script)], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
