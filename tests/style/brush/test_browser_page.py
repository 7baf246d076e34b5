"""The example page: brush paints in a headless Chromium, through onnxruntime-web."""

import base64
import io
import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from tests.atlas import browser

from pareidolia.pictures import open_picture, save_picture
from pareidolia.style.brush.export import export_brush

PAGE = Path(__file__).parents[3] / "examples/browser"
RUNTIME = PAGE / "node_modules/onnxruntime-web"
INSTALL = "npm install --no-save --prefix examples/browser onnxruntime-web"
MISSING = browser.missing() or ("" if RUNTIME.is_dir() else f"onnxruntime-web is not there: {INSTALL}")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(MISSING), reason=MISSING)]


@pytest.fixture
def served(tmp_path, brush):
    """The page with an exported brush beside it, on an address of this machine."""
    pytest.importorskip("onnxscript", reason="the extra [export] is not installed")
    shutil.copytree(PAGE, tmp_path / "page", ignore=shutil.ignore_patterns("node_modules", "*.onnx"))
    (tmp_path / "page/node_modules").symlink_to(PAGE / "node_modules")
    export_brush(brush, tmp_path / "page/brush.onnx")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path / "page"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """Nothing."""


def test_the_page_paints_what_brush_paints(served, brush, photo, tmp_path):
    painting = torch.rand(1, 3, 64, 64).repeat_interleave(8, 2).repeat_interleave(8, 3)
    save_picture(photo, tmp_path / "photo.png")
    save_picture(painting, tmp_path / "painting.png")
    outside, wrong = [], []
    with browser.browser() as chromium:
        page = chromium.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(served) else outside.append(asked.url))
        page.goto(served)
        page.wait_for_function("document.getElementById('told').textContent == 'ready'", timeout=60_000)
        page.set_input_files("#photo", tmp_path / "photo.png")
        page.set_input_files("#painting", tmp_path / "painting.png")
        page.fill("#size", "96")  # the photo's own
        page.click("button")
        page.wait_for_function(
            "document.getElementById('told').textContent.startsWith('painted in')", timeout=60_000
        )
        shown = page.evaluate("document.getElementById('painted').toDataURL().split(',')[1]")
    assert wrong == [] and [url for url in outside if not url.startswith(("blob:", "data:"))] == []
    theirs = np.asarray(Image.open(io.BytesIO(base64.b64decode(shown))).convert("RGB"), float)
    ours = brush.paint(open_picture(tmp_path / "photo.png"), [open_picture(tmp_path / "painting.png")])
    expected = 255 * ours[0].permute(1, 2, 0).numpy()
    assert theirs.shape == expected.shape
    assert np.abs(theirs - expected).max() < 1.5


def test_a_picture_that_is_none_is_told(served, tmp_path):
    (tmp_path / "text.png").write_text("no picture")
    with browser.browser() as chromium:
        page = chromium.new_page()
        page.goto(served)
        for name in ("#photo", "#painting"):
            page.set_input_files(name, tmp_path / "text.png")
        page.click("button")
        page.wait_for_function(
            "document.getElementById('told').textContent.startsWith('not painted')", timeout=60_000
        )
