"""Files that cannot be used are refused in one line that names them; nothing else ever escapes."""

import os
import stat
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, features

from pareidolia.pictures import open_picture, read_record
from pareidolia.settings import BadPicture, UnknownName

FORMATS = ["PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP"] + (["AVIF"] if features.check("avif") else [])


def refused(path: Path | str, words: str) -> None:
    for look in (open_picture, lambda path: open_picture(path, size=64, alpha="keep")):
        with pytest.raises(BadPicture, match=words) as caught:
            look(path)
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)


def test_missing(tmp_path: Path) -> None:
    refused(tmp_path / "nowhere.png", "there is no file")


def test_a_folder(tmp_path: Path) -> None:
    refused(tmp_path, "is a folder")


def test_zero_bytes(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    refused(tmp_path / "empty.jpg", "is empty")


def test_no_ordinary_file() -> None:
    if not Path("/dev/zero").exists():
        pytest.skip("this system has no /dev/zero")
    refused("/dev/zero", "not an ordinary file")


@pytest.mark.parametrize("path", ["a" * 5000 + ".png", "nul\0byte.png"])
def test_impossible_names(path: str) -> None:
    with pytest.raises(BadPicture):
        open_picture(path)


def test_forbidden(tmp_path: Path) -> None:
    path = tmp_path / "secret.png"
    Image.new("RGB", (2, 2)).save(path)
    path.chmod(stat.S_IWUSR)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    refused(path, "cannot read")


@pytest.mark.parametrize(
    "content", [b"hello, I am a text\n", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"P6 1 1 255 abc", b"\x89PNG"]
)
def test_not_a_picture(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "text.png").write_bytes(content)
    refused(tmp_path / "text.png", "is not a picture that can be read")


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.8, 0.95])
@pytest.mark.parametrize("file_format", [*FORMATS, "progressive JPEG"])
def test_truncated(tmp_path: Path, noise: torch.Tensor, file_format: str, kept: float) -> None:
    path = tmp_path / "whole"
    image = Image.fromarray((noise[0].permute(1, 2, 0) * 255).byte().numpy())
    image.save(path, file_format.split()[-1], **({"progressive": True} if " " in file_format else {}))
    open_picture(path)
    content = path.read_bytes()
    (tmp_path / "cut").write_bytes(content[: int(len(content) * kept)])
    refused(tmp_path / "cut", "cut")


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header claims a size."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"\0" * 1000)
    chunks = [
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        for chunk in (header, data)
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("side", [10_001, 14_000, 100_000, 2**31 - 1])
def test_too_many_pixels_by_the_header_alone(tmp_path: Path, side: int) -> None:
    (tmp_path / "bomb.png").write_bytes(bomb(side, side))
    refused(tmp_path / "bomb.png", "limit is 100 megapixels")


@pytest.mark.filterwarnings("error")
def test_just_within_the_limit_the_header_passes_without_a_warning(tmp_path: Path) -> None:
    (tmp_path / "large.png").write_bytes(bomb(10_000, 10_000))
    refused(tmp_path / "large.png", "damaged or cut short")


@pytest.mark.parametrize("size", [0, -3])
def test_senseless_size(tmp_path: Path, size: int) -> None:
    Image.new("RGB", (2, 2)).save(tmp_path / "a.png")
    with pytest.raises(BadPicture, match="sizes start at 1"):
        open_picture(tmp_path / "a.png", size=size)


def test_unknown_sample() -> None:
    with pytest.raises(UnknownName, match="no sample picture 'chelsey'; did you mean chelsea"):
        open_picture("sample:chelsey")


@pytest.mark.parametrize("file_format", FORMATS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=9
    )
)
def test_damaged_bytes_give_a_picture_or_a_bad_picture(
    tmp_path: Path, file_format: str, changes: list[tuple[float, int]]
) -> None:
    path = tmp_path / "damaged"
    values = np.random.default_rng(0).integers(0, 256, (12, 9, 3), dtype=np.uint8)
    Image.fromarray(values).save(path, file_format)
    content = bytearray(path.read_bytes())
    for place, value in changes:
        content[int(place * len(content))] = value
    path.write_bytes(content)
    for read in (open_picture, read_record):
        try:
            result = read(path)
        except BadPicture as error:
            assert "\n" not in str(error)
        else:
            assert isinstance(result, dict) or (result.min() >= 0 and result.max() <= 1)


def test_more_transparencies_than_colors(tmp_path: Path) -> None:
    path = tmp_path / "palette.png"
    Image.new("P", (8, 8)).save(path)
    content, chunk = path.read_bytes(), b"tRNS" + bytes(300)
    data = content.index(b"IDAT") - 4
    chunk = struct.pack(">I", 300) + chunk + struct.pack(">I", zlib.crc32(chunk))
    path.write_bytes(content[:data] + chunk + content[data:])
    refused(path, "palette")


def test_torchs_lack_of_memory_is_pythons(tmp_path, monkeypatch):
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png")

    def lacking(image):
        raise RuntimeError(
            "DefaultCPUAllocator: can't allocate memory: you tried to allocate 402653580 bytes"
        )

    monkeypatch.setattr("pareidolia.pictures.files.decode", lacking)
    with pytest.raises(MemoryError, match=r"not enough memory for '.*a.png'"):
        open_picture(tmp_path / "a.png")
