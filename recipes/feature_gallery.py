"""What five layers of a network respond to: figures like Zeiler and Fergus's second, one a layer.

    python recipes/feature_gallery.py PHOTOS --network torchvision:squeezenet1_0 --out runs/features

Each shows some units of a layer, spread evenly over it: painted, their nine strongest patches in PHOTOS sent
back to the pixels, and the patches themselves. The folder is looked at once for all layers, and not again
where that was done before. What is there already is kept. Figures show other people's photos: keep them to
yourself.
"""

import argparse
from pathlib import Path

from pareidolia.collecting import Collector, TopActivations
from pareidolia.inspection.patches import PatchesSettings, StrongestPatches
from pareidolia.networks import load_network_from
from pareidolia.operations import find_operation
from pareidolia.pictures import find_pictures, save_picture
from pareidolia.requests import Request


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--network", default="retina")
    parser.add_argument("--weights", default="published")
    parser.add_argument(
        "--layers", nargs="+", help="default: the network's style layers, from fine to coarse"
    )
    parser.add_argument("--units", type=int, default=12, help="units a layer")
    parser.add_argument("--steps", type=int, default=256, help="steps of painting")
    parser.add_argument("--columns", type=int, help="units a row")
    parser.add_argument("--suffix", default=".png", help=".png, or .jpg for smaller files")
    parser.add_argument("--out", type=Path, default=Path("runs/features"))
    return parser.parse_args()


def spread(count: int, total: int) -> tuple[str, ...]:
    """`count` of `total` units, evenly spread."""
    count = min(count, total)
    return tuple(str((2 * number + 1) * total // (2 * count)) for number in range(count))


def main() -> None:
    """Look at the folder once, then make the figures that are missing."""
    options = arguments()
    shared = PatchesSettings(
        network=options.network, weights=options.weights, steps=options.steps, columns=options.columns
    )
    network = load_network_from(shared)
    layers = tuple(options.layers or network.style_layers)
    collector = Collector(
        options.out / "index",
        find_pictures(options.photos),
        layers,
        TopActivations(top=shared.top),
        shared,
        network=network,
        cache_by_digest=True,
    )
    for step in collector:
        print(f"\rlooking at photos: {step.index} of {step.total}", end="", flush=True)
    for number, layer in enumerate(layers, start=1):
        target = options.out / f"{number}-{layer}{options.suffix}"
        if target.exists():
            continue
        units = spread(options.units, network.layer(layer).shape[0])
        settings = shared.model_copy(update={"layer": layer, "units": units})
        figure = StrongestPatches(
            options.photos,
            settings,
            index=options.out / "index",
            network=network,
            collection=collector.collection,
        )
        for step in figure:
            print(f"\r{layer}, {step.stage}: {step.index} of {step.total}   ", end="", flush=True)
        request = Request(find_operation("patches"), {"photos": str(options.photos)}, settings)
        save_picture(figure.picture, target, record=request.record(options.out))
        print(f"\n{target}: {figure.caption}", flush=True)


if __name__ == "__main__":
    main()
