"""Groups of ImageNet's 1,000 classes, which stand together in its order."""

from collections.abc import Sequence

from torch import Tensor

from pareidolia.settings import BadNetwork
from pareidolia.settings.default_networks import FOR_CLASSES

#: Class numbers by group, ends included: breeds of dogs; birds; insects.
GROUPS: dict[str, tuple[tuple[int, int], ...]] = {
    "dogs": ((151, 268),),
    "birds": ((7, 24), (80, 100), (127, 146)),
    "insects": ((300, 326),),
}
CLASSES = 1000


def members(group: str) -> list[int]:
    """The class numbers of a group."""
    return [index for first, last in GROUPS[group] for index in range(first, last + 1)]


def group_of(index: int) -> str:
    """The group of a class, or "other"."""
    return next((group for group in GROUPS if index in members(group)), "other")


def masses(probabilities: Tensor) -> dict[str, float]:
    """The probability of each group, from that of each class (1000)."""
    return {group: float(probabilities[members(group)].sum()) for group in GROUPS}


def check_classes(class_names: Sequence[str] | None, name: str) -> tuple[str, ...]:
    """Check that class names are ImageNet's 1,000.

    Args:
        class_names: the network's.
        name: of the network, for the error.

    Returns:
        The names.

    Raises:
        BadNetwork: If they are not ImageNet's.
    """
    known = tuple(class_names or ())
    if len(known) != CLASSES or "Chihuahua" not in known[151] or "pug" not in known[254]:
        raise BadNetwork(
            f"{name} does not have ImageNet's {CLASSES} classes, among which dogs are counted; {FOR_CLASSES}"
        )
    return known
