import subprocess
import sys

import pytest
import torch
from torch import nn

from pareidolia.atlas import class_attribution
from pareidolia.atlas.attribution import class_names
from pareidolia.networks import Network
from pareidolia.settings import PareidoliaError


class Residual(nn.Module):
    """Convolutions, in-place rectifiers, batch normalisation, a sum and pooling."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 6, 3, padding=1)
        self.norm = nn.BatchNorm2d(6)
        self.relu = nn.ReLU(inplace=True)
        self.deep = nn.Conv2d(6, 6, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.head = nn.Linear(6, 4)

    def forward(self, pictures):
        early = self.relu(self.norm(self.stem(pictures)))
        late = self.pool(torch.relu(self.deep(early)) + early)
        return self.head(late.mean(dim=(2, 3)))


@pytest.fixture
def network():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        module = Residual()
        module.norm.running_mean.uniform_(-0.2, 0.2)
    zero, one = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
    return Network("residual", module, mean=zero, std=one, input_shape=(3, 12, 12))


PICTURES = torch.rand(3, 3, 12, 12, generator=torch.Generator().manual_seed(0))
POSITIONS = torch.tensor([[0, 0], [3, 5], [2, 1]])


def by_backward(network, layer, pictures, positions):
    """h · ∇logit by one backward pass a class."""
    kept = {}

    def keep(_module, _inputs, output):
        kept["maps"] = output.detach().requires_grad_()
        return kept["maps"].clone()

    handle = network.module.get_submodule(layer).register_forward_hook(keep)
    logits = network(pictures)
    handle.remove()
    table = []
    for k in range(logits.shape[1]):
        (gradient,) = torch.autograd.grad(logits[:, k].sum(), kept["maps"], retain_graph=True)
        product = kept["maps"] * gradient
        if product.ndim == 4:
            product = torch.stack([each[:, r, c] for each, (r, c) in zip(product, positions, strict=True)])
        table.append(product.sum(dim=1))
    return torch.stack(table, dim=1).detach()


@pytest.mark.parametrize("layer", ["stem", "norm", "deep", "pool", "head"])
def test_it_is_the_product_of_activation_and_gradient_of_every_class(network, layer):
    network.module.requires_grad_(False)
    found = class_attribution(network, layer, PICTURES, POSITIONS)
    torch.testing.assert_close(found, by_backward(network, layer, PICTURES, POSITIONS))
    assert found.shape == (3, 4) and found.abs().max() > 0


def test_the_attributions_of_all_positions_add_up_to_the_logits_without_bias(network):
    """After the layer the network is piecewise linear, so Σ h · ∇logit = logit − bias."""
    with torch.no_grad():
        network.module.deep.bias.zero_()
    positions = torch.cartesian_prod(torch.arange(6), torch.arange(6))
    found = class_attribution(network, "pool", PICTURES[:1].expand(36, -1, -1, -1), positions)
    with torch.no_grad():
        logits = network(PICTURES[:1])[0]
    torch.testing.assert_close(found.sum(dim=0), logits - network.module.head.bias)


def test_the_network_is_left_as_it_was(network):
    network.module.requires_grad_(True)
    before = {name: value.clone() for name, value in network.module.state_dict().items()}
    class_attribution(network, "pool", PICTURES, POSITIONS)
    assert all(torch.equal(value, before[name]) for name, value in network.module.state_dict().items())
    assert not any(module._forward_hooks for module in network.module.modules())
    assert all(parameter.requires_grad for parameter in network.module.parameters())


def test_a_layer_that_the_classes_do_not_depend_on_is_told(network):
    network.module.aside = nn.Conv2d(3, 2, 1)
    forward = network.module.forward

    def with_aside(pictures):
        network.module.aside(pictures)
        return forward(pictures)

    network.module.forward = with_aside
    with pytest.raises(PareidoliaError, match="do not depend on aside"):
        class_attribution(network, "aside", PICTURES, POSITIONS)


class Opaque(torch.autograd.Function):
    @staticmethod
    def forward(context, values):
        return values * 2

    @staticmethod
    def backward(context, gradient):
        return gradient * 2


def test_what_has_no_forward_derivative_is_told(network):
    network.module.head.register_forward_pre_hook(lambda _, inputs: (Opaque.apply(inputs[0]),))
    with pytest.raises(PareidoliaError, match="no class attribution at stem of residual"):
        class_attribution(network, "stem", PICTURES, POSITIONS)


def test_class_names_are_numbers_where_there_are_none(network, small_network):
    assert class_names(network) == ("class 0", "class 1", "class 2", "class 3")
    assert class_names(small_network) == ()  # maps, not classes


def test_torch_warns_of_no_future():
    """Not of its own jit, which the first forward derivative of a process loads."""
    code = (
        "import torch; from pareidolia.networks import load_network; "
        "from pareidolia.atlas.attribution import class_attribution as told; "
        "told(load_network('retina'), 'stage4.relu1', torch.rand(1, 3, 64, 64), torch.zeros(1, 2).long())"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "FutureWarning" not in run.stderr
