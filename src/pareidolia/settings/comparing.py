"""What two records, nested as may be, do not have in common."""

from collections.abc import Iterator, Mapping
from typing import Any


def differences(ours: Mapping[str, Any], theirs: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Each entry that differs, in words: where it is, what stands there and what here."""
    for key in sorted(ours.keys() | theirs.keys()):
        mine, other = ours.get(key), theirs.get(key)
        if isinstance(mine, Mapping) and isinstance(other, Mapping):
            yield from differences(mine, other, f"{prefix}{key}.")
        elif mine != other:
            yield f"{prefix}{key}: {other} there, {mine} here"
