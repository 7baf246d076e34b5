"""How a map changes as a network's weights are randomized: smooth and efficient parameter randomization."""

from collections.abc import Callable

import torch
from torch import Tensor

from pareidolia.inspection.attribution.faithfulness import randomized, rank_correlation, weighted_layers
from pareidolia.inspection.attribution.quality.of_maps import complexity
from pareidolia.networks import Network
from pareidolia.randomness import seeded_generator

Attribution = Callable[[Network, Tensor], Tensor]


def efficient_randomization(
    network: Network, attribution: Attribution, picture: Tensor, *, seed: int = 0, bins: int = 100
) -> float:
    """(H(Φ of random weights) − H(Φ)) / H(Φ), H the complexity (Hedström et al. 2024, eq. 6).

    What explains a network becomes noise with it, so high is good; no likeness of two maps is judged.

    Args:
        network: the network.
        attribution: of a network and pictures N×C×H×W.
        picture: 1×C×H×W in [0, 1].
        seed: of the weights, all of which are shuffled.
        bins: of the histograms.

    Returns:
        The rise.
    """
    before = complexity(attribution(network, picture), bins)
    after = complexity(attribution(randomized(network, weighted_layers(network), seed=seed), picture), bins)
    return (after - before) / max(before, 1e-12)


def smooth_randomization(
    network: Network,
    attribution: Attribution,
    picture: Tensor,
    *,
    samples: int = 10,
    noise: float = 0.1,
    steps: int = 4,
    seed: int = 0,
) -> Tensor:
    """Likeness of mean maps as weights are randomized from the top down (Hedström et al. 2024, eq. 3).

    Each map is the mean over noisy copies of the picture, so that shattered gradients are no change.

    Args:
        network: the network.
        attribution: of a network and pictures N×C×H×W.
        picture: 1×C×H×W in [0, 1].
        samples: noisy copies.
        noise: their deviation, as a share of the picture's range.
        steps: how many states of the network are tried, the last one random throughout.
        seed: of noise and weights.

    Returns:
        Spearman's ρ of magnitudes for each state.
    """
    grain = torch.randn(samples, *picture.shape[1:], generator=seeded_generator(seed)).to(picture)
    copies = (picture + noise * (picture.max() - picture.min()) * grain).clamp(0, 1)

    def smooth(looking: Network) -> Tensor:
        return attribution(looking, copies).mean(dim=0, keepdim=True)

    original, layers = smooth(network), weighted_layers(network)
    counts = torch.linspace(0, len(layers), steps + 1)[1:].ceil().int().tolist()
    likeness = [
        rank_correlation(original, smooth(randomized(network, layers[:n], seed=seed))) for n in counts
    ]
    return torch.tensor(likeness)
