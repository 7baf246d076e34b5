"""For print: 16 bits, resolution, profile, what is carried over from the photo, sizes on paper."""

from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image, ImageCms

from pareidolia.pictures import open_picture, read_record, save_picture
from pareidolia.pictures.printing import Print, carried_exif, pixels_for, srgb_profile, to_uint16
from pareidolia.settings import BadPicture, PareidoliaError

ORIENTATION, ARTIST, GPS, EXPOSURE, SERIAL, EXIF_IFD = 0x0112, 0x013B, 0x8825, 0x829A, 0xA431, 0x8769
DEEP = Print(bits=16, dpi=300)


@pytest.fixture
def ramp():
    """Levels that 8 bits do not have."""
    values = torch.linspace(0, 1, 3 * 40 * 300).reshape(1, 3, 40, 300)
    return (values * 65535).round() / 65535


@pytest.fixture
def tagged(tmp_path):
    """A JPEG with who, when and where."""
    exif = Image.Exif()
    exif[ARTIST], exif[ORIENTATION] = "Ada", 6
    exif.get_ifd(EXIF_IFD).update({EXPOSURE: 0.5, SERIAL: "12345"})
    exif.get_ifd(GPS).update({1: "N", 2: (48.0, 51.0, 29.0)})
    Image.new("RGB", (60, 40), "teal").save(tmp_path / "photo.jpg", exif=exif, dpi=(240, 240))
    return tmp_path / "photo.jpg"


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("channels", [3, 4])
def test_sixteen_bits_come_back(tmp_path, ramp, suffix, channels):
    pytest.importorskip("cv2"), pytest.importorskip("tifffile")
    picture = ramp if channels == 3 else torch.cat([ramp, ramp[:, :1]], 1)
    save_picture(picture, tmp_path / f"a{suffix}", printing=DEEP, record={"seed": 1})
    again = open_picture(tmp_path / f"a{suffix}", alpha="keep")
    assert np.array_equal(to_uint16(again), to_uint16(picture))
    torch.testing.assert_close(again, picture, atol=0.6 / 65535, rtol=0)
    assert read_record(tmp_path / f"a{suffix}") == {"seed": 1}


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_other_programs_read_sixteen_bits(tmp_path, ramp, suffix):
    """Pillow, with 8 of them: a file that is whole, with its resolution and profile."""
    pytest.importorskip("tifffile")
    save_picture(ramp, tmp_path / f"a{suffix}", printing=DEEP)
    with Image.open(tmp_path / f"a{suffix}") as image:
        image.load()
        assert image.size == (300, 40) and image.info["icc_profile"] == srgb_profile()
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.02)
        shown = torch.from_numpy(np.array(image.convert("RGB"))).permute(2, 0, 1)[None] / 255
    torch.testing.assert_close(shown, ramp, atol=1.01 / 255, rtol=0)


def test_grey_of_sixteen_bits(tmp_path, ramp):
    save_picture(ramp[:, :1], tmp_path / "a.png", printing=Print(bits=16))
    again = open_picture(tmp_path / "a.png")[:, :1]
    assert np.array_equal(to_uint16(again), to_uint16(ramp[:, :1]))


@pytest.mark.parametrize("suffix", [".jpg", ".webp"])
def test_formats_of_eight_bits_refuse_sixteen(tmp_path, ramp, suffix):
    with pytest.raises(BadPicture, match=r"8 bits a channel: save to \.png or \.tif"):
        save_picture(ramp, tmp_path / f"a{suffix}", printing=DEEP)
    assert list(tmp_path.iterdir()) == []


def test_the_profile_is_srgb_whenever_it_is_made():
    profile = ImageCms.ImageCmsProfile(BytesIO(srgb_profile()))
    assert "sRGB" in ImageCms.getProfileDescription(profile) and srgb_profile()[24:36] == bytes(12)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif"])
@pytest.mark.parametrize("bits", [8, 16])
def test_who_and_when_are_carried_over_but_not_where(tmp_path, tagged, ramp, suffix, bits):
    exif, dpi = carried_exif(str(tagged))
    assert dpi == 240
    if bits == 16 and suffix not in (".png", ".tif"):
        pytest.skip("8 bits alone")
    printing = Print(bits, dpi, exif)
    save_picture(ramp, tmp_path / f"a{suffix}", record={"seed": 1}, printing=printing)
    assert read_record(tmp_path / f"a{suffix}") == {"seed": 1}
    with Image.open(tmp_path / f"a{suffix}") as image:
        found = image.getexif()
        assert found[ARTIST] == "Ada"
        # In TIFF the tags of the picture itself are carried, not those of the exposure.
        assert suffix == ".tif" or found.get_ifd(EXIF_IFD)[EXPOSURE] == pytest.approx(0.5)
        assert ORIENTATION not in found or found[ORIENTATION] == 1
        assert not found.get_ifd(GPS) and SERIAL not in found.get_ifd(EXIF_IFD)


def test_a_photo_without_tags_has_nothing_to_carry(tmp_path):
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    assert carried_exif(str(tmp_path / "a.png")) == (None, None)
    assert carried_exif("sample:chelsea") == (None, None)


@pytest.mark.parametrize(
    ("size", "dpi", "proportions", "pixels"),
    [
        ("25.4cm", 100, None, 1000),
        ("10in", 300, (3, 2), 3000),
        ("254 mm", 100, (1, 1), 1000),
        ("30x20cm", 254, (3, 2), 3000),
        ("20x30cm", 254, (3, 2), 3000),
        ("30x20cm", 254, (1, 1), 2000),
        ("30x20cm", 254, (2, 1), 3000),
        ("30x20cm", 254, (4, 3), 2667),
    ],
)
def test_sizes_on_paper(size, dpi, proportions, pixels):
    assert pixels_for(size, dpi, proportions) == pixels


@pytest.mark.parametrize("size", ["30", "cm", "30x20", "-3cm", "0cm", "30x20x10cm", "A4"])
def test_what_is_no_size_on_paper_is_refused(size):
    with pytest.raises(PareidoliaError):
        pixels_for(size, 300, None)


def test_jpeg_xl_is_read_where_its_package_is_installed(tmp_path, ramp):
    pytest.importorskip("pillow_jxl")
    Image.fromarray((ramp[0].permute(1, 2, 0) * 255).round().byte().numpy()).save(
        tmp_path / "a.jxl", lossless=True
    )
    torch.testing.assert_close(open_picture(tmp_path / "a.jxl"), ramp, atol=0.51 / 255, rtol=0)
