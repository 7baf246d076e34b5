"""The differences of two records, which may be nested."""

from collections.abc import Iterator, Mapping
from typing import Any

_OF_THE_RUN = ("threads", "unfinished")


def of_the_work(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record without what is of one run of its work alone: the threads it had, how far it came.

    Args:
        record: of a picture, a video or a checkpoint.

    Returns:
        What must agree where a run goes on.
    """
    return {name: value for name, value in record.items() if name not in _OF_THE_RUN}


def differences(ours: Mapping[str, Any], theirs: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Describe each entry that differs.

    Args:
        ours: the record wanted.
        theirs: the record found.
        prefix: of the names of entries, for nested ones.

    Yields:
        A line for each: its name, and its value in both.
    """
    for key in sorted(ours.keys() | theirs.keys()):
        mine, other = ours.get(key), theirs.get(key)
        if isinstance(mine, Mapping) and isinstance(other, Mapping):
            yield from differences(mine, other, f"{prefix}{key}.")
        elif mine != other:
            yield f"{prefix}{key}: {other} there, {mine} here"
