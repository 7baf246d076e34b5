"""A little of every kind that `make reliability` tries, and what the runner makes of it."""

import sys
from importlib import import_module

import pytest
import torch
from reliability.children import Child, Fault, run
from reliability.long_operations import OPERATIONS, fresh, made, write_inputs
from reliability.mutating import mutated_bytes, mutated_json
from reliability.outcome import Outcome, tried
from reliability.runner import KINDS, Row, table, write_table

from pareidolia.settings import PareidoliaError

SHARES = {
    "pictures": 0.004,
    "records": 0.004,
    "videos": 0.02,
    "weights": 0.01,
    "states": 0.008,
    "words": 0.001,
    "networks": 0.006,
}
"""How much of the kinds that run in one process; the others start processes, and are tried below."""
STUDIO = {"studio_kills", "studio_visitors"}
"""Those that need a studio are tried beside its tests, in `tests/studio/test_crowds.py`."""

linux = pytest.mark.skipif(sys.platform != "linux", reason="bounds of memory, and fork")


@linux
@pytest.mark.parametrize("kind", SHARES)
def test_a_little_of_each_kind_is_right(kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    place = tmp_path / "place"
    place.mkdir()
    found = list(import_module(f"reliability.{kind}").cases(7, SHARES[kind], place))
    assert len(found) >= 4
    assert [each for each in found if each.lost] == []


@linux
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in {*SHARES, *STUDIO}])
@pytest.mark.slow
def test_a_little_of_what_starts_processes_is_right(kind, tmp_path):
    found = list(import_module(f"reliability.{kind}").cases(7, 0.02, tmp_path))
    assert [each for each in found if each.lost] == []


@linux
def test_a_training_killed_at_a_call_or_on_a_full_disk_comes_to_the_same(tmp_path):
    inputs, place, vae = tmp_path / "inputs", tmp_path / "case", OPERATIONS["train vae"]
    inputs.mkdir()
    write_inputs(inputs)
    fresh(place, inputs)
    whole = run(vae.command, place)
    wanted = made(place, inputs)
    assert whole.code == 0 and whole.calls > 20 and "run/model.safetensors" in wanted
    for fault in (Fault("kill", whole.calls // 2), Fault("full", whole.calls // 2)):
        fresh(place, inputs)
        ended = run(vae.command, place, fault)
        assert ended.code == -9 if fault.kind == "kill" else ended.refused_well, ended
        assert made(place, inputs) != wanted
        assert run(vae.going_on, place).code == 0
        assert made(place, inputs) == wanted


@linux
def test_a_read_only_folder_is_a_line_and_a_child_can_be_killed(tmp_path):
    write_inputs(tmp_path)
    words = OPERATIONS["style"].command
    ended = run(words, tmp_path, Fault("read-only"))
    assert ended.refused_well and "Read-only file system" in ended.errors
    child = Child(words, tmp_path)
    child.kill()
    assert child.wait().code == -9


def test_a_case_is_right_with_a_result_or_a_line_and_lost_with_anything_else():
    def fail(error):
        raise error

    assert tried("a", lambda: 1) == Outcome("a")
    assert tried("b", lambda: fail(PareidoliaError("no such file"))) == Outcome("b")
    assert "KeyError" in tried("c", lambda: fail(KeyError("x"))).lost
    assert "SystemExit" in tried("d", lambda: fail(SystemExit(0))).lost
    assert tried("e", lambda: fail(PareidoliaError(""))).lost
    assert "AssertionError" in tried("f", lambda: fail(AssertionError("not the same"))).lost


@linux
def test_what_takes_too_long_or_too_much_is_lost(monkeypatch):
    monkeypatch.setattr("reliability.outcome.SECONDS", 0.05)
    monkeypatch.setattr("reliability.outcome.BYTES", 2**26)

    def turn():
        while True:
            pass

    assert "longer than" in tried("for ever", turn).lost
    assert tried("much", lambda: torch.ones(2**28)).lost


def test_mutations_change_something_and_follow_their_seed():
    import random

    whole, record = bytes(range(200)), {"a": {"b": [1, 2]}, "c": "x"}
    bytes_made = [mutated_bytes(whole, random.Random(seed)) for seed in range(40)]
    assert sum(each != whole for each in bytes_made) > 35
    assert bytes_made[3] == mutated_bytes(whole, random.Random(3))
    records = [mutated_json(record, random.Random(seed)) for seed in range(40)]
    assert sum(each != record for each in records) > 30 and record == {"a": {"b": [1, 2]}, "c": "x"}


def test_the_table_stands_in_its_document(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# Before\n\n<!-- table -->\nold\n<!-- end of the table -->\nAfter\n")
    rows = [Row("kills", "SIGKILL", 1200, ["a: not the same"], 90.0), Row("words", "Words", 5)]
    write_table(page, rows, 7, 0.5)
    text = page.read_text()
    assert text.startswith("# Before\n") and text.endswith("-->\nAfter\n") and "old" not in text
    assert "| SIGKILL (`kills`) | 1,200 | 1,199 | 1 | 1.5 |" in text and "Seed 7, 0.5 of all cases" in text
    assert table(rows) in text
