import json

from benchmarks.claims import Goal
from benchmarks.runner import Report, Timings, interleaved


def test_contenders_run_in_turn_after_a_round_of_warming_up():
    calls = []
    medians = interleaved({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, rounds=3)
    assert calls == ["a", "b"] * 4
    assert set(medians) == {"a", "b"} and all(seconds >= 0 for seconds in medians.values())


def test_a_report_is_a_table_and_a_file(tmp_path):
    report = Report("Title", ("pair", "seconds"), [("x", 1.23456)], ["So."], {"ratio": 0.5})
    report.write(tmp_path, "style")
    text = (tmp_path / "style.md").read_text()
    assert "| pair | seconds |" in text and "| x | 1.23 |" in text and "So." in text
    assert json.loads((tmp_path / "style.json").read_text())["ratio"] == 0.5


def test_medians_keep_their_rounds_for_ratios():
    seconds = Timings({"ours": [1.0, 3.0, 2.0], "theirs": [2.0, 3.0, 8.0]})
    assert seconds["ours"] == 2.0 and seconds.ratios("ours", "theirs") == [0.5, 1.0, 0.25]
    assert seconds.fastest(["ours", "theirs"]) == "ours"


def test_a_file_has_the_claims_and_how_it_was_made(tmp_path):
    report = Report("Title", ("pair",), claims=[Goal("work", "peer", 0.5).claim([0.4])])
    report.write(tmp_path, "style")
    written = json.loads((tmp_path / "style.json").read_text())
    assert written["claims"][0]["goal"]["wanted"] == 0.5 and written["claims"][0]["found"]["median"] == 0.4
    assert {"command", "date", "machine", "load"} <= set(written)
    assert "wanted: at most 0.5; met" in (tmp_path / "style.md").read_text()
