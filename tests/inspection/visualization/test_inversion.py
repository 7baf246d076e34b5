import pytest
import torch
from torch import nn

from pareidolia.inspection.visualization import Caricature, CaricatureSettings, Inversion, InversionSettings
from pareidolia.inspection.visualization.caricature import LayerLikeness
from pareidolia.inspection.visualization.inversion import RelativeDistance, VariationNorm
from pareidolia.networks import Network
from pareidolia.painting import ModelOutputs
from pareidolia.settings import PareidoliaError, UnknownName

MEAN = (0.4, 0.5, 0.6)


@pytest.fixture
def orthonormal():
    """Two layers that only turn: blocks of 4x4 pixels by an orthonormal matrix, then channels."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(4)
        blocks = nn.Conv2d(3, 48, 4, stride=4, bias=False)
        channels = nn.Conv2d(48, 48, 1, bias=False)
        for each in (blocks, channels):
            square = torch.linalg.qr(torch.randn(48, 48))[0]
            each.weight.data = square.reshape(each.weight.shape).contiguous()
    module = nn.Sequential(blocks, channels)
    return Network("turning", module, mean=MEAN, std=(0.2,) * 3, input_shape=(3, 16, 16))


def photo(size=(16, 24)):
    return 0.1 + 0.8 * torch.rand((1, 3, *size), generator=torch.Generator().manual_seed(8))


def inverted(network, picture, **options):
    options = {"size": max(picture.shape[-2:]), "steps": 200, **options}
    painting = Inversion(picture, InversionSettings(**options), network)
    for _ in painting:
        pass
    return painting


def test_layers_that_only_turn_are_inverted_to_the_exact(orthonormal):
    free = {"alpha_weight": 0.0, "variation_weight": 0.0}
    painting = inverted(orthonormal, photo(), layers=("0", "1"), **free)
    torch.testing.assert_close(painting.pictures, photo().expand(2, -1, -1, -1), atol=2e-3, rtol=0)
    assert max(painting.errors) < 2e-3
    assert painting.caption.startswith("relative errors: 0 0.00")


def test_the_norm_alone_leaves_the_mean_colour(orthonormal):
    painting = inverted(orthonormal, photo(), layers=("0",), alpha_weight=1e6, alpha=2.0, variation_weight=0)
    mean = torch.tensor(MEAN).view(1, 3, 1, 1).expand(1, 3, 16, 24)
    torch.testing.assert_close(painting.pictures, mean, atol=5e-3, rtol=0)


def test_more_variation_weight_is_smoother(orthonormal):
    norm = VariationNorm(2.0)
    rough, smooth = (
        float(
            norm.loss(
                ModelOutputs(inverted(orthonormal, photo(), layers=("0",), variation_weight=w).pictures, {})
            )
        )
        for w in (0.1, 10.0)
    )
    assert smooth < 0.5 * rough


def test_deeper_layers_know_less(small_network, photo):
    painting = inverted(
        small_network, photo, layers=("stage1.relu", "stage4.relu"), size=48, steps=120, variation_weight=0.3
    )
    shallow, deep = (float((each - painting._photo).square().mean()) for each in painting.pictures)
    assert shallow < deep
    assert max(painting.errors) < 0.5


@pytest.mark.parametrize("power", [1.0, 2.0, 3.0])
def test_variation_norm_of_a_slope(power):
    """Of x = 0.3 column + 0.4 row every position has a gradient of 0.5."""
    rows, columns = torch.meshgrid(torch.arange(5.0), torch.arange(7.0), indexing="ij")
    slope = (0.3 * columns + 0.4 * rows).expand(2, 3, 5, 7)
    assert float(VariationNorm(power).loss(ModelOutputs(slope, {}))) == pytest.approx(
        2 * 3 * 4 * 6 * 0.5**power
    )


def test_variation_norm_of_a_flat_picture_has_a_finite_slope():
    flat = torch.full((1, 3, 4, 4), 0.5, requires_grad=True)
    VariationNorm(1.0).loss(ModelOutputs(flat, {})).backward()
    assert torch.isfinite(flat.grad).all()


def test_relative_distance_and_its_gradient():
    target = torch.rand(1, 2, 3, 3)
    maps = torch.rand(1, 2, 3, 3, requires_grad=True)
    loss = RelativeDistance("a", target).loss(ModelOutputs(maps, {"a": maps}))
    loss.backward()
    torch.testing.assert_close(loss.detach(), ((maps.detach() - target).norm() / target.norm()) ** 2)
    torch.testing.assert_close(maps.grad, 2 * (maps.detach() - target) / target.square().sum())


def test_a_layer_that_does_not_respond_cannot_be_inverted():
    with pytest.raises(PareidoliaError, match="does not respond to this photo"):
        RelativeDistance("a", torch.zeros(1, 2, 3, 3))


def test_a_wrong_layer_is_refused(small_network, photo):
    with pytest.raises(UnknownName, match="did you mean"):
        Inversion(photo, InversionSettings(layers=("stage1.rela",)), small_network)


def test_a_caricature_points_where_the_photo_points_and_goes_further(small_network, photo):
    settings = CaricatureSettings(layer=("stage2.relu", "stage4.relu"), size=48, steps=60)
    painting = Caricature(photo, settings, small_network)
    for _ in painting:
        pass
    for layer, picture in zip(painting.layers, painting.pictures, strict=True):
        mine, theirs = (
            small_network.record(each, [layer])[layer].flatten() for each in (picture[None], painting._photo)
        )
        cosine = torch.dot(mine, theirs) / (mine.norm() * theirs.norm())
        assert cosine > 0.6 and mine.norm() > theirs.norm()


def test_likeness_is_the_formula():
    target = torch.rand(1, 2, 3, 3)
    maps = torch.rand(1, 2, 3, 3)
    h, t = maps.flatten(), target.flatten()
    cosine = h @ t / (h.norm() * t.norm())
    loss = LayerLikeness("a", target, 2.0).loss(ModelOutputs(maps, {"a": maps}))
    torch.testing.assert_close(loss, -(h @ t) / t.norm() * cosine**2)
