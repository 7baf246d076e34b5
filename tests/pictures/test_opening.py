"""Every format and mode that is opened, held to what its numbers mean."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from icc_profiles import black_only_cmyk, linear_gray, linear_rgb
from PIL import Image, ImageCms, features

from pareidolia.pictures import open_picture
from pareidolia.settings import BadPicture

RNG = np.random.default_rng(3)
COLORS = RNG.integers(0, 256, (9, 14, 3), dtype=np.uint8)


def saved(folder: Path, image: Image.Image, name: str = "a.png", **options: object) -> Path:
    path = folder / name
    image.save(path, **options)
    return path


def levels(picture: torch.Tensor) -> np.ndarray:
    """H×W×C in 0 to 255."""
    return (picture[0].permute(1, 2, 0) * 255).numpy()


def srgb_of_linear(value: np.ndarray) -> np.ndarray:
    return np.where(value <= 0.0031308, 12.92 * value, 1.055 * np.maximum(value, 1e-9) ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.png", {}),
        ("a.webp", {"lossless": True}),
        ("a.tif", {}),
        ("a.tif", {"compression": "tiff_lzw"}),
        ("a.bmp", {}),
    ],
)
def test_lossless_formats_give_the_exact_values(
    tmp_path: Path, name: str, options: dict[str, object]
) -> None:
    picture = open_picture(saved(tmp_path, Image.fromarray(COLORS), name, **options))
    assert picture.shape == (1, 3, 9, 14)
    assert picture.dtype == torch.float32
    assert picture.is_contiguous()
    assert torch.equal(picture[0], torch.tensor(COLORS).permute(2, 0, 1).float() / 255)


@pytest.mark.parametrize("name", ["a.jpg", "a.webp", "a.avif"])
def test_lossy_formats_come_close(tmp_path: Path, name: str) -> None:
    if name.endswith("avif") and not features.check("avif"):
        pytest.skip("this Pillow has no AVIF")
    ramp = np.tile(np.linspace(0, 255, 64, dtype=np.uint8)[:, None, None], (1, 48, 3))
    picture = open_picture(saved(tmp_path, Image.fromarray(ramp), name, quality=95))
    assert np.abs(levels(picture) - ramp).max() < 8


def test_the_content_counts_not_the_suffix(tmp_path: Path) -> None:
    path = saved(tmp_path, Image.fromarray(COLORS), "a.bmp")
    assert open_picture(path.rename(tmp_path / "a.jpg")).shape == (1, 3, 9, 14)


def test_one_bit(tmp_path: Path) -> None:
    bits = COLORS[..., 0] > 127
    picture = open_picture(saved(tmp_path, Image.fromarray(bits)))
    assert np.array_equal(picture[0, 1].numpy(), bits.astype(np.float32))


def test_grey_is_three_equal_channels(tmp_path: Path) -> None:
    picture = open_picture(saved(tmp_path, Image.fromarray(COLORS[..., 0])))
    assert np.array_equal(levels(picture).round(), np.repeat(COLORS[..., :1], 3, axis=2))


def test_palette(tmp_path: Path) -> None:
    image = Image.fromarray(COLORS).quantize(16)
    assert np.array_equal(
        levels(open_picture(saved(tmp_path, image))).round(), np.asarray(image.convert("RGB"))
    )


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_sixteen_bit_grey_keeps_its_precision(tmp_path: Path, name: str) -> None:
    values = RNG.integers(0, 65536, (6, 8), dtype=np.uint16)
    picture = open_picture(saved(tmp_path, Image.fromarray(values), name))
    assert np.allclose(picture[0, 2].numpy(), values / 65535, atol=1e-7)


def png(width: int, height: int, depth: int, color_type: int, rows: bytes) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def test_sixteen_bit_colour_png_keeps_eight(tmp_path: Path) -> None:
    values = RNG.integers(0, 65536, (5, 7, 3)).astype(">u2")
    path = tmp_path / "deep.png"
    path.write_bytes(png(7, 5, 16, 2, b"".join(b"\0" + row.tobytes() for row in values)))
    assert np.abs(levels(open_picture(path)) / 255 - values / 65535).max() <= 1 / 255


def test_sixteen_bit_colour_tiff(tmp_path: Path) -> None:
    tifffile = pytest.importorskip("tifffile")
    values = RNG.integers(0, 65536, (5, 7, 3), dtype=np.uint16)
    tifffile.imwrite(tmp_path / "deep.tif", values, photometric="rgb")
    assert np.abs(levels(open_picture(tmp_path / "deep.tif")) / 255 - values / 65535).max() <= 1 / 255


def test_floating_point_grey(tmp_path: Path) -> None:
    values = RNG.random((6, 8), dtype=np.float32)
    assert np.array_equal(
        open_picture(saved(tmp_path, Image.fromarray(values), "a.tif"))[0, 0].numpy(), values
    )


@pytest.mark.parametrize("wrong", [255.0, -0.1, float("nan")])
def test_floating_point_grey_of_another_range_is_refused(tmp_path: Path, wrong: float) -> None:
    values = np.full((4, 4), 0.5, dtype=np.float32)
    values[1, 2] = wrong
    path = saved(tmp_path, Image.fromarray(values), "a.tif")
    with pytest.raises(BadPicture, match=r"a\.tif.*not within 0 to 1"):
        open_picture(path)


def test_cmyk_without_profile(tmp_path: Path) -> None:
    inks = np.zeros((8, 8, 4), dtype=np.uint8)
    inks[..., 0] = 255
    for name in ("a.tif", "a.jpg"):
        cyan = open_picture(saved(tmp_path, Image.fromarray(inks, mode="CMYK"), name))[0, :, 4, 4]
        assert torch.allclose(cyan, torch.tensor([0.0, 1.0, 1.0]), atol=0.02)


@pytest.mark.parametrize(("name", "first"), [("a.gif", 0), ("a.webp", 0), ("a.png", 0), ("a.tif", 0)])
def test_animations_give_their_first_frame(tmp_path: Path, name: str, first: int) -> None:
    frames = [Image.new("RGB", (12, 10), (level, 0, 0)) for level in (0, 120, 240)]
    lossless = {"lossless": True} if name.endswith("webp") else {}
    path = saved(tmp_path, frames[0], name, save_all=True, append_images=frames[1:], **lossless)
    picture = open_picture(path)
    assert picture.shape == (1, 3, 10, 12)
    assert picture.max() == first


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif"])
def test_exif_orientation(tmp_path: Path, orientation: int, name: str) -> None:
    # A quarter of white at the top left of the upright picture, which is wider than high.
    upright = np.zeros((16, 32), dtype=np.uint8)
    upright[:8, :16] = 255
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.T,
        6: np.rot90(upright, 1),
        7: upright[::-1, ::-1].T,
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = Image.fromarray(np.ascontiguousarray(stored)).convert("RGB")
    picture = open_picture(saved(tmp_path, image, name, exif=exif))
    assert picture.shape == (1, 3, 16, 32)
    assert np.abs(levels(picture)[..., 0] - upright).mean() < 6


def test_broken_exif_is_ignored(tmp_path: Path) -> None:
    path = saved(tmp_path, Image.fromarray(COLORS), exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\x01\x12" * 9)
    assert open_picture(path).shape == (1, 3, 9, 14)


# --- colour profiles -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.webp"])
def test_a_linear_rgb_profile_is_turned_into_srgb(tmp_path: Path, name: str) -> None:
    lossless = {"lossless": True} if name.endswith("webp") else {}
    path = saved(tmp_path, Image.fromarray(COLORS), name, icc_profile=linear_rgb(), **lossless)
    assert np.abs(levels(open_picture(path)) - 255 * srgb_of_linear(COLORS / 255)).max() < 1.6


def test_a_profile_may_swap_channels_and_leaves_alpha(tmp_path: Path) -> None:
    pixels = np.zeros((4, 4, 4), dtype=np.uint8)
    pixels[..., 0], pixels[..., 3] = 255, 100
    path = saved(tmp_path, Image.fromarray(pixels), icc_profile=linear_rgb(swapped=True))
    picture = open_picture(path, alpha="keep")
    assert torch.allclose(picture[0, :, 2, 2], torch.tensor([0, 0, 1, 100 / 255]), atol=2 / 255)


def test_a_palette_with_a_profile(tmp_path: Path) -> None:
    image = Image.new("RGB", (4, 4), (255, 0, 0)).quantize(2)
    picture = open_picture(saved(tmp_path, image, icc_profile=linear_rgb(swapped=True)))
    assert torch.allclose(picture[0, :, 1, 1], torch.tensor([0.0, 0.0, 1.0]), atol=2 / 255)


def test_the_srgb_profile_changes_nothing(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = open_picture(saved(tmp_path, Image.fromarray(COLORS), icc_profile=profile))
    assert np.array_equal(levels(picture).round(), COLORS)


@pytest.mark.parametrize("deep", [False, True])
def test_a_grey_profile(tmp_path: Path, deep: bool) -> None:
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    image = Image.fromarray(ramp.astype(np.uint16) * 257 if deep else ramp)
    picture = open_picture(saved(tmp_path, image, icc_profile=linear_gray()))
    assert np.abs(levels(picture)[..., 1] - 255 * srgb_of_linear(ramp / 255)).max() < 1.6


@pytest.mark.parametrize("name", ["a.tif", "a.jpg"])
def test_a_cmyk_profile(tmp_path: Path, name: str) -> None:
    inks = np.zeros((8, 16, 4), dtype=np.uint8)
    inks[:, 8:, 3] = 128
    inks[..., 0] = 200  # Cyan, which this printer does not show.
    path = saved(tmp_path, Image.fromarray(inks, mode="CMYK"), name, icc_profile=black_only_cmyk())
    picture = open_picture(path)
    assert (picture[..., :7] - 1).abs().max() < 0.02
    half = ((100 * (1 - 128 / 255) + 16) / 116) ** 3  # CIE L* to linear light
    assert np.abs(picture[..., 9:].numpy() - srgb_of_linear(np.array(half))).max() < 0.02


@pytest.mark.parametrize(
    "profile", [b"no profile at all", linear_rgb()[:150], black_only_cmyk(), linear_gray()]
)
def test_broken_and_foreign_profiles_are_ignored(tmp_path: Path, profile: bytes) -> None:
    path = saved(tmp_path, Image.fromarray(COLORS), icc_profile=profile)
    assert np.array_equal(levels(open_picture(path)).round(), COLORS)


def test_lab(tmp_path: Path) -> None:
    lab = np.zeros((4, 4, 3), dtype=np.uint8)
    lab[..., 0] = 255
    white = open_picture(saved(tmp_path, Image.fromarray(lab, mode="LAB"), "a.tif"))
    assert (white - 1).abs().max() < 0.02


# --- alpha -----------------------------------------------------------------------------------------------


def with_alpha(mode: str) -> Image.Image:
    """Black, a third opaque."""
    image = Image.new("RGBA", (6, 5), (0, 0, 0, 85))
    return image if mode == "RGBA" else image.convert(mode)


@pytest.mark.parametrize(
    ("mode", "name"), [("RGBA", "a.png"), ("LA", "a.png"), ("RGBA", "a.webp"), ("RGBA", "a.tif")]
)
def test_alpha_on_white_or_kept(tmp_path: Path, mode: str, name: str) -> None:
    path = saved(tmp_path, with_alpha(mode), name)
    assert torch.allclose(open_picture(path), torch.full((1, 3, 5, 6), 2 / 3), atol=1e-6)
    kept = open_picture(path, alpha="keep")
    assert kept.shape == (1, 4, 5, 6)
    assert torch.allclose(kept[:, 3], torch.tensor(1 / 3))


def test_keep_without_transparency_gives_three_channels(tmp_path: Path) -> None:
    assert open_picture(saved(tmp_path, Image.fromarray(COLORS)), alpha="keep").shape == (1, 3, 9, 14)


@pytest.mark.parametrize(
    ("mode", "clear"), [("1", 0), ("L", 0), ("I;16", 0), ("RGB", (0, 0, 0)), ("P", 0), ("P", bytes([0, 255]))]
)
def test_a_transparent_colour(tmp_path: Path, mode: str, clear: object) -> None:
    values = np.zeros((4, 6), dtype=np.uint8)
    values[:, 3:] = 1
    if mode == "P":
        image = Image.fromarray(values, mode="L").convert("P")
        image.putpalette([0, 0, 0, 255, 255, 255])
    else:
        deep = Image.fromarray(values * np.uint16(65535))
        image = deep if mode == "I;16" else Image.fromarray(values * 255).convert(mode)
    path = saved(tmp_path, image, transparency=clear)
    assert torch.equal(open_picture(path), torch.ones(1, 3, 4, 6))
    kept = open_picture(path, alpha="keep")
    assert torch.equal(kept[0, 3], torch.tensor(values, dtype=torch.float32))


def test_a_gif_with_transparency(tmp_path: Path) -> None:
    image = Image.new("P", (6, 4), 0)
    image.putpalette([10, 20, 30, 200, 100, 50])
    image.paste(1, (3, 0, 6, 4))
    kept = open_picture(saved(tmp_path, image, "a.gif", transparency=0), alpha="keep")
    assert torch.equal(kept[0, 3, 0], torch.tensor([0.0, 0.0, 0.0, 1.0, 1.0, 1.0]))


# --- size ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "shape"), [(28, (18, 28)), (7, (5, 7)), (14, (9, 14))])
def test_size_is_the_longer_side(tmp_path: Path, size: int, shape: tuple[int, int]) -> None:
    picture = open_picture(saved(tmp_path, Image.fromarray(COLORS)), size=size)
    assert picture.shape[-2:] == shape
    assert 0 <= picture.min() <= picture.max() <= 1


def test_shrinking_is_antialiased(tmp_path: Path) -> None:
    stripes = np.zeros((64, 64), dtype=np.uint8)
    stripes[:, ::2] = 255
    picture = open_picture(saved(tmp_path, Image.fromarray(stripes)), size=16)
    assert (picture[..., 2:-2] - 0.5).abs().max() < 0.02


def test_hidden_colour_does_not_bleed_when_resized(tmp_path: Path) -> None:
    pixels = np.zeros((32, 32, 4), dtype=np.uint8)
    pixels[:, :16] = (255, 0, 0, 255)
    pixels[:, 16:] = (0, 255, 0, 0)
    kept = open_picture(saved(tmp_path, Image.fromarray(pixels)), size=11, alpha="keep")
    seen = kept[0, 3] > 0.01
    assert kept[0, 1][seen].max() < 1e-4
    assert kept[0, 0][seen].min() > 1 - 1e-4


def test_extreme_but_usable_sizes(tmp_path: Path) -> None:
    assert open_picture(saved(tmp_path, Image.new("RGB", (1, 1), "red"))).tolist() == [
        [[[1.0]], [[0.0]], [[0.0]]]
    ]
    path = saved(tmp_path, Image.new("RGB", (60_000, 2), "white"))
    assert open_picture(path).shape == (1, 3, 2, 60_000)
    assert torch.allclose(open_picture(path, size=512), torch.ones(1, 3, 1, 512))


def test_a_path_may_be_a_string(tmp_path: Path) -> None:
    assert open_picture(str(saved(tmp_path, Image.fromarray(COLORS)))).shape == (1, 3, 9, 14)


def test_pillow_reads_the_same_bytes_elsewhere(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.fromarray(COLORS).save(buffer, "JPEG", quality=90)
    (tmp_path / "a.jpg").write_bytes(buffer.getvalue())
    assert np.array_equal(levels(open_picture(tmp_path / "a.jpg")).round(), np.asarray(Image.open(buffer)))
