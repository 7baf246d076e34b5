import torch
import torch.nn.functional as F
from torch import nn

from pareidolia.networks.padding import swap_padding


def test_padding_repeats_the_border() -> None:
    module = nn.Conv2d(2, 3, 3, padding=1)
    x = torch.rand(1, 2, 5, 6, generator=torch.Generator().manual_seed(0))
    expected = F.conv2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), module.weight, module.bias)
    swap_padding(module, "replicate")
    assert torch.equal(module(x), expected)


def test_a_plain_picture_stays_plain_up_to_the_border() -> None:
    """With zeros the border of a plain picture answers otherwise than its middle: a frame."""
    module = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 4, 5, padding=2, stride=2))
    plain = torch.full((1, 3, 16, 16), 0.5)
    assert module(plain).std(dim=(2, 3)).max() > 1e-3
    swap_padding(module, "reflect")
    assert module(plain).std(dim=(2, 3)).max() < 1e-6


def test_what_does_not_pad_with_zeros_stays() -> None:
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Conv2d(4, 4, 3, padding=1, padding_mode="circular"))
    swap_padding(module, "reflect")
    assert [each.padding_mode for each in module] == ["zeros", "circular"]


def test_zeros_change_nothing() -> None:
    module = nn.Conv2d(3, 4, 3, padding="same")
    x = torch.rand(1, 3, 5, 6)
    before = module(x)
    swap_padding(module, "zeros")
    assert torch.equal(module(x), before)
