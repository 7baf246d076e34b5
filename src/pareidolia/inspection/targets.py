"""Targets: the number that is explained, one for each picture."""

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from pareidolia.networks import Network
from pareidolia.painting import ModelOutputs, Objective
from pareidolia.settings import ClassName, PareidoliaError, Unit, UnknownName, parse_address


class Target(Protocol):
    """Anything that gives one score a picture.

    Called with a network and pictures N×C×H×W in [0, 1] it returns N scores, through which gradients flow.
    `one(i)` is the target of picture i alone; a target that is the same for all pictures returns itself.
    """

    def __call__(self, network: Network, pictures: Tensor) -> Tensor: ...

    def one(self, index: int) -> "Target": ...


@dataclass(frozen=True)
class ClassTarget:
    """The logit of a class: one for all pictures, or one for each."""

    indices: tuple[int, ...]

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
        maps = network.record(pictures, [self.unit.layer])[self.unit.layer]
        if self.unit.channel is not None:
            check_unit(self.unit, tuple(maps.shape[1:]))
            maps = maps[:, self.unit.channel]
            if self.unit.position is not None:
                maps = maps[:, *self.unit.position]
        return maps.flatten(1).mean(dim=1) if maps.ndim > 1 else maps

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


def check_unit(unit: Unit, shape: tuple[int, ...]) -> None:
    """Raise PareidoliaError where `unit` lies outside a layer whose output has this shape (C, or C×H×W)."""
    channel = unit.channel or 0
    if channel >= shape[0]:
        raise PareidoliaError(
            f"layer '{unit.layer}' has channels 0 to {shape[0] - 1}, there is no channel {channel}"
        )
    if unit.position is None:
        return
    if len(shape) != 3:
        raise PareidoliaError(f"layer '{unit.layer}' has no rows and columns: leave out the position")
    if any(place >= length for place, length in zip(unit.position, shape[1:], strict=True)):
        row, column = unit.position
        raise PareidoliaError(
            f"layer '{unit.layer}' has {shape[1]} rows and {shape[2]} columns here, "
            f"there is no position {row},{column}"
        )


def find_target(text: str, network: Network, pictures: Tensor) -> Target:
    """The target that `text` names: `top`, a class by number, name or part of a name, or a unit.

    `top` is each picture's own most probable class; where the network has no classes, the channel of its last
    feature map that is strongest on the pictures. A unit is `layer:channel`, `layer:channel@row,column` or
    `layer`; `class:NAME` says that a class is meant, as a bare number always does.
    Raises UnknownName or PareidoliaError where nothing, or more than one thing, is named.
    """
    if text == "top":
        return _top(network, pictures)
    if text in network.layers and not text.isdecimal():  # layers of a plain nn.Sequential are numbers too
        return UnitTarget(Unit(text))
    if ":" in text:
        address = parse_address(text)
        if isinstance(address, ClassName):
            return ClassTarget((network.class_index(address.name),))
        shape = network.layer(address.layer).shape
        check_unit(Unit(address.layer, address.channel), shape)
        return UnitTarget(address)
    try:
        return ClassTarget((network.class_index(text),))
    except UnknownName as error:
        raise UnknownName("class or unit", text, [*(network.class_names or ()), *network.layers]) from error


@torch.no_grad()
def _top(network: Network, pictures: Tensor) -> Target:
    last = max(network.layers.values(), key=lambda layer: layer.finish)
    if len(last.shape) == 3 and min(last.shape[1:]) > 1:
        maps = network.record(pictures, [last.name])[last.name]
        return UnitTarget(Unit(last.name, int(maps.mean(dim=(0, 2, 3)).argmax())))
    return ClassTarget(tuple(network(pictures).argmax(dim=1).tolist()))


def confidence(target: Target, network: Network, pictures: Tensor) -> Tensor:
    """What RISE and the deletion and insertion curves measure: a class's probability, else the score."""
    if isinstance(target, ClassTarget):
        return target.probabilities(network, pictures)
    return target(network, pictures)
