"""Videos painted by optimisation: calm, resumable, in passes, begun anew at a cut."""

import pytest
import torch

from pareidolia.painting import ModelOutputs
from pareidolia.painting.tiling import Tiling
from pareidolia.pictures import open_picture, save_picture, write_video
from pareidolia.settings import PareidoliaError
from pareidolia.style import StyleSettings, StyleTransfer
from pareidolia.style.optimized_video import Persistence, StyledFrame, StyleVideo

pytest.importorskip("av", reason="videos need PyAV")
pytest.importorskip("cv2", reason="optical flow needs OpenCV")

PAINTING = "sample:waves"


@pytest.fixture
def make_video(tmp_path):
    """A function that writes pictures as a video."""

    def make(pictures, name="video.mp4"):
        files = []
        for index, picture in enumerate(pictures):
            files.append(tmp_path / f"{name}-{index}.png")
            save_picture(picture, files[-1])
        write_video(files, tmp_path / name, 12)
        return tmp_path / name

    return make


@pytest.fixture
def style_video(small_network, tmp_path):
    """A function that begins to paint a video through the small network."""

    def begin(video, folder="frames", record=None, **options):
        quick = {"size": 64, "coarse_to_fine": False, "steps": 4, "frame_steps": 2, "style_weight": 4.0}
        settings = StyleSettings(**{**quick, **options})
        inputs = {"content": str(video), "styles": (PAINTING,)}
        return StyleVideo(tmp_path / folder, record or {"a": 1}, inputs, settings, small_network)

    return begin


def noisy(photo, count):
    """Frames of a camera that stands still."""
    generator = torch.Generator().manual_seed(1)
    return [(photo + 0.02 * torch.randn(photo.shape, generator=generator)).clamp(0, 1) for _ in range(count)]


def shown(made):
    return torch.cat([open_picture(path) for path in made.frames])


def flicker(frames):
    return float((frames[1:] - frames[:-1]).square().mean())


def test_a_still_flickers_and_drifts_half_as_much_as_frame_by_frame(make_video, style_video, photo):
    still = make_video(noisy(photo, 6))
    calm = style_video(still, steps=40, frame_steps=4)
    list(calm.steps())
    frames = shown(calm)
    alone = []
    for frame in calm._shown._video.frames(size=64):
        painting = StyleTransfer(frame, [PAINTING], calm.settings, calm._network)
        alone.append(painting.run(progress=False).picture)
    alone = torch.cat(alone)
    assert flicker(frames) < 0.5 * flicker(alone)
    assert float((frames[-1] - frames[1]).square().mean()) < 0.5 * flicker(alone)


@pytest.mark.parametrize("stop", [1, 5, 11])
def test_stopped_anywhere_it_goes_on_to_the_same_bytes(make_video, style_video, photo, stop):
    video = make_video(noisy(photo, 3))
    whole = style_video(video, "whole", passes=2)
    assert list(whole.steps()) == [0, 1, 2, 3, 4, 5]
    parted = style_video(video, "parted", passes=2)
    asked = iter(range(100))
    list(parted.steps(lambda: next(asked) >= stop))
    assert parted.done < 6 and len(parted.frames) < 3
    rest = style_video(video, "parted", passes=2)
    rest.check()
    list(rest.steps())
    assert [p.read_bytes() for p in rest.frames] == [p.read_bytes() for p in whole.frames]


@pytest.mark.parametrize("passes", [1, 2, 3])
def test_the_last_pass_runs_forwards(make_video, style_video, photo, passes):
    made = style_video(make_video(noisy(photo, 3)), passes=passes)
    order = [made._frame_at(index) for index in range(made.total)]
    assert order[-3:] == [0, 1, 2] and made.total == 3 * passes
    assert all(order[i : i + 3] == order[i + 5 : i + 2 : -1] for i in range(0, made.total - 3, 3))


def test_after_a_cut_a_frame_is_painted_as_a_still(make_video, style_video, photo):
    other = photo.flip(1).flip(3).roll(20, 2)
    made = style_video(make_video([photo, photo, other, other]))
    kinds = []
    for index in made.steps():
        if index + 1 < made.count:
            kinds.append(type(made._next(index + 1)))
    assert kinds == [StyledFrame, StyleTransfer, StyledFrame]


def test_a_loop_begins_with_the_other_end_beside_it(make_video, style_video, photo):
    video = make_video([photo.roll(2 * shift, 3) for shift in range(3)])
    made = style_video(video, passes=2, loop=True)
    for index in made.steps():
        if index == 2:  # the first pass ran backwards: what follows is frame 0 again
            begun = made._begun(3, made._shown[0])
            assert float(begun.trust.mean()) > 0.5
    plain = style_video(video, "plain", passes=2)
    for index in plain.steps():
        if index == 2:
            assert float(plain._begun(3, plain._shown[0]).trust.max()) == 0


def test_what_is_moved_is_kept_where_it_can_be_trusted(make_video, style_video, photo):
    """Held with great weight, frame 1 is frame 0, moved by the video's four pixels."""
    wide = torch.nn.functional.interpolate(photo, (64, 96), mode="bicubic").clamp(0, 1)
    made = style_video(make_video([wide, wide.roll(4, 3)]), size=96, persistence=0.999)
    list(made.steps())
    first, second = shown(made)
    inner = (..., slice(8, -8), slice(16, -16))
    moved = (second[inner] - first.roll(4, 2)[inner]).square().mean()
    assert moved < 0.1 * (second[inner] - first[inner]).square().mean()


def test_tiles_of_persistence_add_up(small_network):
    generator = torch.Generator().manual_seed(2)
    picture, neighbor = torch.rand(2, 1, 3, 80, 90, generator=generator, dtype=torch.double)
    trust = torch.rand(1, 1, 80, 90, generator=generator, dtype=torch.double)
    held = Persistence(neighbor, trust)
    tiles = Tiling(small_network, (80, 90), ("stage1.relu",), 32)
    parts = [held.loss(ModelOutputs(tile.cropped(picture), {}, tile=tile)) for tile in tiles]
    assert len(parts) > 1
    torch.testing.assert_close(torch.stack(parts).sum(), held.loss(ModelOutputs(picture, {})))


def test_luminance_keeps_the_colors_of_each_frame(make_video, style_video, photo):
    made = style_video(make_video(noisy(photo, 2)), colors="luminance")
    list(made.steps())
    ours, theirs = shown(made)[1], made._shown[1][0]
    # Chroma is what is left beside luma; clipping and bytes change a little of it.
    chroma = [(each - each.mean(0, keepdim=True)) for each in (ours, theirs)]
    assert float((chroma[0] - chroma[1]).abs().median()) < 0.02


@pytest.mark.parametrize(
    ("inputs", "options", "told"),
    [
        ({"mask": "mask.png"}, {}, "leave out --mask"),
        ({"regions": ("map.png",)}, {}, "leave out --regions"),
        ({"content": "sample:chelsea"}, {}, "is a picture"),
        ({}, {"seamless": "x"}, "leave out --seamless"),
    ],
)
def test_what_does_not_suit_a_video(
    make_video, small_network, photo, tmp_path, inputs, options, told
) -> None:
    given = {"content": str(make_video([photo, photo])), "styles": (PAINTING,), **inputs}
    with pytest.raises(PareidoliaError, match=told):
        StyleVideo(tmp_path / "frames", {}, given, StyleSettings(size=64, **options), small_network)
    assert not (tmp_path / "frames").exists()


def test_a_loop_of_one_pass_is_refused():
    with pytest.raises(PareidoliaError, match="passes of 2"):
        StyleSettings(loop=True)
