"""integrations/: the Space and the container name what there is."""

import ast
import json
import re
from pathlib import Path

import pytest

from pareidolia.cli.app import application

ROOT = Path(__file__).parents[2]
HOME = "https://github.com/pareidolia/pareidolia"


def test_the_container_starts_the_studio_with_options_that_there_are():
    text = (ROOT / "integrations/docker/Dockerfile").read_text(encoding="utf-8")
    words = json.loads(re.findall(r"^ENTRYPOINT (.+)$", text, re.MULTILINE)[-1])
    assert words[0] == "pareidolia" and "--no-browser" in words
    application(words[1:]).parse_args(words[1:], exit_on_error=False, print_error=False)
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (extras,) = re.findall(r"\$\{wheel\}\[([\w,]+)\]", text)
    assert all(re.search(rf"^{extra} = \[", project, re.MULTILINE) for extra in extras.split(","))
    assert re.search(r"^USER \d+$", text, re.MULTILINE)


def test_the_space_uses_what_lite_has():
    import pareidolia_lite
    from pareidolia_lite import pictures

    tree = ast.parse((ROOT / "integrations/space/app.py").read_text(encoding="utf-8"))
    imports = {
        node.module: {each.name for each in node.names}
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
    }
    assert imports["pareidolia_lite"] <= set(pareidolia_lite.__all__)
    assert all(hasattr(pictures, name) for name in imports["pareidolia_lite.pictures"])
    needed = (ROOT / "integrations/space/requirements.txt").read_text(encoding="utf-8")
    assert "gradio" in needed and "pareidolia-lite" in needed


@pytest.mark.parametrize(
    "path", sorted((ROOT / "examples/notebooks").glob("*.ipynb")), ids=lambda each: each.stem
)
def test_notebooks_open_on_colab_and_install_there(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    colab = HOME.replace("https://github.com", "https://colab.research.google.com/github")
    assert f"({colab}/blob/main/examples/notebooks/{path.name})" in "".join(cells[0]["source"])
    assert any("%pip install" in "".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
