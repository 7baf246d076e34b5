"""The gallery of Deep Dream: a still, guided, a random class a step, from nothing, a video, and why dogs.

    python recipes/dream_gallery.py PHOTO GUIDE --network torchvision:squeezenet1_0 --out runs/dreams

Each is made by the command line itself, so a picture tells with `pareidolia again` how it was made. What is
there already is kept. Without classes (retina) the random class and the explanation are left out.
"""

import argparse
import sys
from pathlib import Path

from pareidolia.cli import main
from pareidolia.networks import load_network
from pareidolia.settings import PareidoliaError


def dreams(photo: str, guide: str) -> dict[str, list[str]]:
    """A command and its arguments by the file they make."""
    return {
        "still.png": ["dream", photo],
        "guided.png": ["dream", photo, "--guide", guide],
        "random_class.png": ["dream", photo, "--aim", "random-class", "--steps", "20", "--smoothing", "0.7"],
        "nothing.png": ["dream", "--start", "nothing"],
        # Eight seconds.
        "zoom.mp4": ["dream", photo, "--frames", "120", "--zoom", "1.05", "--rotate", "1", "--size", "384"],
        "why": ["explain-dreams", photo],
    }


def has_classes(network: str, weights: str) -> bool:
    """Whether the network knows classes."""
    try:
        load_network(network, weights).class_index("0")
    except PareidoliaError:
        return False
    return True


def _where(arguments: list[str], target: Path) -> list[str]:
    """The rest of the command line: where the result goes, and its size where none is given."""
    if arguments[0] == "explain-dreams":
        return ["--out", str(target)]
    size = [] if "--size" in arguments else ["--size", "512"]
    return [*size, "--resume", "--out", str(target)]


def run() -> int:
    """Make what is missing; the first exit code that is not 0."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("photo")
    parser.add_argument("guide")
    parser.add_argument("--network", default="retina")
    parser.add_argument("--weights", default="published")
    parser.add_argument("--out", type=Path, default=Path("runs/dreams"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    chosen = ["--network", options.network, "--weights", options.weights]
    classes = has_classes(options.network, options.weights)
    for name, arguments in dreams(options.photo, options.guide).items():
        target = options.out / name
        if target.exists() or (not classes and {"random-class", "explain-dreams"} & set(arguments)):
            continue
        code = main([*arguments, *_where(arguments, target), *chosen])
        if code != 0:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(run())
