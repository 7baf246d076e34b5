import json

from benchmarks.runner import Report, interleaved


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
