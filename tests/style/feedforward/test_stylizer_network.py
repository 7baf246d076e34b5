import pytest
import torch
import torch.nn.functional as F
from torch.nn.functional import instance_norm

from pareidolia.pictures import size_of
from pareidolia.settings import PareidoliaError
from pareidolia.style.feedforward.network import StyledNorm, StylizerNetwork
from pareidolia.style.feedforward.normalization import ForwardContext
from pareidolia.style.feedforward.settings import PaintSettings
from pareidolia.style.feedforward.stylizer import Stylizer, blended


@pytest.fixture
def network():
    torch.manual_seed(3)
    network = StylizerNetwork(styles=2, width=4, blocks=1).eval()
    for module in network.modules():
        if isinstance(module, StyledNorm):
            torch.nn.init.normal_(module.scale, 1, 0.3)
            torch.nn.init.normal_(module.shift, 0, 0.3)
    return network


@pytest.fixture
def stylizer(network):
    return Stylizer(network, ("waves", "ink"))


FIRST, SECOND = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0]])


def test_a_styled_norm_is_instance_normalisation_with_the_styles_scale_and_shift():
    norm = StyledNorm(3, 2)
    torch.nn.init.normal_(norm.scale)
    torch.nn.init.normal_(norm.shift)
    x = torch.randn(2, 3, 5, 7)
    weights = torch.tensor([[0.25, 0.75], [1.0, 0.0]])
    ours = norm(x, ForwardContext(weights, None, []))
    scale, shift = weights @ norm.scale, weights @ norm.shift
    expected = instance_norm(x) * scale[:, :, None, None] + shift[:, :, None, None]
    torch.testing.assert_close(ours, expected, atol=1e-5, rtol=1e-5)


def test_pictures_of_a_batch_do_not_meet(network):
    pictures = torch.rand(3, 3, 24, 32)
    styles = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])
    together = network(pictures, styles)
    alone = torch.cat([network(pictures[k : k + 1], styles[k : k + 1]) for k in range(3)])
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=0)
    assert together.shape == pictures.shape and together.min() >= 0 and together.max() <= 1


def test_its_own_statistics_given_back_change_nothing(network):
    picture = torch.rand(1, 3, 24, 32)
    statistics = network.statistics_of(picture, FIRST)
    torch.testing.assert_close(network(picture, FIRST, statistics), network(picture, FIRST))


def test_a_pixel_sees_no_further_than_the_reach(network):
    picture = torch.rand(1, 3, 96, 96)
    statistics = network.statistics_of(picture, FIRST)
    shown = picture.clone().requires_grad_(True)
    network(shown, FIRST, statistics)[0, :, 48, 48].sum().backward()
    rows, columns = shown.grad[0].abs().sum(0).nonzero().T
    assert (rows - 48).abs().max() <= network.receptive_radius and (
        columns - 48
    ).abs().max() <= network.receptive_radius
    assert (rows - 48).abs().max() > network.receptive_radius - 6


@pytest.mark.parametrize("size", [(200, 333), (150, 150), (61, 300)])
def test_tiles_join_without_a_seam(stylizer, network, size):
    photo = F.interpolate(torch.rand(1, 3, 20, 30), size, mode="bicubic").clamp(0, 1)
    tiled = stylizer.paint(photo, PaintSettings(tile=128))
    # The copy whose statistics tiles take is the photo itself here: all are below 512 pixels.
    torch.testing.assert_close(tiled, stylizer.paint(photo), atol=1e-5, rtol=0)


def test_any_size_is_painted_and_alpha_kept(stylizer):
    photo = torch.rand(1, 4, 37, 21)
    painted = stylizer.paint(photo)
    assert painted.shape == photo.shape and torch.equal(painted[:, 3:], photo[:, 3:])
    assert size_of(stylizer.paint(torch.rand(1, 1, 9, 5))) == (9, 5)


def test_strength_goes_from_the_photo_to_the_painted(stylizer):
    photo = torch.rand(1, 3, 24, 24)
    full = stylizer.paint(photo)
    torch.testing.assert_close(stylizer.paint(photo, PaintSettings(strength=0)), photo)
    half = stylizer.paint(photo, PaintSettings(strength=0.5))
    torch.testing.assert_close(half, (photo + full) / 2)


def test_styles_blend(stylizer, network):
    photo = torch.rand(1, 3, 24, 24)
    second = stylizer.paint(photo, PaintSettings(style_weights=(0, 2)))
    torch.testing.assert_close(second, network(photo, SECOND), atol=1e-5, rtol=0)
    between = stylizer.paint(photo, PaintSettings(style_weights=(1, 1)))
    assert (between - second).abs().mean() > 1e-4 < (between - stylizer.paint(photo)).abs().mean()


@pytest.mark.parametrize("weights", [(1.0,), (0.0, 0.0), (1.0, -1.0)])
def test_weights_that_do_not_fit_are_refused(weights):
    with pytest.raises(PareidoliaError, match="knows 2 style"):
        blended(weights, ("waves", "ink"))
