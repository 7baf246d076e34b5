"""Weights files of a network, as people name several. No torch here."""

import re
from collections.abc import Sequence
from pathlib import Path

from pareidolia.safety.paths import expanded
from pareidolia.settings.errors import PareidoliaError

WEIGHTS = (".safetensors", ".pth", ".pt")


def find_checkpoints(given: Sequence[str | Path]) -> list[Path]:
    """Find weights files.

    Args:
        given: the files, or one folder of them.

    Returns:
        The files given, or those in the folder in the order of the numbers in their names.

    Raises:
        PareidoliaError: If there is none.
    """
    paths = [expanded(each) for each in given]
    if len(paths) == 1 and paths[0].is_dir():
        paths = sorted((path for path in paths[0].iterdir() if path.suffix in WEIGHTS), key=_by_number)
    if not paths:
        raise PareidoliaError(
            f"there are no checkpoints ({' '.join(WEIGHTS)}): name files, or a folder of them"
        )
    return paths


def _by_number(path: Path) -> list[tuple[int, str]]:
    """`step_9` before `step_10`."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", path.stem)]
