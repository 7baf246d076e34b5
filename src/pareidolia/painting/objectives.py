"""Objectives: what a painting minimises, as losses that add and scale.

`2 * content + 1e3 * style - 0.1 * Activation("stage4.relu2:7")` is an objective; lower is better.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from torch import Tensor

from pareidolia.networks.units import unit_values
from pareidolia.painting.tiling import Tile
from pareidolia.settings import PareidoliaError, Unit, parse_address
from pareidolia.settings.registry import Registry


@dataclass(frozen=True)
class ModelOutputs:
    """What the network returned for the canvas in one forward pass.

    Attributes:
        picture: N×C×H×W, in [0, 1]; each as often in a row as the network saw crops of it.
        activations: what was recorded, by layer.
        logits: N×K class scores, if the objective `needs_logits`.
        step: steps made before this one; anything random in an objective is a function of it and a seed.
        tile: the tile of a larger picture whose crop `picture` is, if it is one; the activations are its own.
    """

    picture: Tensor
    activations: Mapping[str, Tensor]
    logits: Tensor | None = None
    step: int = 0
    tile: Tile | None = None

    def split(self, count: int) -> Iterator["ModelOutputs"]:
        """The part for each `count` pictures in a row."""
        # `split` sends its gradients back in one piece, where slices would each fill the whole with zeros.
        parts = {name: torch.split(maps, count) for name, maps in self.activations.items()}
        logits = None if self.logits is None else torch.split(self.logits, count)
        for index, picture in enumerate(torch.split(self.picture, count)):
            activations = {name: maps[index] for name, maps in parts.items()}
            yield ModelOutputs(picture, activations, None if logits is None else logits[index], self.step)


class Objective(ABC):
    """Something to minimise. Objectives can be added, subtracted and multiplied by numbers.

    It is a sum over the pictures of a batch, so that each is painted as if it were alone.
    """

    @staticmethod
    def of(layer: str, score: Callable[[Tensor], Tensor], name: str = "") -> "Objective":
        """The objective that makes a score of a layer's maps large.

            Objective.of("stage4.relu2", lambda maps: maps.std(dim=(2, 3)).mean(dim=1))

        Args:
            layer: whose maps are scored.
            score: N×C×H×W maps to one number for each picture, N; differentiable.
            name: what the loss is called; the score's own name unless given.

        Returns:
            The objective.
        """
        return Score(layer, score, name or getattr(score, "__name__", "score"))

    @property
    @abstractmethod
    def layers(self) -> frozenset[str]:
        """The layers whose activations it needs."""

    @property
    def needs_logits(self) -> bool:
        """Whether it needs the network's class scores."""
        return False

    @property
    def adds_over_positions(self) -> bool:
        """Whether tiles of a picture add up to the whole: it is a sum over positions, or made of such sums.

        What is made of sums states the layers that it `gathers`, and is computed in two rounds over the tiles
        (Galerne et al., "Scaling Painting Style Transfer", 2024).
        """
        return False

    @property
    def gathers(self) -> frozenset[str]:
        """The layers of which it must have seen all tiles before it can send back from one."""
        return frozenset()

    def gathered(self, outputs: ModelOutputs) -> "Gathered":
        """What it must have seen of all tiles, from one of them; `knowing` takes the sum."""
        return {}

    def knowing(self, whole: "Gathered") -> "Objective":
        """The objective of single tiles, whose losses and gradients add up to the whole picture's.

        Args:
            whole: the sum of what was `gathered` from all tiles, without a gradient.

        Returns:
            The objective; itself, if it gathers nothing.
        """
        return self

    @abstractmethod
    def losses(self, outputs: ModelOutputs) -> dict[str, Tensor]:
        """Its weighted parts by name, scalars; their sum is minimised."""

    def __add__(self, other: "Objective") -> "Objective":
        return Sum(((1.0, self), (1.0, other)))

    def __sub__(self, other: "Objective") -> "Objective":
        return Sum(((1.0, self), (-1.0, other)))

    def __mul__(self, weight: float) -> "Objective":
        return Sum(((float(weight), self),))

    __rmul__ = __mul__

    def __neg__(self) -> "Objective":
        return Sum(((-1.0, self),))


Gathered = Mapping[tuple[int | str, ...], Any]
"""By a key that the objective chooses, what the `+` of two tiles joins."""


def joined(first: Gathered, second: Gathered) -> Gathered:
    """What was gathered from both; an empty one is the beginning."""
    return {key: first[key] + value if key in first else value for key, value in second.items()}


@dataclass(frozen=True)
class Sum(Objective):
    """Objectives times their weights; parts of one name are added up."""

    parts: tuple[tuple[float, Objective], ...]

    @property
    def layers(self) -> frozenset[str]:
        return frozenset().union(*(objective.layers for _, objective in self.parts))

    @property
    def needs_logits(self) -> bool:
        return any(objective.needs_logits for _, objective in self.parts)

    @property
    def adds_over_positions(self) -> bool:
        return all(objective.adds_over_positions for _, objective in self.parts)

    @property
    def gathers(self) -> frozenset[str]:
        return frozenset().union(*(objective.gathers for _, objective in self.parts))

    def gathered(self, outputs: ModelOutputs) -> "Gathered":
        return {
            (number, *key): value
            for number, (_, objective) in enumerate(self.parts)
            for key, value in objective.gathered(outputs).items()
        }

    def knowing(self, whole: "Gathered") -> "Sum":
        def part(number: int) -> Gathered:
            return {key[1:]: value for key, value in whole.items() if key[0] == number}

        knowing = (objective.knowing(part(number)) for number, (_, objective) in enumerate(self.parts))
        return Sum(tuple((weight, each) for (weight, _), each in zip(self.parts, knowing, strict=True)))

    def losses(self, outputs: ModelOutputs) -> dict[str, Tensor]:
        return added(
            (name, weight * loss)
            for weight, objective in self.parts
            for name, loss in objective.losses(outputs).items()
        )


@dataclass(frozen=True)
class Each(Objective):
    """An objective of its own for each picture of a batch, or for each equally many pictures in a row."""

    objectives: Sequence[Objective]

    @property
    def layers(self) -> frozenset[str]:
        return frozenset().union(*(objective.layers for objective in self.objectives))

    @property
    def needs_logits(self) -> bool:
        return any(objective.needs_logits for objective in self.objectives)

    def losses(self, outputs: ModelOutputs) -> dict[str, Tensor]:
        pictures = len(outputs.picture) // len(self.objectives)
        return added(
            part
            for objective, one in zip(self.objectives, outputs.split(pictures), strict=True)
            for part in objective.losses(one).items()
        )


def added(parts: Iterable[tuple[str, Tensor]]) -> dict[str, Tensor]:
    """The sum of losses of each name."""
    total: dict[str, Tensor] = {}
    for name, loss in parts:
        total[name] = total[name] + loss if name in total else loss
    return total


class Term(Objective):
    """An objective of one part: subclasses define its `name`, its layers and its `loss`."""

    name: str

    @abstractmethod
    def loss(self, outputs: ModelOutputs) -> Tensor:
        """The unweighted loss, a scalar."""

    def losses(self, outputs: ModelOutputs) -> dict[str, Tensor]:
        return {self.name: self.loss(outputs)}


class Score(Term):
    """The negative score of a layer's maps; `Objective.of` makes it."""

    def __init__(self, layer: str, score: Callable[[Tensor], Tensor], name: str) -> None:
        self._layer, self._score = layer, score
        self.name = f"{name} of {layer}"

    @property
    def layers(self) -> frozenset[str]:
        return frozenset({self._layer})

    def loss(self, outputs: ModelOutputs) -> Tensor:
        maps = outputs.activations[self._layer]
        scores = self._score(maps)
        if scores.shape != maps.shape[:1]:
            raise PareidoliaError(
                f"{self.name}: of {len(maps)} picture(s) a score is one number for each, "
                f"not a tensor of shape {tuple(scores.shape)}"
            )
        return -scores.sum()


class Activation(Term):
    """The negative mean activation of a layer, channel or position: painting makes it large.

    Args:
        address: `layer`, `layer:channel` or `layer:channel@row,column` (channels are those of dimension 1).

    Raises:
        PareidoliaError: If the address cannot be read or names a class.
    """

    def __init__(self, address: str) -> None:
        unit = parse_address(address)
        if not isinstance(unit, Unit):
            raise PareidoliaError(f"'{address}' names a class; give a layer or a unit of one")
        self.unit = unit
        self.name = f"activation of {unit}"

    @property
    def layers(self) -> frozenset[str]:
        return frozenset({self.unit.layer})

    def loss(self, outputs: ModelOutputs) -> Tensor:
        values = unit_values(outputs.activations[self.unit.layer], self.unit)
        # Summed over the pictures of a batch, so that each is painted as if it were alone.
        return -values.flatten(1).mean(dim=1).sum() if values.dim() > 1 else -torch.sum(values)


MakeObjective = Callable[..., Objective]
Made = TypeVar("Made", bound=MakeObjective)

OBJECTIVES: Registry[MakeObjective] = Registry("objective", ("pareidolia.painting.terms",))


def objective(name: str) -> Callable[[Made], Made]:
    """Register the function or class below, which makes an objective, under a name that an aim then takes.

    Its parameters `layer` (a layer's name), `unit` (a layer or a channel of it), `network` and `seed` are
    filled in where it has them; each other one is an option of the aim and needs an annotation:
    `--aim NAME:LAYER,OPTION=VALUE`.
    """

    def keep(make: Made) -> Made:
        OBJECTIVES.add(name, make, make.__module__)
        return make

    return keep
