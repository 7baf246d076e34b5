"""Files of arrays: what goes in comes out, and what is damaged is found."""

import random

import numpy as np
import pytest

from pareidolia.collecting.array_files import BrokenFile, pack, unpack

ARRAYS = {"a/values": np.arange(12, dtype=np.float32).reshape(3, 4).T, "none": np.empty((0, 2), np.int64)}


def test_arrays_and_notes_come_back(tmp_path):
    path = tmp_path / "arrays"
    path.write_bytes(pack(ARRAYS, {"skipped": {"3": "é"}}))
    arrays, described = unpack(path)
    assert described == {"skipped": {"3": "é"}}
    assert arrays.keys() == ARRAYS.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, ARRAYS[name], strict=True)


def test_every_changed_byte_is_found(tmp_path):
    whole, chance = pack(ARRAYS, {"key": "k"}), random.Random(0)
    path = tmp_path / "arrays"
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        with pytest.raises(BrokenFile):
            unpack(path)


def test_what_is_no_such_file_is_refused(tmp_path):
    (tmp_path / "text").write_text("text")
    with pytest.raises(BrokenFile, match="text"):
        unpack(tmp_path / "text")
    with pytest.raises(OSError):
        unpack(tmp_path / "absent")
