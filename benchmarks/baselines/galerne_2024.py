"""Scaling Painting Style Transfer's recipe (Galerne, Raad, Lezama and Morel 2024) below a thousand pixels.

There it has one size: 600 iterations of L-BFGS with 100 pairs, from the photo. Style is the Gram matrix with
weight 1000 / N² over relu1_1 … relu5_1, and beside it the mean and the standard deviation of each channel
with ten times 1000; content is relu4_2 with weight 1; each a mean of squares. Its network is Gatys', whose
filters have a mean of one over many photos; here each layer is brought to a mean of one on the photo.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from benchmarks.baselines.budget import Budget
from pareidolia.networks import Network

ITERATIONS, PAIRS, ROUND = 600, 100, 20
GRAM, MEAN_AND_STD = 1e3, 1e4

Statistics = tuple[Tensor, Tensor, Tensor]


def paint(network: Network, photo: Tensor, painting: Tensor, *, seconds: float) -> Tensor:
    """The photo (1×3×H×W in [0, 1]) in the painting's style.

    No further round of twenty iterations begins when so many seconds of the processor are used up.
    """
    budget = Budget(seconds)
    budget.give(1.0)
    layers = (*network.style_layers, network.content_layer)
    with torch.no_grad():
        means = {layer: maps.mean() for layer, maps in network.record(photo, layers).items()}

    def look(picture: Tensor) -> dict[str, Tensor]:
        return {layer: maps / means[layer] for layer, maps in network.record(picture, layers).items()}

    with torch.no_grad():
        content = look(photo)[network.content_layer]
        seen = look(painting)
        styles = {layer: statistics(seen[layer]) for layer in network.style_layers}
    pixels = (photo * 255).clone().requires_grad_(True)

    def closure() -> Tensor:
        changer.zero_grad()
        seen = look(pixels / 255)
        loss = F.mse_loss(seen[network.content_layer], content)
        for layer, wanted in styles.items():
            loss = loss + distance(statistics(seen[layer]), wanted)
        loss.backward()
        return loss

    changer = torch.optim.LBFGS([pixels], max_iter=ROUND, history_size=PAIRS)
    done = 0
    while done < ITERATIONS and not budget.spent():
        changer.step(closure)
        done += ROUND
    return (pixels.detach() / 255).clamp(0, 1)


def statistics(maps: Tensor) -> Statistics:
    """Gram matrix over positions, mean and standard deviation of each channel."""
    flat = maps.flatten(2)[0]
    gram, mean = flat @ flat.T / flat.shape[1], flat.mean(1)
    return gram, mean, (gram.diagonal() - mean.square()).clamp(min=1e-12).sqrt()


def distance(found: Statistics, wanted: Statistics) -> Tensor:
    """The weighted means of squares."""
    (gram, mean, std), (wanted_gram, wanted_mean, wanted_std) = found, wanted
    channels = F.mse_loss(mean, wanted_mean) + F.mse_loss(std, wanted_std)
    return GRAM / len(mean) ** 2 * F.mse_loss(gram, wanted_gram) + MEAN_AND_STD * channels
