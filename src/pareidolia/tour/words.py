"""The tour's words, in each language, from data in `texts/`."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from pareidolia.tour.settings import Language

LANGUAGES: tuple[Language, ...] = ("en", "ru")


@dataclass(frozen=True)
class Words:
    """The words of one language.

    Attributes:
        language: "en" or "ru".
        page: words around the sections, by name.
        parts: the titles of the lecture's parts, by key.
        sections: by key: `title`, `idea` (paragraphs), `figures` (captions by name), `notes` (lines by name).
    """

    language: Language
    page: Mapping[str, str]
    parts: Mapping[str, str]
    sections: Mapping[str, Mapping[str, Any]]

    def line(self, name: str, **values: object) -> str:
        """A line of the page or the command, with `values` put into it."""
        return self._filled(self.page[name], values)

    def caption(self, section: str, figure: str, **values: object) -> str:
        """The caption of a figure, with `values` put into it; numbers as the language writes them."""
        return self._filled(self.sections[section]["figures"][figure], values)

    def note(self, section: str, name: str, **values: object) -> str:
        """A line of a section's tables and drawings, likewise."""
        return self._filled(self.sections[section]["notes"][name], values)

    def number(self, value: float, digits: int = 0) -> str:
        """A number with so many decimals: 3.5 in English, 3,5 in Russian, a true minus before it."""
        text = f"{value:.{digits}f}".replace("-", "−")
        return text.replace(".", ",") if self.language == "ru" else text

    def _filled(self, text: str, values: Mapping[str, object]) -> str:
        return text.format(**{name: self._shown(value) for name, value in values.items()})

    def _shown(self, value: object) -> str:
        return self.number(value, 1) if isinstance(value, float) else str(value)


@cache
def words(language: Language) -> Words:
    """All words of a language."""
    held = _read(language)
    return Words(language, held["page"], held["parts"], held["sections"])


@cache
def formulas() -> Mapping[str, Sequence[str]]:
    """MathML elements by section, the same in every language; see `recipes/formulas.py`."""
    return _read("formulas")


def _read(name: str) -> dict[str, Any]:
    text = files("pareidolia.tour").joinpath("texts", f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
