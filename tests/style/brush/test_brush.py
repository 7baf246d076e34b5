import pytest
import torch
import torch.nn.functional as F

from pareidolia.pictures import to_yiq
from pareidolia.settings import BadNetwork, BadPicture, PareidoliaError
from pareidolia.style.brush import WEIGHTS, BrushSettings, brushed, load_brush


@pytest.fixture
def other(painting_picture):
    return painting_picture.flip(1) ** 3


@pytest.mark.parametrize("size", [(200, 333), (150, 150), (61, 300)])
def test_tiles_join_without_a_seam(brush, painting_picture, size):
    photo = F.interpolate(torch.rand(1, 3, 20, 30), size, mode="bicubic").clamp(0, 1)
    tiled = brush.paint(photo, [painting_picture], BrushSettings(tile=128))
    # The copy whose statistics tiles take is the photo itself here: all are below 512 pixels.
    torch.testing.assert_close(tiled, brush.paint(photo, [painting_picture]), atol=1e-5, rtol=0)


def test_any_size_is_painted_and_alpha_kept(brush, painting_picture):
    photo = torch.rand(1, 4, 53, 37)
    painted = brush.paint(photo, [painting_picture])
    assert painted.shape == photo.shape and torch.equal(painted[:, 3:], photo[:, 3:])
    assert brush.paint(torch.rand(1, 1, 40, 33), [painting_picture]).shape == (1, 3, 40, 33)


def test_styles_blend_by_their_codes(brush, photo, painting_picture, other):
    both = BrushSettings(painting_weights=(1, 3))
    ours = brush.code(photo, [painting_picture, other], both)
    first, second = (brush.code(photo, [each]) for each in (painting_picture, other))
    torch.testing.assert_close(ours, 0.25 * first + 0.75 * second)
    alone = brush.paint(photo, [painting_picture, other], BrushSettings(painting_weights=(0, 2)))
    torch.testing.assert_close(alone, brush.paint(photo, [other]), atol=1e-5, rtol=0)


def test_strength_leads_from_the_photos_own_code(brush, photo, painting_picture):
    settings = BrushSettings(painting_size=96)
    own = brush.code(photo, [photo], settings)
    full = brush.code(photo, [painting_picture], settings)
    weak = brush.code(photo, [painting_picture], settings.model_copy(update={"strength": 0.3}))
    torch.testing.assert_close(weak, 0.3 * full + 0.7 * own)


def test_luminance_keeps_the_photos_chroma(brush, photo, painting_picture):
    soft = 0.3 + 0.4 * photo
    picture = brush.paint(soft, [painting_picture], BrushSettings(colors="luminance"))
    chroma = (to_yiq(picture) - to_yiq(soft))[:, 1:]
    assert chroma.abs().median() < 1e-5 < (picture - soft).abs().mean()


def test_where_the_mask_is_black_the_photo_stays(brush, photo, painting_picture):
    mask = torch.zeros_like(photo[:, :1])
    mask[..., : photo.shape[-1] // 2] = 1
    picture = brush.paint(photo, [painting_picture], mask=mask)
    assert torch.equal(picture[..., 52:], photo[..., 52:])
    whole = brush.paint(photo, [painting_picture])
    torch.testing.assert_close(picture[..., :44], whole[..., :44])


def test_painting_leaves_the_network_as_it_was(brush, photo, painting_picture):
    before = {name: value.clone() for name, value in brush.network.state_dict().items()}
    first, second = (brush.paint(photo, [painting_picture]) for _ in range(2))
    assert torch.equal(first, second)
    assert all(torch.equal(value, before[name]) for name, value in brush.network.state_dict().items())


def test_bad_input_is_told(brush, photo, painting_picture, tmp_path):
    with pytest.raises(PareidoliaError, match="at least one painting"):
        brush.paint(photo, [])
    with pytest.raises(PareidoliaError, match="1 painting"):
        brush.paint(photo, [painting_picture], BrushSettings(painting_weights=(1, 2)))
    with pytest.raises(BadPicture, match="at least 32"):
        brush.paint(torch.rand(1, 3, 8, 400), [painting_picture])
    with pytest.raises(BadNetwork, match="does not exist"):
        load_brush("cpu", tmp_path / "none.safetensors")


def test_the_shipped_weights_are_small_and_paint():
    assert WEIGHTS.stat().st_size <= 6_000_000
    made = brushed("sample:chelsea", ["sample:waves"], BrushSettings(size=128))
    assert made.picture.shape == (1, 3, 85, 128) and "128x85" in made.caption
    assert made.picture.min() >= 0 and made.picture.max() <= 1
