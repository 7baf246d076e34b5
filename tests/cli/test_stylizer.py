"""`pareidolia stylizer train`, `paint`, and `export`."""

import json

import pytest
from PIL import Image

from pareidolia.pictures import read_record

TRAINING = (
    *("--network", "net.py:build", "--weights", "random", "--crop", "64", "--painting-size", "64"),
    *("--width", "4", "--blocks", "1", "--batch", "2", "--epochs", "2", "--previews", "1", "--device", "cpu"),
)


@pytest.fixture
def trained(studio):
    (studio.folder / "photos").mkdir()
    for number in range(4):
        noise = Image.effect_noise((90, 80), 30 + 20 * number).convert("RGB")
        noise.save(studio.folder / "photos" / f"{number}.png")
    code, _, err = studio.run(
        "stylizer", "train", "painting.png", "--photos", "photos", *TRAINING, "--out", "run"
    )
    assert code == 0, err
    return studio


def test_a_network_is_trained_and_paints(trained):
    assert trained.run("stylizer", "paint", "run", "photo.png", "--out", "painted.png")[0] == 0
    assert Image.open("painted.png").size == Image.open("photo.png").size
    record = read_record(trained.folder / "painted.png")
    assert record["operation"] == "stylizer paint" and record["inputs"]["run"]["path"] == "run"
    assert trained.run("again", "painted.png", "--out", "again.png")[0] == 0
    assert (trained.folder / "again.png").read_bytes() == (trained.folder / "painted.png").read_bytes()


def test_folders_are_painted_and_errors_told(trained):
    (trained.folder / "photos/1.png").write_bytes(b"no picture")
    code, _, err = trained.run("stylizer", "paint", "run", "photos", "--out", "painted")
    assert code == 1 and "painted/1.png: not made" in err
    assert sorted(path.name for path in (trained.folder / "painted").iterdir()) == ["0.png", "2.png", "3.png"]


def test_it_is_exported(trained):
    pytest.importorskip("onnxscript", reason="the extra [export] is not installed")
    code, out, _ = trained.run("export", "run", "--out", "net.onnx", "--json")
    assert code == 0 and json.loads(out)["rows"] == [{"style": "painting"}]
    assert (trained.folder / "net.onnx").stat().st_size > 1000
    code, _, err = trained.run("export", "run", "--out", "net.onnx")
    assert code == 2 and "--overwrite" in err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("stylizer", "paint", "nowhere", "photo.png", "--out", "o.png"), "nowhere"),
        (("stylizer", "paint", "run", "--out", "o.png"), "needs a content"),
        (("stylizer", "paint", "run", "absent.png", "--out", "o.png"), "absent.png"),
        (("stylizer", "paint", "run", "photo.png", "--style-weights", "1", "2", "--out", "o.png"), "knows 1"),
        (("stylizer", "train", "--photos", "photos", "--out", "other"), "at least one style"),
        (("stylizer", "train", "painting.png", "--photos", "photos", "--out", "run"), "--resume"),
        (("export", "run", "--out", "net.txt"), ".onnx"),
    ],
)
def test_what_makes_no_sense_is_one_clear_line(trained, words, told):
    code, _, err = trained.run(*words)
    assert code == 2 and err.count("\n") == 1 and told in err, err


def test_a_film_is_painted(trained):
    pytest.importorskip("av", reason="videos need PyAV")
    pytest.importorskip("cv2", reason="optical flow needs OpenCV")
    from pareidolia.pictures import write_video

    write_video([trained.folder / f"photos/{k}.png" for k in range(4)], trained.folder / "video.mp4", 10)
    code, out, err = trained.run("stylizer", "paint", "run", "video.mp4", "--frames", "2", "--out", "out.mp4")
    assert code == 0, err
    assert "2 frames" in out and "s a frame" in out
    assert not (trained.folder / "out.mp4.frames").exists()
