"""The site's templates, and what is put into them."""

import json
from collections.abc import Collection
from html import escape
from importlib.resources import files
from string import Template

from pareidolia.pictures.ownership import MICROSCOPE_MARK

_HTML = frozenset(("notes", "links", "data", "before", "after", "tuned", "sections", "layers"))
"""Words that are HTML of ours already."""


def page(template: str, *, title: str, up: str = "", **words: str) -> str:
    """A page of the site: the head that all share, and the template behind it.

    Args:
        template: its file in `site/`, from the body on.
        title: of the page.
        up: the way from the page to the site's first one, "" or "../".
        **words: by name, as `filled` takes them.

    Returns:
        HTML.
    """
    return filled("head.html", title=title, up=up) + filled(template, title=title, **words)


def filled(template: str, **words: str) -> str:
    """A template with words in their places, escaped where they are not HTML already.

    Args:
        template: its file in `site/`.
        **words: by name.

    Returns:
        HTML.
    """
    text = static(template).decode()
    shown = {name: word if name in _HTML else escape(word) for name, word in words.items()}
    return Template(text).substitute(shown, mark=MICROSCOPE_MARK)


def static(name: str) -> bytes:
    """A file of `site/` as it is."""
    return (files("pareidolia.microscope") / "site" / name).read_bytes()


def as_json(data: object) -> str:
    """JSON that may stand within a script element."""
    return json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")


def listed(words: Collection[str]) -> str:
    """Sentences as notes of a page."""
    return "".join(f'<p class="note">{escape(each)}</p>' for each in words)
