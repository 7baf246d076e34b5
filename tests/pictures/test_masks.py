import warnings

import pytest
import torch

from pareidolia.pictures import as_mask, as_weights, save_picture
from pareidolia.settings import BadPicture, PareidoliaWarning

SIZE = (20, 30)


def half(channels):
    picture = torch.zeros(1, channels, *SIZE)
    picture[..., :15] = 1
    return picture


def test_a_mask_is_the_luminance_of_what_is_opaque_or_solid():
    solid = torch.cat([half(3), torch.ones(1, 1, *SIZE)], dim=1)
    for picture in (half(1), half(3), solid):
        torch.testing.assert_close(as_mask(picture, SIZE), half(1))


def test_where_alpha_varies_it_is_the_mask(tmp_path):
    """A painting program's mask: black paint, whose opacity says where."""
    exported = torch.cat([torch.zeros(1, 3, *SIZE), half(1)], dim=1)
    save_picture(exported, tmp_path / "mask.png")
    torch.testing.assert_close(as_mask(tmp_path / "mask.png", SIZE), half(1))
    torch.testing.assert_close(as_weights(exported, SIZE, "the strength"), half(1))


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_white_mask_protects_nothing_and_is_refused(channels):
    with pytest.raises(BadPicture, match="white everywhere: nothing is protected"):
        as_mask(torch.ones(1, channels, *SIZE), SIZE)
    assert float(as_weights(torch.ones(1, channels, *SIZE), SIZE, "the strength").min()) > 0.999


def test_other_proportions_are_warned_of():
    with pytest.warns(PareidoliaWarning, match="the mask of 30x20 pixels is stretched to 40x40"):
        as_mask(half(1), (40, 40))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        as_mask(half(1), (201, 300))  # rounding of sizes is none
