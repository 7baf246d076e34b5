"""Targets in the forms that people have: a class by name or number, a unit by address, a function."""

import inspect
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from pareidolia.inspection.targets import ClassTarget, FunctionTarget, ObjectiveTarget, Target, UnitTarget
from pareidolia.networks import Network
from pareidolia.painting import Objective
from pareidolia.settings import ClassName, PareidoliaError, Unit, UnknownName, check_kind, parse_address
from pareidolia.settings.wording import counted

TargetLike = Target | str | int | Unit | Tensor | Sequence[int] | Callable[..., Tensor]
"""A class by number or name, a unit by address, one class a picture, a function, or a `Target`."""


def as_target(target: TargetLike, network: Network, pictures: Tensor) -> Target:
    """Read a target in any of the forms that people have.

    Args:
        target: a class's number; text as `find_target` reads it; a `Unit`; a tensor or sequence of class
            numbers, one a picture (or one for all); a function of the network's output N×K, or of (network,
            pictures), that gives N scores; or a `Target`.
        network: what it is found in.
        pictures: N×C×H×W in [0, 1]; "top" is found on them.

    Returns:
        The target.

    Raises:
        UnknownName: If there is no such class or unit.
        PareidoliaError: If there are not as many classes as pictures.
    """
    if isinstance(target, (ClassTarget, UnitTarget, ObjectiveTarget, FunctionTarget)):
        return target
    if isinstance(target, str):
        return find_target(target, network, pictures)
    if isinstance(target, Unit):
        # A position is checked on the pictures at hand, which may be larger than the input shape.
        Unit(target.layer, target.channel).check(network.unit_shape(target.layer))
        return UnitTarget(target)
    if isinstance(target, Objective):
        return ObjectiveTarget(target)
    numbers = _numbers(target)
    if numbers is not None:
        if len(numbers) not in (1, len(pictures)):
            raise PareidoliaError(
                f"target names {len(numbers)} classes for {counted(len(pictures), 'picture')}: "
                "give one for all, or one a picture"
            )
        return ClassTarget(tuple(network.class_index(number) for number in numbers))
    if callable(target):
        return target if hasattr(target, "one") else FunctionTarget(target, _takes_two(target))
    raise PareidoliaError(
        f"target={type(target).__name__} is not a target: give a class by number or name, a unit as "
        "'layer:channel', one class number a picture, or a function that gives one score a picture"
    )


def _numbers(target: object) -> tuple[int, ...] | None:
    """Whole numbers, one or several; None for what is none."""
    if isinstance(target, bool):
        return None
    if isinstance(target, (Tensor, np.ndarray, np.generic)):
        target = target.tolist()
    if isinstance(target, int):
        return (target,)
    if isinstance(target, (str, bytes)) or not isinstance(target, Sequence) or not target:
        return None
    if not all(isinstance(each, int) and not isinstance(each, bool) for each in target):
        return None
    return tuple(target)


def _takes_two(function: Callable[..., object]) -> bool:
    """Whether a function takes the network and the pictures, rather than the output alone."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # some built-in functions have no signature
        return False
    needed = [
        each
        for each in parameters
        if each.default is each.empty and each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)
    ]
    return len(needed) == 2


def find_target(text: str | int, network: Network, pictures: Tensor, logits: Tensor | None = None) -> Target:
    """The target that `text` names: `top`, a class by number, name or part of a name, or a unit.

    `top` is each picture's own most probable class; where the network has no classes, the channel of its last
    feature map that is strongest on the pictures. A unit is `layer:channel`, `layer:channel@row,column` or
    `layer`; `class:NAME` always means a class, as a bare number does. `segment:CLASS` is the part in which a
    segmentation network sees a class, `detection:RANK` what a detector finds, 0 first.

    Args:
        text: the target; a whole number is that of a class.
        network: what it is found in.
        pictures: N×C×H×W in [0, 1]; `top` is found on them.
        logits: N×K, the network's class scores for the pictures if they are known, so that `top` needs no
            further look.

    Returns:
        The target.

    Raises:
        UnknownName: If nothing is named so.
        PareidoliaError: If more than one thing is named so.
    """
    check_kind(text, (str, int), "the target is to be text or a class's number")
    check_kind(network, Network, "the network is to be a Network")
    text = str(text)
    if text == "top":
        return _top(network, pictures, logits)
    if _is_layer(text, network):
        return UnitTarget(Unit(text))
    kind, _, what = text.partition(":")
    if kind in _OF_OUTPUTS and kind not in dict(network.module.named_modules()):
        return _of_output(kind, what, network, pictures)
    if ":" in text:
        address = parse_address(text)
        if isinstance(address, ClassName):
            return ClassTarget((network.class_index(address.name),))
        return as_target(address, network, pictures)
    try:
        return ClassTarget((network.class_index(text),))
    except UnknownName as error:
        known = [*(network.class_names or ()), *network.layers]
        raise UnknownName("class or unit", text, known) from error


_OF_OUTPUTS = ("segment", "detection")


def _of_output(kind: str, what: str, network: Network, pictures: Tensor) -> Target:
    """A segment or a detection of the first picture."""
    from pareidolia.inspection.output_targets import detection_target, segment_target

    if kind == "segment":
        return segment_target(network, pictures[:1], what)
    if not what.isdecimal():
        raise PareidoliaError(f"'detection:{what}' names no detection: write its rank, as in detection:0")
    return detection_target(network, pictures[:1], int(what))


def _is_layer(text: str, network: Network) -> bool:
    """Whether a layer bears the name; layers of a plain nn.Sequential are numbers, which mean classes."""
    if text.isdecimal() or text not in dict(network.module.named_modules()):
        return False  # found without the run that `network.layers` costs
    return text in network.layers


@torch.no_grad()
def _top(network: Network, pictures: Tensor, logits: Tensor | None) -> Target:
    if logits is None:
        last = max(network.layers.values(), key=lambda layer: layer.finish)
        if len(last.shape) == 3 and min(last.shape[1:]) > 1:
            maps = network.record(pictures, [last.name])[last.name]
            return UnitTarget(Unit(last.name, int(maps.mean(dim=(0, 2, 3)).argmax())))
        logits = network(pictures)
    return ClassTarget(tuple(logits.argmax(dim=1).tolist()))
