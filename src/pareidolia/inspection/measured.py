"""What an inspection makes: a picture, what it shows in words, and the numbers behind it."""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Measured:
    """A picture 1×3×H×W in [0, 1], in words what it shows, and one mapping of names to numbers a row."""

    picture: Tensor
    told: str
    rows: tuple[Mapping[str, object], ...] = ()
