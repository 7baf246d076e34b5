"""The lecture's formulas, term by term, in float64."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pareidolia.painting import Gram, ModelOutputs, style_gradient
from pareidolia.style import ContentLoss, StyleLoss, content_loss


def maps(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_gram_is_the_lectures_sum():
    f = maps(1, 3, 2, 5)
    flat = f.reshape(3, 10)
    for i in range(3):
        for j in range(3):
            assert torch.isclose(Gram.of(f).sums[0, i, j], sum(flat[i, k] * flat[j, k] for k in range(10)))


def test_content_loss_is_half_the_squared_distance():
    assert content_loss(torch.tensor([1.0, 2.0]), torch.tensor([0.0, 4.0])) == pytest.approx(2.5)


def test_style_loss_of_equal_sizes_is_the_lectures():
    f, a = maps(1, 4, 3, 5), maps(1, 4, 3, 5, seed=1)
    channels, positions = 4, 15
    lecture = (Gram.of(f).sums - Gram.of(a).sums).square().sum() / (4 * channels**2 * positions**2)
    assert torch.isclose(Gram.of(f).distance(Gram.of(a)), lecture, rtol=1e-12)


def test_style_loss_does_not_change_with_the_size_of_either_picture():
    f, a = maps(1, 4, 3, 5), maps(1, 4, 3, 5, seed=1)
    once = Gram.of(f).distance(Gram.of(a))
    assert torch.isclose(Gram.of(f.repeat(1, 1, 2, 3)).distance(Gram.of(a)), once)
    assert torch.isclose(Gram.of(f).distance(Gram.of(a.repeat(1, 1, 4, 1))), once)


@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 6), st.integers(0, 2**31))
@settings(max_examples=25, deadline=None)
def test_autograd_equals_the_closed_form(channels, height, width, seed):
    f = maps(1, channels, height, width, seed=seed).requires_grad_(True)
    target = Gram.of(maps(1, channels, height + 1, width, seed=seed + 1))
    Gram.of(f).distance(target).backward()
    torch.testing.assert_close(f.grad, style_gradient(f.detach(), target), rtol=1e-10, atol=1e-12)


def test_masked_by_the_rectifier_it_is_the_gradient_of_its_input():
    """The lecture's two cases: zero where the rectifier's input is not positive."""
    x = maps(1, 5, 4, 4).requires_grad_(True)
    x.data[0, 0, 0, 0] = 0.0
    target = Gram.of(maps(1, 5, 4, 4, seed=1).relu())
    Gram.of(x.relu()).distance(target).backward()
    f = x.detach().relu()
    torch.testing.assert_close(x.grad, style_gradient(f, target) * (x > 0), rtol=1e-10, atol=1e-12)


def test_the_closed_form_written_as_in_the_lecture():
    """1/(N²M²) · (Fᵀ(G − A))ᵀ for equal sizes."""
    f, a = maps(1, 3, 4, 2), maps(1, 3, 4, 2, seed=1)
    flat, other = f.reshape(3, 8), a.reshape(3, 8)
    lecture = (flat.T @ (flat @ flat.T - other @ other.T)).T / (3**2 * 8**2)
    torch.testing.assert_close(style_gradient(f, Gram.of(a)).reshape(3, 8), lecture, rtol=1e-12, atol=0)


@given(st.integers(1, 5), st.integers(0, 100))
def test_grams_of_tiles_add_up_to_the_whole(cut, seed):
    f = maps(1, 3, 6, 4, seed=seed)
    total = Gram.of(f[:, :, :cut]) + Gram.of(f[:, :, cut:])
    torch.testing.assert_close(total.sums, Gram.of(f).sums)
    assert total.positions == 24


def test_relative_balance_makes_an_empty_map_cost_its_weight():
    targets = {"a": 100 * maps(1, 3, 4, 4), "b": 0.01 * maps(1, 5, 2, 2)}
    empty = ModelOutputs(
        torch.zeros(1), {layer: torch.zeros_like(target) for layer, target in targets.items()}
    )
    assert ContentLoss(targets, [0.25, 2.0], "relative").loss(empty) == pytest.approx(2.25)
    grams = {layer: Gram.of(target) for layer, target in targets.items()}
    assert StyleLoss(grams, [0.25, 2.0], "relative").loss(empty) == pytest.approx(2.25)


def test_lecture_balance_is_the_weighted_sum():
    f, c = maps(1, 3, 4, 4), maps(1, 3, 4, 4, seed=1)
    loss = ContentLoss({"a": c}, [3.0], "gatys").loss(ModelOutputs(f, {"a": f}))
    assert torch.isclose(loss, 3 * content_loss(f, c))


def test_focus_counts_what_is_flat_less():
    """Energies of 1, 3, 4 and 8, of which the mean is 4."""
    c = torch.tensor([1.0, 3.0, 4.0, 8.0]).sqrt().reshape(1, 1, 2, 2)
    apart = ModelOutputs(c, {"a": c + 1})
    shares = [1 / 16, 9 / 16, 1, 1]
    assert ContentLoss({"a": c}, [3.0], "gatys", 2.0).loss(apart) == pytest.approx(3 * sum(shares) / 2)
    assert ContentLoss({"a": c}, [3.0], "gatys").loss(apart) == pytest.approx(3 * 4 / 2)


def test_focus_of_a_photo_without_anything_asks_for_nothing():
    empty = torch.zeros(1, 2, 3, 3)
    assert ContentLoss({"a": empty}, [1.0], "gatys", 2.0).loss(ModelOutputs(empty, {"a": empty + 1})) == 0


def test_a_blend_of_targets_has_the_gradient_of_the_blended_losses():
    f = maps(1, 3, 4, 4).requires_grad_(True)
    first, second = (Gram.of(maps(1, 3, 4, 4, seed=s)) for s in (1, 2))
    (blended,) = torch.autograd.grad(Gram.of(f).distance(Gram.mean([first, second], [0.3, 0.7])), f)
    separate = 0.3 * Gram.of(f).distance(first) + 0.7 * Gram.of(f).distance(second)
    torch.testing.assert_close(blended, torch.autograd.grad(separate, f)[0])
