"""Small networks to test with."""

import torch
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F


class Twice(nn.Module):
    """One rectifier used twice, in place, as ResNet's blocks do."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 4, 3)
        self.second = nn.Conv2d(4, 5, 3)
        self.relu = nn.ReLU(inplace=True)
        self.unused = nn.Conv2d(3, 3, 1)
        self.head = nn.Linear(5, 7)

    def forward(self, pictures: Tensor) -> Tensor:
        maps = self.relu(self.second(self.relu(self.first(pictures))))
        return self.head(maps.mean((2, 3)))


class Functional(nn.Module):
    """Windows called as functions: no module but the convolutions."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 5, stride=2, padding=2)
        self.last = nn.Conv2d(4, 4, 3, dilation=2, padding="same")

    def forward(self, pictures: Tensor) -> Tensor:
        maps = F.max_pool2d(F.relu(self.conv(pictures)), 3, 2, ceil_mode=True)
        return F.avg_pool2d(self.last(F.pad(maps, (1, 0, 2, 1))), 2)


class ChannelsLast(nn.Module):
    """A block in the manner of ConvNeXt: linear layers with channels in the last place, then a skip."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 6, 2, stride=2)
        self.depthwise = nn.Conv2d(6, 6, 3, padding=1, groups=6)
        self.norm = nn.LayerNorm(6)
        self.linear = nn.Linear(6, 6)
        self.block = nn.Identity()

    def forward(self, pictures: Tensor) -> Tensor:
        maps = self.stem(pictures)
        inner = self.linear(self.norm(self.depthwise(maps).permute(0, 2, 3, 1)))
        return self.block(maps + inner.transpose(1, 3).transpose(2, 3))


@st.composite
def small_networks(draw: st.DrawFn) -> nn.Sequential:
    """Windows of all kinds after each other; average pooling, so that the whole field shows in a gradient."""
    modules: list[nn.Module] = []
    channels = 3
    for _ in range(draw(st.integers(1, 4))):
        kernel, stride = draw(st.integers(1, 3)), draw(st.integers(1, 2))
        kind = draw(st.sampled_from(["conv", "batch norm", "pool", "rectangle"]))
        if kind == "conv":
            dilation, padding = draw(st.integers(1, 2)), draw(st.integers(0, 2))
            width = draw(st.integers(1, 4))
            modules += [nn.Conv2d(channels, width, kernel, stride, padding, dilation), nn.ReLU(inplace=True)]
            channels = width
        elif kind == "rectangle":
            modules.append(nn.Conv2d(channels, channels, (1, kernel), padding=(0, kernel // 2)))
        elif kind == "pool":
            padding = draw(st.integers(0, kernel // 2))
            modules.append(nn.AvgPool2d(kernel, stride, padding, ceil_mode=draw(st.booleans())))
        else:
            modules.append(nn.BatchNorm2d(channels))
    return nn.Sequential(*modules)


def made_positive(module: nn.Module) -> nn.Module:
    """All weights positive, so that no path from pixel to unit cancels or is cut by a rectifier."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.uniform_(0.5, 1.0)
    return module
