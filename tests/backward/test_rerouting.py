"""Rules of one's own for linear layers, however they are called."""

from contextlib import contextmanager

import pytest
import torch
from torch import Tensor, nn

from pareidolia.backward import LinearCall, LinearRuleMode, in_mode, reroute
from pareidolia.inspection import project, send_back
from pareidolia.networks import Network
from pareidolia.settings import BadNetwork


class Magnitude(LinearRuleMode):
    """|W|ᵀ instead of Wᵀ: how strongly pixels are wired to what is explained."""

    def linear(self, call: LinearCall) -> Tensor:
        wired = call.changed(weight=call.weight.abs())
        return reroute(call.x, call.value, wired.back)


class AsItIs(LinearRuleMode):
    """The gradient itself, by the long way."""

    def linear(self, call: LinearCall) -> Tensor:
        return reroute(call.x, call.value, call.back)


class Called(nn.Module):
    """Convolutions and products in all the ways that people call them."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.up = nn.Conv2d(3, 4, 3, stride=2, padding=1), nn.ConvTranspose2d(4, 4, 2, 2)
        self.weight, self.head = nn.Parameter(torch.randn(5, 4, 3, 3) / 6), nn.Linear(5, 6)

    def forward(self, x: Tensor) -> Tensor:
        y = self.up(self.first(x).relu_())
        y = torch.conv2d(input=y, weight=self.weight, padding=1)
        y = nn.functional.max_pool2d(nn.functional.silu(y), 2)
        return self.head(y.mean((2, 3)))


@pytest.fixture
def called() -> Network:
    torch.manual_seed(1)
    return Network.of(Called(), mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=(3, 16, 16))


@contextmanager
def rule(mode: type[LinearRuleMode], module: nn.Module):
    with in_mode(mode(), module):
        yield


def _signal(network: Network, mode: type[LinearRuleMode], pictures: Tensor) -> Tensor:
    leaf = pictures.clone().requires_grad_()
    with rule(mode, network.module):
        network.backward(network(leaf)[:, 2].sum())
    return leaf.grad


def test_a_rule_that_changes_nothing_is_the_gradient(called) -> None:
    x = torch.rand(2, 3, 16, 16)
    torch.testing.assert_close(_signal(called, AsItIs, x), send_back(called, x, 2))


def test_magnitudes_of_a_linear_network() -> None:
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(4 * 36, 3))
    network = Network.of(module, mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=(3, 8, 8))
    found = _signal(network, Magnitude, torch.rand(1, 3, 8, 8))
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.abs_()
    torch.testing.assert_close(found, send_back(network, torch.rand(1, 3, 8, 8), 2))
    assert (found > 0).all()


def test_a_registered_rule_serves_every_command(called) -> None:
    from pareidolia.backward import BACKWARD_RULES, backward_rule

    @backward_rule("wiring")
    @contextmanager
    def wiring(module: nn.Module):
        with in_mode(Magnitude(), module):
            yield

    try:
        x = torch.rand(1, 3, 16, 16)
        torch.testing.assert_close(send_back(called, x, 2, rule="wiring"), _signal(called, Magnitude, x))
        assert project(called, x, "first", "1@2,3", rule="wiring").signal.min() >= 0
    finally:
        BACKWARD_RULES._found.pop("wiring")


def test_nothing_stays_behind_also_after_an_error(called) -> None:
    class Broken(LinearRuleMode):
        def linear(self, call: LinearCall) -> Tensor:
            raise ZeroDivisionError

    x = torch.rand(1, 3, 16, 16)
    expected = send_back(called, x, 2)
    with pytest.raises(BadNetwork, match="ZeroDivisionError"):
        _signal(called, Broken, x)
    assert torch.equal(send_back(called, x, 2), expected)
