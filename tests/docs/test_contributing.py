"""The six examples of the contributing page, each installed as a package of its own and used by command."""

import ast
import re
from pathlib import Path

import pytest
from tests.plugin_packages import install_plugin, run_with_plugins

from pareidolia.pictures import open_picture, read_record

PAGE = Path(__file__).parents[2] / "docs" / "contributing.md"
SMALL = ("--size", "48")
QUICK = ("--coarsest", "32", "--coarse-steps", "1", "--steps", "1")
PHOTO, PAINTING = "sample:chelsea", "sample:waves"
USES = {
    "An attribution method": ("saliency", PHOTO, "--method", "gradient-power", "--power", "1.5"),
    "An objective": ("features", "--aim", "contrast:stage2.relu1,power=2", *SMALL, "--steps", "2"),
    "A style statistic": ("style", PHOTO, PAINTING, "--match", "covariance", *SMALL, *QUICK),
    "A source of networks": ("saliency", PHOTO, "--network", "lab:tiny"),
    "An operation": ("two-tone", PHOTO, "--threshold", "0.4"),
}


def example(title: str) -> str:
    """The definitions of a section's Python block: what a plug-in's file has of it."""
    section = PAGE.read_text(encoding="utf-8").split(f"## {title}\n")[1].split("\n## ")[0]
    (code, *_) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    kinds = (ast.Import, ast.ImportFrom, ast.ClassDef, ast.FunctionDef)
    kept = [node for node in ast.parse(code).body if isinstance(node, kinds)]
    return "\n\n\n".join(map(ast.unparse, kept)) + "\n"


@pytest.fixture
def install(tmp_path):
    """Puts a section's example where Python finds it, as pip would install a package of that one file."""

    def put(title: str) -> Path:
        code = example(title)
        assert len(code.splitlines()) < 60, "an addition is one file of under 60 lines"
        install_plugin(tmp_path / "site", "added", code)
        return tmp_path

    return put


def run(folder: Path, *words: str) -> str:
    done = run_with_plugins(folder, *words, site=folder / "site")
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("title", USES)
def test_what_is_added_in_one_file_is_used_from_the_command_line(title, install):
    pytest.importorskip("skimage", reason="the sample photo comes from scikit-image")
    folder = install(title)
    run(folder, *USES[title], "--out", "out.png")
    assert read_record(folder / "out.png")["operation"] == USES[title][0]
    run(folder, "again", "out.png", "--out", "again.png")
    assert (folder / "again.png").read_bytes() == (folder / "out.png").read_bytes()


def test_an_operation_of_a_package_is_listed_explained_and_batched(install):
    folder = install("An operation")
    assert "two-tone" in run(folder, "--help")
    help = run(folder, "two-tone", "--help")
    assert "Lightness from which a pixel is white." in help
    run(folder, "two-tone", "sample:chelsea", "sample:coffee", "--out", "made")
    made = sorted(path.name for path in (folder / "made").iterdir())
    assert made == ["chelsea.png", "coffee.png"]
    assert set(open_picture(folder / "made/coffee.png").unique().tolist()) == {0.0, 1.0}


@pytest.mark.slow
def test_a_model_of_a_package_is_trained_and_its_run_opened(install):
    pytest.importorskip("sklearn", reason="the digits come from scikit-learn")
    folder = install("A model")
    run(folder, "train", "linear", "digits", "--epochs", "1", "--latent", "3", "--out", "run")
    run(folder, "reconstruct", "run", "test:1", "--out", "out.png")
    assert read_record(folder / "out.png")["operation"] == "reconstruct"
