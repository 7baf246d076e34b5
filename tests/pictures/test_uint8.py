"""Levels: many pictures at one size, equal to what `open_picture` shows of their middle."""

import numpy as np
import pytest
from PIL import Image

from pareidolia.pictures import (
    from_uint8,
    open_picture,
    open_uint8,
    resize_picture,
    sample_photo,
    save_picture,
)
from pareidolia.settings import BadPicture


@pytest.fixture
def chelsea(tmp_path):
    pytest.importorskip("skimage", reason="scikit-image is not installed")
    path = tmp_path / "chelsea.png"
    save_picture(sample_photo("chelsea"), path)  # 451×300
    return path


def middle(path, side: int):
    """The reference: opened in floating point, scaled to cover, cut."""
    picture = open_picture(path)
    height, width = picture.shape[-2:]
    scale = side / min(height, width)
    whole = resize_picture(picture, (round(height * scale), round(width * scale)))
    top, left = (whole.shape[-2] - side) // 2, (whole.shape[-1] - side) // 2
    return whole[..., top : top + side, left : left + side]


def test_the_middle_scaled(chelsea) -> None:
    found = from_uint8([open_uint8(chelsea, (100, 100))])
    assert found.shape == (1, 3, 100, 100) and found.dtype == open_picture(chelsea).dtype
    assert found.min() >= 0 and found.max() <= 1
    # Half a pixel of shift and rounding to 8 bits stay.
    assert (found - middle(chelsea, 100)).abs().mean() < 0.012
    assert open_uint8(chelsea, (50, 120)).shape == (50, 120, 3)


def test_large_jpegs_are_decoded_small(chelsea, tmp_path) -> None:
    large = tmp_path / "large.jpg"
    Image.open(chelsea).resize((2000, 1330), Image.Resampling.BICUBIC).save(large, quality=95)
    found = from_uint8([open_uint8(large, (64, 64))])
    assert (found - middle(large, 64)).abs().mean() < 0.012


@pytest.mark.parametrize("mode", ["L", "CMYK", "P", "RGBA", "LA", "1", "I;16"])
def test_every_kind_of_picture(mode: str, chelsea, tmp_path) -> None:
    image = Image.open(chelsea).resize((90, 60))
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    else:
        image = image.convert(mode)
    if mode in ("RGBA", "LA"):
        image.putalpha(Image.linear_gradient("L").resize(image.size))
    path = tmp_path / ("a.tif" if mode in ("CMYK", "I;16") else "a.png")
    image.save(path)
    found = from_uint8([open_uint8(path, (60, 60))])
    assert (found - middle(path, 60)).abs().max() < 0.01


def test_batches_and_refusals(chelsea, tmp_path) -> None:
    first, second = open_uint8(chelsea, (32, 32)), open_uint8(chelsea, (32, 32))
    batch = from_uint8([first, second])
    assert batch.shape == (2, 3, 32, 32) and (batch[0] == batch[1]).all()
    assert batch[0, 1, 5, 7] == first[5, 7, 1] / np.float32(255)
    (tmp_path / "bad.jpg").write_bytes(b"\xff\xd8\xff rubbish")
    with pytest.raises(BadPicture, match=r"bad\.jpg"):
        open_uint8(tmp_path / "bad.jpg", (8, 8))
