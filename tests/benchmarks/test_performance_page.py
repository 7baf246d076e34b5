import argparse
import json

import pytest
from benchmarks.claims import Goal
from benchmarks.everything import APART, PLAN, comparisons, plan
from benchmarks.runner import Report

from benchmarks import page


@pytest.fixture
def results(tmp_path):
    """A folder of results of two comparisons, one of which missed its goal."""
    report = Report("Dreaming", ("dream", "seconds"), [("ours", 1.5)], ["A line."])
    report.claims = [
        Goal("dream", "the recipe", 0.6, limit="Convolutions take 90 %.").claim([0.5, 0.7, 0.8]),
        Goal("look", "another", 1.0, at_least=True).claim([1.2]),
    ]
    report.write(tmp_path / "results", "dream")
    growth = Report("Growth", ("work", "seconds"))
    curve = {
        "title": "one pass",
        "of": "pixels",
        "work": [1, 4],
        "seconds": [1.0, 4.1],
        "memory": [2**20, 2**22],
    }
    growth.figures = {
        "curves": [{**curve, "exponent": 1.02, "factor": 1.0}],
        "simulated": [{"label": "1 GB/s", "nodes": [1, 2], "rates": [10.0, 19.0]}],
    }
    growth.write(tmp_path / "results", "growth")
    account = {"command": "python -m benchmarks all", "peers": {"captum": "0.9", "pythae": ""}}
    ran = [{"name": "dcgan", "words": ["dcgan"], "minutes": 1, "missing": "no time was left"}]
    (tmp_path / "results" / "all.json").write_text(json.dumps({**account, "ran": ran}))
    return tmp_path / "results"


def written(folder, results):
    docs = folder / "docs" / "performance.md"
    docs.parent.mkdir()
    docs.write_text(f"# Fast\n\nBefore.\n\n{page.BEGIN}\nyesterday\n{page.END}\n\nAfter.\n")
    assert page.run(argparse.Namespace(out=results, docs=docs)) == 0
    return docs.read_text()


def test_the_page_has_the_claims_the_reasons_and_what_is_missing(tmp_path, results):
    pytest.importorskip("matplotlib")
    text = written(tmp_path, results)
    assert text.startswith("# Fast\n\nBefore.") and text.endswith("After.\n") and "yesterday" not in text
    assert "| dream | the recipe | time, ours / theirs | 0.7 (0.6 to 0.75) | ≤ 0.6 | **missed** |" in text
    assert "| 1.2 | ≥ 1 | met |" in text
    assert "Convolutions take 90 %." in text
    assert "captum 0.9, pythae (not installed)." in text
    assert "- dcgan: no time was left" in text
    for name in ("goals", "growth", "nodes"):
        assert (tmp_path / "docs" / "pictures" / f"performance-{name}.png").stat().st_size > 5000


def test_a_goal_that_no_one_measured_is_named(tmp_path):
    (tmp_path / "results").mkdir()
    text = written(tmp_path, tmp_path / "results")
    assert text.count("not measured |") == len(page.goals()) > 20
    assert "Not measured whole yet" in text


def test_every_comparison_is_run_with_all_or_named_apart():
    assert {each.words[0] for each in plan()} | set(APART) == set(comparisons())
    assert {"dream", "style", "stylizer"} < set(comparisons()) and "runner" not in comparisons()
    assert len({each.name for each in PLAN}) == len(PLAN)
    assert sum(each.minutes for each in PLAN) <= 90
    assert sum(each.form(short=True)[1] for each in PLAN) <= 40


def test_goals_are_stated_once():
    rows = [(goal.work, goal.against, goal.figure) for goal in page.goals()]
    assert len(set(rows)) == len(rows)
