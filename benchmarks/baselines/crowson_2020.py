"""style-transfer-pytorch's recipe (Katherine Crowson, 2020): Wasserstein distances of Gaussians, many sizes.

Its defaults: sizes from 128 pixels on, each √2 times the last, a thousand iterations at the first and five
hundred at each other; Adam with learning rate 0.02 and betas 0.9 and 0.99, whose moments are enlarged with
the picture; content weight 0.015 at relu4_2, style weights 256, 64, 16, 4, 1 at relu1_1 … relu5_1, total
variation 2, and a moving average (0.99) that begins anew at each size. Two things differ: the roots of
covariances are exact, where its twelve Newton-Schulz iterations are some percent off; and the network has the
borders that it was trained with, where the first convolution there repeats the outermost pixels. Its
constants are those of torchvision's VGG-19, which sees pictures of unit variance, so the activations of one
that sees 0 to 255 are brought to that.
"""

import copy
from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from benchmarks.baselines.activations import unit_activations
from benchmarks.baselines.budget import Budget
from pareidolia.networks import Network

SMALLEST, FIRST, LATER = 128, 1000, 500
CONTENT_WEIGHT, SMOOTHNESS, DECAY = 0.015, 2.0, 0.99
STYLE_WEIGHTS = tuple(weight / 341 for weight in (256, 64, 16, 4, 1))
_LEAST = 1e-4


def paint(network: Network, photo: Tensor, painting: Tensor, *, seconds: float) -> Tensor:
    """The photo (1×3×H×W in [0, 1]) in the painting's style, in about as many seconds of the processor.

    The time is shared out among the sizes as its iterations times pixels would take it.
    """
    sides = sizes(max(photo.shape[-2:]))
    iterations = [FIRST, *[LATER] * (len(sides) - 1)]
    work = [count * side**2 for count, side in zip(iterations, sides, strict=True)]
    budget = Budget(seconds)
    picture, state = fitted(photo, sides[0]), None
    for side, count, each in zip(sides, iterations, work, strict=True):
        budget.give(each / sum(work))
        content = fitted(photo, side)
        loss = Losses(network, content, fitted(painting, side))
        picture = F.interpolate(picture, content.shape[-2:], mode="bicubic").clamp(0, 1).requires_grad_(True)
        adam = torch.optim.Adam([picture], lr=0.02, betas=(0.9, 0.99))
        if state is not None:
            adam.load_state_dict(enlarged(state, content.shape[-2:]))
        average, known = torch.zeros_like(content), 0.0
        for _ in range(count):
            adam.zero_grad()
            loss(picture).backward()
            adam.step()
            with torch.no_grad():
                picture.clamp_(0, 1)
                average.lerp_(picture, 1 - DECAY)
                known += (1 - known) * (1 - DECAY)
            if budget.spent():
                break
        picture, state = average / known, adam.state_dict()
    return picture.clamp(0, 1)


class Losses:
    """The sum that is descended."""

    def __init__(self, network: Network, photo: Tensor, painting: Tensor) -> None:
        self._network, self._layers = network, (*network.style_layers, network.content_layer)
        with torch.no_grad():
            self._content = self._seen(photo)[network.content_layer]
            styles = self._seen(painting)
            self._styles = {layer: gaussian(styles[layer]) for layer in network.style_layers}
            self._roots = {layer: root(covariance) for layer, (_, covariance) in self._styles.items()}

    def __call__(self, picture: Tensor) -> Tensor:
        seen = self._seen(picture)
        total = CONTENT_WEIGHT * F.mse_loss(seen[self._network.content_layer], self._content)
        for layer, weight in zip(self._styles, STYLE_WEIGHTS, strict=True):
            total = total + weight * self._distance(layer, seen[layer])
        return total + SMOOTHNESS * variation(picture)

    def _seen(self, picture: Tensor) -> Mapping[str, Tensor]:
        return unit_activations(self._network, picture, self._layers)

    def _distance(self, layer: str, maps: Tensor) -> Tensor:
        mean, covariance = gaussian(maps)
        wanted_mean, wanted = self._styles[layer]
        return F.mse_loss(mean, wanted_mean) + apart(self._roots[layer], wanted, covariance)


def gaussian(maps: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and covariance of the positions, with a little of the unit matrix."""
    flat = maps.flatten(2)[0]
    mean = flat.mean(1)
    covariance = flat @ flat.T / flat.shape[1] - mean[:, None] * mean
    return mean, covariance + _LEAST * torch.eye(len(mean))


def root(covariance: Tensor) -> Tensor:
    """The symmetric root."""
    values, vectors = torch.linalg.eigh(covariance)
    return vectors * values.clamp(min=0).sqrt() @ vectors.T


def apart(root_of_wanted: Tensor, wanted: Tensor, covariance: Tensor) -> Tensor:
    """Squared Wasserstein distance of two centred Gaussians, over the number of channels."""
    both = root_of_wanted @ covariance @ root_of_wanted
    trace = torch.linalg.eigvalsh(both).clamp(min=1e-12).sqrt().sum()
    return (covariance.trace() + wanted.trace() - 2 * trace) / len(wanted)


def variation(picture: Tensor) -> Tensor:
    """Squared differences of neighbours, diagonal ones among them."""
    p = F.pad(picture, (1, 1, 1, 1), "replicate")
    across = (p[..., 1:-1, 2:] - p[..., 1:-1, 1:-1]).square().mean() / 3
    down = (p[..., 2:, 1:-1] - p[..., 1:-1, 1:-1]).square().mean() / 3
    falling = (p[..., 1:, 1:] - p[..., :-1, :-1]).square().mean() / 12
    rising = (p[..., 1:, :-1] - p[..., :-1, 1:]).square().mean() / 12
    return 2 * (across + down + falling + rising)


def sizes(last: int) -> list[int]:
    """Longer sides, each √2 times the one before."""
    found, step = [], 0
    while (side := round(last / 2 ** (step / 2))) >= min(SMALLEST, last):
        found.append(side)
        step += 1
    return found[::-1]


def fitted(picture: Tensor, side: int) -> Tensor:
    """The picture with that longer side."""
    height, width = (max(1, round(each * side / max(picture.shape[-2:]))) for each in picture.shape[-2:])
    return F.interpolate(picture, (height, width), mode="bicubic", antialias=True).clamp(0, 1)


def enlarged(state: dict[str, Any], shape: torch.Size) -> dict[str, Any]:
    """Adam's moments for the next size."""
    state = copy.deepcopy(state)
    for each in state["state"].values():
        each["exp_avg"] = F.interpolate(each["exp_avg"], shape, mode="bicubic")
        each["exp_avg_sq"] = F.interpolate(each["exp_avg_sq"], shape, mode="bilinear").relu_()
    return state
