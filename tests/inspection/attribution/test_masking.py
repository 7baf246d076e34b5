"""Occlusion and RISE: closed forms on linear networks, and Captum."""

import pytest
import torch
from torch import nn

from pareidolia.inspection import ClassTarget, occlusion, rise
from pareidolia.networks import Network
from pareidolia.settings import PareidoliaError

TARGET = ClassTarget((3, 5))


@pytest.mark.parametrize(
    ("window", "stride"), [(6, 3), ((5, 7), (2, 7)), (24, 1), (8, 8), ((24, 28), (1, 1)), (2, 2)]
)
def test_equal_to_captum(window, stride, network, pictures) -> None:
    attr = pytest.importorskip("captum.attr", reason="captum is not installed")
    (rows, columns), (down, right) = (
        pair if isinstance(pair, tuple) else (pair, pair) for pair in (window, stride)
    )
    expected = attr.Occlusion(network.module).attribute(
        pictures,
        (3, rows, columns),
        strides=(3, down, right),
        baselines=0.5,
        target=[3, 5],
        perturbations_per_eval=8,
    )
    found = occlusion(network, pictures, TARGET, window=window, stride=stride, fill=0.5)
    assert found.shape == (2, 1, 24, 28)
    # Falls are differences of scores near 1; that is the scale of their rounding.
    assert float((found - expected[:, :1]).abs().max()) < 1e-5


def _linear() -> Network:
    module = nn.Sequential(nn.Flatten(), nn.Linear(3 * 36, 2))
    return Network("linear", module, mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=(3, 6, 6))


def test_a_linear_network_in_closed_form() -> None:
    network = _linear()
    x = torch.rand(1, 3, 6, 6)
    weights = network.module[1].weight[1].detach().view_as(x)
    found = occlusion(network, x, ClassTarget((1,)), window=1, stride=1, fill=0.25)
    torch.testing.assert_close(found, (weights * (x - 0.25)).sum(1, keepdim=True), rtol=1e-4, atol=1e-5)
    red = occlusion(network, x, ClassTarget((1,)), window=1, stride=1, fill=0.25, channels=(0,))
    torch.testing.assert_close(red, (weights * (x - 0.25))[:, :1], rtol=1e-4, atol=1e-5)


def test_the_batch_size_does_not_matter(network, pictures) -> None:
    maps = [occlusion(network, pictures, TARGET, window=6, stride=3, batch_size=b) for b in (1, 7, 100)]
    torch.testing.assert_close(maps[0], maps[1], rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(maps[0], maps[2], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"window": 25}, "does not fit a picture of 24x28"),
        ({"window": 4, "stride": 5}, "leaves gaps"),
        ({"window": 4, "stride": 0}, "does not fit"),
        ({"window": 4, "stride": 2, "channels": (3,)}, "channels 0 to 2, not 3"),
    ],
)
def test_impossible_windows(options, message: str, network, pictures) -> None:
    with pytest.raises(PareidoliaError, match=message):
        occlusion(network, pictures, TARGET, **options)


def test_rise_finds_the_patch_that_counts() -> None:
    class Patch(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            score = x[:, :, 8:16, 20:28].mean((1, 2, 3))
            return torch.stack([torch.zeros_like(score), 8 * score - 4], 1)

    network = Network("patch", Patch(), mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=(3, 32, 32))
    x = torch.ones(1, 3, 32, 32)
    found = rise(network, x, ClassTarget((1,)), masks=600)
    assert found.shape == (1, 1, 32, 32) and (found >= 0).all()
    row, column = divmod(int(found.argmax()), 32)
    assert 7 <= row <= 16 and 19 <= column <= 28
    # E[m] = p: a constant score gives the same map everywhere, equal to the score.
    flat = rise(network, x, lambda_target, masks=600)
    assert abs(float(flat.mean()) - 2.0) < 0.1


class _Constant:
    def __call__(self, network, pictures) -> torch.Tensor:
        return torch.full((len(pictures),), 2.0)

    def one(self, index: int) -> "_Constant":
        return self


lambda_target = _Constant()


def test_rise_is_a_matter_of_the_seed(network, pictures) -> None:
    maps = [rise(network, pictures, TARGET, masks=12, seed=seed) for seed in (1, 1, 2)]
    assert torch.equal(maps[0], maps[1]) and not torch.equal(maps[0], maps[2])
