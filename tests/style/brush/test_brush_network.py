import pytest
import torch
from torch.nn.functional import instance_norm

from pareidolia.style.brush.network import BrushNetwork, CodedNorm, Codes, Grain, Painter
from pareidolia.style.feedforward.normalization import ForwardContext


def test_a_coded_norm_is_instance_normalisation_with_the_codes_scale_and_shift():
    codes = Codes()
    codes.norm(2)
    norm = codes.norm(3)
    assert isinstance(norm, CodedNorm) and codes.length == 10
    x, code = torch.randn(2, 3, 5, 7), torch.randn(2, 10)
    scale, shift = 1 + code[:, 4:7], code[:, 7:10]
    expected = instance_norm(x) * scale[:, :, None, None] + shift[:, :, None, None]
    torch.testing.assert_close(norm(x, ForwardContext(code, None, [])), expected, atol=1e-4, rtol=1e-4)


def test_every_number_of_a_code_is_used(brush):
    painter = brush.network.painter
    code = brush.network.codes_of(torch.rand(1, 3, 40, 40)).detach().requires_grad_(True)
    picture = torch.rand(1, 3, 32, 48)
    painter(picture, ForwardContext(code, None, [])).square().sum().backward()
    assert (code.grad != 0).float().mean() > 0.9


def test_its_own_statistics_given_back_change_nothing(brush):
    network, picture = brush.network, torch.rand(1, 3, 32, 48)
    code = network.codes_of(torch.rand(1, 3, 40, 40))
    statistics = network.statistics_of(picture, code)
    torch.testing.assert_close(network(picture, code, statistics), network(picture, code))


def test_pictures_of_a_batch_do_not_meet(brush):
    network, pictures = brush.network, torch.rand(2, 3, 32, 48)
    codes = network.codes_of(torch.rand(2, 3, 40, 40))
    together = network(pictures, codes)
    alone = torch.cat([network(pictures[k : k + 1], codes[k : k + 1]) for k in range(2)])
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=0)
    assert together.shape == pictures.shape and together.min() >= 0 and together.max() <= 1


def test_the_grain_belongs_to_the_place():
    grain, whole = Grain(), torch.zeros(2, 48, 150, 20)
    shown = grain(whole, (3, 5))
    assert shown.shape == (2, 4, 150, 20) and shown.abs().max() <= 1
    torch.testing.assert_close(grain(whole[..., 7:9, 2:6], (10, 7)), shown[..., 7:9, 2:6])
    torch.testing.assert_close(shown[..., 128:, :], shown[..., :22, :])


def test_a_grey_picture_is_not_painted_in_one_repeated_pattern(brush):
    """Every shift-invariant network alone would repeat its squares of 8 pixels."""
    network, gray = brush.network, torch.full((1, 3, 192, 192), 0.5)
    painted = network(gray, network.codes_of(torch.rand(1, 3, 40, 40)))[..., 64:128, 64:128]
    assert float((painted[..., 8:] - painted[..., :-8]).abs().max()) > 0.02


@pytest.mark.parametrize("place", [92, 95, 97, 100])
def test_a_pixel_sees_no_further_than_the_reach(brush, place):
    network, picture = brush.network, torch.rand(1, 3, 192, 192)
    code = network.codes_of(torch.rand(1, 3, 40, 40))
    statistics = network.statistics_of(picture, code)
    shown = picture.clone().requires_grad_(True)
    network(shown, code, statistics)[0, :, place, place].sum().backward()
    rows, columns = shown.grad[0].abs().sum(0).nonzero().T
    furthest = max((rows - place).abs().max(), (columns - place).abs().max())
    assert network.receptive_radius - 24 < furthest <= network.receptive_radius


def test_it_begins_without_a_checkerboard():
    """The four pixels of a square come from one kernel until training parts them."""
    painter = Painter(16, 16, 1, 8, 8)
    lumas = painter.paint.weight[:4]
    assert torch.equal(lumas, lumas[:1].expand_as(lumas))


def test_it_is_no_larger_than_promised():
    assert sum(parameter.numel() for parameter in BrushNetwork().parameters()) <= 3_000_000


@pytest.mark.parametrize(("rows", "columns"), [((0, 40), (24, 72)), ((8, 56), (40, 96))])
def test_a_rectangle_of_a_painting_is_read_as_if_it_were_alone(rows, columns):
    reader, painting = BrushNetwork().reader, torch.rand(1, 3, 64, 96)
    part, inside = torch.zeros(1, 1, 64, 96), (..., slice(*rows), slice(*columns))
    part[inside] = 1
    torch.testing.assert_close(reader(painting, part), reader(painting[inside]), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("rows", "columns"), [((0, 3), (90, 96)), ((61, 64), (5, 6)), ((30, 31), (0, 96))])
def test_a_part_narrower_than_can_be_read_is_read_with_what_is_beside_it(rows, columns):
    part = torch.zeros(1, 1, 64, 96)
    part[..., slice(*rows), slice(*columns)] = 1
    assert BrushNetwork().reader(torch.rand(1, 3, 64, 96), part).isfinite().all()
