"""`pareidolia style --method one-pass`, on photos, folders and videos; `export brush`."""

import json

import numpy as np
import pytest
from PIL import Image

from pareidolia.pictures import read_record

ONE_PASS = ("--method", "one-pass")


def pixels(path):
    return np.asarray(Image.open(path), float)


def test_a_photo_is_painted_and_again(studio):
    code, out, _ = studio.run("style", "photo.png", "painting.png", *ONE_PASS, "--out", "out.png")
    assert code == 0 and "painted in one pass, 90x60 px" in out
    record = read_record(studio.folder / "out.png")
    assert record["operation"] == "brush" and set(record["inputs"]) == {"content", "styles"}
    assert studio.run("again", "out.png", "--out", "same.png")[0] == 0
    assert (studio.folder / "same.png").read_bytes() == (studio.folder / "out.png").read_bytes()


def test_control_is_that_of_every_method(studio):
    def paint(out, *more, paintings=("painting.png",)):
        code, _, err = studio.run("style", "photo.png", *paintings, *ONE_PASS, "--out", out, *more)
        assert code == 0, err
        return pixels(studio.folder / out)

    Image.new("RGB", (64, 64), "red").save("red.png")
    whole = paint("whole.png")
    both = ("painting.png", "red.png")
    assert np.array_equal(paint("first.png", "--painting-weights", "1", "0", paintings=both), whole)
    assert np.abs(paint("blend.png", paintings=both) - whole).mean() > 1
    assert np.abs(paint("weak.png", "--strength", "0.2") - whole).mean() > 1
    gray = paint("grey.png", "--colors", "luminance")
    assert np.ptp(gray, axis=2).max() <= 2  # the photo is grey
    Image.new("L", (9, 6), 0).save("mask.png")
    mask = Image.open("mask.png").copy()
    mask.paste(255, (0, 0, 4, 6))
    mask.save("mask.png")
    masked = paint("masked.png", "--mask", "mask.png")
    assert np.array_equal(masked[:, 60:], pixels(studio.folder / "photo.png")[:, 60:])
    assert np.abs(masked[:, :30] - whole[:, :30]).max() <= 1


def test_folders_are_painted_and_errors_told(studio):
    (studio.folder / "photos").mkdir()
    (studio.folder / "photos/bad.png").write_bytes(b"no picture")
    Image.open("photo.png").save("photos/good.png")
    code, _, err = studio.run("style", "photos", "painting.png", *ONE_PASS, "--out", "made")
    assert code == 1 and "bad.png: not made" in err
    assert [path.name for path in (studio.folder / "made").iterdir()] == ["good.png"]
    _, out, _ = studio.run("style", "photos", "painting.png", *ONE_PASS, "--out", "made")
    assert "good.png: made already" in out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((*ONE_PASS, "--steps", "3"), "--steps goes with --method optimization"),
        (("--painting-size", "256"), "--painting-size goes with --method one-pass"),
        ((*ONE_PASS, "--strength", "2"), "--strength"),
        ((*ONE_PASS, "--resume"), "nothing to resume"),
        (("--method", "one-pas"), "one-pas"),
    ],
)
def test_options_that_do_not_fit_are_refused(studio, words, told):
    code, out, err = studio.run("style", "photo.png", "painting.png", *words, "--out", "out.png")
    assert (code, out) == (2, "") and told in err and err.count("\n") == 1
    assert studio.left() == []


@pytest.fixture
def video(studio):
    pytest.importorskip("av", reason="videos need PyAV")
    pytest.importorskip("cv2", reason="optical flow needs OpenCV")
    from pareidolia.pictures import write_video

    frames = []
    for index in range(3):
        frames.append(studio.folder / f"frame{index}.png")
        Image.open("photo.png").rotate(5 * index).save(frames[-1])
    write_video(frames, studio.folder / "video.mp4", 10)
    for frame in frames:
        frame.unlink()
    return studio


def test_a_film_is_painted_and_its_speed_told(video):
    words = ("style", "video.mp4", "painting.png", *ONE_PASS)
    code, out, err = video.run(*words, "--out", "out.mp4", "--json")
    assert code == 0, err
    answer = json.loads(out)
    assert answer["rows"][0]["frames"] == 3 and answer["rows"][0]["seconds"] > 0
    assert video.left() == ["out.mp4", "video.mp4"]
    assert video.run("again", "out.mp4", "--out", "same.mp4")[0] == 0
    assert (video.folder / "same.mp4").read_bytes() == (video.folder / "out.mp4").read_bytes()


def test_a_video_without_the_method_is_painted_by_optimization(video):
    quick = ("--network", "retina", "--size", "64", "--coarsest", "64", "--steps", "2", "--frame-steps", "1")
    code, out, err = video.run("style", "video.mp4", "painting.png", *quick, "--out", "out.mp4", "--json")
    assert code == 0, err
    assert json.loads(out)["rows"][0]["frames"] == 3
    assert video.left() == ["out.mp4", "video.mp4"]


def test_brush_is_exported(studio):
    onnxruntime = pytest.importorskip("onnxruntime", reason="the extra [export] is not installed")
    # Normalisation would make much of the last bits of a smooth photo that is resized.
    Image.effect_noise((96, 64), 90).convert("RGB").save("photo.png")
    code, out, err = studio.run("export", "brush", "painting.png", "--out", "one.onnx", "--json")
    assert code == 0, err
    assert json.loads(out)["rows"] == [{"style": "painting"}]
    session = onnxruntime.InferenceSession(studio.folder / "one.onnx")
    studio.run("style", "photo.png", "painting.png", *ONE_PASS, "--out", "out.png")
    photo = np.asarray(Image.open("photo.png"), np.float32) / 255
    (painted,) = session.run(None, {"photo": photo.transpose(2, 0, 1)[None]})
    ours = pixels(studio.folder / "out.png") / 255
    assert np.abs(painted[0].transpose(1, 2, 0) - ours).mean() < 0.01
    code, _, err = studio.run("export", "brush", "--painting-weights", "1", "--out", "two.onnx")
    assert code == 2 and "--painting-weights" in err
