"""Lack of memory as one line that names what to make smaller. Nothing is made smaller unasked."""

from collections.abc import Iterator
from contextlib import contextmanager

from pareidolia.memory import no_memory
from pareidolia.requests import Request
from pareidolia.settings import PareidoliaError

_SMALLER = ("size", "stroke_size", "at_once", "icons_at_once", "batch", "positions", "input")
"""Options that decide how much memory is taken, the strongest first."""
_NAMED = 2


class NotEnoughMemory(PareidoliaError):
    """An operation needs more memory than there is; names its options that would take less."""


@contextmanager
def explaining_lack_of_memory(request: Request) -> Iterator[None]:
    """Within it, an error for lack of memory becomes a line with the operation's own options.

    Args:
        request: what is done.

    Yields:
        Nothing.

    Raises:
        NotEnoughMemory: For any such error, raised by torch on any device, by Python or by NumPy.
    """
    try:
        yield
    except NotEnoughMemory:
        raise
    except (MemoryError, RuntimeError, PareidoliaError) as error:
        if not no_memory(error):
            raise
        line = str(error) if isinstance(error, PareidoliaError) else "there is not enough memory"
        raise NotEnoughMemory(f"{line}: {_advice(request)}") from error


def _advice(request: Request) -> str:
    """What would take less, in the words of the operation's own options."""
    fields = {
        name: declared
        for each in (request.settings, *request.options.values())
        for name, declared in type(each).model_fields.items()
    }
    words = [f"a smaller --{name.replace('_', '-')}" for name in _SMALLER if name in fields]
    if "tile" in fields and fields["tile"].default is None:
        words.insert(1, "--tile")
    return f"{' or '.join(words[:_NAMED])} takes less" if words else "smaller pictures take less"
