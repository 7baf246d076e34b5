"""Each operation twice with one seed, and with one thread and two."""

import hashlib
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from reliability.children import run
from reliability.long_operations import available, fresh, laid_out, made
from reliability.networks import COMMANDS
from reliability.outcome import Outcome

LEVELS = 8
"""Of 255, by which a pixel may differ between one thread and two; what amplifies has no such bound."""
_AMPLIFYING = ("style", "dream", "invert")


def cases(seed: int, share: float, folder: Path) -> Iterator[Outcome]:
    """Do each operation twice, then with two threads, then do that picture again with one.

    The first two are the same to the byte, and so are the last two, as the record holds the threads.

    Args:
        seed: of which are chosen where not all are.
        share: how much is tried.
        folder: to work in.

    Yields:
        A case for each comparison.
    """
    inputs, place = laid_out(folder)
    commands = {name: (operation.command, operation.out) for name, operation in available().items()}
    for name, words in COMMANDS.items():
        if name != "atlas" and "o.png" in words:
            looking = ("--network", "net.py:build", "--input", "3x32x32")
            of_the_network = (word.replace("LAYER", "relu2") for word in words)
            commands.setdefault(name, ((*of_the_network, *looking), "o.png"))
    chosen = random.Random(seed).sample(sorted(commands), max(1, round(share * len(commands))))
    for name in chosen:
        words, out = commands[name]
        found = []
        for threads in (1, 1, 2):
            fresh(place, inputs)
            ended = run(words, place, threads=threads)
            if ended.code != 0:
                break
            found.append(made(place, inputs))
            if threads == 1:
                (folder / "one").unlink(missing_ok=True)
                if (place / out).is_file():
                    shutil.copy(place / out, folder / "one")
        if len(found) < 3:
            yield Outcome(name, f"exit {ended.code}: {ended.errors[-200:]}")
            continue
        yield Outcome(f"{name}, twice", "" if found[0] == found[1] else "not the same")
        if out.endswith(".png"):
            if name not in _AMPLIFYING:
                apart = _apart(folder / "one", place / out)
                lost = "" if apart <= LEVELS else f"{apart} of 255 apart"
                yield Outcome(f"{name}, one thread and two", lost)
            yield Outcome(f"{name} again, made with two threads", _again(place, out))


def _again(place: Path, out: str) -> str:
    """What is wrong with doing a picture of two threads again in a process of one."""
    ended = run(("again", out, "--trust", "--out", "again.png"), place, threads=1)
    if ended.code != 0:
        return f"exit {ended.code}: {ended.errors[-200:]}"
    before, after = (hashlib.sha256(_levels(place / name).tobytes()).digest() for name in (out, "again.png"))
    return "" if before == after else "not the same"


def _apart(one: Path, two: Path) -> int:
    return int(np.abs(_levels(one).astype(int) - _levels(two).astype(int)).max())


def _levels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image)
