"""What stands beside the code: the citation, the changelog, the hooks."""

import re
import tomllib
from pathlib import Path

import pytest

import pareidolia

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def read_yaml(name):
    yaml = pytest.importorskip("yaml", reason="the extra docs is not installed")
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def test_the_citation_names_this_version():
    held = read_yaml("CITATION.cff")
    assert held["version"] == pareidolia.__version__ and held["license"] == "MIT"
    assert {"cff-version", "message", "title", "authors"} <= held.keys()


def test_the_changelog_keeps_its_form():
    text = (ROOT / "docs" / "changelog.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert versions[0] == "[Unreleased]" and any(pareidolia.__version__ in each for each in versions)
    kinds = set(re.findall(r"^### (.+)$", text, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_the_hooks_are_the_checks_of_make_check():
    hooks = [hook for repo in read_yaml(".pre-commit-config.yaml")["repos"] for hook in repo["hooks"]]
    rules = (ROOT / "Makefile").read_text(encoding="utf-8").replace("$(BIN)", ".venv/bin")
    pinned = [*PROJECT["project"]["optional-dependencies"]["check"], *re.findall(r"'(\w+)>=", rules)]
    for hook in hooks:
        command = hook["entry"].split()[0]
        assert command in rules
        assert any(each.startswith(Path(command).name) for each in pinned)
