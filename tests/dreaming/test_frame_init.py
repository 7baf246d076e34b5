from fractions import Fraction

import pytest
import torch

from pareidolia.dreaming import DreamSettings, DreamVideo
from pareidolia.dreaming.frame_init import FlowInit, calmed, moved
from pareidolia.pictures import Video, open_picture, save_picture, size_of, write_video
from pareidolia.settings import PareidoliaError


def test_moving_by_a_quarter_turn_is_exact():
    picture = torch.rand((1, 3, 9, 9), generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(moved(picture, 1.0, 90), picture.rot90(1, (2, 3)), atol=1e-5, rtol=0)
    torch.testing.assert_close(moved(picture, 1.0, 0), picture, atol=1e-5, rtol=0)


def test_zooming_shows_the_middle_larger():
    picture = torch.zeros(1, 1, 21, 31)
    picture[..., 10, 15] = 1
    near = moved(picture, 2.0, 0)
    assert near.sum() > 3 and near[..., 10, 15] == near.max()


def test_contrast_does_not_grow_from_frame_to_frame():
    first, loud = (torch.rand((1, 3, 20, 20), generator=torch.Generator().manual_seed(i)) for i in (0, 1))
    first = 0.4 + 0.2 * first
    quiet = calmed(loud, first)
    torch.testing.assert_close(quiet.mean((2, 3)), first.mean((2, 3)))
    torch.testing.assert_close(quiet.std((2, 3)), first.std((2, 3)))


@pytest.fixture
def panning(photo, tmp_path):
    """A video of four frames of 64x48 pixels, in which the camera moves right by 3 pixels a frame."""
    pytest.importorskip("av", reason="videos need PyAV")
    pytest.importorskip("cv2", reason="optical flow needs OpenCV")
    grain = torch.rand((1, 3, 72, 96), generator=torch.Generator().manual_seed(3))
    blobs = torch.nn.functional.avg_pool2d(grain, 5, 1, 2, count_include_pad=False)
    scene = (0.6 * photo + 2.0 * (blobs - 0.5) + 0.2).clamp(0, 1)
    frames = []
    for index in range(4):
        frames.append(tmp_path / f"{index}.png")
        save_picture(scene[..., 10:58, 10 + 3 * index : 74 + 3 * index], frames[-1])
    write_video(frames, tmp_path / "pan.mp4", 12)
    return tmp_path / "pan.mp4"


def following(video, **options):
    return FlowInit(Video(video), **{"count": None, "fps": None, "size": 64, "keep": 1.0, **options})


def test_what_was_dreamt_is_carried_along(panning):
    frame_init = following(panning)
    earlier, now = list(Video(panning).frames())[:2]
    spot = torch.zeros_like(earlier)
    spot[..., 20:26, 30:36] = 0.3
    begun = frame_init.after(1, earlier + spot, earlier)
    dreamt = (begun - now)[..., 8:40, 8:56].mean(1)
    rows, columns = torch.where(dreamt[0] > 0.1)
    # The camera moves right, the spot left by 3 pixels.
    assert abs(rows.float().mean() + 8 - 22.5) < 0.7 and abs(columns.float().mean() + 8 - 29.5) < 0.7
    assert (dreamt.abs() > 0.1).sum() > 20


def test_less_is_carried_than_was_dreamt(panning):
    earlier, now = list(Video(panning).frames())[:2]
    dreamt = (earlier + 0.1).clamp(0, 1)
    whole = following(panning).after(1, dreamt, earlier) - now
    half = following(panning, keep=0.5).after(1, dreamt, earlier) - now
    torch.testing.assert_close(half, whole / 2, atol=0.04, rtol=0)
    assert torch.equal(following(panning, keep=0.0).after(1, dreamt, earlier), now)


def test_pace_and_length_are_the_films_unless_told(panning):
    assert (following(panning).count, following(panning).fps) == (4, 12)
    fewer = following(panning, count=2, fps=Fraction(5))
    assert (fewer.count, fewer.fps) == (2, 5)
    assert following(panning, count=9).count == 4


@pytest.mark.parametrize("stop", [0, 1, 3])
def test_a_dreamt_film_goes_on_to_the_same_bytes(small_network, panning, tmp_path, stop):
    settings = DreamSettings(
        size=64, octaves=2, octave_scale=1.2, steps=2, frame_steps=1, aim=("stage3.relu",)
    )

    def video(folder):
        return DreamVideo(tmp_path / folder, {}, {"photo": str(panning)}, settings, small_network)

    whole = video("whole")
    assert list(whole.steps()) == [0, 1, 2, 3]
    first = video("part")
    for index in first.steps():
        if index + 1 >= stop:
            break
    second = video("part")
    list(second.steps())
    assert [path.read_bytes() for path in second.frames] == [path.read_bytes() for path in whole.frames]
    assert size_of(open_picture(second.frames[-1])) == (48, 64)


def test_a_film_is_not_moved_by_hand(small_network, panning, tmp_path):
    for change in ({"zoom": 1.1}, {"rotate": 2}):
        with pytest.raises(PareidoliaError, match="leave out --zoom and --rotate"):
            DreamVideo(tmp_path, {}, {"photo": str(panning)}, DreamSettings(**change), small_network)
