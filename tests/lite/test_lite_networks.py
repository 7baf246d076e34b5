"""pareidolia-lite with its networks, as the recipe makes them: the package's pictures, and commands."""

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from pareidolia.generative.runs import open_run
from pareidolia.pictures import sample_painting, save_picture
from pareidolia.style.brush import BrushSettings, load_brush

pytest.importorskip("onnxruntime", reason="the extra export is not installed")
pytest.importorskip("onnxscript", reason="the extra export is not installed")
pytestmark = pytest.mark.slow

LEVEL = 1 / 255


@pytest.fixture(scope="module")
def lite(tmp_path_factory):
    """The package with networks of its own, and a function that runs its command line."""
    from recipes.lite import PACKAGE, write_all

    home = tmp_path_factory.mktemp("lite")
    shutil.copytree(
        PACKAGE, home / PACKAGE.name, ignore=shutil.ignore_patterns("networks", "paintings", "__pycache__")
    )
    write_all(home / PACKAGE.name)
    return home


def run(lite, *words, given=b"", rc=0):
    environment = {**os.environ, "PYTHONPATH": str(lite)}
    done = subprocess.run(
        [sys.executable, "-m", "pareidolia_lite", *map(str, words)],
        env=environment,
        input=given,
        capture_output=True,
    )
    assert done.returncode == rc, done.stderr.decode()
    return done


@pytest.fixture
def photo(tmp_path):
    save_picture(sample_painting("mosaic")[..., :90, :131].clone(), tmp_path / "photo.png")
    return tmp_path / "photo.png"


def read(file):
    return np.asarray(Image.open(file)).astype(int)


@pytest.mark.parametrize(
    ("words", "settings"),
    [
        ([], {}),
        (["--strength", "0.4"], {"strength": 0.4}),
        (["--colors", "matched", "--size", "101"], {"colors": "matched", "size": 101}),
        (["--colors", "luminance", "--painting-size", "200"], {"colors": "luminance", "painting_size": 200}),
        (["--painting-weights", "2", "1"], {"painting_weights": (2, 1)}),
    ],
)
def test_paintings_are_the_packages_to_one_level(words, settings, lite, photo):
    names = ["sample:waves", "sample:ink"][: 2 if "painting_weights" in settings else 1]
    out = photo.with_name("painted.png")
    run(lite, "paint", photo, *names, "--out", out, *words)
    wanted = load_brush("cpu").paint(photo, names, BrushSettings(**settings))
    save_picture(wanted, photo.with_name("wanted.png"))
    assert np.abs(read(out) - read(photo.with_name("wanted.png"))).max() <= 1


def test_standard_input_and_output(lite, photo):
    done = run(lite, "paint", photo, "sample:waves", "--out", photo.with_name("painted.png"))
    assert b"painted.png: 131x90 px" in done.stderr
    piped = run(lite, "paint", "-", "sample:waves", "--out", "-", given=photo.read_bytes())
    assert np.array_equal(read(io.BytesIO(piped.stdout)), read(photo.with_name("painted.png")))


def test_a_folder_is_painted_and_what_is_broken_is_named(lite, photo, tmp_path):
    folder, out = tmp_path / "photos", tmp_path / "painted"
    folder.mkdir()
    shutil.copy(photo, folder / "a.png")
    Image.open(photo).save(folder / "a.jpg")
    (folder / "broken.png").write_bytes(b"no picture")
    done = run(lite, "paint", folder, "sample:ink", "--out", out, "--size", 64, rc=2)
    assert sorted(each.name for each in out.iterdir()) == ["a.jpg.png", "a.png.png"]
    assert b"broken.png" in done.stderr and b"1 of 3 pictures" in done.stderr
    again = run(lite, "paint", folder, "sample:ink", "--out", out, "--size", 64, rc=2)
    assert again.stderr.count(b"is there already") == 2


def test_a_video_keeps_its_frames_pace_and_sound(lite, tmp_path):
    av = pytest.importorskip("av")
    film = tmp_path / "film.mp4"
    write_film(av, film)
    run(lite, "paint", film, "sample:waves", "--out", tmp_path / "painted.mp4")
    with av.open(str(tmp_path / "painted.mp4")) as made:
        times = [float(frame.time) for frame in made.decode(video=0)]
        assert np.allclose(times, np.arange(5) / 10, atol=1e-3)
    with av.open(str(tmp_path / "painted.mp4")) as made:
        heard = sum(frame.samples for frame in made.decode(audio=0))
        assert heard >= 0.3 * 16000
    assert sorted(each.name for each in tmp_path.iterdir()) == ["film.mp4", "painted.mp4"]


def write_film(av, path):
    """Half a second at 10 frames a second with a tone."""
    with av.open(str(path), "w") as container:
        shown, heard = container.add_stream("libx264", rate=10), container.add_stream("aac", rate=16000)
        shown.width, shown.height, shown.pix_fmt = 96, 64, "yuv420p"
        for k in range(5):
            levels = np.full((64, 96, 3), 50 * k, np.uint8)
            container.mux(shown.encode(av.VideoFrame.from_ndarray(levels, format="rgb24")))
        container.mux(shown.encode())
        tone = np.sin(np.arange(8000) / 16000 * 880 * np.pi).astype(np.float32)[None]
        frame = av.AudioFrame.from_ndarray(tone, format="fltp", layout="mono")
        frame.rate = 16000
        container.mux(heard.encode(frame))
        container.mux(heard.encode())


def test_decoders_are_the_packages(lite, tmp_path):
    program = (
        "import sys, numpy as np; from pareidolia_lite import Decoder, decoder_names\n"
        "for name in decoder_names():\n"
        "    d = Decoder(name); z = d.draw(20, 3)\n"
        "    np.savez(f'{sys.argv[1]}/{name}.npz', z=z, x=d.decode(z), many=d.draw(4000))\n"
    )
    subprocess.run(
        [sys.executable, "-c", program, tmp_path], env={**os.environ, "PYTHONPATH": str(lite)}, check=True
    )
    from recipes.lite import decodable

    assert sorted(each.stem for each in tmp_path.glob("*.npz")) == decodable()
    for name in decodable():
        held, model = np.load(tmp_path / f"{name}.npz"), open_run(name).model
        wanted = model.decode(torch.from_numpy(held["z"])).numpy()
        assert np.abs(held["x"] - wanted).max() < LEVEL / 10
        theirs = model.prior.sample(4000, torch.Generator().manual_seed(0)).numpy()
        assert np.allclose(held["many"].mean(0), theirs.mean(0), atol=0.15)
        assert np.allclose(np.cov(held["many"].T), np.cov(theirs.T), atol=0.3)


def test_decode_writes_a_sheet(lite, tmp_path):
    run(lite, "decode", "digits-vae", "--count", 9, "--out", tmp_path / "sheet.png")
    assert read(tmp_path / "sheet.png").shape == (198, 198, 3)
    wrong = run(lite, "decode", "digits-vae", "--code", 1, 2, 3, "--out", tmp_path / "code.png", rc=2)
    assert b"is 2 numbers, not 3" in wrong.stderr and not Path(tmp_path / "code.png").exists()
