"""A section of the tour."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from pareidolia.tour.guide import Exhibit, Guide

Part = Literal["generative", "inside", "style"]


@dataclass(frozen=True)
class Section:
    """One idea of the lecture; its words are in `texts/` and its formulas in `texts/formulas.toml`.

    Attributes:
        key: names its words, its formulas and its pictures.
        part: the lecture's part.
        tell: makes its exhibits, one after the other.
        source: the modules to read.
        papers: where the idea is from.
    """

    key: str
    part: Part
    tell: Callable[[Guide], Iterator[Exhibit]]
    source: tuple[str, ...]
    papers: tuple[str, ...] = ()
