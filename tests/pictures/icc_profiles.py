"""Small ICC profiles written by hand, so that tests know in closed form what a profile means."""

import struct


def _fixed(*values: float) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def _xyz(*values: float) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(*values)


def _gamma(exponent: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(exponent * 256)) + b"\0\0"


def _profile(space: bytes, connection: bytes, device: bytes, tags: dict[bytes, bytes]) -> bytes:
    offset = 128 + 4 + 12 * len(tags)
    table, data = struct.pack(">I", len(tags)), b""
    for name, value in tags.items():
        table += name + struct.pack(">II", offset + len(data), len(value))
        data += value + b"\0" * (-len(value) % 4)
    size = 128 + len(table) + len(data)
    header = struct.pack(">I4s4s4s4s4s", size, b"\0" * 4, b"\x02\x40\0\0", device, space, connection)
    header += struct.pack(">6H4s", 2020, 1, 1, 0, 0, 0, b"acsp")
    header = header.ljust(68, b"\0") + _fixed(0.9642, 1.0, 0.8249)
    return header.ljust(128, b"\0") + table + data


_WHITE = _xyz(0.9642, 1.0, 0.8249)
_RED, _GREEN, _BLUE = (
    _xyz(0.4360747, 0.2225045, 0.0139322),
    _xyz(0.3850649, 0.7168786, 0.0971045),
    _xyz(0.1430804, 0.0606169, 0.7141733),
)


def linear_rgb(swapped: bool = False) -> bytes:
    """sRGB's primaries with linear values; `swapped`: the first channel is blue and the third red."""
    first, third = (_BLUE, _RED) if swapped else (_RED, _BLUE)
    curves = {name: _gamma(1.0) for name in (b"rTRC", b"gTRC", b"bTRC")}
    tags = {b"wtpt": _WHITE, b"rXYZ": first, b"gXYZ": _GREEN, b"bXYZ": third} | curves
    return _profile(b"RGB ", b"XYZ ", b"mntr", tags)


def linear_gray() -> bytes:
    """Grey whose values are linear light."""
    return _profile(b"GRAY", b"XYZ ", b"mntr", {b"wtpt": _WHITE, b"kTRC": _gamma(1.0)})


def black_only_cmyk() -> bytes:
    """A printer on which only black ink shows: L* = 100 (1 − K), neutral, whatever C, M and Y are."""
    identity = bytes(range(256))
    table = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0]) + _fixed(1, 0, 0, 0, 1, 0, 0, 0, 1) + identity * 4
    for corner in range(16):  # K varies fastest.
        table += bytes([0 if corner % 2 else 255, 128, 128])
    return _profile(b"CMYK", b"Lab ", b"prtr", {b"wtpt": _WHITE, b"A2B0": table + identity * 3})
