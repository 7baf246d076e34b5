"""Weights files: mutated, odd, of other kinds, and with code in them."""

import json
import pickle
import random
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save

from pareidolia.networks import load_network
from reliability.long_operations import write_inputs
from reliability.mutating import mutated_bytes
from reliability.outcome import Outcome, tried

_MUTATED = 1_000


class _Code:
    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.write_text, (Path("run by a pickle"), "code"))


def cases(seed: int, share: float, folder: Path) -> Iterator[Outcome]:
    """Load odd weights into a network, and mutated ones of both formats.

    Args:
        seed: of the mutations.
        share: how much is tried of 1,000 mutations.
        folder: to work in.

    Yields:
        A case for each file.
    """
    write_inputs(folder)
    name = f"{folder / 'net.py'}:build"
    state = {key: value.clone() for key, value in load_network(name).module.state_dict().items()}
    for kind, value in _odd(state).items():
        path = folder / f"{kind}.pth"
        torch.save(value, path)
        yield tried(kind, lambda path=path, kind=kind: _load(name, path, kind))
    path = folder / "code.pth"
    path.write_bytes(pickle.dumps({"conv1.weight": _Code()}))
    yield tried("code in a pickle", lambda: _load(name, path, "refused: code"))
    assert not Path("run by a pickle").exists()
    for kind, content in _FOREIGN.items():
        for suffix in (".pth", ".safetensors"):
            place = folder / f"foreign{suffix}"
            place.write_bytes(content)
            yield tried(f"{kind}{suffix}", lambda place=place: _load(name, place, "refused"))
    chance = random.Random(seed)
    torch.save(state, folder / "whole.pth")
    whole = {".pth": (folder / "whole.pth").read_bytes(), ".safetensors": save(state)}
    for number in range(round(share * _MUTATED)):
        suffix = chance.choice(list(whole))
        place = folder / f"mutated{suffix}"
        place.write_bytes(mutated_bytes(whole[suffix], chance))
        yield tried(f"mutated {number}", lambda place=place: _load(name, place, "mutated"))


_FOREIGN: Mapping[str, bytes] = {
    "empty": b"",
    "pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
    "page": b"<!DOCTYPE html><html></html>",
    "json": json.dumps({"a": 1}).encode(),
    "long header": (2**62).to_bytes(8, "little") + b"{}",
}


def _odd(state: Mapping[str, torch.Tensor]) -> dict[str, Any]:
    """Kinds of states by name; those that begin with "refused" must not load."""

    def each(change: Callable[[torch.Tensor], Any]) -> dict[str, Any]:
        return {key: change(value) for key, value in state.items()}

    return {
        "whole": dict(state),
        "wrapped": {"state_dict": dict(state), "epoch": 3},
        "module.": {f"module.{key}": value for key, value in state.items()},
        "half": each(torch.Tensor.half),
        "double": each(torch.Tensor.double),
        "refused: numbers as names": dict(enumerate(state.values())),
        "refused: NaN": each(lambda value: value * float("nan")),
        "refused: infinite": each(lambda value: value + float("inf")),
        "refused: complex": each(lambda value: value.to(torch.complex64)),
        "sparse": each(lambda value: value.to_sparse()),
        "refused: meta": each(lambda value: value.to("meta")),
        "refused: other shapes": each(lambda value: value[..., None]),
        "refused: a list": list(state.values()),
        "refused: a tensor": next(iter(state.values())),
        "refused: nothing": {},
        "refused: half of it": dict(list(state.items())[:2]),
        "refused: text": dict.fromkeys(state, "x"),
    }


def _load(name: str, path: Path, kind: str) -> None:
    network = load_network(name, weights=str(path))
    assert not kind.startswith("refused"), "it was loaded"
    assert all(bool(each.isfinite().all()) for each in network.module.parameters())
