"""Which code may run: what a person names runs, what a file names runs only if that person trusts it.

The gate has one door, `require_trust`; every name of code goes through it (`networks/sources/callables.py`).
What came from elsewhere is opened within `distrusting`; a person's word, `--trust`, is `trusting` around it
all.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from pareidolia.safety.paths import expanded
from pareidolia.settings import NotTrusted


@dataclass(frozen=True)
class _Source:
    """What is being opened, and the code that the person has named beside it."""

    title: str
    named: frozenset[str]


_source: ContextVar[_Source | None] = ContextVar("source", default=None)
_trusting: ContextVar[bool] = ContextVar("trusting", default=False)


@contextmanager
def trusting(trusts: bool = True) -> Iterator[None]:
    """Within it whatever a file names may run and be fetched.

    Args:
        trusts: False changes nothing, so that an option can be passed on as it is.
    """
    token = _trusting.set(trusts or _trusting.get())
    try:
        yield
    finally:
        _trusting.reset(token)


@contextmanager
def distrusting(title: str, named: Collection[str | None] = ()) -> Iterator[None]:
    """Within it no code runs and nothing is fetched because a file names it.

    Args:
        title: what is opened, for the message: "the picture x.png", "the run r".
        named: code that the person has named too ("file.py:factory"), which may run. None is passed over.
    """
    inherited = _source.get()
    known = frozenset(_whole(name) for name in named if name is not None)
    # What is opened inside something distrusted (a run that a picture names) is allowed no more than that.
    allowed = known if inherited is None else known & inherited.named
    token = _source.set(_Source(title, allowed))
    try:
        yield
    finally:
        _source.reset(token)


def _whole(name: str) -> str:
    """The name with a file's path from the root on, so that the same file is the same name."""
    home, colon, function = name.rpartition(":")
    return f"{expanded(home).absolute()}{colon}{function}" if home.endswith(".py") else name


def distrusted() -> str | None:
    """What is being opened that nobody has vouched for ("the run r"); None where all may be done."""
    source = _source.get()
    return None if source is None or _trusting.get() else source.title


def require_trust(name: str, *, what: str = "code to run", done: str = "run") -> None:
    """Let the code `name` ("package.module:factory", "file.py:factory") run, or refuse it.

    Args:
        name: of the code, or of what would be fetched.
        what: it is, in words.
        done: what would be done with it.

    Raises:
        PareidoliaError: If a file names this and neither the person nor `trusting` does.
    """
    title = distrusted()
    source = _source.get()
    if title is None or (source is not None and _whole(name) in source.named):
        return
    raise NotTrusted(
        f"{title} names {what}, '{name}': it is not {done} unasked; name it yourself, or pass --trust"
    )
