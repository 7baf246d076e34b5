"""What pareidolia-lite does with pictures and words, beside what the package does; no network is needed."""

import io
import re
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageCms

from pareidolia import pictures as full
from pareidolia.style import colors as full_colors
from pareidolia_lite import LiteError, open_picture, save_picture
from pareidolia_lite.brush import _shares
from pareidolia_lite.colors import match_colors, match_luminance, with_chroma
from pareidolia_lite.command import _parser, main
from pareidolia_lite.decoders import laid_out
from pareidolia_lite.pictures import encoded, fit, resize

LEVEL = 1 / 255
ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "lite" / "README.md", *(ROOT / "docs").glob("*.md")]


def test_every_command_in_the_documents_can_be_given_as_written():
    lines = [
        line
        for each in DOCUMENTS
        for line in re.findall(r"^pareidolia-lite .+$", each.read_text("utf-8"), re.M)
    ]
    assert len(lines) > 10
    for line in lines:
        words = shlex.split(re.sub(r"[<>] \S+", "", line), comments=True)[1:]
        _parser().parse_args(words)


def test_the_licence_is_the_projects():
    assert (ROOT / "lite" / "LICENSE").read_text("utf-8") == (ROOT / "LICENSE").read_text("utf-8")


def random_picture(*shape, seed=0):
    return np.random.default_rng(seed).random(shape, np.float32)


def whole(picture):
    return torch.from_numpy(picture)[None]


@pytest.mark.parametrize("size", [(13, 17), (40, 64), (90, 61), (1, 5), (7, 1)])
@pytest.mark.parametrize("channels", [3, 4])
def test_resizing_is_the_packages(size, channels):
    picture = random_picture(channels, 37, 53)
    wanted = full.resize_picture(whole(picture).clone(), size)[0].numpy()
    assert np.abs(resize(picture, size) - wanted).max() < 0.02 * LEVEL
    assert fit((37, 53), 40) == full.fit((37, 53), 40)


def test_colors_are_the_packages():
    painting, photo = random_picture(3, 20, 30) ** 2, 0.3 + 0.5 * random_picture(3, 25, 15, seed=1)
    for ours, theirs in (
        (match_colors, full_colors.match_colors),
        (match_luminance, full_colors.match_luminance),
    ):
        assert (
            np.abs(ours(painting, photo) - theirs(whole(painting), whole(photo))[0].numpy()).max()
            < 0.01 * LEVEL
        )
    same_size = random_picture(3, 25, 15, seed=2)
    wanted = full_colors.with_chroma(whole(same_size), whole(photo))[0].numpy()
    assert np.abs(with_chroma(same_size, photo) - wanted).max() < 0.01 * LEVEL


def images():
    levels = (random_picture(24, 36, 4) * 255).astype(np.uint8)
    color = Image.fromarray(levels[..., :3])
    turned = Image.Exif()
    turned[0x0112] = 6
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    yield "plain.png", color, {}
    yield "alpha.png", Image.fromarray(levels), {}
    yield "gray.png", color.convert("L"), {}
    yield "gray-alpha.png", Image.fromarray(levels).convert("LA"), {}
    yield "palette.gif", color.quantize(16), {}
    yield "turned.jpg", color, {"exif": turned, "quality": 95}
    yield "cmyk.jpg", color.convert("CMYK"), {}
    yield "deep.png", Image.fromarray((random_picture(24, 36) * 65535).astype(np.uint16)), {}
    yield "profile.png", color, {"icc_profile": srgb}


@pytest.mark.parametrize(("name", "image", "options"), [pytest.param(*each, id=each[0]) for each in images()])
def test_files_are_read_as_the_package_reads_them(name, image, options, tmp_path):
    image.save(tmp_path / name, **options)
    wanted = full.open_picture(tmp_path / name, alpha="keep")[0].numpy()
    assert np.array_equal(open_picture(tmp_path / name), wanted)
    assert np.array_equal(open_picture(io.BytesIO((tmp_path / name).read_bytes())), wanted)


@pytest.mark.parametrize("name", ["out.png", "out.jpg", "out.webp", "out.tif"])
def test_files_are_written_as_the_package_writes_them(name, tmp_path):
    picture = random_picture(4, 20, 30)
    save_picture(picture, tmp_path / name)
    full.save_picture(whole(picture), tmp_path / f"full-{name}")
    ours, theirs = (Image.open(tmp_path / each) for each in (name, f"full-{name}"))
    assert ours.mode == theirs.mode and np.array_equal(np.asarray(ours), np.asarray(theirs))


def test_nothing_is_replaced_unless_asked_nor_left_half_written(tmp_path):
    target = tmp_path / "out.png"
    target.write_bytes(b"mine")
    with pytest.raises(LiteError, match="is there already"):
        save_picture(random_picture(3, 4, 4), target)
    assert target.read_bytes() == b"mine"
    save_picture(random_picture(3, 4, 4), target, overwrite=True)
    assert [each.name for each in tmp_path.iterdir()] == ["out.png"]


@pytest.mark.parametrize(("weights", "count"), [([1.0], 2), ([-1.0, 2.0], 2), ([0.0, 0.0], 2), (None, 0)])
def test_weights_that_do_not_fit_are_refused(weights, count):
    with pytest.raises(LiteError, match="weights"):
        _shares(weights, count, 1.0)
    assert _shares([3.0, 1.0], 2, 0.5) == [0.375, 0.125]


def test_a_sheet_shows_each_picture_once_in_sharp_squares():
    pictures = random_picture(5, 1, 4, 4)
    sheet = laid_out(pictures, side=8)
    assert sheet.shape == (3, 20, 30)
    assert np.array_equal(sheet[0, 11:19:2, 1:9:2], pictures[3, 0])


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["paint", "missing.png", "photo.png", "--out", "o.png"], "'missing.png' is not there"),
        (["paint", "photo.png", "photo.png", "--out", "o.xyz"], "needs one of the suffixes"),
        (["paint", "photo.png", "photo.png", "--out", "nowhere/o.png"], "there is no folder"),
        (["paint", "photo.png", "photo.png", "--out", "photo.png"], "is there already"),
        (["paint", "text.png", "photo.png", "--out", "o.png"], "is not a picture"),
        (["paint", "none.png", "photo.png", "--out", "o.png"], "'none.png' is not there; what comes along"),
        (["paint", "photo.png", "sample:none", "--out", "o.png"], "there is no sample 'none'"),
        (["paint", "empty", "photo.png", "--out", "o"], "there is no picture in"),
        (["paint", "full", "photo.png", "--out", "full"], "the photos' own folder"),
        (["decode", "none", "--out", "o.png"], "there is no model 'none'"),
    ],
)
def test_what_is_wrong_is_one_line_and_nothing_is_written(words, line, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    save_picture(random_picture(3, 40, 40), "photo.png")
    Path("text.png").write_text("no picture")
    Path("empty").mkdir()
    Path("full").mkdir()
    shutil.copy("photo.png", "full")
    before = sorted(tmp_path.rglob("*"))
    assert main(words) == 2
    printed = capsys.readouterr().err
    assert re.fullmatch(r"pareidolia-lite: .*\n", printed) and line in printed
    assert sorted(tmp_path.rglob("*")) == before


def test_encoding_rounds_to_the_nearest_level():
    picture = (
        np.array([0.0, 0.5 / 255, 1.4 / 255, 1.6 / 255, 1.0, 1.2], np.float32).reshape(1, 1, 6).repeat(3, 0)
    )
    levels = np.asarray(Image.open(io.BytesIO(encoded(picture))))[0, :, 0]
    assert levels.tolist() == [0, 1, 1, 2, 255, 255]
