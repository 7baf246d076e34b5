"""The loss of a network that paints in one pass: the losses of style transfer, for batches."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from pareidolia.networks import Network, preserve_state
from pareidolia.painting import ModelOutputs, TotalVariation
from pareidolia.style.losses import Gram


class PerceptualLoss:
    """α L_content + β L_style + smoothness · TV of painted pictures, each against its photo and its styles.

    Each layer's loss is divided by its value for an empty map, as in `StyleTransfer`, so the numbers of
    both compare. A picture of several styles is compared with their Gram matrices blended by its weights.

    Args:
        network: compares; it is never trained.
        paintings: one or several 1×3×h×w in [0, 1] for each style.
        content_layers: whose activations count, all alike.
        style_layers: whose Gram matrices count, all alike.
        content_weight: α.
        style_weight: β.
        smoothness: the weight of the total variation.
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
    ) -> None:
        self.network = network
        self._content_layers, self._style_layers = tuple(content_layers), tuple(style_layers)
        self._weights = {"content": content_weight, "style": style_weight, "total variation": smoothness}
        with preserve_state(network.module), torch.no_grad():
            seen = [network.record(painting, self._style_layers) for painting in paintings]
        self._targets = {
            layer: torch.cat([Gram.of(one[layer]).mean for one in seen]) for layer in self._style_layers
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
            [_relative(seen[layer], wanted[layer]).mean() for layer in self._content_layers]
        ).mean()

    def _style(self, seen: dict[str, Tensor], styles: Tensor) -> Tensor:
        """Mean over layers and pictures of Σ(G/M − A/M)² / Σ(A/M)²."""
        parts = []
        for layer in self._style_layers:
            target = torch.einsum("nk,kij->nij", styles, self._targets[layer])
            parts.append(_relative(Gram.of(seen[layer]).mean, target).mean())
        return torch.stack(parts).mean()


def _relative(found: Tensor, target: Tensor) -> Tensor:
    """The squared distance over the target's own square, for each of N."""
    distance = F.mse_loss(found, target, reduction="none").flatten(1).sum(1)
    return distance / target.flatten(1).square().sum(1).clamp(min=1e-12)
