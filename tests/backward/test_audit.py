"""Never the gradient in silence: what the rules cannot see is refused or named."""

import warnings

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pareidolia.backward import BackwardWarning, deconvnet, gradient, guided
from pareidolia.networks import Network
from pareidolia.settings import BadNetwork

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*torch.jit.*:FutureWarning"),
    pytest.mark.filterwarnings("ignore:the rule met no rectifier, only (Sigmoid|Tanh)"),
]


class Net(nn.Module):
    def __init__(self, activation) -> None:
        super().__init__()
        self.before, self.after = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 5, 3)
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        return self.after(self.activation(self.before(x))).sum((1, 2, 3))


def _send_back(network: nn.Module, pictures: Tensor) -> None:
    leaf = pictures.clone().requires_grad_()
    network(leaf).sum().backward()


def _set_item(x: Tensor) -> Tensor:
    x = x.clone()
    x[x < 0] = 0
    return x


HAND_WRITTEN = {
    "x * (x > 0)": lambda x: x * (x > 0),
    "x * (x > 0).float()": lambda x: x * (x > 0).float(),
    "x * detached mask": lambda x: (x.detach() > 0) * x,
    "where": lambda x: torch.where(x > 0, x, 0.0),
    "method where": lambda x: x.where(x > 0, torch.zeros(())),
    "masked_fill": lambda x: x.masked_fill(x < 0, 0),
    "set item": _set_item,
    "x * sigmoid(x)": lambda x: x * torch.sigmoid(x),
    "x / (1 + exp(-x))": lambda x: x / (1 + torch.exp(-x)),
    "gelu by erf": lambda x: 0.5 * x * (1 + torch.erf(x / 2**0.5)),
    "gelu by tanh": lambda x: 0.5 * x * (1 + torch.tanh(0.8 * (x + 0.045 * x**3))),
    "mish": lambda x: x * torch.tanh(F.softplus(x)),
    "hardswish": lambda x: x * F.relu6(x + 3) / 6,
    "(x + |x|) / 2": lambda x: (x + x.abs()) / 2,
    "maximum(x, 0.1 x)": lambda x: torch.maximum(x, 0.1 * x),
    "x * (sign(x) + 1) / 2": lambda x: x * (x.sign() + 1) / 2,
}
HARMLESS = {
    "squeeze and excite": lambda x: x * torch.sigmoid(x.mean((2, 3), keepdim=True)),
    "gated linear unit": lambda x: (
        x.chunk(2, 1)[0].repeat(1, 2, 1, 1) * x.chunk(2, 1)[1].sigmoid().repeat(1, 2, 1, 1)
    ),
    "normalised": lambda x: F.normalize(x, dim=1),
    "layer norm by hand": lambda x: (x - x.mean()) * (x.var() + 1e-5).rsqrt(),
    "squared": lambda x: F.relu(x) ** 2,
    "residual scaling": lambda x: x + 0.1 * F.gelu(x),
    "maxout": lambda x: torch.maximum(x, x.roll(1, 1)),
    "a constant mask": lambda x: x * (torch.arange(4) > 1)[:, None, None],
    "a constant of its device": lambda x: x * x.new_tensor([0.3, 0.6, 0.1, 1.0])[:, None, None],
    "ones like it": lambda x: torch.where(torch.ones_like(x, dtype=torch.bool), x, 0.0),
    "channel dropping": lambda x: torch.where(torch.ones(4, 1, 1, dtype=torch.bool), x, 0.0),
}


@pytest.mark.parametrize("rule", [deconvnet, guided])
@pytest.mark.parametrize("written", HAND_WRITTEN)
def test_activations_written_by_hand_are_named(written: str, rule, pictures: Tensor) -> None:
    network = Net(HAND_WRITTEN[written])
    named = r"by hand keeps its plain gradient: test_audit.py:\d+ in "
    with pytest.warns(BackwardWarning, match=named), rule(network):
        _send_back(network, pictures)
    with warnings.catch_warnings(), gradient(network):
        warnings.simplefilter("error")
        _send_back(network, pictures)


@pytest.mark.parametrize("written", HARMLESS)
def test_what_is_harmless_warns_nobody(written: str, pictures: Tensor) -> None:
    network = Net(lambda x: F.relu(HARMLESS[written](x)))
    with warnings.catch_warnings(), guided(network):
        warnings.simplefilter("error")
        _send_back(network, pictures)


def test_what_the_package_does_to_pictures_is_not_told_of(pictures: Tensor) -> None:
    gray = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU())
    network = Network("gray", gray, mean=(0.4,), std=(0.2,), input_shape=(1, 8, 8))
    with warnings.catch_warnings(), guided(gray):
        warnings.simplefilter("error")
        leaf = torch.rand(2, 3, 8, 8).requires_grad_()
        network.record(leaf, ["1"])["1"].sum().backward()
    assert leaf.grad is not None


def test_each_line_is_named_once(pictures: Tensor) -> None:
    network = Net(HAND_WRITTEN["where"])
    with warnings.catch_warnings(record=True) as caught, guided(network):
        warnings.simplefilter("always")
        _send_back(network, pictures)
        _send_back(network, pictures)
    assert len(caught) == 1
    assert "torch.where(x > 0, x, 0.0)" in str(caught[0].message)


@pytest.mark.parametrize("rule", [deconvnet, guided])
def test_a_network_without_rectifiers_is_told(rule, pictures: Tensor) -> None:
    with pytest.warns(BackwardWarning, match="met no rectifier, only Tanh"), rule(nn.Tanh()):
        _send_back(Net(torch.tanh), pictures)


def test_a_linear_part_is_not_told(pictures: Tensor) -> None:
    convolution = nn.Conv2d(3, 4, 3)
    with warnings.catch_warnings(), guided(convolution):
        warnings.simplefilter("error")
        _send_back(convolution, pictures)


def test_attention_is_told() -> None:
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True).eval()
    leaf = torch.randn(1, 5, 8, requires_grad=True)
    with pytest.warns(BackwardWarning, match="attention keeps its plain gradient"), guided(layer):
        layer(leaf).sum().backward()


class Inner(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x)


@pytest.mark.parametrize("rule", [deconvnet, guided])
def test_scripted_parts_are_refused_by_name(rule) -> None:
    network = nn.Sequential()
    network.add_module("head", nn.Conv2d(3, 4, 3))
    network.add_module("body", torch.jit.script(nn.Sequential(nn.Conv2d(4, 4, 3), Inner())))
    with pytest.raises(BadNetwork, match=r"^body: TorchScript hides"), rule(network):
        pass
    traced = torch.jit.trace(nn.Sequential(nn.Conv2d(3, 4, 3), nn.Hardswish()), torch.ones(1, 3, 8, 8))
    with pytest.raises(BadNetwork, match="TorchScript hides"), rule(traced):
        pass


def test_scripted_parts_without_rectifiers_are_welcome(pictures: Tensor) -> None:
    network = nn.Sequential(torch.jit.script(nn.Conv2d(3, 4, 3)), nn.ReLU(), nn.Flatten())
    with guided(network):
        _send_back(network, pictures)


@torch.jit.script
def scripted_relu(x: Tensor) -> Tensor:
    return torch.relu(x) * 2


def test_scripted_functions_are_refused_on_every_run(pictures: Tensor) -> None:
    # The profiling executor rewrites a scripted function after its first runs.
    network = Net(scripted_relu)
    for _ in range(4):
        with (
            pytest.raises(BadNetwork, match=r"scripted, compiled or C|scripted or compiled"),
            guided(network),
        ):
            _send_back(network, pictures)


def test_fused_kernels_are_refused(pictures: Tensor) -> None:
    recurrent = nn.RNN(16, 8, nonlinearity="relu", batch_first=True)
    leaf = pictures[:, 0].clone().requires_grad_()
    with pytest.raises(BadNetwork, match=r"Relu ran where"), guided(recurrent):
        recurrent(leaf)[0].sum().backward()


class Swish(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x.sigmoid()

    @staticmethod
    def backward(ctx, signal):
        (x,) = ctx.saved_tensors
        return signal * x.sigmoid() * (1 + x * (1 - x.sigmoid()))


def test_autograd_functions_of_the_users_own_are_named(pictures: Tensor) -> None:
    network = Net(Swish.apply)
    with pytest.warns(BackwardWarning, match="Swish keeps the backward pass"), guided(network):
        _send_back(network, pictures)
