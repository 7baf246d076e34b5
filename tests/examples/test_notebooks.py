"""The notebooks, each run as a person would run it."""

from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat", reason="the extra notebook is not installed")
nbclient = pytest.importorskip("nbclient", reason="the extra notebook is not installed")
pytest.importorskip("skimage", reason="the sample photo comes with scikit-image")
NOTEBOOKS = sorted((Path(__file__).parents[2] / "examples" / "notebooks").glob("*.ipynb"))


def outputs(notebook):
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert outputs(notebook) == []
    assert all(cell.execution_count is None for cell in notebook.cells if cell.cell_type == "code")


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_shows_pictures(path, tmp_path):
    pytest.importorskip("anywidget", reason="the extra notebook is not installed")
    notebook = nbformat.read(path, as_version=4)
    where = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3", resources=where).execute()
    shown = [output.data for output in outputs(notebook) if "data" in output]
    pictures = [data for data in shown if "image/png" in data]
    assert len(pictures) >= 3
    written = "".join(output.get("text", "") for output in outputs(notebook))
    assert "Traceback" not in written
    if path.stem == "a_vae_of_your_pictures":
        assert any("application/vnd.jupyter.widget-view+json" in data for data in shown)
        assert (tmp_path / "digits" / "model.safetensors").exists()
    if path.stem == "painting":
        assert (tmp_path / "painted.png").exists()
