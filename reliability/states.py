"""State files that are broken: of runs, atlases, collections, videos and checkpoints."""

import contextlib
import io
import json
import os
import random
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from pareidolia.cli import main
from reliability.long_operations import OPERATIONS, available, write_inputs
from reliability.mutating import mutated_bytes, mutated_json
from reliability.outcome import Outcome, tried

_MUTATED = 500
_OPENED = {
    "train vae": (("sample", "run", "--out", "s.png"), ("reconstruct", "run", "photo.png", "--out", "r.png")),
    "atlas": (("atlas", "find", "atlas", "photo.png"),),
}
"""Further commands that read what an operation left."""


def cases(seed: int, share: float, folder: Path) -> Iterator[Outcome]:
    """Break one file of a result, then go on with it, open it, and make it anew.

    Args:
        seed: of the mutations.
        share: how much is tried of 500.
        folder: to work in.

    Yields:
        A case for each file and command.
    """
    write_inputs(folder)
    chance, home = random.Random(seed), Path.cwd()
    names = [name for name in ("train vae", "atlas", "patches", "style") if name in available()]
    whole = folder / "whole"
    os.chdir(folder)
    try:
        for name in names:
            _quietly(OPERATIONS[name].command)
        shutil.move(folder / "out.png", folder / "made.png")
        for each in ("run", "atlas", "pareidolia.index"):
            shutil.move(folder / each, whole / each) if whole.exists() else shutil.copytree(
                each, whole / each
            )
            shutil.copytree(whole / each, folder / each, dirs_exist_ok=True)
        for number in range(round(share * _MUTATED)):
            name = chance.choice(names[:-1])
            out = {"train vae": "run", "atlas": "atlas", "patches": "pareidolia.index"}[name]
            shutil.rmtree(folder / out, ignore_errors=True)
            shutil.copytree(whole / out, folder / out)
            for made in ("sheet.png", "s.png", "r.png"):
                (folder / made).unlink(missing_ok=True)
            files = sorted(path for path in (folder / out).rglob("*") if path.is_file())
            broken = chance.choice(files)
            _break(broken, chance)
            words = chance.choice((OPERATIONS[name].going_on, *_OPENED.get(name, ())))
            case = f"{number}: {broken.relative_to(folder)}, {' '.join(words[:2])}"
            yield tried(case, lambda words=words: _quietly(words))
    finally:
        os.chdir(home)


def _break(path: Path, chance: random.Random) -> None:
    content = path.read_bytes()
    if path.suffix == ".json" and chance.random() < 0.7:
        path.write_text(json.dumps(mutated_json(json.loads(content), chance)))
    elif chance.random() < 0.1:
        path.unlink()
    else:
        path.write_bytes(mutated_bytes(content, chance))


def _quietly(words: Sequence[str]) -> None:
    """Run a command; its exit code must be one of those that are documented."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        code = main([*words, "--quiet"])
    assert code in (0, 1, 2), f"exit {code}"
