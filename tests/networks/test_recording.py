"""Recording: what it keeps, where it stops, and what it leaves behind."""

import pytest
import torch
from hypothesis import given, settings
from small_networks import Twice, small_networks
from torch import Tensor, nn

from pareidolia.networks import Network, preserve_state
from pareidolia.settings import BadNetwork, BadPicture, UnknownName


def network(module: nn.Module, size: int = 32) -> Network:
    return Network("small", module, mean=(0.5, 0.4, 0.3), std=(0.2, 0.3, 0.4), input_shape=(3, size, size))


def hooks(module: nn.Module) -> int:
    return sum(len(each._forward_hooks) + len(each._forward_pre_hooks) for each in module.modules())


def test_activations_are_those_of_the_modules() -> None:
    module = Twice()
    net = network(module)
    pictures = torch.rand(2, 3, 32, 32)
    recorded = net.record(pictures, ["second", "first"])
    prepared = (pictures - torch.tensor([0.5, 0.4, 0.3]).view(3, 1, 1)) / torch.tensor([0.2, 0.3, 0.4]).view(
        3, 1, 1
    )
    first = module.first(prepared)
    assert list(recorded) == ["second", "first"]
    assert torch.allclose(recorded["first"], first)  # before the rectifier that works in place
    assert torch.allclose(recorded["second"], module.second(first.clamp(min=0)))
    assert recorded["first"].min() < 0


def test_a_module_called_twice_gives_its_last_output() -> None:
    net = network(Twice())
    recorded = net.record(torch.rand(1, 3, 32, 32), ["relu", "first"])
    assert net.layers["relu"].calls == 2
    assert recorded["relu"].shape == (1, 5, 28, 28)
    assert recorded["relu"].min() == 0
    assert recorded["first"].min() < 0


def test_nothing_runs_below_the_deepest_layer() -> None:
    module = Twice()
    net = network(module)
    net.layers  # noqa: B018  traced before the counting starts
    ran: list[str] = []
    for name, each in module.named_children():
        each.register_forward_hook(lambda *_, name=name: ran.append(name))
    net.record(torch.rand(1, 3, 32, 32), ["first"])
    assert ran == ["first"]
    ran.clear()
    net.record(torch.rand(1, 3, 32, 32), ["first", "second"])
    assert ran == ["first", "relu", "second"]


def test_gradients_flow_through_every_recorded_layer() -> None:
    net = network(Twice())
    pictures = torch.rand(1, 3, 32, 32, requires_grad=True)
    recorded = net.record(pictures, ["first", "relu"])
    for activation in recorded.values():
        (gradient,) = torch.autograd.grad(activation.sum(), pictures, retain_graph=True)
        assert gradient.abs().sum() > 0
    with torch.no_grad():
        assert not net.record(pictures, ["first"])["first"].requires_grad


def test_the_callers_picture_is_not_overwritten() -> None:
    net = Network(
        "in place",
        nn.Sequential(nn.Hardtanh(0.4, 0.6, inplace=True)),
        mean=(0.0,) * 3,
        std=(1.0,) * 3,
        input_shape=(3, 8, 8),
    )
    pictures = torch.rand(1, 3, 8, 8)
    before = pictures.clone()
    net.record(pictures, ["0"])
    assert torch.equal(pictures, before)


def test_channels_last_pictures_stay_so() -> None:
    pictures = torch.rand(2, 3, 32, 32).contiguous(memory_format=torch.channels_last)
    for activation in network(Twice()).record(pictures, ["first", "second"]).values():
        assert activation.is_contiguous(memory_format=torch.channels_last)


def test_hooks_are_gone_after_an_error() -> None:
    module = nn.Sequential(nn.Conv2d(3, 4, 9), nn.Conv2d(4, 4, 9))
    net = network(module)
    net.layers  # noqa: B018
    with pytest.raises(BadPicture, match="made for 32x32 pixels, cannot look at a picture of 10x12"):
        net.record(torch.rand(1, 3, 12, 10), ["1"])
    assert hooks(module) == 0


def test_wrong_layers_are_named_with_the_nearest() -> None:
    net = network(Twice())
    with pytest.raises(UnknownName, match=r"no layer 'frist'; did you mean first"):
        net.record(torch.rand(1, 3, 32, 32), ["first", "frist"])
    with pytest.raises(UnknownName):  # there, but no picture passes through it
        net.record(torch.rand(1, 3, 32, 32), ["unused"])
    assert net.record(torch.rand(1, 3, 32, 32), []) == {}


def test_a_smaller_picture_is_enough_for_early_layers() -> None:
    net = network(nn.Sequential(nn.Conv2d(3, 4, 3), nn.Conv2d(4, 4, 20)))
    assert net.record(torch.rand(1, 3, 5, 5), ["0"])["0"].shape == (1, 4, 3, 3)


def test_compiled_modules_are_unwrapped() -> None:
    module = nn.Sequential(torch.compile(nn.Sequential(nn.Conv2d(3, 4, 1))), nn.ReLU())
    net = network(torch.compile(module))
    assert list(net.layers) == ["0", "0.0", "1"]
    assert net.record(torch.rand(1, 3, 4, 4), ["0.0"])["0.0"].shape == (1, 4, 4, 4)


@pytest.mark.filterwarnings("ignore:.*torch.jit")
def test_scripted_modules_are_refused_by_name() -> None:
    scripted = torch.jit.script(nn.Sequential(nn.Conv2d(3, 4, 3)))
    with pytest.raises(BadNetwork, match="small is a scripted module"):
        network(scripted)
    net = network(nn.Sequential(nn.Conv2d(3, 3, 1), scripted, nn.ReLU()))
    with pytest.raises(BadNetwork, match="1 of small is a scripted module"):
        net.record(torch.rand(1, 3, 8, 8), ["1.0"])
    assert list(net.layers) == ["0", "2"]
    assert net.layers["2"].receptive_field is None
    assert net.record(torch.rand(1, 3, 8, 8), ["2"])["2"].shape == (1, 4, 6, 6)


class Several(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 1)

    def forward(self, pictures: Tensor) -> dict[str, tuple[Tensor, Tensor]]:
        maps = self.conv(pictures)
        return {"both": (maps, -maps)}


def test_a_layer_with_several_outputs_gives_the_first() -> None:
    net = network(nn.Sequential(nn.Conv2d(3, 3, 1), Several()))
    both = net.record(torch.rand(1, 3, 4, 4), ["1", "1.conv"])
    assert torch.equal(both["1"], both["1.conv"])


def state(module: nn.Module) -> list[object]:
    tensors = [value.detach().numpy().tobytes() for value in module.state_dict().values()]
    flags = [each.training for each in module.modules()]
    required = [each.requires_grad for each in module.parameters()]
    gradients = [None if each.grad is None else each.grad.numpy().tobytes() for each in module.parameters()]
    return [tensors, flags, required, gradients, hooks(module)]


@settings(max_examples=25, deadline=None)
@given(small_networks())
def test_a_network_is_left_as_it_was_found(module: nn.Sequential) -> None:
    net = network(module, 40)
    for index, each in enumerate(module):
        each.train(index % 2 == 0)
    for index, parameter in enumerate(module.parameters()):
        parameter.requires_grad_(index % 3 > 0)
        parameter.grad = torch.ones_like(parameter) if index % 2 else None
    before = state(module)
    pictures = torch.rand(2, 3, 40, 40, requires_grad=True)
    with pytest.raises(KeyboardInterrupt), preserve_state(module):
        assert not any(each.training for each in module.modules())
        module[0].register_forward_hook(lambda *_: None)
        sum(each.sum() for each in net.record(pictures, net.layers).values()).backward()
        assert pictures.grad is not None
        assert all(each.grad is None for each in module.parameters())
        raise KeyboardInterrupt
    assert state(module) == before
