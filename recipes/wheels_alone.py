"""Use the wheels of a folder from empty environments: `python -m recipes.wheels_alone dist`.

The environment is empty but for the wheels; it sees the packages that this Python has, so that torch is not
installed a second time. The quick tour is told from there, in a folder of its own.
"""

import argparse
import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import time
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MOST_MEGABYTES = 200
_TOOLS = ("pip", "setuptools", "pkg_resources", "_distutils_hack")
_WHERE = "import pareidolia; print(pareidolia.__version__, pareidolia.__file__)"


class Alone:
    """An empty environment in a folder, with commands that see neither the checkout nor its settings.

    Args:
        folder: where the environment and the results go.
        beside: whether the packages of this Python are seen.
    """

    def __init__(self, folder: Path, *, beside: bool) -> None:
        self.folder, self._home = folder, folder / "environment"
        venv.create(self._home, with_pip=True, clear=True)
        self.bin = self._home / ("Scripts" if os.name == "nt" else "bin")
        found = self.run("python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
        self.libraries = Path(found.strip())
        if beside:
            (self.libraries / "beside.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")

    def install(self, wheel: Path) -> None:
        """Install a wheel and what it needs and is not there."""
        self.run("python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel))

    def run(self, command: str, *words: str) -> str:
        """What a command of the environment prints."""
        with self.started(command, *words) as (lines, process):
            printed = "".join(lines)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, [command, *words])
        return printed

    @contextmanager
    def started(self, command: str, *words: str) -> Iterator[tuple[Iterator[str], "subprocess.Popen[str]"]]:
        """A command of the environment under way, and the lines that it prints."""
        bare = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        line = [self.bin / command, *words]
        with subprocess.Popen(line, cwd=self.folder, env=bare, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            yield iter(process.stdout), process


def try_whole(wheel: Path, folder: Path) -> None:
    """Install the package's wheel and tell the quick tour from it."""
    alone = Alone(folder, beside=True)
    alone.install(wheel)
    version, file = alone.run("python", "-c", _WHERE).split(maxsplit=1)
    assert Path(file.strip()).is_relative_to(folder), f"{file} is not the wheel's"
    assert version == wheel.name.split("-")[1], f"{version} is not the version of {wheel.name}"
    alone.run("pareidolia", "tour", "--quick", "--quiet", "--out", "tour")
    page = (folder / "tour" / "index.html").read_text(encoding="utf-8")
    pictures = list((folder / "tour").rglob("*.png"))
    assert "<figure" in page and len(pictures) > 10, f"the tour has {len(pictures)} pictures"
    print(f"{wheel.name}: installed alone, the tour has {len(pictures)} pictures")
    _visit_studio(alone)


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
    installed = alone.run("python", "-m", "pip", "list", "--format", "freeze", "--disable-pip-version-check")
    assert "torch" not in installed, installed
    files = [
        file
        for each in alone.libraries.iterdir()
        if each.name.split("-")[0] not in _TOOLS
        for file in each.rglob("*")
    ]
    megabytes = sum(file.stat().st_size for file in files if file.is_file()) / 1e6
    assert megabytes < _MOST_MEGABYTES, f"{megabytes:.0f} MB are installed"
    began = time.perf_counter()
    alone.run("pareidolia-lite", "paint", "sample:ink", "sample:waves", "--out", "painted.png")
    seconds = time.perf_counter() - began
    assert (folder / "painted.png").stat().st_size > 0
    print(f"{wheel.name}: {megabytes:.0f} MB with all it needs; painted after {seconds:.1f} s")


def main() -> int:
    """Try every wheel of the folder that is named."""
    parser = argparse.ArgumentParser(prog="python -m recipes.wheels_alone", description=__doc__)
    parser.add_argument("dist", type=Path, help="the folder of the wheels")
    dist = parser.parse_args().dist.resolve()
    with tempfile.TemporaryDirectory() as scratch:
        for name, attempt in (("pareidolia_lite", try_lite), ("pareidolia", try_whole)):
            (wheel,) = dist.glob(f"{name}-*.whl")
            folder = Path(scratch).resolve() / name
            folder.mkdir()
            attempt(wheel, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
