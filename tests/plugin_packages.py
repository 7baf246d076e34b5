"""Packages that plug something in, as pip leaves them, and the command line that sees them."""

import os
import subprocess
import sys
from pathlib import Path


def install_plugin(site: Path, name: str, code: str) -> None:
    """Put a package of one module, which is its entry point `pareidolia.plugins`, into the folder `site`."""
    about = site / f"{name}-1.dist-info"
    about.mkdir(parents=True)
    (site / f"{name}.py").write_text(code, encoding="utf-8")
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    (about / "entry_points.txt").write_text(f"[pareidolia.plugins]\n{name} = {name}\n")


def run_with_plugins(
    folder: Path,
    *words: str,
    site: Path | None = None,
    program: tuple[str, ...] = ("-m", "pareidolia"),
) -> subprocess.CompletedProcess[str]:
    """Run `pareidolia` (or another Python program) in `folder`; its plug-ins are in `site`, or there too."""
    paths = os.pathsep.join([str(site or folder), *sys.path])
    return subprocess.run(
        [sys.executable, *program, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": paths, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
