import math
import sys

import numpy as np
import pytest
from PIL import Image

from pareidolia.pictures import write_video
from pareidolia.pictures.videos import require_videos
from pareidolia.settings import BadPicture, MissingExtra, PareidoliaError


@pytest.fixture
def frames(tmp_path):
    paths = []
    for index in range(5):
        paths.append(tmp_path / f"{index}.png")
        Image.new("RGB", (33, 21), (40 * index, 100, 200 - 30 * index)).save(paths[-1])
    return paths


def test_a_gif_has_every_frame_and_the_pace(frames, tmp_path):
    write_video(frames, tmp_path / "video.gif", 10)
    with Image.open(tmp_path / "video.gif") as video:
        assert (video.n_frames, video.size, video.info["duration"], video.info["loop"]) == (
            5,
            (33, 21),
            100,
            0,
        )
        for index in range(5):
            video.seek(index)
            assert abs(np.asarray(video.convert("RGB"))[10, 10, 0].item() - 40 * index) < 4


def test_an_mp4_has_every_frame_and_the_pace(frames, tmp_path):
    av = pytest.importorskip("av")
    write_video(frames, tmp_path / "video.mp4", 10)
    with av.open(str(tmp_path / "video.mp4")) as video:
        shown = [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)]
        assert video.streams.video[0].average_rate == 10
    assert len(shown) == 5 and shown[0].shape == (20, 32, 3)
    assert all(abs(int(frame[10, 10, 0]) - 40 * index) < 8 for index, frame in enumerate(shown))


@pytest.mark.parametrize("suffix", ["gif", "mp4"])
def test_the_same_frames_give_the_same_bytes(frames, tmp_path, suffix):
    pytest.importorskip("av")
    first, second = (tmp_path / f"{name}.{suffix}" for name in ("first", "second"))
    write_video(frames, first, 15)
    write_video(frames, second, 15)
    assert first.read_bytes() == second.read_bytes()


def test_bytes_do_not_depend_on_what_lies_in_memory(tmp_path):
    """At 92 pixels a row does not end where a block does: a conversion that looks further sees chance."""
    pytest.importorskip("av", reason="MP4 needs PyAV")
    random = np.random.default_rng(0)
    names = [tmp_path / f"{index}.png" for index in range(3)]
    for name in names:
        small = random.integers(0, 255, (60, 90, 3), dtype=np.uint8)
        Image.fromarray(small).resize((92, 64)).save(name)
    videos = set()
    for _ in range(30):
        junk = [random.bytes(size) for size in (3000, 9000, 16200, 17000, 33000) * 4]
        del junk
        write_video(names, tmp_path / "video.mp4", 10)
        videos.add((tmp_path / "video.mp4").read_bytes())
        (tmp_path / "video.mp4").unlink()
    assert len(videos) == 1


def test_no_frames_are_no_film(tmp_path):
    with pytest.raises(BadPicture, match="at least one frame"):
        write_video([], tmp_path / "video.gif", 10)


def test_a_missing_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    require_videos(tmp_path / "video.gif")
    with pytest.raises(MissingExtra, match=r"pareidolia-nn\[video\]"):
        require_videos(tmp_path / "video.mp4")


@pytest.mark.parametrize("fps", [29.97, 12.5, 24.0])
def test_a_pace_may_be_a_decimal_fraction(frames, tmp_path, fps):
    av = pytest.importorskip("av")
    write_video(frames, tmp_path / "video.mp4", fps)
    with av.open(str(tmp_path / "video.mp4")) as video:
        assert float(video.streams.video[0].average_rate) == pytest.approx(fps, rel=1e-4)


@pytest.mark.parametrize("fps", [0, -3, math.nan, math.inf])
def test_a_pace_that_is_none_is_refused(frames, tmp_path, fps):
    with pytest.raises(PareidoliaError, match="no number of frames"):
        write_video(frames, tmp_path / "video.gif", fps)
