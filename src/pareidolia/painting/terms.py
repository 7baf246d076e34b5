"""Terms that features share: class scores, directions, power norms, diversity of several pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from pareidolia.networks import Network
from pareidolia.networks.units import unit_values
from pareidolia.painting.objectives import ModelOutputs, Objective, Term, added, objective
from pareidolia.painting.statistics import Gram
from pareidolia.randomness import seeded_generator
from pareidolia.settings import PareidoliaError, Unit

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


class RandomClass(Term):
    """The score of another class at each step, the others' zeroed: −s_k with k a function of (seed, step)."""

    name = "random class"
    layers = frozenset()
    needs_logits = True

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def class_at(self, step: int, count: int) -> int:
        """The class of a step, one of `count`."""
        # Not the transforms' generator: the class would follow from the jitter.
        generator = seeded_generator((self._seed + 1) * 2_000_003 + step)
        return int(torch.randint(count, (), generator=generator))

    def loss(self, outputs: ModelOutputs) -> Tensor:
        logits = class_scores(outputs)
        return -logits[:, self.class_at(outputs.step, logits.shape[1])].sum()


@objective("random-class")
def random_class(network: Network, seed: int) -> RandomClass:
    """Another class at every step, of a network that has classes."""
    network.class_index("0")
    return RandomClass(seed)


class WithinClass(Term):
    """−(mean a) p_k: a unit is to be active where the network sees class k; p is the softmax of its scores.

    A unit that serves several classes is so shown as it looks in one of them.

    Args:
        unit: a layer, a channel of one, or a position.
        index: k.
        name: of the class.

    Attributes:
        needs_logits: always: the class is one of the network's.
    """

    needs_logits = True

    def __init__(self, unit: Unit, index: int, name: str) -> None:
        self.unit, self._index = unit, index
        self.name = f"{unit} within {name}"

    @property
    def layers(self) -> frozenset[str]:
        return frozenset({self.unit.layer})

    def loss(self, outputs: ModelOutputs) -> Tensor:
        values = unit_values(outputs.activations[self.unit.layer], self.unit)
        means = values.flatten(1).mean(dim=1) if values.dim() > 1 else values
        return -(means * class_scores(outputs).softmax(dim=1)[:, self._index]).sum()


@objective("within-class")
def within_class(unit: Unit, network: Network, target: str) -> WithinClass:
    """A unit as it looks in pictures of one class of the network: `within-class:LAYER:7,target=tench`."""
    return WithinClass(unit, network.class_index(target), target)


@objective("energy")
class Energy(Term):
    """−½ Σ a² over the activations a of a layer, or of one channel of it.

    Its gradient sends the activations themselves back: what the layer sees is strengthened (Mordvintsev et
    al. 2015, `objective_L2`).

    Args:
        unit: a layer, a channel of one, or a position, which then counts as much as all of them together.
        scale: what the sum is divided by.
    """

    def __init__(self, unit: Unit, scale: float = 1.0) -> None:
        self.unit = unit
        self.name = f"energy of {unit}"
        self._scale = scale

    @property
    def layers(self) -> frozenset[str]:
        return frozenset({self.unit.layer})

    @property
    def adds_over_positions(self) -> bool:
        return self.unit.position is None

    def loss(self, outputs: ModelOutputs) -> Tensor:
        maps = outputs.activations[self.unit.layer]
        energy = unit_values(maps, self.unit).square().sum() / (2 * self._scale)
        positions = 1 if self.unit.position is None else maps[0, 0].numel()
        return -positions * energy


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
        # The looks at one picture side by side, as one map of all their positions.
        features = features.view(self.copies, -1, *features.shape[1:]).transpose(1, 2).flatten(2)
        grams = torch.nn.functional.normalize(Gram.of(features[..., None]).sums.flatten(1), dim=1)
        likeness = grams @ grams.detach().mT
        others = likeness.sum(1) - likeness.diagonal()
        scales = torch.stack([torch.stack(list(losses.values())).sum().detach().abs() for losses in own])
        total = (scales * others).sum() / max(1, self.copies - 1)
        return {**added(part for losses in own for part in losses.items()), "likeness": self.weight * total}
