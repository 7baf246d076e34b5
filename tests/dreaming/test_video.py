import pytest
import torch

from pareidolia.dreaming import DreamSettings, DreamVideo
from pareidolia.dreaming.frame_init import calmed, moved
from pareidolia.pictures import open_picture
from pareidolia.settings import PareidoliaError

RECORD = {"operation": "dream"}


def video(network, folder, photo, record=RECORD, **options):
    quick = {"size": 64, "octaves": 2, "octave_scale": 1.2, "steps": 2, "frame_steps": 1, "frames": 4}
    settings = DreamSettings(**{**quick, "aim": ("stage3.relu",), "zoom": 1.1, "rotate": 3, **options})
    return DreamVideo(folder, record, {"photo": photo}, settings, network)


def bytes_of(made):
    return [path.read_bytes() for path in made.frames]


@pytest.mark.parametrize("stop", range(4))
def test_a_film_stopped_anywhere_goes_on_to_the_same_bytes(small_network, photo, tmp_path, stop):
    whole = video(small_network, tmp_path / "whole", photo)
    assert list(whole.steps()) == [0, 1, 2, 3]
    first = video(small_network, tmp_path / "part", photo)
    looks = iter(range(1000))
    # Two steps at two sizes make the still, one step at two sizes every other frame.
    list(first.steps(lambda: next(looks) >= 4 + 2 * (stop - 1) if stop else True))
    assert len(first.frames) == stop
    second = video(small_network, tmp_path / "part", photo)
    second.check()
    assert list(second.steps()) == list(range(stop, 4))
    assert bytes_of(second) == bytes_of(whole)


def test_a_frame_begins_from_the_last_one_moved(small_network, photo, tmp_path):
    made = video(small_network, tmp_path / "video", photo, step_size=0.01)
    list(made.steps())
    first, second = (open_picture(path) for path in made.frames[:2])
    torch.testing.assert_close(second, calmed(moved(first, 1.1, 3), first), atol=0.02, rtol=0)
    assert (second - first).abs().max() > 0.2


def test_frames_of_another_film_are_not_gone_on_from(small_network, photo, tmp_path):
    list(video(small_network, tmp_path / "video", photo, frames=1).steps())
    with pytest.raises(PareidoliaError, match="another video"):
        video(small_network, tmp_path / "video", photo, record={"operation": "other"}).check()


def test_a_mask_does_not_fit_a_film(small_network, photo, tmp_path):
    pictures = {"photo": photo, "mask": torch.ones(1, 1, 8, 8)}
    with pytest.raises(PareidoliaError, match="leave out --mask"):
        DreamVideo(tmp_path, RECORD, pictures, DreamSettings(frames=2), small_network)
