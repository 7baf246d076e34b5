"""Labels as a condition: codes that end in a label, and how many labels a model sees."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
import torch.nn.functional as F
from torch import Tensor

from pareidolia.generative.capabilities import Prior
from pareidolia.settings import PareidoliaError


@runtime_checkable
class DrawsLabels(Protocol):
    """A prior that can draw codes of one label."""

    @property
    def classes(self) -> int:
        """How many labels it draws; 0: none."""
        ...

    def of_label(self, label: int) -> Prior:
        """The prior of codes with that label."""
        ...


@dataclass(frozen=True)
class WithLabel:
    """Codes of a prior, each with a label drawn evenly: its one-hot vector is the code's last K numbers.

    Attributes:
        unlabeled: the prior of what is not the label.
        classes: K.
    """

    unlabeled: Prior
    classes: int

    @property
    def latent(self) -> int:
        """Length of a code, the label's K numbers included."""
        return self.unlabeled.latent + self.classes

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        """count×L."""
        codes = self.unlabeled.sample(count, generator)
        chosen = torch.randint(self.classes, (count,), generator=generator, device=generator.device)
        return torch.cat([codes, F.one_hot(chosen, self.classes).to(codes)], dim=1)

    def with_label(self, codes: Tensor, label: int | Tensor) -> Tensor:
        """The codes N×L with this label, or with these N, in place of theirs; where it is -1 theirs stays."""
        rest, own = self.split(codes)
        labels = torch.as_tensor(label, device=codes.device).expand(len(codes))
        one_hot = F.one_hot(labels.clamp(min=0), self.classes).to(codes)
        return torch.cat([rest, torch.where(labels[:, None] >= 0, one_hot, own)], dim=1)

    def of_label(self, label: int) -> Prior:
        """The prior of codes with that label."""
        return OfLabel(self, label)

    def split(self, codes: Tensor) -> tuple[Tensor, Tensor]:
        """What is not the label N×(L − K), and the label's numbers N×K."""
        rest, labels = torch.split(codes, [self.unlabeled.latent, self.classes], dim=1)
        return rest, labels


@dataclass(frozen=True)
class OfLabel:
    """Codes of one label.

    Attributes:
        prior: of codes with any label.
        label: which.
    """

    prior: WithLabel
    label: int

    @property
    def latent(self) -> int:
        """Length of a code, the label's K numbers included."""
        return self.prior.latent

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        """count×L."""
        return self.prior.with_label(self.prior.sample(count, generator), self.label)


def known_labels(labels: str, classes: int) -> int:
    """How many labels a model sees.

    Args:
        labels: the model's setting, "none" or how it uses them.
        classes: how many the data have.

    Returns:
        `classes`, or 0 where `labels` is "none".

    Raises:
        PareidoliaError: labels are wanted and the data have fewer than two.
    """
    if labels == "none":
        return 0
    if classes < 2:
        raise PareidoliaError(
            f"--labels {labels} needs pictures in two or more classes' folders, not {classes}"
        )
    return classes
