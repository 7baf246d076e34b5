"""Make the pictures of docs/filters-and-tuning.md: `python recipes/inspection_pictures.py [--out FOLDER]`.

Each is made by the command line itself with retina, so `pareidolia again` makes it once more.
"""

import argparse
import sys
from pathlib import Path

from pareidolia.cli import main

PICTURES = {
    "filters.png": ["filters"],
    "tuning_simple.png": ["tuning", "--layer", "stage1.relu2", "--units", "8,17"],
    "tuning_complex.png": ["tuning", "--layer", "stage3.relu1", "--units", "60,70"],
    "invariance.png": [
        *("invariance", "sample:chelsea", "sample:coffee", "sample:china"),
        *("--layers", "stage1.relu1", "stage3.relu1", "stage5.relu1"),
    ],
}


def run() -> int:
    """Make what is missing; the first exit code that is not 0."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("docs/pictures"))
    folder = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    for name, arguments in PICTURES.items():
        target = folder / name
        code = 0 if target.exists() else main([*arguments, "--out", str(target)])
        if code != 0:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(run())
