"""The loss of a network that paints in one pass: the losses of style transfer, for batches."""

from collections.abc import Sequence

import torch
from torch import Tensor

from pareidolia.networks import Network, preserve_state
from pareidolia.painting import ModelOutputs, TotalVariation
from pareidolia.painting.statistics import statistic_for
from pareidolia.settings.default_networks import refuse_judge


class PerceptualLoss:
    """α L_content + β L_style + smoothness · TV of painted pictures, each against its photo and its styles.

    Each layer's loss is divided by its value for an empty map, as in `StyleTransfer`, so the numbers of
    both compare. A picture of several styles has their statistics blended by its weights.

    Args:
        network: looks; it is never trained.
        paintings: one or several 1×3×h×w in [0, 1] for each style.
        content_layers: layers whose activations count, all alike.
        style_layers: layers whose statistics count, all alike.
        content_weight: α.
        style_weight: β.
        smoothness: weight of the total variation.
        match: names of style statistics, as `statistic_for` reads them.

    Raises:
        UnknownName: there is no such statistic.
        PareidoliaError: `network` is the one that judges pictures, or a statistic's weight is none.
    """

    def __init__(
        self,
        network: Network,
        paintings: Sequence[Tensor],
        *,
        content_layers: Sequence[str],
        style_layers: Sequence[str],
        content_weight: float,
        style_weight: float,
        smoothness: float,
        match: Sequence[str] = ("gram",),
    ) -> None:
        refuse_judge(network.name)
        self._statistic = statistic_for(match)
        self.network = network
        self._content_layers, self._style_layers = tuple(content_layers), tuple(style_layers)
        self._weights = {"content": content_weight, "style": style_weight, "total variation": smoothness}
        with preserve_state(network.module), torch.no_grad():
            seen = [network.record(painting, self._style_layers) for painting in paintings]
        self._targets = {
            layer: [self._statistic.of(one[layer]) for one in seen] for layer in self._style_layers
        }

    def parts(self, painted: Tensor, photos: Tensor, styles: Tensor) -> dict[str, Tensor]:
        """The weighted losses by name, means over the N pictures; `styles` is N×K."""
        with preserve_state(self.network.module):
            with torch.no_grad():
                wanted = self.network.record(photos, self._content_layers)
            seen = self.network.record(painted, {*self._content_layers, *self._style_layers})
        losses = {
            "content": self._content(seen, wanted),
            "style": self._style(seen, styles),
            "total variation": TotalVariation().loss(ModelOutputs(painted, {})),
        }
        return {name: self._weights[name] * loss for name, loss in losses.items() if self._weights[name]}

    def _content(self, seen: dict[str, Tensor], wanted: dict[str, Tensor]) -> Tensor:
        """Mean over layers and pictures of Σ(F − C)² / ΣC²."""
        return torch.stack(
            [
                _relative(_squares(seen[layer] - wanted[layer]), _squares(wanted[layer]))
                for layer in self._content_layers
            ]
        ).mean()

    def _style(self, seen: dict[str, Tensor], styles: Tensor) -> Tensor:
        """Mean over layers and pictures of a statistic's distance over that of an empty map."""
        parts = []
        for layer in self._style_layers:
            target = self._statistic.mean(self._targets[layer], styles)
            found = self._statistic.of(seen[layer])
            apart = _relative(found.distance(target), target.empty().distance(target))
            parts.append(target.beside_gram * apart)
        return torch.stack(parts).mean()


def _relative(losses: Tensor, empty: Tensor) -> Tensor:
    """The mean of N losses, each relative to its value for an empty map."""
    return (losses / empty.clamp(min=1e-12)).mean()


def _squares(maps: Tensor) -> Tensor:
    """Σ a² of each of N pictures, N."""
    return maps.square().flatten(1).sum(1)
