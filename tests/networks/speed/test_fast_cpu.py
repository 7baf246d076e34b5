"""The one switch: it changes no bit, and hides no convolution from a mode that looks for them."""

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from pareidolia.backward import guided
from pareidolia.networks.speed import fast_cpu


def _network() -> nn.Module:
    torch.manual_seed(1)
    module = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 4, 3, stride=2), nn.ReLU()
    )
    return module.requires_grad_(False)


def _forward_and_back(module: nn.Module, pictures: Tensor) -> tuple[Tensor, Tensor, str]:
    leaf = pictures.clone().requires_grad_()
    maps = module(leaf)
    maps.square().sum().backward()
    assert leaf.grad is not None and maps.grad_fn is not None
    nodes, node = [], maps.grad_fn
    while node is not None:
        nodes.append(type(node).__name__)
        node = node.next_functions[0][0] if node.next_functions else None
    return maps.detach(), leaf.grad, " ".join(nodes)


def test_it_changes_no_bit_and_replaces_what_it_should() -> None:
    module, pictures = _network(), torch.rand(2, 3, 32, 32)
    plain = _forward_and_back(module, pictures)
    with fast_cpu():
        fast = _forward_and_back(module, pictures)
    assert torch.equal(plain[0], fast[0]) and torch.equal(plain[1], fast[1])
    assert "ConvolutionBackward" in plain[2] and "MaxPool2D" in plain[2]
    assert "ConvolutionBackward" not in fast[2] and "MaxPool2D" not in fast[2]


def test_a_mode_that_looks_for_convolutions_still_sees_them() -> None:
    class Counting(TorchFunctionMode):
        def __init__(self) -> None:
            super().__init__()
            self.seen: list[str] = []

        def __torch_function__(self, func, types, args=(), kwargs=None):
            self.seen.append(func.__name__)
            return func(*args, **(kwargs or {}))

    module, pictures = _network(), torch.rand(1, 3, 32, 32)
    with Counting() as mode, fast_cpu():
        _forward_and_back(module, pictures)
    assert mode.seen.count("conv2d") == 2 and "max_pool2d" in mode.seen


def test_the_rules_for_rectifiers_leave_it_on() -> None:
    module, pictures = _network(), torch.rand(1, 3, 32, 32)
    with guided(module):
        plain = _forward_and_back(module, pictures)
    with guided(module), fast_cpu():
        fast = _forward_and_back(module, pictures)
    assert torch.equal(plain[1], fast[1])
    assert "ConvolutionBackward" in plain[2] and "ConvolutionBackward" not in fast[2]
