"""Use the wheels of a folder from empty environments: `python -m recipes.wheels_alone dist`.

The environment is empty but for the wheels; it sees the packages that this Python has, so that torch is not
installed a second time. From there, in a folder of its own, the quick tour is made, the studio answers and
every notebook of the examples is run. The light wheel is installed with nothing beside it, and paints.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MOST_MEGABYTES = 200
_TOOLS = ("pip", "setuptools", "pkg_resources", "_distutils_hack")
_WHERE = "import pareidolia; print(pareidolia.__version__, pareidolia.__file__)"
_INSTALLED = "from importlib.metadata import distributions; print(*(each.name for each in distributions()))"
_NOTEBOOKS = Path(__file__).parents[1] / "examples" / "notebooks"
# Runs in the environment: its kernel is its own Python.
_RUN_NOTEBOOK = """
import sys, nbclient, nbformat
notebook = nbformat.read(sys.argv[1], as_version=4)
notebook.cells.append(nbformat.v4.new_code_cell(sys.argv[2]))
nbclient.NotebookClient(notebook, timeout=1200, kernel_name="python3").execute()
nbformat.write(notebook, sys.argv[3])
"""


class Alone:
    """An empty environment in a folder, with commands that see neither the checkout nor its settings.

    It is made and filled by uv where that is installed, and else by pip.

    Args:
        folder: where the environment and the results go.
        beside: whether the packages of this Python are seen.
    """

    def __init__(self, folder: Path, *, beside: bool) -> None:
        self.folder, self._home = folder, folder / "environment"
        self._uv = shutil.which("uv")
        if self._uv:
            line = [self._uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(self._home)]
            subprocess.run(line, check=True)
        else:
            venv.create(self._home, with_pip=True, clear=True)
        self.bin = self._home / ("Scripts" if os.name == "nt" else "bin")
        found = self.run("python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
        self.libraries = Path(found.strip())
        if beside:
            (self.libraries / "beside.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")

    def install(self, wheel: Path) -> None:
        """Install a wheel and what it needs and is not there."""
        if self._uv:
            python = str(self.bin / "python")
            line = [self._uv, "pip", "install", "--quiet", "--python", python, str(wheel)]
            subprocess.run(line, check=True)
        else:
            self.run("python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel))

    @property
    def megabytes(self) -> float:
        """What is installed takes, without what makes and fills environments."""
        files = [
            file
            for each in self.libraries.iterdir()
            if each.name.split("-")[0] not in _TOOLS
            for file in each.rglob("*")
        ]
        return sum(file.stat().st_size for file in files if file.is_file()) / 1e6

    def run(self, command: str, *words: str, place: Path | None = None) -> str:
        """What a command of the environment prints, run in its folder or in another place."""
        with self.started(command, *words, place=place) as (lines, process):
            printed = "".join(lines)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, [command, *words])
        return printed

    @contextmanager
    def started(
        self, command: str, *words: str, place: Path | None = None
    ) -> Iterator[tuple[Iterator[str], "subprocess.Popen[str]"]]:
        """A command of the environment under way, and the lines that it prints."""
        bare = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        line = [self.bin / command, *words]
        with subprocess.Popen(
            line, cwd=place or self.folder, env=bare, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            yield iter(process.stdout), process


def try_whole(wheel: Path, folder: Path) -> None:
    """Install the package's wheel; make the quick tour, begin the studio and run the notebooks from it."""
    alone = Alone(folder, beside=True)
    alone.install(wheel)
    version = _require_own(alone, alone.run("python", "-c", _WHERE))
    assert version == wheel.name.split("-")[1], f"{version} is not the version of {wheel.name}"
    alone.run("pareidolia", "tour", "--quick", "--quiet", "--out", "tour")
    page = (folder / "tour" / "index.html").read_text(encoding="utf-8")
    pictures = list((folder / "tour").rglob("*.png"))
    assert "<figure" in page and len(pictures) > 10, f"the tour has {len(pictures)} pictures"
    print(f"{wheel.name}: installed alone, the tour has {len(pictures)} pictures")
    _visit_studio(alone)
    for notebook in sorted(_NOTEBOOKS.glob("*.ipynb")):
        _run_notebook(alone, notebook)


def _require_own(alone: Alone, printed: str) -> str:
    """The version out of what `_WHERE` prints; the package has to be that of the wheel."""
    version, file = printed.split(maxsplit=1)
    assert Path(file.strip()).is_relative_to(alone.folder), f"{file} is not the wheel's"
    return version


def _run_notebook(alone: Alone, notebook: Path) -> None:
    """Run a notebook with the wheel's package; it has to show pictures."""
    place = alone.folder / "notebooks" / notebook.stem
    place.mkdir(parents=True)
    run = place / notebook.name
    alone.run("python", "-c", _RUN_NOTEBOOK, str(notebook), _WHERE, str(run), place=place)
    *cells, last = json.loads(run.read_text(encoding="utf-8"))["cells"]
    _require_own(alone, "".join(last["outputs"][0]["text"]))
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    shown = sum("image/png" in output.get("data", {}) for output in outputs)
    assert shown >= 3, f"{notebook.name} shows {shown} pictures"
    print(f"{notebook.name}: shows {shown} pictures")


def _visit_studio(alone: Alone) -> None:
    """Begin the studio, ask it for its page and its worker, and end it."""
    words = [
        "studio",
        "--json",
        "--quiet",
        "--no-browser",
        "--port",
        "0",
        "--folder",
        str(alone.folder / "studio"),
    ]
    with alone.started("pareidolia", *words) as (lines, process):
        try:
            address = json.loads(next(lines))["address"]
            with urllib.request.urlopen(address, timeout=60) as answer:
                page = answer.read().decode()
            assert "studio.js" in page, page[:300]
        finally:
            process.terminate()
    print("the studio answers")


def try_lite(wheel: Path, folder: Path) -> None:
    """Install the light wheel with all that it needs and nothing else, and paint with it."""
    alone = Alone(folder, beside=False)
    alone.install(wheel)
    installed = alone.run("python", "-c", _INSTALLED).split()
    assert "torch" not in installed, installed
    megabytes = alone.megabytes
    assert megabytes < _MOST_MEGABYTES, f"{megabytes:.0f} MB are installed"
    alone.run("pareidolia-lite", "paint", "sample:ink", "sample:waves", "--out", "painted.png")
    assert (folder / "painted.png").stat().st_size > 0
    print(f"{wheel.name}: {megabytes:.0f} MB with all it needs, and it paints")


def main() -> int:
    """Try every wheel of the folder that is named."""
    parser = argparse.ArgumentParser(prog="python -m recipes.wheels_alone", description=__doc__)
    parser.add_argument("dist", type=Path, help="the folder of the wheels")
    dist = parser.parse_args().dist.resolve()
    with tempfile.TemporaryDirectory() as scratch:
        for name, attempt in (("pareidolia_lite", try_lite), ("pareidolia_nn", try_whole)):
            (wheel,) = dist.glob(f"{name}-*.whl")
            folder = Path(scratch).resolve() / name
            folder.mkdir()
            attempt(wheel, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
