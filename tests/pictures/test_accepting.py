"""Everything that is taken for a picture, and what is said of what is not."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pareidolia.pictures import as_picture, as_pictures, open_picture, save_picture
from pareidolia.settings import BadPicture, UnknownName

LEVELS = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3) * 4


@pytest.fixture
def expected() -> torch.Tensor:
    return torch.from_numpy(LEVELS).permute(2, 0, 1)[None] / 255


def test_one_picture_in_every_form(expected, tmp_path) -> None:
    path = tmp_path / "picture.png"
    save_picture(expected, path)
    for form in (
        path,
        str(path),
        expected,
        expected[0],
        torch.from_numpy(LEVELS).permute(2, 0, 1),
        LEVELS,
        LEVELS[None],
        LEVELS.astype(np.float64) / 255,
        Image.fromarray(LEVELS),
        [Image.fromarray(LEVELS)],
    ):
        assert torch.allclose(as_pictures(form), expected, atol=1e-6), form
        assert as_pictures(form).dtype == torch.float32


def test_many_pictures(expected) -> None:
    for form in (
        [LEVELS, Image.fromarray(LEVELS)],
        (expected, expected[0]),
        np.stack([LEVELS, LEVELS]),
        torch.cat([expected, expected]),
    ):
        assert torch.allclose(as_pictures(form), torch.cat([expected, expected]), atol=1e-6)


@given(st.integers(1, 6), st.integers(1, 6), st.sampled_from([None, 1, 3, 4]))
def test_arrays_and_tensors_agree(height: int, width: int, channels: int | None) -> None:
    shape = (height, width) if channels is None else (height, width, channels)
    array = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    found = as_pictures(array)
    assert found.shape == (1, channels or 1, height, width)
    planes = torch.from_numpy(array.reshape(height, width, -1)).permute(2, 0, 1)[None]
    assert torch.equal((found * 255).round().to(torch.uint8), planes)


def test_pillow_images_of_every_mode() -> None:
    for mode, channels in (
        ("1", 3),
        ("L", 3),
        ("LA", 4),
        ("P", 3),
        ("RGB", 3),
        ("RGBA", 4),
        ("CMYK", 3),
        ("I;16", 3),
    ):
        assert as_pictures(Image.new(mode, (5, 4))).shape == (1, channels, 4, 5)


def test_a_pillow_image_is_the_file_that_it_was_opened_from(tmp_path) -> None:
    path = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(LEVELS).resize((50, 40)).save(path, exif=exif)
    assert open_picture(path).shape[-2:] == (50, 40)
    with Image.open(path) as image:
        assert torch.equal(open_picture(image), open_picture(path))


def test_tensors_keep_type_and_gradients() -> None:
    picture = torch.rand(1, 3, 4, 5, dtype=torch.float64).requires_grad_()
    assert as_pictures(picture) is picture


def test_a_network_of_other_channels_gets_them() -> None:
    assert as_pictures(torch.rand(1, 7, 8, 9)).shape == (1, 7, 8, 9)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (3, "pictures=int is not a picture: give a path"),
        (None, "pictures=NoneType is not a picture"),
        ([], "pictures holds no pictures"),
        (torch.rand(4, 5), "must be a tensor C×H×W or N×C×H×W, not 4×5"),
        (torch.rand(0, 3, 4, 5), "not 0×3×4×5"),
        (torch.rand(7, 9, 3), r"channels last: give it as pictures.permute\(2, 0, 1\)"),
        (torch.rand(2, 7, 9, 3), r"pictures.permute\(0, 3, 1, 2\)"),
        (torch.zeros(3, 4, 5, dtype=torch.int64), "or uint8, not int64"),
        (torch.rand(3, 4, 5) * 255, "divide by 255 or pass uint8"),
        (torch.linspace(-2, 2, 60).view(3, 4, 5), "normalized already"),
        (torch.full((3, 4, 5), 2.2), "normalized already"),
        (torch.full((3, 4, 5), 1.05), "clamp"),
        (torch.full((3, 4, 5), float("nan")), "hold NaN"),
        (torch.full((3, 4, 5), float("inf")), r"must be in \[0, 1\], not inf"),
        (np.zeros((3, 8, 9), np.uint8), r"channels first: give it as pictures.transpose\(1, 2, 0\)"),
        (np.zeros((8, 9, 2), np.uint8), "last axis must be its 1, 3 or 4 channels"),
        (np.zeros((4, 5, 3), np.int32), "or uint8, not int32"),
        (np.zeros((1, 2, 3, 4, 5)), "must be an array H×W, H×W×C or N×H×W×C"),
        ([LEVELS, LEVELS[:3]], r"pictures\[1\] is 3×3×5, pictures\[0\] is 3×4×5"),
        ([LEVELS, 3], r"pictures\[1\]=int is not a picture"),
    ],
)
def test_what_is_not_a_picture(wrong: object, message: str) -> None:
    with pytest.raises(BadPicture, match=message):
        as_pictures(wrong)


def test_a_half_precision_rounding_is_no_reason() -> None:
    assert as_pictures(torch.full((1, 3, 2, 2), 1.0004)).amax() > 1


def test_exactly_one() -> None:
    with pytest.raises(BadPicture, match="photo must be one picture, not 2: give one, as photo"):
        as_picture(np.stack([LEVELS, LEVELS]), name="photo")
    assert as_picture(LEVELS, size=10).shape == (1, 3, 8, 10)
    with pytest.raises(UnknownName):
        as_picture("sample:nothing")


def test_open_picture_takes_files_and_images_only() -> None:
    with pytest.raises(BadPicture, match="path=Tensor is not a picture file"):
        open_picture(torch.rand(1, 3, 4, 4))


def test_a_broken_image(tmp_path) -> None:
    path = tmp_path / "cut.jpg"
    Image.fromarray(LEVELS).resize((500, 400)).save(path)
    path.write_bytes(path.read_bytes()[:2000])
    with Image.open(path) as image, pytest.raises(BadPicture, match="damaged or cut short"):
        as_picture(image)
