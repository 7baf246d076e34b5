"""Targets: the number that is explained, one for each picture."""

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral
from typing import Protocol

import torch
from torch import Tensor

from pareidolia.networks import Network
from pareidolia.networks.soundness import check_numbers
from pareidolia.networks.units import unit_values
from pareidolia.painting import ModelOutputs, Objective
from pareidolia.settings import PareidoliaError, Unit, check_kind, one_line


class Target(Protocol):
    """Anything that computes one score for each picture.

    Called with a network and pictures N×C×H×W in [0, 1] it returns N scores, through which gradients flow.
    `one(i)` is the target of picture i alone; a target that is the same for all pictures returns itself.
    """

    def __call__(self, network: Network, pictures: Tensor) -> Tensor: ...

    def one(self, index: int) -> "Target": ...


@dataclass(frozen=True)
class ClassTarget:
    """The logit of a class: one for all pictures, or one for each."""

    indices: tuple[int, ...]

    def __post_init__(self) -> None:
        wanted = "indices are to be a tuple of whole numbers, such as (281,)"
        check_kind(self.indices, tuple, wanted)
        for index in self.indices:
            check_kind(index, Integral, wanted)

    def __call__(self, network: Network, pictures: Tensor) -> Tensor:
        """The logits, N."""
        return self._of(network(pictures))

    def probabilities(self, network: Network, pictures: Tensor) -> Tensor:
        """The softmax probabilities of the classes, N."""
        return self._of(network(pictures).softmax(dim=1))

    def one(self, index: int) -> "ClassTarget":
        """The class of picture `index`."""
        return self if len(self.indices) == 1 else ClassTarget(self.indices[index : index + 1])

    def _of(self, values: Tensor) -> Tensor:
        chosen = torch.tensor(self.indices, device=values.device).expand(len(values))
        return values.gather(1, chosen[:, None])[:, 0]


@dataclass(frozen=True)
class UnitTarget:
    """A unit: one position of a channel, the mean of a channel, or the mean of a whole layer."""

    unit: Unit

    def __call__(self, network: Network, pictures: Tensor) -> Tensor:
        """The activations, N; the network runs no further than the unit's layer."""
        maps = network.record(pictures, self.unit.layer)[self.unit.layer]
        values = unit_values(check_numbers(maps, network.name, f" at {self.unit.layer}"), self.unit)
        return values.flatten(1).mean(dim=1) if values.ndim > 1 else values

    def one(self, index: int) -> "UnitTarget":
        """The unit itself: it is the same for every picture."""
        return self


@dataclass(frozen=True)
class ObjectiveTarget:
    """How well a picture meets an objective of `pareidolia.painting`: minus its loss."""

    objective: Objective

    def __call__(self, network: Network, pictures: Tensor) -> Tensor:
        """Minus the loss of each picture, N."""
        return torch.stack([-self._loss(network, picture[None]) for picture in pictures])

    def one(self, index: int) -> "ObjectiveTarget":
        """The objective itself: it is the same for every picture."""
        return self

    def _loss(self, network: Network, picture: Tensor) -> Tensor:
        outputs = ModelOutputs(picture, network.record(picture, self.objective.layers))
        return torch.stack(list(self.objective.losses(outputs).values())).sum()


@dataclass(frozen=True)
class FunctionTarget:
    """A function of one's own: called with the network's output, or with the network and the pictures.

    Attributes:
        function: gives N scores, differentiable.
        whole: whether it is called with the network and the pictures, N×C×H×W in [0, 1].
    """

    function: Callable[..., Tensor]
    whole: bool

    def __call__(self, network: Network, pictures: Tensor) -> Tensor:
        """Compute the scores.

        Args:
            network: the network.
            pictures: N×C×H×W in [0, 1].

        Returns:
            N.

        Raises:
            PareidoliaError: If the function fails or returns something else than N scores.
        """
        try:
            scores = self.function(network, pictures) if self.whole else self.function(network(pictures))
        except (PareidoliaError, torch.OutOfMemoryError):
            raise
        except Exception as error:  # it is the user's code
            raise PareidoliaError(f"target={self._name} failed: {one_line(error)}") from error
        if not isinstance(scores, Tensor) or scores.shape != pictures.shape[:1]:
            found = (
                f"a tensor {'×'.join(map(str, scores.shape)) or 'of one number'}"
                if isinstance(scores, Tensor)
                else type(scores).__name__
            )
            raise PareidoliaError(
                f"target={self._name} gives {found}: it must give one score a picture, {len(pictures)} here"
            )
        return scores

    def one(self, index: int) -> "FunctionTarget":
        """The function itself: it is the same for every picture."""
        return self

    @property
    def _name(self) -> str:
        return str(getattr(self.function, "__name__", type(self.function).__name__))


def confidence(target: Target, network: Network, pictures: Tensor) -> Tensor:
    """A class's probability, else the score: the measure of RISE and of the deletion and insertion curves."""
    if isinstance(target, ClassTarget):
        return target.probabilities(network, pictures)
    return target(network, pictures)
