import argparse
import json
import sys

import pytest

from benchmarks import everything, peers

PROGRAM = """
import sys
from pathlib import Path
name, out = sys.argv[3], Path(sys.argv[sys.argv.index("--out") + 1])
if name == "fails":
    sys.exit("it lacks a thing")
if name == "hangs":
    import time
    time.sleep(60)
(out / (name + ".json")).write_text("{}")
"""


@pytest.fixture
def plan(tmp_path, monkeypatch):
    """Three comparisons that take no time, in place of those that do: works, fails, and one behind it."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    launcher = tmp_path / "python"
    launcher.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{program}" "$@"\n')
    launcher.chmod(0o755)
    monkeypatch.setattr(peers, "interpreter", lambda: str(launcher))
    names = ("works", "fails", "behind")
    monkeypatch.setattr(everything, "plan", lambda: [everything.Planned((name,), 0.1) for name in names])
    return tmp_path / "results"


def options(out, **changed):
    return argparse.Namespace(**{"out": out, "minutes": 10, "only": None, "short": False, **changed})


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
def test_what_fails_is_named_and_does_not_keep_others_from_running(plan):
    assert everything.run(options(plan)) == 1
    ran = {each["name"]: each["missing"] for each in json.loads((plan / "all.json").read_text())["ran"]}
    assert ran == {"works": "", "fails": "it lacks a thing", "behind": ""}
    assert (plan / "behind.json").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
def test_without_time_results_of_before_do_not_pass_for_new_ones(plan):
    plan.mkdir()
    (plan / "works.json").write_text("{}")
    assert everything.run(options(plan, minutes=0, only=["works"])) == 1
    assert not (plan / "works.json").exists()
    assert "no time" in (plan / "all.json").read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
def test_what_takes_too_long_is_ended(plan, monkeypatch):
    monkeypatch.setattr(everything, "plan", lambda: [everything.Planned(("hangs",), 0.02)])
    monkeypatch.setattr(everything, "PATIENCE", 1.0)
    assert everything.run(options(plan, minutes=0.02)) == 1
    assert "took more than" in (plan / "all.json").read_text()


def test_shorter_forms_are_taken_where_the_whole_does_not_fit():
    planned = everything.Planned(("dream",), 4, ("--rounds", "3"), 2)
    assert planned.form(short=False) == (("dream",), 4)
    assert planned.form(short=True) == (("dream", "--rounds", "3"), 2)
    assert everything.Planned(("atlas", "--part", "icons"), 1).name == "atlas_icons"


def test_the_list_of_peers_is_read():
    assert {"captum", "torch-lucent", "pythae", "umap-learn"} <= set(peers.names())
    assert set(peers.versions()) == set(peers.names())


def test_a_peer_that_is_not_there_is_a_line():
    with pytest.raises(peers.NotInstalled, match="cannot be imported"):
        peers.peer("no_such_peer.module")
