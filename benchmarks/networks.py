"""The network that comparisons look through: by default SqueezeNet with random weights, fetched by none."""

import argparse

from pareidolia.networks import Network, load_network
from pareidolia.settings import Padding

SQUEEZENET = "torchvision:squeezenet1_0"


def add_network(parser: argparse.ArgumentParser) -> None:
    """Options that name a network; times do not depend on its weights, what pictures show does."""
    parser.add_argument("--network", default=SQUEEZENET)
    parser.add_argument("--weights", default="random", help="published, random, or a file (default: random)")


def network_of(options: argparse.Namespace, *, padding: Padding = "zeros") -> Network:
    """The network that the options name, on the CPU."""
    return load_network(options.network, options.weights, device="cpu", padding=padding)
