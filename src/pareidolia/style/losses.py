"""Content and style of a picture as losses on a network's activations.

Notation of Gatys, Ecker and Bethge ("A Neural Algorithm of Artistic Style", 2015): F is a layer's
activations as N channels × M positions. What of them makes a style is a `StyleStatistic`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from pareidolia.painting import ModelOutputs, Term
from pareidolia.painting.objectives import Gathered
from pareidolia.painting.statistics import StyleStatistic
from pareidolia.painting.tiling import Tile, Tiling
from pareidolia.pictures import size_of
from pareidolia.settings import PareidoliaError
from pareidolia.style.settings import Balance

_LEAST = 1e-12
"""What is divided by at least, where a photo is empty."""


def content_loss(activations: Tensor, target: Tensor, shares: Tensor | None = None) -> Tensor:
    """½ Σ (F − C)², a scalar (Gatys 2015, equation 1); with `shares`, 1×1×h×w, each position's part of it."""
    squared = (activations - target).square()
    return (squared if shares is None else squared * shares).sum() / 2


def energy(maps: Tensor) -> Tensor:
    """Σ C² of each position, 1×1×h×w."""
    return maps.square().sum(1, keepdim=True)


class ContentLoss(Term):
    """L_content = Σ_l w_l ½ Σ s (F − C)².

    Args:
        targets: the photo's activations C by layer.
        weights: w_l, one for each layer in the order of `targets`.
        balance: "relative" (and "shallow") divides each layer's loss by ½ Σ C², its value for an empty map.
        focus: a position where the photo has less than the mean energy e counts s = (Σ C² / e)^focus, others
            s = 1. So what is flat in the photo is left to the painting; 0 counts all positions alike.

    Attributes:
        name: of the loss in a painting's losses.
        adds_over_positions: it is a sum over positions.
    """

    name = "content"
    adds_over_positions = True

    def __init__(
        self, targets: Mapping[str, Tensor], weights: Sequence[float], balance: Balance, focus: float = 0.0
    ) -> None:
        self._targets = dict(targets)
        self._weigh({layer: energy(maps) for layer, maps in targets.items()}, weights, balance, focus)

    def _weigh(
        self, energies: Mapping[str, Tensor], weights: Sequence[float], balance: Balance, focus: float
    ) -> None:
        empty = [each.sum() / 2 for each in energies.values()]
        self._weights = dict(zip(energies, balanced(weights, empty, balance), strict=True))
        self._shares = {layer: focused(each, focus) for layer, each in energies.items()} if focus else {}

    @property
    def layers(self) -> frozenset[str]:
        return frozenset(self._weights)

    def loss(self, outputs: ModelOutputs) -> Tensor:
        targets, shares = self._targets_of(outputs.tile), _within(self._shares, outputs.tile)
        parts = [
            weight * content_loss(outputs.activations[layer], targets[layer], shares.get(layer))
            for layer, weight in self._weights.items()
        ]
        return torch.stack(parts).sum()

    def _targets_of(self, tile: Tile | None) -> Mapping[str, Tensor]:
        return _within(self._targets, tile)


class ContentInTiles(ContentLoss):
    """The same loss of a photo whose activations are too large to be kept: they are computed tile by tile.

    Args:
        photo: 1×3×H×W in [0, 1], of the painting's size.
        tiling: the painting's.
        weights: w_l by layer.
        balance: as for `ContentLoss`.
        focus: likewise.
    """

    def __init__(
        self,
        photo: Tensor,
        tiling: Tiling,
        weights: Mapping[str, float],
        balance: Balance,
        focus: float = 0.0,
    ) -> None:
        self._photo, self._network = photo, tiling.network
        needed = focus > 0 or balance != "gatys"
        unseen = dict.fromkeys(weights, photo.new_zeros(()))
        energies = unseen | (_energies_in_tiles(photo, tiling, weights) if needed else {})
        self._weigh(energies, list(weights.values()), balance, focus)

    def _targets_of(self, tile: Tile | None) -> Mapping[str, Tensor]:
        assert tile is not None
        with torch.no_grad():
            return tile.activations(self._network.record(tile.cropped(self._photo), self.layers))


def _energies_in_tiles(photo: Tensor, tiling: Tiling, layers: Iterable[str]) -> dict[str, Tensor]:
    """By layer, the energy of each position of the whole photo, seen tile by tile."""
    energies: dict[str, Tensor] = {}
    for tile, seen in tiling.seen(photo, layers):
        for layer, maps in seen.items():
            whole = energies.setdefault(layer, maps.new_zeros((1, 1, *tile.map_sizes[layer])))
            whole[(..., *tile.place[layer])] = energy(maps)
    return energies


def focused(energies: Tensor, focus: float) -> Tensor:
    """What each position counts: its energy over the mean, to the power of `focus`, and at most 1."""
    return (energies / energies.mean().clamp(min=_LEAST)).clamp(max=1) ** focus


def _within(maps: Mapping[str, Tensor], tile: Tile | None) -> Mapping[str, Tensor]:
    """The tile's part of each layer's map."""
    return maps if tile is None else {layer: each[(..., *tile.place[layer])] for layer, each in maps.items()}


class LayerMasks:
    """A mask as weights of the positions of a layer's maps: its mean over the pixels of each.

    Args:
        mask: 1×1×H×W in [0, 1], of the picture; None counts all positions alike.
    """

    def __init__(self, mask: Tensor | None) -> None:
        self._mask = mask
        self._pooled: dict[tuple[str, tuple[int, int]], Tensor] = {}

    def over(self, layer: str, maps: Tensor, tile: Tile | None = None) -> Tensor | None:
        """The weights of a layer's maps, 1×1×h×w; of a tile of the picture, its own part of them."""
        if self._mask is None:
            return None
        size = size_of(maps) if tile is None else tile.map_sizes[layer]
        if (layer, size) not in self._pooled:
            self._pooled[layer, size] = F.adaptive_avg_pool2d(self._mask, size)
        pooled = self._pooled[layer, size]
        return pooled if tile is None else pooled[(..., *tile.place[layer])]


class StyleLoss(Term):
    """L_style = Σ_l w_l E_l, where E_l is how far a layer's statistic is from its target.

    Args:
        targets: the statistic of one or several paintings by layer. Of several it is their blend: of Gram
            matrices, that has the gradient of the weighted sum of their losses.
        weights: w_l, one for each layer in the order of `targets`.
        balance: "relative" (and "shallow") divides each E_l by its value for an empty map, and multiplies it
            by what suits the statistic (`StyleStatistic.beside_gram`).
        mask: 1×1×H×W in [0, 1], where the picture's style counts; None counts it everywhere.

    Attributes:
        name: of the loss.
    """

    name = "style"

    def __init__(
        self,
        targets: Mapping[str, StyleStatistic],
        weights: Sequence[float],
        balance: Balance,
        mask: Tensor | None = None,
    ) -> None:
        self._targets = dict(targets)
        self._masks = LayerMasks(mask)
        empty = [target.empty().distance(target) / target.beside_gram for target in targets.values()]
        self._weights = dict(zip(targets, balanced(weights, empty, balance), strict=True))

    @property
    def layers(self) -> frozenset[str]:
        return frozenset(self._targets)

    @property
    def adds_over_positions(self) -> bool:
        return all(target.adds_over_positions for target in self._targets.values())

    @property
    def gathers(self) -> frozenset[str]:
        return self.layers

    def loss(self, outputs: ModelOutputs) -> Tensor:
        parts = [
            self._weights[layer] * statistic.distance(self._targets[layer]).sum()
            for layer, statistic in self.statistics(outputs).items()
        ]
        return torch.stack(parts).sum()

    def statistics(self, outputs: ModelOutputs) -> dict[str, StyleStatistic]:
        """By layer, the statistic of a picture, or of a tile of one."""
        found = {}
        for layer, target in self._targets.items():
            maps = outputs.activations[layer]
            found[layer] = type(target).of(maps, self._masks.over(layer, maps, outputs.tile))
        return found

    def gathered(self, outputs: ModelOutputs) -> Gathered:
        return {(layer,): statistic for layer, statistic in self.statistics(outputs).items()}

    def knowing(self, whole: Gathered) -> "StyleOfTile":
        distances = [
            self._weights[layer] * float(whole[layer,].distance(target).sum())
            for layer, target in self._targets.items()
        ]
        slopes = {
            layer: (self._weights[layer], whole[layer,].slope(target))
            for layer, target in self._targets.items()
        }
        return StyleOfTile(self, slopes, sum(distances))


class StyleOfTile(Term):
    """The style loss of one tile of a picture, once the statistics of all are known.

    Args:
        whole: the loss of the whole picture.
        slopes: by layer, its weight, and how its distance grows with a part's statistic.
        value: of the whole's loss; a tile has a share by its pixels.

    Attributes:
        name: of the loss.
    """

    name = "style"

    def __init__(
        self,
        whole: StyleLoss,
        slopes: Mapping[str, tuple[float, Callable[[StyleStatistic], Tensor]]],
        value: float,
    ) -> None:
        self._whole, self._slopes, self._value = whole, slopes, value

    @property
    def layers(self) -> frozenset[str]:
        return self._whole.layers

    def loss(self, outputs: ModelOutputs) -> Tensor:
        assert outputs.tile is not None
        statistics = self._whole.statistics(outputs)
        grown = [weight * slope(statistics[layer]) for layer, (weight, slope) in self._slopes.items()]
        change = torch.stack(grown).sum()
        return change - change.detach() + self._value * outputs.tile.share


def check_positions(
    match: Sequence[str], statistic: type[StyleStatistic], seen: Mapping[str, Tensor], picture: Tensor
) -> None:
    """Refuse layers whose maps have fewer positions than a statistic needs.

    Args:
        match: the statistic's name, as it was given.
        statistic: that it means.
        seen: maps of a picture by layer.
        picture: the picture, 1×3×H×W.

    Raises:
        PareidoliaError: If a map is too small.
    """
    for layer, maps in seen.items():
        positions = maps[0, 0].numel()
        if positions < statistic.least_positions:
            height, width = size_of(picture)
            raise PareidoliaError(
                f"--match {' '.join(match)} compares at least {statistic.least_positions} positions, and "
                f"{layer} has {positions} for a picture of {width}x{height}: leave the layer out of "
                "--style-layers, or begin with a larger --coarsest"
            )


def balanced(weights: Sequence[float], empty: Sequence[Tensor], balance: Balance) -> list[float]:
    """The weights of layers, each over its loss for an empty map if the balance is relative."""
    if balance == "gatys":
        return list(weights)
    return [weight / max(float(loss), _LEAST) for weight, loss in zip(weights, empty, strict=True)]
