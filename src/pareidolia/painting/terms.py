"""Terms that features share: class scores, directions, power norms, diversity of several pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from pareidolia.painting.objectives import Activation, ModelOutputs, Objective, Term, added
from pareidolia.settings import PareidoliaError

Location = tuple[int, int] | Literal["middle"] | None

# Below this cosine a direction's objective stays constant in it; at zero it would have no slope to climb.
LEAST_COSINE = 0.1


class ClassScore(Term):
    """The negative score (logit) of one class."""

    layers = frozenset()
    needs_logits = True

    def __init__(self, index: int, name: str) -> None:
        self._index = index
        self.name = f"class {name}"

    def loss(self, outputs: ModelOutputs) -> Tensor:
        return -class_scores(outputs)[:, self._index].sum()


def class_scores(outputs: ModelOutputs) -> Tensor:
    """The logits of a forward pass.

    Args:
        outputs: of an objective that `needs_logits`.

    Returns:
        N×K.

    Raises:
        PareidoliaError: If there are none.
    """
    if outputs.logits is None:
        raise PareidoliaError("this look has no class scores: the objective did not ask for them")
    return outputs.logits


class Direction(Term):
    """−v·h max(0.1, cos(v, h))^p, the mean over positions: features h of a layer are drawn to a direction v.

    With p = 0 it is the direction's linear objective; p > 0 also penalises other features (Carter et al.,
    "Activation Atlas", Distill 2019; lucid's `direction_cossim`, `direction_neuron`).

    Args:
        layer: name of the layer.
        vector: v, one number for each of the layer's channels; or N×C, one v for each picture.
        cosine_power: p.
        place: a position (row, column), the middle of the map, or None for all positions.
    """

    def __init__(
        self, layer: str, vector: Tensor | Sequence[float], cosine_power: float = 0.0, place: Location = None
    ) -> None:
        self._vector = torch.as_tensor(vector).detach()
        self._layer = layer
        self._power = cosine_power
        self._place = place
        self.name = f"direction in {layer}"

    @property
    def layers(self) -> frozenset[str]:
        return frozenset({self._layer})

    def loss(self, outputs: ModelOutputs) -> Tensor:
        maps = at(outputs.activations[self._layer], self._place)
        maps = maps.reshape(*maps.shape[:2], -1)
        vector = self._vector.to(maps)
        if vector.shape not in (maps.shape[1:2], maps.shape[:2]):
            raise PareidoliaError(
                f"{self._layer} has {maps.shape[1]} channels, but the direction is "
                f"{'×'.join(map(str, vector.shape))} numbers"
            )
        products = torch.einsum("ncp,nc->np", maps, vector.expand(maps.shape[:2]))
        if self._power:
            norms = maps.norm(dim=1) * vector.norm(dim=-1).reshape(-1, 1)
            cosine = products / norms.clamp(min=torch.finfo(norms.dtype).tiny)
            products = products * cosine.clamp(min=LEAST_COSINE) ** self._power
        return -products.mean(dim=1).sum()


def at(maps: Tensor, place: Location) -> Tensor:
    """N×C×H×W at a place, N×C; all positions if `place` is None, or if a layer has none."""
    if place is None or maps.dim() < 4:
        return maps
    row, column = (maps.shape[-2] // 2, maps.shape[-1] // 2) if place == "middle" else place
    return maps[..., row, column]


class MiddleActivation(Activation):
    """The negative activation at the middle of a layer's map, of one channel or the mean of all."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.name = f"activation of {self.unit}@middle"

    def loss(self, outputs: ModelOutputs) -> Tensor:
        middle = {layer: at(maps, "middle") for layer, maps in outputs.activations.items()}
        return super().loss(ModelOutputs(outputs.picture, middle, outputs.logits, outputs.step))


class PowerNorm(Term):
    """Σ |x − o|^α of all pictures: how far they are from an origin o, the network's mean colour for instance.

    ‖I‖² of Simonyan et al. (2014) for α = 2, the α-norm of Mahendran and Vedaldi (2015) for α = 6.

    Args:
        origin: one number a channel.
        power: α.

    Attributes:
        layers: none.
    """

    layers = frozenset()

    def __init__(self, origin: Sequence[float], power: float = 2.0) -> None:
        self._origin = torch.tensor(origin).view(1, -1, 1, 1)
        self._power = power
        self.name = f"{power:g}-norm"

    def loss(self, outputs: ModelOutputs) -> Tensor:
        return (outputs.picture - self._origin.to(outputs.picture)).abs().pow(self._power).sum()


@dataclass(frozen=True)
class Diverse(Objective):
    """An objective for several pictures that should differ: its losses, and how alike they are at a layer.

    Likeness is the mean cosine of the Gram matrices of each two pictures (Olah et al., "Feature
    Visualization", 2017, on diversity). Its gradient is scaled by `weight` and by the picture's own present
    loss: one weight suits units of all magnitudes, and a picture with a faint activation is not dominated by
    the others.

    Attributes:
        aim: the objective of each picture.
        layer: where likeness is measured.
        copies: how many pictures; a batch may hold each several times in a row, as crops of it.
        weight: of the likeness.
    """

    aim: Objective
    layer: str
    copies: int
    weight: float = 1.0

    @property
    def layers(self) -> frozenset[str]:
        return self.aim.layers | {self.layer}

    @property
    def needs_logits(self) -> bool:
        return self.aim.needs_logits

    def losses(self, outputs: ModelOutputs) -> dict[str, Tensor]:
        looks = len(outputs.picture) // self.copies
        own = [self.aim.losses(one) for one in outputs.split(looks)]
        features = outputs.activations[self.layer].flatten(2)
        features = features.view(self.copies, -1, *features.shape[1:]).transpose(1, 2).flatten(2)
        grams = torch.nn.functional.normalize((features @ features.mT).flatten(1), dim=1)
        likeness = grams @ grams.detach().mT
        others = likeness.sum(1) - likeness.diagonal()
        scales = torch.stack([torch.stack(list(losses.values())).sum().detach().abs() for losses in own])
        total = (scales * others).sum() / max(1, self.copies - 1)
        return {**added(part for losses in own for part in losses.items()), "likeness": self.weight * total}
