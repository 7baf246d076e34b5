"""The rules against their closed forms, for every way of writing a rectifier."""

import subprocess
import sys
from contextlib import contextmanager

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from pareidolia.backward import (
    BACKWARD_RULES,
    RuleMode,
    backward_rule,
    deconvnet,
    gradient,
    guided,
    in_mode,
)
from pareidolia.settings import UnknownName

RELUS = {
    "module": nn.ReLU(),
    "module in place": nn.ReLU(inplace=True),
    "function": F.relu,
    "function in place": lambda x: F.relu(x, inplace=True),
    "keyword": lambda x: F.relu(input=x),
    "F.relu_": F.relu_,
    "torch.relu": torch.relu,
    "torch.relu_": torch.relu_,
    "method": Tensor.relu,
    "method in place": Tensor.relu_,
    "in place, result unused": lambda x: (x.relu_(), x)[1],
    "in place on a view": lambda x: (x.view(-1).relu_(), x)[1],
    "clamp(min=0)": lambda x: x.clamp(min=0),
    "clamp_(0)": lambda x: x.clamp_(0),
    "clip": lambda x: torch.clip(x, 0.0),
    "clamp_min": lambda x: x.clamp_min(0),
    "clamp_min_": lambda x: x.clamp_min_(0),
    "maximum": lambda x: torch.maximum(x, torch.zeros(())),
    "maximum, zero first": lambda x: torch.maximum(torch.zeros_like(x), x),
    "max": lambda x: x.max(torch.zeros(())),
    "threshold": lambda x: F.threshold(x, 0, 0),
    "nn.Threshold": nn.Threshold(0.0, 0.0, inplace=True),
    "aten": torch.ops.aten.relu,
    "aten overload": torch.ops.aten.relu.default,
}
KIN = {
    "relu6": (F.relu6, lambda x: (x < 6).float()),
    "nn.ReLU6": (nn.ReLU6(inplace=True), lambda x: (x < 6).float()),
    "clamp(0, 6)": (lambda x: x.clamp(0, 6), lambda x: (x <= 6).float()),
    "leaky_relu": (lambda x: F.leaky_relu(x, 0.3), torch.ones_like),
    "nn.LeakyReLU": (nn.LeakyReLU(0.1, inplace=True), torch.ones_like),
    "prelu": (nn.PReLU(), torch.ones_like),
    "rrelu": (lambda x: F.rrelu(x), torch.ones_like),
    "elu": (F.elu, torch.ones_like),
    "celu": (F.celu, torch.ones_like),
    "selu": (F.selu, lambda x: torch.full_like(x, 1.0507009873554805)),
    "silu": (F.silu, lambda x: x.sigmoid() * (1 + x * (1 - x.sigmoid()))),
    "nn.SiLU": (nn.SiLU(inplace=True), lambda x: x.sigmoid() * (1 + x * (1 - x.sigmoid()))),
    "gelu": (F.gelu, lambda x: _normal_cdf(x) + x * torch.exp(-(x**2) / 2) / (2 * torch.pi) ** 0.5),
    "hardswish": (F.hardswish, lambda x: torch.where(x < 3, (2 * x + 3) / 6, torch.ones_like(x))),
    "softplus": (F.softplus, torch.sigmoid),
}


def _normal_cdf(x: Tensor) -> Tensor:
    return 0.5 * (1 + torch.erf(x / 2**0.5))


def _through(activation, x: Tensor, signal: Tensor) -> Tensor:
    leaf = x.clone().requires_grad_()
    (result,) = torch.autograd.grad(activation(leaf * 1.0), leaf, signal)
    return result


@pytest.mark.parametrize("written", RELUS)
def test_every_way_of_writing_relu(written: str) -> None:
    x, signal = 3 * torch.randn(2, 3, 4, 4), torch.randn(2, 3, 4, 4)
    activation = RELUS[written]
    with deconvnet(nn.Identity()):
        assert torch.equal(activation(x.clone()), x.clamp(min=0))
        assert torch.equal(_through(activation, x, signal), signal.clamp(min=0))
    with guided(nn.Identity()):
        assert torch.equal(_through(activation, x, signal), signal.clamp(min=0) * (x > 0))
    with gradient(nn.Identity()):
        assert torch.equal(_through(activation, x, signal), signal * (x > 0))


@pytest.mark.parametrize("kin", KIN)
def test_the_rectifiers_kin(kin: str) -> None:
    activation, slope = KIN[kin]
    activation = activation.requires_grad_(False) if isinstance(activation, nn.Module) else activation
    x, signal = 4 * torch.randn(2, 3, 8, 8), torch.randn(2, 3, 8, 8)
    leaf = x.clone().requires_grad_()
    with deconvnet(nn.Identity()):
        assert torch.equal(activation(leaf * 1.0), activation(x.clone()))
        assert torch.equal(_through(activation, x, signal), signal.clamp(min=0))
    with guided(nn.Identity()):
        expected = slope(x) * (x > 0) * signal.clamp(min=0)
        torch.testing.assert_close(_through(activation, x, signal), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.filterwarnings("ignore:the rule met no rectifier")
@pytest.mark.parametrize(
    "activation",
    [
        torch.sigmoid,
        torch.tanh,
        F.hardsigmoid,
        F.hardtanh,
        lambda x: x.clamp(max=0),
        lambda x: x.clamp(-1, 1),
        lambda x: x.clamp(min=0.5),
        lambda x: F.glu(x, 1),
        lambda x: x.softmax(1),
        lambda x: x.max(1).values,
        lambda x: x.max(),
        lambda x: F.threshold(x, -1, 0),
        lambda x: F.normalize(x, dim=1),
    ],
)
def test_what_is_no_rectifier_keeps_its_gradient(activation) -> None:
    x = torch.randn(2, 4, 4, 4)
    signal = torch.randn_like(activation(x))
    expected = _through(activation, x, signal)
    for rule in (deconvnet, guided):
        with rule(nn.Identity()):
            assert torch.equal(_through(activation, x, signal), expected)


@given(st.lists(st.floats(-10, 10, width=32), min_size=1, max_size=12), st.integers(0, 2**31))
def test_guided_is_gradient_and_deconvnet_both(values: list[float], seed: int) -> None:
    x = torch.tensor(values)
    signal = torch.randn(x.shape, generator=torch.Generator().manual_seed(seed))
    results = {}
    for name in ("gradient", "deconvnet", "guided"):
        with BACKWARD_RULES[name](nn.Identity()):
            results[name] = _through(F.relu, x, signal)
    both = (results["gradient"] != 0) & (results["deconvnet"] != 0)
    assert torch.equal(results["guided"], torch.where(both, signal, 0.0))


def test_a_reused_activation_and_two_branches() -> None:
    relu, first, second = nn.ReLU(inplace=True), nn.Conv2d(3, 4, 3), nn.Conv2d(4, 4, 3, padding=1)
    x, signal = torch.randn(1, 3, 6, 6), torch.randn(1, 4, 4, 4)

    def residual(values: Tensor) -> Tensor:
        start = relu(first(values))
        return relu(start + second(start))

    with torch.no_grad():
        start = first(x).relu()
    back = signal.clamp(min=0)
    inner = (back + F.conv_transpose2d(back, second.weight, padding=1)).clamp(min=0)
    leaf = x.clone().requires_grad_()
    with deconvnet(nn.Identity()):
        (result,) = torch.autograd.grad(residual(leaf), leaf, signal)
    torch.testing.assert_close(result, F.conv_transpose2d(inner, first.weight).detach())
    back = signal.clamp(min=0) * (start + second(start) > 0)
    inner = (back + F.conv_transpose2d(back, second.weight, padding=1)).clamp(min=0) * (start > 0)
    with guided(nn.Identity()):
        (result,) = torch.autograd.grad(residual(leaf), leaf, signal)
    torch.testing.assert_close(result, F.conv_transpose2d(inner, first.weight).detach())


def _small() -> nn.Sequential:
    layers = [nn.Conv2d(3, 6, 3), nn.SiLU(), nn.Conv2d(6, 5, 3), nn.ReLU(inplace=True), nn.Flatten(1)]
    return nn.Sequential(*layers, nn.LazyLinear(4)).eval()


def _sent_back(network, pictures: Tensor, way: str) -> Tensor:
    leaf = pictures.clone().requires_grad_()
    score = network(leaf)[:, 1].sum()
    if way == "grad":
        return torch.autograd.grad(score, leaf)[0]
    score.backward() if way == "method" else torch.autograd.backward(score)
    return leaf.grad


@pytest.mark.parametrize("rule", [deconvnet, guided])
@pytest.mark.parametrize(
    ("reentrant", "way"),  # torch's reentrant checkpoint itself refuses autograd.grad
    [(False, "grad"), (False, "method"), (False, "function"), (True, "method"), (True, "function")],
)
def test_checkpointed_parts_follow_the_rule(rule, reentrant: bool, way: str, pictures: Tensor) -> None:
    network = _small()
    network(pictures)

    def checkpointed(values: Tensor) -> Tensor:
        return network[4:](checkpoint(network[:4], values, use_reentrant=reentrant))

    with rule(network):
        expected = _sent_back(network, pictures, "grad")
        assert torch.equal(_sent_back(checkpointed, pictures, way), expected)
    with gradient(network):
        assert not torch.allclose(_sent_back(network, pictures, "grad"), expected)


@pytest.mark.parametrize("rule", [deconvnet, guided])
def test_a_compiled_network_runs_eagerly(rule, pictures: Tensor) -> None:
    network = _small()
    network(pictures)
    compiled = torch.compile(network, backend="eager")
    with rule(network):
        expected = _sent_back(network, pictures, "grad")
    with rule(compiled):
        assert torch.equal(_sent_back(compiled, pictures, "grad"), expected)


@pytest.mark.filterwarnings("ignore:attention keeps")
def test_a_transformer_layer_takes_no_fast_path() -> None:
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, activation="relu").eval()
    layer.requires_grad_(False)
    tokens = torch.randn(2, 5, 8)
    masks = []
    handle = layer.linear1.register_forward_hook(lambda *a: masks.append(a[2].detach() > 0))
    with guided(layer):
        leaf = tokens.clone().requires_grad_()
        (result,) = torch.autograd.grad(layer(leaf)[:, 0, 3].sum(), leaf)
    handle.remove()

    class Patched(nn.TransformerEncoderLayer):
        def _ff_block(self, x: Tensor) -> Tensor:
            hidden = self.linear1(x).relu()
            hidden.register_hook(lambda signal: signal.clamp(min=0))
            return self.linear2(hidden)

    patched = Patched(8, 2, 16, batch_first=True).eval()
    patched.load_state_dict(layer.state_dict())
    leaf = tokens.clone().requires_grad_()
    (expected,) = torch.autograd.grad(patched(leaf)[:, 0, 3].sum(), leaf)
    torch.testing.assert_close(result, expected)
    assert len(masks) == 1


def test_engine_arguments_are_kept(pictures: Tensor) -> None:
    network = _small()
    network(pictures)
    leaf, other = pictures.clone().requires_grad_(), torch.ones(3, requires_grad=True)
    with guided(network):
        output = network(leaf)
        signal = torch.randn_like(output)
        first, missing = torch.autograd.grad(
            [output], [leaf, other], [signal], retain_graph=True, allow_unused=True
        )
        output.backward(signal, inputs=[leaf])
        with pytest.raises(RuntimeError, match="scalar"):
            network(leaf).backward()
    assert missing is None
    assert torch.equal(leaf.grad, first)
    assert all(parameter.grad is None for parameter in network.parameters())


def test_nothing_is_left_behind(pictures: Tensor) -> None:
    network = _small()
    network(pictures)
    plain = _sent_back(network, pictures, "grad")
    with pytest.raises(ZeroDivisionError), guided(network):
        raise ZeroDivisionError
    assert torch.equal(_sent_back(network, pictures, "grad"), plain)


def test_a_rule_of_ones_own() -> None:
    class Doubling(RuleMode):
        stand_ins = (torch.autograd.Function,)

        def rectify(self, name: str, x: Tensor, activation) -> Tensor:
            return 2 * x

    @backward_rule("test-doubling")
    @contextmanager
    def doubling(module: nn.Module):
        with in_mode(Doubling(), module):
            yield

    leaf = torch.randn(3, requires_grad=True)
    with BACKWARD_RULES["test-doubling"](nn.Identity()):
        leaf.relu().sum().backward()
    assert torch.equal(leaf.grad, torch.full((3,), 2.0))
    BACKWARD_RULES._found.pop("test-doubling")


def test_a_wrong_rule_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean guided"):
        BACKWARD_RULES["gided"](nn.Identity())


def test_the_compiler_is_not_imported_for_nothing() -> None:
    code = (
        "import sys, torch; from torch import nn; from pareidolia.backward import guided\n"
        "with guided(nn.ReLU()): pass\n"
        "assert 'torch._dynamo' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
