"""Disks that are full from any call on, files that cannot grow, and folders that are read-only."""

import random
from collections.abc import Iterator
from pathlib import Path

from reliability.children import Ended, Fault, run
from reliability.long_operations import LongOperation, available, fresh, laid_out, made
from reliability.outcome import Outcome

_CALLS = 12
_SIZES = (0, 300, 3000)


def cases(seed: int, share: float, folder: Path) -> Iterator[Outcome]:
    """Run each long operation on such disks, then once more with room.

    It ends well or with a line; what there was before stays; no stray file stays; and with room again it
    comes to what it would have come to. A finished atlas stays whole until a new one is.

    Args:
        seed: of the calls that are chosen.
        share: how much is tried of 12 calls, three sizes and one read-only folder, of each operation.
        folder: to work in.

    Yields:
        A case for each disk.
    """
    inputs, place = laid_out(folder)
    chance = random.Random(seed)
    for name, operation in available().items():
        fresh(place, inputs)
        whole = run(operation.command, place)
        yield Outcome(f"{name}, undisturbed", "" if whole.code == 0 else f"exit {whole.code}: {whole.errors}")
        wanted = made(place, inputs)
        faults = [Fault("full", number) for number in _chosen(chance, whole.calls)]
        disks = [(f"full from call {fault.at}", fault, None) for fault in faults]
        disks += [(f"no file over {size} bytes", Fault(), size) for size in _SIZES]
        disks += [("read-only", Fault("read-only"), None)]
        for disk, fault, largest in chance.sample(disks, max(1, round(share * len(disks)))):
            fresh(place, inputs)
            ended = run(operation.command, place, fault, largest_file=largest)
            lost = _left(ended, place, inputs) or _with_room(operation, place, inputs, wanted)
            yield Outcome(f"{name}, {disk}", lost)
    yield from _finished_atlases(chance, share, place, inputs)


def _chosen(chance: random.Random, calls: int) -> list[int]:
    return sorted(chance.sample(range(1, calls + 1), min(calls, _CALLS)))


def _left(ended: Ended, place: Path, inputs: Path) -> str:
    """What is wrong with how it ended and what it left."""
    if ended.code != 0 and not ended.refused_well:
        return f"exit {ended.code}: {ended.errors[-200:]}"
    for path in inputs.rglob("*"):
        if path.is_file() and (place / path.relative_to(inputs)).read_bytes() != path.read_bytes():
            return f"{path.name} is not what it was"
    strays = [path.name for path in place.rglob(".pareidolia-*")]
    return f"strays {strays}" if strays else ""


def _with_room(operation: LongOperation, place: Path, inputs: Path, wanted: dict[str, str]) -> str:
    """What is wrong with what the same command makes once there is room."""
    ended = run(operation.going_on, place)
    if ended.code == 2 and "--resume" in ended.errors:
        ended = run(operation.command, place)
    if ended.code != 0 and "exists already" not in ended.errors:
        return f"with room again: exit {ended.code}: {ended.errors[-200:]}"
    found = made(place, inputs)
    other = sorted(name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name))
    return f"with room again: not the same {other}" if other else ""


def _finished_atlases(chance: random.Random, share: float, place: Path, inputs: Path) -> Iterator[Outcome]:
    """A finished atlas is built anew with other icons on a full disk: the old or the new is there whole."""
    operation = available()["atlas"]
    changed = (*operation.words, "--seed", "1", "--overwrite", "--out", operation.out)
    fresh(place, inputs)
    run(operation.command, place)
    old = _shown(place / operation.out)
    calls = run(changed, place).calls
    new = _shown(place / operation.out)
    for number in _chosen(chance, calls)[: max(1, round(share * _CALLS))]:
        fresh(place, inputs)
        run(operation.command, place)
        ended = run(changed, place, Fault("full", number))
        lost = _left(ended, place, inputs)
        if not lost and _shown(place / operation.out) not in (old, new):
            lost = "neither the old atlas nor the new one is there"
        yield Outcome(f"a finished atlas, full from call {number}", lost)


def _shown(atlas: Path) -> dict[str, bytes]:
    """What a visitor of an atlas is shown: the cells and sheets of each grid, by layer and side."""
    from pareidolia.atlas import read_manifest
    from pareidolia.settings import PareidoliaError

    try:
        manifest = read_manifest(atlas)
    except PareidoliaError:
        return {}
    return {
        f"{layer.name} {grid.side} {path.name}": path.read_bytes()
        for layer in manifest.layers
        for grid in layer.grids
        for path in sorted((atlas / grid.folder).iterdir())
    }
