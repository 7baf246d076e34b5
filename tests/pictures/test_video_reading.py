import numpy as np
import pytest
import torch
from PIL import Image

from pareidolia.pictures import Video, is_video, read_record, write_video
from pareidolia.settings import BadPicture

av = pytest.importorskip("av", reason="videos need PyAV")


@pytest.fixture
def video(tmp_path):
    paths = []
    for index in range(5):
        paths.append(tmp_path / f"{index}.png")
        Image.new("RGB", (32, 20), (40 * index, 100, 200 - 30 * index)).save(paths[-1])
    write_video(paths, tmp_path / "video.mp4", 10, record={"operation": "dream", "settings": {"seed": 3}})
    return tmp_path / "video.mp4"


def test_frames_in_order_from_any_on(video):
    read = Video(video)
    assert (read.count, read.fps) == (5, 10)
    shown = list(read.frames())
    assert [frame.shape for frame in shown] == [(1, 3, 20, 32)] * 5
    reds = [float(frame[0, 0].mean()) * 255 for frame in shown]
    assert all(abs(red - 40 * index) < 8 for index, red in enumerate(reds))
    assert all(map(torch.equal, read.frames(start=3), shown[3:]))
    assert next(read.frames(size=16)).shape == (1, 3, 10, 16)


def test_a_film_carries_its_record(video):
    assert read_record(video) == {"operation": "dream", "settings": {"seed": 3}}


def test_a_gif_carries_its_record(tmp_path):
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    record = {"operation": "dream", "inputs": {"photo": {"path": "x" * 600}}}
    write_video([tmp_path / "a.png"], tmp_path / "video.gif", 10, record=record)
    assert read_record(tmp_path / "video.gif") == record


@pytest.mark.parametrize("content", [b"", b"no video at all", None])
def test_what_is_no_film(content, tmp_path):
    path = tmp_path / "bad.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadPicture, match=r"bad\.mp4"):
        Video(path)


def test_sound_alone_is_no_film(tmp_path):
    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100, layout="mono")
        silence = np.zeros((1, 1024), np.float32)
        frame = av.AudioFrame.from_ndarray(silence, format="fltp", layout="mono")
        frame.rate = 44100
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    with pytest.raises(BadPicture, match="only sound"):
        Video(path)


def test_names_of_films():
    assert is_video("a/b.MP4") and is_video("x.mkv")
    assert not is_video("a.gif") and not is_video("sample:chelsea")
