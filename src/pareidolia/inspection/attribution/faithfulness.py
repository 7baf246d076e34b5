"""How faithful attribution methods are: deletion, insertion, and randomised parameters."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from math import ceil

import torch
from torch import Tensor, nn

from pareidolia.inspection.targets import Target, confidence
from pareidolia.networks import Network, preserve_state
from pareidolia.pictures import gaussian_blur
from pareidolia.randomness import seeded_generator

Attribution = Callable[[Network], Tensor]


@dataclass(frozen=True)
class ScoreCurve:
    """The target's confidence as pixels are deleted or inserted.

    Attributes:
        shares: of the pixels, growing from 0 to 1.
        values: the confidence.
    """

    shares: Tensor
    values: Tensor

    @property
    def area(self) -> float:
        """The area under the curve (AUC), in [0, 1] for probabilities."""
        return float(torch.trapezoid(self.values, self.shares))


def deletion(
    network: Network, picture: Tensor, target: Target, attribution: Tensor, *, steps: int = 28
) -> ScoreCurve:
    """Confidence as the most important pixels turn black, one share after the other; a low area is good.

    Petsiuk et al. 2018, algorithm 1.

    Args:
        network: the network.
        picture: 1×C×H×W in [0, 1].
        target: whose confidence is measured.
        attribution: 1×C×H×W or 1×1×H×W: the larger a value (its magnitude, if it is signed colour), the more
            important the pixel.
        steps: number of shares.

    Returns:
        The curve.
    """
    return _curve(network, picture, torch.zeros_like(picture), target, attribution, steps)


def insertion(
    network: Network, picture: Tensor, target: Target, attribution: Tensor, *, steps: int = 28
) -> ScoreCurve:
    """Confidence as the most important pixels replace those of a blurred picture; a high area is good.

    Petsiuk et al. 2018.

    Args:
        network: the network.
        picture: 1×C×H×W in [0, 1].
        target: whose confidence is measured.
        attribution: as for `deletion`.
        steps: number of shares.

    Returns:
        The curve.
    """
    return _curve(network, blurred(picture), picture, target, attribution, steps)


def blurred(picture: Tensor) -> Tensor:
    """The picture under a Gaussian of 5 % of its shorter side, edges mirrored: the beginning of insertion."""
    return gaussian_blur(picture, 0.05 * min(picture.shape[-2:]), border="reflect")


def weighted_layers(network: Network) -> list[str]:
    """The names of the layers that have weights of their own, from the last to the first."""
    layers = sorted(network.layers.values(), key=lambda layer: layer.finish, reverse=True)
    modules = ((layer.name, network.module.get_submodule(layer.name)) for layer in layers)
    return [name for name, module in modules if any(True for _ in module.parameters(recurse=False))]


def randomized(network: Network, layers: Sequence[str], *, seed: int = 0) -> Network:
    """A copy of the network with the weights of `layers` shuffled, which keeps their distribution."""
    copied = deepcopy(network)
    generator = seeded_generator(seed)
    for name in layers:
        _shuffle(list(copied.module.get_submodule(name).parameters(recurse=False)), generator)
    return copied


@torch.no_grad()
def _shuffle(parameters: Sequence[nn.Parameter], generator: torch.Generator) -> None:
    for parameter in parameters:
        order = torch.randperm(parameter.numel(), generator=generator).to(parameter.device)
        parameter.copy_(parameter.flatten()[order].view_as(parameter))


def randomization(network: Network, attribution: Attribution, *, seed: int = 0) -> tuple[float, float]:
    """How similar a method's map stays when the network's last layer, or its upper half, is randomised.

    Two points of the cascading randomisation of Adebayo et al. (2018, section 4.1). The likeness is
    Spearman's rank correlation of the magnitudes. 1 is the same map, and a method whose map stays similar
    does not explain what the network learned.

    Args:
        network: the network.
        attribution: maps a network to a map.
        seed: of the random weights.

    Returns:
        The likeness for the last layer and for the upper half.
    """
    original = attribution(network)
    layers = weighted_layers(network)
    upper = layers[: ceil(len(layers) / 2)]
    last, half = (
        rank_correlation(original, attribution(randomized(network, names, seed=seed)))
        for names in (layers[:1], upper)
    )
    return last, half


def rank_correlation(one: Tensor, other: Tensor) -> float:
    """Spearman's ρ of two maps' magnitudes, in [-1, 1]; 0 if one of them is constant."""
    ranks = [_ranks(each.abs().sum(dim=1).flatten().cpu().double()) for each in (one, other)]
    centered = [each - each.mean() for each in ranks]
    norm = centered[0].norm() * centered[1].norm()
    return float(centered[0] @ centered[1] / norm) if norm > 0 else 0.0


def _ranks(values: Tensor) -> Tensor:
    """Ranks from 0; equal values share the mean of their ranks."""
    _, group, counts = torch.unique(values, return_inverse=True, return_counts=True)
    ends = counts.cumsum(0)
    means: Tensor = ((ends - counts) + (ends - 1)).double() / 2
    return means[group]


def _curve(
    network: Network, before: Tensor, after: Tensor, target: Target, attribution: Tensor, steps: int
) -> ScoreCurve:
    """Replace pixels of `before` by those of `after`, most important first, and measure the confidence."""
    signal = attribution.abs().sum(dim=1) if attribution.shape[1] > 1 else attribution[:, 0]
    order = signal.flatten().argsort(descending=True, stable=True)
    pixels = len(order)
    counts = torch.linspace(0, pixels, steps + 1).round().long()
    rank = torch.empty_like(order)
    rank[order] = torch.arange(pixels, device=order.device)
    rank = rank.view(1, 1, *before.shape[-2:])
    values = []
    with preserve_state(network.module), torch.no_grad():
        for some in torch.split(counts.to(order.device), 16):
            mixed = torch.where(rank < some.view(-1, 1, 1, 1), after, before)
            seen = mixed.contiguous(memory_format=torch.channels_last)
            values.append(confidence(target, network, seen).float().cpu())
    return ScoreCurve(counts / pixels, torch.cat(values))
