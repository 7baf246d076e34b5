"""A section of the tour."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pareidolia.tour.contents import Part
from pareidolia.tour.guide import Exhibit, Guide

Tell = Callable[[Guide], Iterator[Exhibit]]


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
    tell: Tell
    source: tuple[str, ...]
    papers: tuple[str, ...] = ()
