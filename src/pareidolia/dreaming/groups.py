"""Groups of ImageNet's classes, found among those of a network that has all 1,000 or some of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor

from pareidolia.settings import BadNetwork
from pareidolia.settings.default_networks import FOR_CLASSES

#: Class numbers of ImageNet's by group, ends included: breeds of dogs; birds; insects.
GROUPS: dict[str, tuple[tuple[int, int], ...]] = {
    "dogs": ((151, 268),),
    "birds": ((7, 24), (80, 100), (127, 146)),
    "insects": ((300, 326),),
}
IMAGENET = 1000
_FEWEST = 2  # breeds, for a share of dogs to mean something


@dataclass(frozen=True)
class ClassGroups:
    """Which of a network's classes are dogs, birds and insects.

    Attributes:
        names: of all its classes.
        members: by group, numbers of classes.
    """

    names: tuple[str, ...]
    members: Mapping[str, tuple[int, ...]]

    def share(self, group: str) -> float:
        """The share of the classes that are of a group."""
        return len(self.members[group]) / len(self.names)

    def of(self, index: int) -> str:
        """The group of a class, or "other"."""
        return next((group for group, members in self.members.items() if index in members), "other")

    def masses(self, probabilities: Tensor) -> dict[str, float]:
        """The probability of each group, from that of each class."""
        return {group: float(probabilities[list(found)].sum()) for group, found in self.members.items()}


def numbers_of(group: str) -> list[int]:
    """The numbers of a group among ImageNet's 1,000 classes."""
    return [index for first, last in GROUPS[group] for index in range(first, last + 1)]


def find_groups(class_names: Sequence[str] | None, name: str) -> ClassGroups:
    """Find the groups among a network's classes.

    ImageNet's 1,000 stand together in its order, whatever they are called; some of them are known by their
    names.

    Args:
        class_names: the network's.
        name: of the network, for the error.

    Returns:
        The groups.

    Raises:
        BadNetwork: If the network has no classes, or there are no breeds of dogs among them.
    """
    known = tuple(class_names or ())
    if len(known) == IMAGENET and "Chihuahua" in known[151] and "pug" in known[254]:
        return ClassGroups(known, {group: tuple(numbers_of(group)) for group in GROUPS})
    found = {group: _named(group, known) for group in GROUPS}
    if len(found["dogs"]) < _FEWEST:
        raise BadNetwork(f"{name} does not have ImageNet's breeds of dogs among its classes; {FOR_CLASSES}")
    return ClassGroups(known, found)


def _named(group: str, names: Sequence[str]) -> tuple[int, ...]:
    from torchvision.models import ResNet50_Weights  # 180 MB, which ImageNet's own order does without

    published = ResNet50_Weights.DEFAULT.meta["categories"]
    wanted = {published[index].casefold() for index in numbers_of(group)}
    return tuple(index for index, each in enumerate(names) if each.casefold() in wanted)
