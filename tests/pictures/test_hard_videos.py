"""Videos as telephones, editors and broken downloads leave them: read as they are meant, or told."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from PIL import Image
from tests.pictures.films import copied, damaged, shown, write

from pareidolia.pictures import (
    FrameFolder,
    Pace,
    Video,
    VideoFrames,
    is_moving,
    open_picture,
    optical_flow,
    trusted,
    write_video,
)
from pareidolia.pictures.video_colors import matrix_for
from pareidolia.settings import BadPicture
from pareidolia.style.video import PaintedVideo

av = pytest.importorskip("av", reason="videos need PyAV")


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return write(tmp_path_factory.mktemp("films") / "plain.mp4", [shown(index) for index in range(12)])


@pytest.fixture(scope="module")
def noise(tmp_path_factory):
    random = np.random.default_rng(0)
    frames = [random.integers(0, 256, (32, 48, 3), np.uint8) for _ in range(12)]
    options = {"crf": "8", "g": "4", "bf": "0", "sc_threshold": "0"}
    return write(tmp_path_factory.mktemp("films") / "noise.mp4", frames, options=options)


@pytest.fixture
def frames(tmp_path):
    paths = [tmp_path / f"{index:06d}.png" for index in range(30)]
    for index, path in enumerate(paths):
        Image.fromarray(shown(index % 12)).save(path)
    return paths


def level(picture):
    return (255 * picture[0, :, 25, 24]).tolist()


def test_what_an_edit_list_hides_is_left_out(plain, tmp_path):
    cut = Video(copied(plain, tmp_path / "cut.mp4", hidden=5))
    assert (cut.count, cut.notes) == (7, ())
    torch.testing.assert_close(next(cut.frames()), list(Video(plain).frames())[5])


def test_uneven_frames_keep_their_times(tmp_path):
    times = [0, 20, 40, 60, 120, 180]
    video = Video(write(tmp_path / "phone.mp4", [shown(index) for index in range(6)], times=times))
    assert video.pace.times is not None
    assert [round(float(time) * 600) for time in video.pace.times[:-1]] == times
    paths = []
    for index in range(6):
        paths.append(tmp_path / f"{index}.png")
        Image.fromarray(shown(index)).save(paths[-1])
    write_video(paths, tmp_path / "out.mp4", video.pace)
    assert Video(tmp_path / "out.mp4").pace.times == video.pace.times
    assert Video(tmp_path / "out.mp4").pace.of_first(3).at(3) == Fraction(1, 10)


def test_pixels_that_are_not_square_become_so(tmp_path):
    tags = {"sample_aspect_ratio": Fraction(4, 3)}
    video = Video(write(tmp_path / "wide.mp4", [shown(0)], tags=tags))
    assert next(video.frames()).shape == (1, 3, 32, 64)
    assert next(video.frames(size=32)).shape == (1, 3, 16, 32)


@pytest.mark.parametrize(("matrix", "stated"), [(1, 1), (5, 6), (5, None)])
def test_colors_are_those_of_the_stated_matrix(tmp_path, matrix, stated):
    flat = [np.full((32, 48, 3), (200, 40, 40), np.uint8)] * 2
    tags = {} if stated is None else {"colorspace": stated}
    video = Video(write(tmp_path / "red.mp4", flat, matrix=matrix, tags=tags))
    assert level(next(video.frames())) == pytest.approx([200, 40, 40], abs=2)


@pytest.mark.parametrize("size", [(720, 1280), (32, 48)])
def test_colors_are_written_with_the_matrix_of_their_size_and_its_tag(tmp_path, size):
    Image.new("RGB", size[::-1], (200, 40, 40)).save(tmp_path / "a.png")
    write_video([tmp_path / "a.png"], tmp_path / "red.mp4", 24)
    with av.open(str(tmp_path / "red.mp4")) as container:
        frame = next(container.decode(video=0))
        luma, *chroma = frame.to_ndarray(format="yuv444p")[:, 8, 8].tolist()
    red, blue = (0.2126, 0.0722) if size[0] == 720 else (0.299, 0.114)
    light = 200 * red + 40 * (1 - red)
    assert frame.colorspace in ((1,) if size[0] == 720 else (5, 6))
    assert luma == pytest.approx(16 + light * 219 / 255, abs=1.5)
    wanted = [
        128 + (40 - light) / (2 - 2 * blue) * 224 / 255,
        128 + (200 - light) / (2 - 2 * red) * 224 / 255,
    ]
    assert chroma == pytest.approx(wanted, abs=1.5)
    assert matrix_for(*size) == (1 if size[0] == 720 else 5)


@pytest.mark.parametrize(
    ("transfer", "code", "wanted"), [(16, 0.588, 0.97), (16, 0.4392, 0.541), (18, 0.75, 0.966), (18, 0, 0)]
)
def test_hdr_is_shown_as_on_a_screen_without_it(tmp_path, transfer, code, wanted):
    """PQ 0.588 is 218 cd/m², paper white; PQ 0.4392 is 50, a quarter of it in light: 0.54 in sRGB."""
    tags = {"colorspace": 9, "color_primaries": 9, "color_trc": transfer}
    grey = [np.full((32, 48, 3), round(255 * code), np.uint8)]
    path = write(tmp_path / "hdr.mp4", grey, form="yuv420p10le", tags=tags)
    assert next(Video(path).frames()).mean().item() == pytest.approx(wanted, abs=0.02)


@pytest.mark.parametrize(("begin", "count"), [(0.1, 3000), (0.4, 400), (0.5, 4000)])
def test_of_a_damaged_video_what_can_be_read_is_read_and_told(noise, tmp_path, begin, count):
    """Behind damage no frame counts until the next that needs no other: here every fourth."""
    broken = Video(damaged(noise, tmp_path / "broken.mp4", begin, count))
    assert 4 <= broken.count < 12
    assert broken.notes == (f"'{broken.path}' is damaged: {broken.count} of 12 frames could be read",)
    there = list(Video(noise).frames())
    read = list(broken.frames())
    assert len(read) == broken.count
    # Nothing in the file shows in which frame damage begins if its bytes are those of another frame.
    assert sum(all((frame - each).abs().max() > 0 for each in there) for frame in read) <= 1
    with pytest.raises(BadPicture, match="no frame 11"):
        VideoFrames(broken, None)[11]


def test_a_video_that_breaks_off_is_read_to_its_end(noise, tmp_path):
    data = copied(noise, tmp_path / "f.mkv").read_bytes()
    for share in (0.5, 0.8):
        path = tmp_path / f"cut{share}.mkv"
        path.write_bytes(data[: int(len(data) * share)])
        video = Video(path)
        assert 12 * share - 2 < video.count < 12 and len(list(video.frames())) == video.count


def test_words_in_a_file_that_are_not_utf8_do_not_matter(plain, tmp_path):
    data = plain.read_bytes()
    (tmp_path / "latin.mp4").write_bytes(data.replace(b"Lavf", b"L\xe9vf"))
    assert Video(tmp_path / "latin.mp4").count == 12


@pytest.mark.parametrize("codec", ["aac", "pcm_s16le"])
def test_sound_is_copied_packet_by_packet(plain, frames, tmp_path, codec):
    source = Video(copied(plain, tmp_path / f"sound.{'mp4' if codec == 'aac' else 'mkv'}", codec=codec))
    for count in (12, 6):
        write_video(frames[:count], tmp_path / "out.mp4", source.pace.of_first(count), sound=source)
        with av.open(str(source.path)) as given, av.open(str(tmp_path / "out.mp4")) as made:
            sent = [bytes(packet) for packet in given.demux(audio=0) if packet.size]
            heard = [bytes(packet) for packet in made.demux(audio=0) if packet.size]
        assert b"".join(sent).startswith(b"".join(heard))
        assert made is not None and len(b"".join(heard)) / len(b"".join(sent)) == pytest.approx(
            count / 24, abs=0.1
        )
        (tmp_path / "out.mp4").unlink()


def test_sound_that_no_mp4_holds_is_told(plain, frames, tmp_path):
    source = Video(copied(plain, tmp_path / "sound.mkv", codec="tta"))
    told = write_video(frames[:12], tmp_path / "out.mp4", source.pace, sound=source)
    assert told == ("the sound (tta) is left out: an MP4 cannot hold it",)
    assert write_video(frames[:12], tmp_path / "out.gif", 24, sound=source) == (
        "the sound is left out: a GIF has none",
    )


@pytest.mark.parametrize(("fps", "shown_frames"), [(15, 30), (24, 30), (30, 30), (50, 30), (60, 25)])
def test_a_gif_lasts_as_long_as_it_should(frames, tmp_path, fps, shown_frames):
    told = write_video(frames, tmp_path / "x.gif", fps)
    pauses = []
    with Image.open(tmp_path / "x.gif") as gif:
        for index in range(gif.n_frames):
            gif.seek(index)
            pauses.append(gif.info["duration"])
    assert sum(pauses) == pytest.approx(30_000 / fps, abs=10) and min(pauses) >= 20
    assert len(pauses) == shown_frames and len(told) == (shown_frames < 30)


@pytest.mark.parametrize(("suffix", "options"), [("gif", {}), ("webp", {"lossless": True}), ("png", {})])
def test_pictures_that_move_are_videos(tmp_path, suffix, options):
    moving = [Image.fromarray(shown(index)).quantize(64).convert("RGB") for index in range(5)]
    path = tmp_path / f"moving.{suffix}"
    pauses = [50, 50, 100, 100, 100]
    moving[0].save(path, save_all=True, append_images=moving[1:], duration=pauses, loop=0, **options)
    video = Video(path)
    assert is_moving(path) and video.count == 5
    assert [float(time) for time in video.pace.times] == pytest.approx([0, 0.05, 0.1, 0.2, 0.3, 0.4])
    for read, drawn in zip(video.frames(), moving, strict=True):
        assert (255 * read[0].permute(1, 2, 0) - torch.tensor(np.array(drawn))).abs().max() < 8
    moving[0].save(tmp_path / f"still.{suffix}", **options)
    assert not is_moving(tmp_path / f"still.{suffix}")


def test_the_second_picture_of_a_photo_is_no_frame(tmp_path):
    photo = Image.fromarray(shown(0))
    photo.save(tmp_path / "depth.jpg", "MPO", save_all=True, append_images=[photo])
    assert not is_moving(tmp_path / "depth.jpg")


def test_an_even_pace_stays_even_whatever_clock_counts_it():
    rounded = [Fraction(round(1000 * index / 24), 1000) for index in range(50)]
    assert Pace.of(rounded, None, Fraction(24)) == Pace(Fraction(24))
    assert Pace.of([None, Fraction(1)], None, Fraction(24)) == Pace(Fraction(24))
    assert Pace.of([Fraction(1), Fraction(1)], None, Fraction(24)) == Pace(Fraction(24))


def test_nothing_is_carried_over_a_cut_or_a_flash(tmp_path):
    """The frame behind a flash is painted as if alone: its sky is as bright as the flash."""
    pytest.importorskip("cv2", reason="optical flow needs OpenCV")
    white, photo = np.full((32, 48, 3), 255, np.uint8), shown(3)
    film = [photo, photo, white, photo, photo, np.zeros_like(photo), 255 - photo]
    video = Video(write(tmp_path / "flash.mp4", film))

    def sepia(frame):
        return (0.5 * frame + 0.3).clamp(0, 1) * torch.tensor([1.0, 0.9, 0.7]).view(1, 3, 1, 1)

    made = [PaintedVideo(tmp_path / str(k), {}, video, sepia, persistence=k) for k in (0, 0.6)]
    alone, calm = ([list(each.steps()), each.frames][1] for each in made)
    for one, other in zip(alone, calm, strict=True):
        assert (open_picture(one) - open_picture(other)).abs().mean() < 0.004
    flat = [torch.full((1, 3, 32, 32), level) for level in (1.0, 0.0)]
    assert trusted(optical_flow(*flat), optical_flow(*flat[::-1])).sum() == 0


def test_files_beside_frames_are_no_frames(frames, tmp_path):
    kept = FrameFolder(tmp_path / "out.frames", {"a": 1})
    for index in range(3):
        kept.save(index, torch.full((1, 3, 8, 8), index / 4))
    for stray in ("._000000.png", "000002 (1).png", "notes.txt"):
        (kept.path / stray).write_bytes(b"")
    kept.check()
    assert [path.name for path in kept.files] == ["000000.png", "000001.png", "000002.png"]
    (kept.path / "000001.png").unlink()
    assert len(kept) == 1
    kept.save(1, torch.zeros(1, 3, 8, 8))
    kept.save(2, torch.zeros(1, 3, 8, 8))
    assert len(kept) == 3
