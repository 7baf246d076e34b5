"""Changing what is whole a little: bytes, and values in JSON; and pictures of grain to begin with."""

import copy
import random
from typing import Any

from PIL import Image

ODD: tuple[Any, ...] = (
    None, True, -1, 0, 10**9, 10**30, -(2**63), 0.5, 1e308, -1e308, float("nan"), float("inf"),
    "", " ", "x", "0", "nan", "/dev/zero", "/", "..", "../../../etc/passwd", "~nobody/x", "\x1b[31m", "\x00",
    "a" * 5000, "é猫", "sample:none", "label:99", "random:99999999999999999999", "os:abort", "evil.py:make",
    "class:", "layer4.1:3", "[", "{}", [], [[]], [None], ["x", 1], {}, {"path": "/dev/zero", "sha256": "x"},
    {"path": 3}, {"given": []}, {"x": {"y": {}}},
)  # fmt: skip
"""Values that stand where others should."""


def grain(size: tuple[int, int], chance: random.Random) -> Image.Image:
    """A gray picture of noise; Pillow's own noise has no seed."""
    width, height = size
    return Image.frombytes("L", size, chance.randbytes(width * height))


def mutated_bytes(whole: bytes, chance: random.Random) -> bytes:
    """A copy with one to eight changes: bytes changed, cut out, doubled, or the end cut off."""
    content = bytearray(whole)
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        if not content:
            break
        at = chance.randrange(len(content))
        length = min(chance.choice((1, 1, 2, 4, 16, 64)), len(content) - at)
        kind = chance.randrange(6)
        if kind < 2:
            content[at] ^= 1 << chance.randrange(8)
        elif kind == 2:
            content[at : at + length] = chance.randbytes(length)
        elif kind == 3:
            del content[at : at + length]
        elif kind == 4:
            content[at:at] = content[at : at + length]
        elif chance.random() < 0.3:
            del content[at:]
        else:
            content[at : at + length] = chance.choice((b"\x00", b"\xff", b"\x7f")) * length
    return bytes(content)


def mutated_json(whole: Any, chance: random.Random) -> Any:
    """A copy with one to three values replaced, taken away, renamed, or put elsewhere."""
    value = copy.deepcopy(whole)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        homes = list(_containers(value))
        home = chance.choice(homes) if homes else None
        if not home:
            return chance.choice(ODD)
        key = chance.choice(list(home) if isinstance(home, dict) else range(len(home)))
        kind = chance.randrange(6)
        if kind < 4:
            home[key] = copy.deepcopy(chance.choice(ODD))
        elif kind == 4:
            del home[key]
        elif isinstance(home, dict):
            home[str(chance.choice(ODD))] = home.pop(key)
        else:
            home.insert(key, copy.deepcopy(chance.choice(home)))
    return value


def _containers(value: Any) -> Any:
    if isinstance(value, dict | list):
        if value:
            yield value
        for each in value.values() if isinstance(value, dict) else value:
            yield from _containers(each)
