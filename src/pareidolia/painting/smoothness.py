"""What a picture is, pixel by pixel, before a network sees it: how much neighbours differ."""

import torch
from torch import Tensor

from pareidolia.painting.objectives import ModelOutputs, Term
from pareidolia.pictures.wrapping import NOWHERE, Wrap

_LEAST_GRAIN = 1e-4
"""Calm paintings have about as much at 1,024 px; what a grey or an enlarged one has is no measure."""


class TotalVariation(Term):
    """Mean squared difference between neighbouring pixels, summed over colours; smooth pictures have little.

    The nine-point stencil counts diagonal neighbours at half weight (their distance is √2), so that no
    direction is preferred.
    """

    name = "total variation"
    layers = frozenset()
    adds_over_positions = True

    def loss(self, outputs: ModelOutputs) -> Tensor:
        x, (height, width), wrap = _own_pixels(outputs, beyond=1)
        across, down = x[..., :, 1:] - x[..., :, :-1], x[..., 1:, :] - x[..., :-1, :]
        falling, rising = x[..., 1:, 1:] - x[..., :-1, :-1], x[..., 1:, :-1] - x[..., :-1, 1:]
        across, down = _of_tile(outputs, across, down)
        rows, columns = height - (not wrap[0]), width - (not wrap[1])
        straight = across.square().sum() / (height * columns) + down.square().sum() / (rows * width)
        diagonal = (falling.square().sum() + rising.square().sum()) / (rows * columns)
        return (straight + diagonal / 2) / (2 * len(x))


class ColorGrain(Term):
    """Grain of color over a painting's: 1 if the picture has as much of it.

    Grain of color is the mean square of second differences across and down, summed over what is left of red,
    green and blue without their mean. Networks hardly see it where it is fine, so nothing else holds it back.

    Args:
        target: the painting's, by `color_grain`.
        mask: 1×1×H×W in [0, 1], where it counts; None counts it everywhere.

    Attributes:
        name: of the loss.
        layers: none: no network looks.
        adds_over_positions: it is a sum over positions.
    """

    name = "color grain"
    layers = frozenset()
    adds_over_positions = True

    def __init__(self, target: float, mask: Tensor | None = None) -> None:
        self._target, self._mask = target, mask

    def loss(self, outputs: ModelOutputs) -> Tensor:
        x, (height, width), wrap = _own_pixels(outputs, beyond=2)
        x = x - x.mean(dim=1, keepdim=True)
        across = x[..., :, 2:] - 2 * x[..., :, 1:-1] + x[..., :, :-2]
        down = x[..., 2:, :] - 2 * x[..., 1:-1, :] + x[..., :-2, :]
        across, down = (self._masked(each.square(), outputs) for each in _of_tile(outputs, across, down))
        # At least 1: a painting two pixels high has no second difference down, and no grain there.
        rows, columns = max(1, height - 2 * (not wrap[0])), max(1, width - 2 * (not wrap[1]))
        grain = across.sum() / (height * columns) + down.sum() / (rows * width)
        return grain / (self._target * len(x))

    def _masked(self, squares: Tensor, outputs: ModelOutputs) -> Tensor:
        """Each where its upper or left pixel is masked."""
        if self._mask is None:
            return squares
        mask = self._mask if outputs.tile is None else self._mask[(..., *outputs.tile.pixels)]
        rows, columns = squares.shape[-2:]
        return squares * mask[..., :rows, :columns]


@torch.no_grad()
def color_grain(picture: Tensor) -> float:
    """The grain of color of a picture N×3×H×W, as a target of `ColorGrain`.

    Args:
        picture: in [0, 1]; fewer than three pixels across or down have no grain that way.

    Returns:
        The mean over the pictures; at least 1e-4, so that no grey picture asks for none at all.
    """
    return float(ColorGrain(1.0).loss(ModelOutputs(picture, {})).clamp(min=_LEAST_GRAIN))


def _own_pixels(outputs: ModelOutputs, beyond: int) -> tuple[Tensor, tuple[int, int], Wrap]:
    """The pixels whose differences count, with so many after them in a tile; size and wrap of the whole."""
    picture, tile = outputs.picture, outputs.tile
    if tile is None:
        height, width = picture.shape[-2:]
        return picture, (height, width), NOWHERE
    return picture[(..., *tile.within_crop(beyond))], tile.size, tile.wrap


def _of_tile(outputs: ModelOutputs, across: Tensor, down: Tensor) -> tuple[Tensor, Tensor]:
    """Differences across and down that belong to a tile: those of its own upper and left pixels."""
    if outputs.tile is None:
        return across, down
    rows, columns = (each.stop - each.start for each in outputs.tile.pixels)
    return across[..., :rows, :], down[..., :columns]
