"""Strength, colours and masks: the control of style whatever the method."""

import pytest
import torch

from pareidolia.painting import Gram, ModelOutputs
from pareidolia.pictures import luminance, resize_picture, to_yiq
from pareidolia.settings import BadPicture
from pareidolia.style import StyleLoss, StyleSettings, StyleTransfer
from pareidolia.style.colors import match_colors


def targets_of(painting):
    """The statistics that the last, full size aims at."""
    (region,) = painting._aims.regions
    return painting._aims.style_targets(96, painting.stages[-1].size, region)


def transfer(network, photo, painting, mask=None, **options):
    quick = {"size": 96, "coarsest": 48, "coarse_steps": 4, "steps": 6, "style_weight": 10.0}
    return StyleTransfer(photo, [painting], StyleSettings(**{**quick, **options}), network, mask)


def painted(*arguments, **options):
    painting = transfer(*arguments, **options)
    for _ in painting:
        pass
    return painting.picture


def half_mask(photo):
    mask = torch.zeros_like(photo[:, :1])
    mask[..., : photo.shape[-1] // 2] = 1
    return mask


def test_without_strength_the_photo_is_already_in_its_own_style(small_network, photo, painting_picture):
    # No bleed: reflected borders have a style of their own.
    options = dict(strength=0, bleed=0, coarse_to_fine=False)
    step = transfer(small_network, photo, painting_picture, **options).step()
    assert step.losses["style"] < 1e-6
    assert step.losses["content"] < 1e-6


def test_strength_is_a_share_of_the_gram_matrices(small_network, photo, painting_picture):
    def target(strength):
        made = transfer(small_network, photo, painting_picture, strength=strength)
        return targets_of(made)["stage2.relu"].means

    torch.testing.assert_close(target(0.3), 0.3 * target(1) + 0.7 * target(0))


def test_more_strength_changes_the_photo_more(small_network, photo, painting_picture):
    weak, strong = (painted(small_network, photo, painting_picture, strength=s) for s in (0.2, 1))
    assert (weak - photo).abs().mean() < (strong - photo).abs().mean()


def test_luminance_keeps_the_photos_chroma(small_network, photo, painting_picture):
    soft = 0.3 + 0.4 * photo
    picture = painted(small_network, soft, painting_picture, colors="luminance")
    assert (luminance(picture) - luminance(soft)).abs().mean() > 0.01
    chroma = (to_yiq(picture) - to_yiq(soft))[:, 1:]
    # Where luminance grows too light or dark for the chroma, it is clamped: a few pixels.
    assert chroma.abs().median() < 1e-5


def test_matched_paintings_are_recoloured_before_they_are_looked_at(small_network, photo, painting_picture):
    red = painting_picture * torch.tensor([1.0, 0.1, 0.1]).view(1, 3, 1, 1)

    def grams(painting, **options):
        return targets_of(transfer(small_network, photo, painting, **options))["stage1.relu"].means

    asked = grams(red, colors="matched")
    by_hand = grams(match_colors(resize_picture(red, (96, 96)), photo))
    torch.testing.assert_close(asked, by_hand)
    assert not torch.allclose(asked, grams(red), rtol=0.1)


def test_where_the_mask_is_black_the_photo_stays(small_network, photo, painting_picture):
    mask = half_mask(photo)
    picture = painted(small_network, photo, painting_picture, mask)
    assert torch.equal(picture[..., 52:], photo[..., 52:])
    assert (picture - photo)[..., :44].abs().mean() > 0.02


def test_a_mask_that_is_white_but_for_a_corner_changes_nothing_elsewhere(
    small_network, photo, painting_picture
):
    mask = torch.ones(1, 1, 72, 96)
    mask[..., :2, :2] = 0
    # Few steps, as the pairs of L-BFGS join all places, and small differences grow as a CPU rounds them.
    few = {"match": "gram", "balance": "relative", "content_weight": 8.0, "coarse_steps": 1, "steps": 2}
    white, without = (painted(small_network, photo, painting_picture, given, **few) for given in (mask, None))
    torch.testing.assert_close(white[..., 12:, 12:], without[..., 12:, 12:], atol=0.006, rtol=0)


def test_a_white_mask_is_refused(small_network, photo, painting_picture):
    with pytest.raises(BadPicture, match="nothing is protected"):
        transfer(small_network, photo, painting_picture, torch.ones(1, 1, 72, 96))


def test_weighted_gram_matrices_count_positions_by_their_weight(photo):
    maps = torch.rand(1, 5, 6, 4)
    whole = torch.zeros(1, 1, 6, 4)
    whole[..., :2] = 1
    torch.testing.assert_close(Gram.of(maps, whole).means, Gram.of(maps[..., :2]).means)
    torch.testing.assert_close(Gram.of(maps, torch.full((1, 1, 6, 4), 0.25)).means, Gram.of(maps).means)


def test_style_beside_the_mask_does_not_count():
    target = {"a": Gram(torch.eye(5)[None], 1)}
    mask = torch.zeros(1, 1, 12, 8)
    mask[..., :4] = 1
    loss = StyleLoss(target, [1.0], "relative", mask)
    maps = torch.rand(1, 5, 6, 4, requires_grad=True)
    loss.loss(ModelOutputs(torch.zeros(1, 3, 12, 8), {"a": maps})).backward()
    assert maps.grad[..., 2:].abs().max() == 0 < maps.grad[..., :2].abs().max()


def test_a_black_mask_is_refused(small_network, photo, painting_picture):
    with pytest.raises(BadPicture, match="black everywhere"):
        transfer(small_network, photo, painting_picture, torch.zeros(1, 1, 8, 8))
