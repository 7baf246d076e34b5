"""Gradients along a line: summed before the first convolution where that is affine, one by one where not."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from pareidolia.inspection import ClassTarget, integrated_gradients
from pareidolia.inspection.attribution.straight_path import StraightPath
from pareidolia.networks import Network


class Head(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 3, stride=2)
        self.relu = nn.ReLU(inplace=True)
        self.score = nn.Linear(6, 5)

    def forward(self, x):
        return self.score(self.relu(self.conv(x)).square().mean((2, 3)))


class Beside(Head):
    """Sees the picture by another way too."""

    def forward(self, x):
        return super().forward(x) + x.square().mean((2, 3)).sum(1, keepdim=True)


class Bent(Head):
    """No longer affine before its first convolution."""

    def forward(self, x):
        return super().forward(x.sigmoid())


class Twice(Head):
    """Calls its first convolution twice."""

    def forward(self, x):
        return super().forward(x) + super().forward(x.square())


class Checkpointed(Head):
    def forward(self, x):
        maps = torch.utils.checkpoint.checkpoint(
            lambda y: self.relu(self.conv(y)), x, use_reentrant=self.reentrant
        )
        return self.score(maps.square().mean((2, 3)))


class Reentrant(Checkpointed):
    reentrant = True


class NotReentrant(Checkpointed):
    reentrant = False


class Later(Head):
    """Its first convolution by definition is not the first by order."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 3, 3)

    def forward(self, x):
        return super().forward(F.relu(self.first(x) - 0.1))


def made(kind) -> Network:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(4)
        module = kind()
    return Network("net", module, mean=(0.5,) * 3, std=(0.3,) * 3, input_shape=(3, 16, 16))


@pytest.mark.parametrize(
    ("kind", "cut"),
    [
        (Head, True),
        (Beside, True),
        (Bent, False),
        (Twice, False),
        (Reentrant, False),  # its first part runs without a graph at first
        (NotReentrant, True),
        (Later, False),
    ],
)
def test_it_is_the_weighted_sum_of_gradients(kind, cut) -> None:
    network = made(kind)
    begin, end = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    alphas, weights = torch.tensor([0.1, 0.4, 0.6, 0.9]), torch.tensor([0.5, 1.0, -2.0, 0.7])
    pictures = (begin + alphas.view(-1, 1, 1, 1) * (end - begin)).requires_grad_()
    (network(pictures)[:, 2] * weights).sum().backward()
    line = StraightPath(network, ClassTarget((2,)), begin, end)
    assert (line._stem is not None) is cut
    line.add(alphas[:3], weights[:3])
    line.add(alphas[3:], weights[3:])
    torch.testing.assert_close(line.gradient(), pictures.grad.sum(0), rtol=1e-5, atol=1e-7)
    scores = network(torch.stack([begin, end]))[:, 2]
    torch.testing.assert_close(torch.stack([line.begin_score, line.end_score]), scores)


def test_no_hook_stays_after_an_error() -> None:
    network = made(Head)
    with pytest.raises(RuntimeError):
        integrated_gradients(network, torch.rand(1, 3, 16, 16), ClassTarget((7,)))
    assert not network.module.conv._forward_hooks
