"""Seconds from an empty environment to a first picture: `python -m recipes.first_picture dist`.

A wheel of the folder is installed with all that it needs, and paints; this twice: the first time fills
the installer's cache of packages, the second time is what counts. uv and pip take their settings from the
environment, such as UV_TORCH_BACKEND=cpu.
"""

import argparse
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from recipes.wheels_alone import Alone

_COMMANDS = {
    "pareidolia_lite": "pareidolia-lite paint sample:ink sample:waves --out painted.png",
    "pareidolia_nn": "pareidolia style sample:ink sample:waves --method one-pass --quiet --out painted.png",
}


@dataclass(frozen=True)
class FirstPicture:
    """What it took.

    Attributes:
        installing: seconds until everything was installed.
        painting: seconds from the command to the picture.
        again: seconds of the same command once more.
        computing: of a processor's time until the picture, which others on the machine do not lengthen.
        megabytes: of what is installed.
    """

    installing: float
    painting: float
    again: float
    computing: float
    megabytes: float


def first_picture(wheel: Path, command: str, folder: Path) -> FirstPicture:
    """Install a wheel into an empty environment below `folder`, and paint by `command`, twice."""
    began, computed = time.perf_counter(), _computed()
    alone = Alone(folder, beside=False)
    alone.install(wheel)
    moments = [time.perf_counter()]
    program, *words = command.split()
    computing = 0.0
    for _ in range(2):
        alone.run(program, *words, "--overwrite")
        moments.append(time.perf_counter())
        computing = computing or _computed() - computed
    assert (folder / "painted.png").stat().st_size > 0
    painting, again = (later - sooner for sooner, later in pairwise(moments))
    return FirstPicture(moments[0] - began, painting, again, computing, alone.megabytes)


def _computed() -> float:
    """Processor's seconds of all that was started and ended; Windows does not count them."""
    times = os.times()
    return times.children_user + times.children_system


def main() -> int:
    """Measure the wheels that are named."""
    parser = argparse.ArgumentParser(prog="python -m recipes.first_picture", description=__doc__)
    parser.add_argument("dist", type=Path, help="the folder of the wheels")
    parser.add_argument("names", nargs="*", default=[*_COMMANDS], help=", ".join(_COMMANDS))
    options = parser.parse_args()
    for name in options.names:
        (wheel,) = options.dist.resolve().glob(f"{name}-*.whl")
        for _ in ("fills the cache", "counts"):
            with tempfile.TemporaryDirectory() as scratch:
                found = first_picture(wheel, _COMMANDS[name], Path(scratch).resolve())
        seconds = found.installing + found.painting
        print(
            f"{name}: {seconds:.1f} s to the first picture, {found.installing:.1f} s of them installing, "
            f"{found.computing:.1f} s of a processor; "
            f"{found.again:.1f} s to the next; {found.megabytes:.0f} MB; "
            f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
