"""What stands beside the code: the citation, the changelog, the hooks."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.version import Version

import pareidolia

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def read_yaml(name):
    yaml = pytest.importorskip("yaml", reason="the extra docs is not installed")
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def newest_in_the_changelog():
    text = (ROOT / "docs" / "changelog.md").read_text(encoding="utf-8")
    return Version(re.findall(r"^## \[?(\d[\w.]*)", text, re.MULTILINE)[0])


def test_the_citation_names_the_newest_version():
    held = read_yaml("CITATION.cff")
    assert Version(str(held["version"])) == newest_in_the_changelog() and held["license"] == "MIT"
    assert {"cff-version", "message", "title", "authors"} <= held.keys()
    assert held["repository-code"] == PROJECT["project"]["urls"]["Homepage"]


def test_the_installed_version_is_the_changelogs_or_leads_to_or_past_it():
    installed = Version(pareidolia.__version__)
    assert Version(installed.base_version) >= newest_in_the_changelog()
    if not installed.is_prerelease:  # a tag: what it is called is written down
        assert installed == newest_in_the_changelog()


def test_the_changelog_keeps_its_form():
    text = (ROOT / "docs" / "changelog.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE)[0] == "[Unreleased]"
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


def steps(name):
    jobs = read_yaml(f".github/workflows/{name}")["jobs"].values()
    return [step for job in jobs for step in job.get("steps", [])]


def test_ci_runs_on_this_machine_what_the_workflow_runs_on_many():
    targets = {step["run"].split()[1] for step in steps("checks.yml") if "run" in step}
    here = set(re.findall(r"^make (\S+)$", (ROOT / ".ci" / "run").read_text(encoding="utf-8"), re.MULTILINE))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert here | {"coverage", "test-lowest"} == targets
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)


def test_a_release_needs_the_checks_and_no_password():
    publish = read_yaml(".github/workflows/publish.yml")
    assert publish["jobs"]["index"]["needs"] == "checks"
    assert publish["jobs"]["index"]["permissions"] == {"id-token": "write"}
    assert not any(
        "secrets." in str(step) or "password" in step.get("with", {}) for step in steps("publish.yml")
    )
    assert publish["permissions"] == {"contents": "read"}


def test_the_workflow_tries_every_python_that_the_package_names():
    matrix = read_yaml(".github/workflows/checks.yml")["jobs"]["test"]["strategy"]["matrix"]
    named = [each.rpartition(" ")[2] for each in PROJECT["project"]["classifiers"] if ":: 3." in each]
    assert matrix["python"] == named and f">={named[0]}" == PROJECT["project"]["requires-python"]


@pytest.mark.parametrize(("torch", "wanted"), [("", False), ("cpu", True)])
def test_make_takes_the_torch_that_is_asked_for(torch, wanted, tmp_path):
    """With pip, which lacks uv's option, the address stands in the command."""
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "pyproject.toml").touch()
    bare = {"PATH": "/usr/bin:/bin", "TORCH": torch}
    told = subprocess.run(
        ["make", "-n", "UV=", "tour"], cwd=tmp_path, env=bare, capture_output=True, text=True
    )
    assert told.returncode == 0, told.stderr
    index = PROJECT["tool"]["uv"]["index"][0]["url"]
    assert (
        f"pip install --quiet --disable-pip-version-check torch torchvision --index-url {index} &&"
        in told.stdout
    ) == wanted
