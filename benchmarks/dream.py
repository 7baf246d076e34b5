"""Deep Dream against the recipe of 2015: the same network, layer, octaves and steps.

Both dream the same photo in one process, in turn; the energy that each ends with says whether they are
equal dreams.
"""

import argparse
from pathlib import Path

from torch import Tensor

from benchmarks.baselines import deepdream_2015
from benchmarks.claims import Goal
from benchmarks.networks import add_network, network_of
from benchmarks.runner import Report, interleaved
from pareidolia.dreaming import Dream, DreamSettings
from pareidolia.dreaming.aims import default_layer
from pareidolia.networks import Network
from pareidolia.pictures import open_picture, save_picture

GOALS = (
    Goal(
        "dream, 4 octaves of 10 steps, 512 px",
        "the recipe of 2015 (baseline)",
        0.6,
        limit="Both spend most of it in the same convolutions, 1.5 s of ours; the recipe's pooling, a fifth "
        "of its time, is what ours saves. In its time ours ends with 1.3 of its energy.",
    ),
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this comparison."""
    add_network(parser)
    parser.add_argument("--photo", default="sample:chelsea", help="a file, or sample:NAME")
    parser.add_argument("--size", type=int, default=512, help="longer side")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is timed")


def compare(options: argparse.Namespace) -> Report:
    """Median seconds, final energies and the ratio of times."""
    network, swapped = network_of(options), network_of(options, padding="replicate")
    layer = default_layer(network)
    photo = open_picture(options.photo, size=options.size)
    dreams = {}

    def baseline() -> None:
        dreams["recipe of 2015"] = deepdream_2015.dream(network, photo, layer)

    def ours() -> None:
        painting = Dream(photo, settings=DreamSettings(size=options.size), network=swapped)
        for _ in painting:
            pass
        dreams["ours"] = painting.picture

    seconds = interleaved({"recipe of 2015": baseline, "ours": ours}, options.rounds)
    energies = {name: energy(network, picture, layer) for name, picture in dreams.items()}
    report = Report("Deep Dream against the recipe of 2015", ("dream", "seconds", f"½ Σ a² at {layer}"))
    for name, taken in seconds.items():
        report.rows.append((name, taken, energies[name]))
        options.out.mkdir(parents=True, exist_ok=True)
        save_picture(dreams[name], options.out / f"dream_{name.replace(' ', '_')}.png", overwrite=True)
    ratio = seconds["ours"] / seconds["recipe of 2015"]
    share = energies["ours"] / energies["recipe of 2015"]
    report.figures = {"seconds": seconds, "energies": energies, "ratio": ratio}
    report.claims = [GOALS[0].claim(seconds.ratios("ours", "recipe of 2015"))]
    report.summary = [
        f"Ours takes {ratio:.2f} of the recipe's time and ends with {share:.2f} of its energy "
        f"({options.size} px, 4 octaves of 10 steps, {network.name}, weights: {Path(options.weights).name})."
    ]
    return report


def energy(network: Network, picture: Tensor, layer: str) -> float:
    """½ Σ a² of the layer on the picture, with the network as it was published."""
    return float(network.record(picture, [layer])[layer].detach().square().sum() / 2)
