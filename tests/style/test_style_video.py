"""Videos painted in one pass: calm, resumable, at the video's own pace."""

from fractions import Fraction

import pytest
import torch

from pareidolia.pictures import Video, open_picture, save_picture, write_video
from pareidolia.settings import PareidoliaError
from pareidolia.style.brush import BrushSettings
from pareidolia.style.video import PaintedVideo, brush_video


@pytest.fixture
def still(photo, tmp_path):
    """A video of five frames of 96x72 pixels in which nothing moves."""
    pytest.importorskip("av", reason="videos need PyAV")
    pytest.importorskip("cv2", reason="optical flow needs OpenCV")
    frames = []
    for index in range(5):
        frames.append(tmp_path / f"{index}.png")
        save_picture(photo, frames[-1])
    write_video(frames, tmp_path / "still.mp4", 12)
    return tmp_path / "still.mp4"


class Flickering:
    """Paints every frame a little lighter or darker at random places, in the order they are asked for."""

    def __init__(self):
        self.generator = torch.Generator().manual_seed(4)

    def __call__(self, frame):
        noise = torch.randn(frame.shape, generator=self.generator)
        return (0.5 * frame + 0.25 + 0.1 * noise).clamp(0, 1)


def video(path, folder, paint, record=None, **options):
    return PaintedVideo(folder, record or {"a": 1}, Video(path), paint, **{"persistence": 0.6, **options})


def flicker(made):
    frames = torch.cat([open_picture(path) for path in made.frames])
    return (frames[-1] - frames[-2]).square().mean()


def test_flicker_shrinks_as_a_running_average_says(still, tmp_path):
    """Of noise independent from frame to frame o = (1−k) y + k o' leaves (1−k)/(1+k) of the variance."""
    plain = video(still, tmp_path / "plain", Flickering(), persistence=0.0)
    calm = video(still, tmp_path / "calm", Flickering())
    assert list(plain.steps()) == list(calm.steps()) == [0, 1, 2, 3, 4]
    # What two neighbours differ by, (1−k)²·2/(1+k) of the variance, against 2 without.
    assert flicker(calm) / flicker(plain) == pytest.approx(0.4**2 / 1.6, rel=0.5)


def test_what_is_painted_alike_stays(still, tmp_path):
    made = video(still, tmp_path / "frames", lambda frame: 1 - frame)
    list(made.steps())
    first, last = open_picture(made.frames[0]), open_picture(made.frames[-1])
    assert (first - last).abs().mean() < 0.01


@pytest.mark.parametrize("stop", [0, 1, 3])
def test_a_stopped_film_goes_on_to_the_same_bytes(still, tmp_path, stop):
    def darker(frame):
        return frame**2

    whole, parted = video(still, tmp_path / "whole", darker), video(still, tmp_path / "part", darker)
    list(whole.steps())
    asked = iter(range(100))
    assert list(parted.steps(lambda: next(asked) >= stop)) == list(range(stop))
    rest = video(still, tmp_path / "part", darker)
    rest.check()
    assert list(rest.steps()) == list(range(stop, 5))
    assert [p.read_bytes() for p in rest.frames] == [p.read_bytes() for p in whole.frames]


def test_pace_length_and_size_are_the_films_unless_told(still, tmp_path):
    own = video(still, tmp_path / "a", Flickering())
    assert (own.count, own.fps, own.size) == (5, 12, (72, 96))
    told = video(still, tmp_path / "b", Flickering(), count=2, fps=5, size=48)
    assert (told.count, told.fps, told.size) == (2, Fraction(5), (36, 48))
    assert video(still, tmp_path / "c", Flickering(), count=99).count == 5


def test_frames_of_another_film_are_not_gone_on_from(still, tmp_path):
    list(video(still, tmp_path / "frames", Flickering(), count=1).steps())
    with pytest.raises(PareidoliaError, match="another video"):
        video(still, tmp_path / "frames", Flickering(), record={"a": 2}).check()


def test_brush_paints_a_film_with_one_code(still, tmp_path, photo):
    inputs = {"content": str(still), "styles": ("sample:waves",)}
    made = brush_video(tmp_path / "frames", {}, BrushSettings(size=64, colors="matched", frames=2), inputs)
    assert list(made.steps()) == [0, 1] and open_picture(made.frames[1]).shape == (1, 3, 48, 64)


def test_what_does_not_fit_a_film_is_told(still, tmp_path):
    inputs = {"content": str(still), "styles": ("sample:waves",), "mask": "mask.png"}
    with pytest.raises(PareidoliaError, match="leave out --mask"):
        brush_video(tmp_path / "frames", {}, BrushSettings(), inputs)
    with pytest.raises(PareidoliaError, match="is a picture"):
        brush_video(tmp_path / "f", {}, BrushSettings(), {"content": "a.png", "styles": ("sample:waves",)})
