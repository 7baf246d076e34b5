"""How soon it starts: help, import, first tensor, a saliency map by command, beside `import torch`.

Each is a process of its own, in turn with `python -c "import torch"` and an empty Python.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.claims import Goal
from benchmarks.runner import Report, interleaved
from pareidolia.pictures import open_picture, save_picture

FIRST_TENSOR = "import pareidolia; pareidolia.open_picture({picture!r})"
HELP = Goal("`pareidolia --help`", "nothing", 0.3, figure="seconds")
IMPORT = Goal("`import pareidolia`", "nothing", 0, figure="modules of torch imported")
TENSOR = Goal("first tensor of a picture, from nothing", '`python -c "import torch"`', 1.1)
SALIENCY = Goal(
    "`pareidolia saliency PHOTO`, all in",
    '`python -c "import torch"`',
    1.5,
    limit="Of 0.7 s beside torch's import a look and its way back take 0.27; the rest reads options and the "
    "network, and calls everything for the first time.",
)
GOALS = (HELP, IMPORT, TENSOR, SALIENCY)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this comparison."""
    parser.add_argument("--rounds", type=int, default=9, help="how often each is timed")


def compare(options: argparse.Namespace) -> Report:
    """Median seconds of each process."""
    with TemporaryDirectory() as folder:
        picture = Path(folder) / "photo.png"
        save_picture(open_picture("sample:chelsea"), picture)
        seconds = interleaved(_contenders(picture), options.rounds)
    report = Report("Starting", ("process", "seconds", "of import torch"))
    report.rows = [(name, taken, taken / seconds["import torch"]) for name, taken in seconds.items()]
    report.claims = [
        HELP.claim(seconds.rounds["--help"]),
        IMPORT.claim([torch_modules_imported()]),
        TENSOR.claim(seconds.ratios("first tensor", "import torch")),
        SALIENCY.claim(seconds.ratios("saliency", "import torch")),
    ]
    report.figures = {"seconds": seconds}
    return report


def torch_modules_imported() -> int:
    """How many modules of torch `import pareidolia` brings in."""
    code = "import sys, pareidolia; print(sum(name.split('.')[0] == 'torch' for name in sys.modules))"
    return int(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    )


def _contenders(picture: Path) -> dict[str, Callable[[], None]]:
    out = picture.with_name("map.png")
    saliency = ("-m", "pareidolia", "saliency", str(picture), "--network", "retina", "--out", str(out))
    return {
        "empty Python": _process("-c", ""),
        "import torch": _process("-c", "import torch"),
        "--help": _process("-m", "pareidolia", "--help"),
        "import pareidolia": _process("-c", "import pareidolia"),
        "first tensor": _process("-c", FIRST_TENSOR.format(picture=str(picture))),
        "saliency": _process(*saliency, "--overwrite"),
    }


def _process(*words: str) -> Callable[[], None]:
    def run() -> None:
        subprocess.run([sys.executable, *words], capture_output=True, check=True)

    return run
