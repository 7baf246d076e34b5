"""A poster of a layer: what each of its units responds to, painted from nothing.

    python examples/feature_sheet.py --layer stage4.relu2 --units 0-63 --out poster.png

Any network will do: --network torchvision:resnet18 --layer layer3.1.relu.
"""

import argparse
from pathlib import Path

from pareidolia import load_network, save_picture
from pareidolia.inspection.visualization import Features, FeatureSettings


def main() -> None:
    """Paint the units together and save the sheet, with the strongest loss told on the way."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--network", default="retina")
    parser.add_argument("--weights", default="published")
    parser.add_argument("--layer", default="stage4.relu2")
    parser.add_argument("--units", default="0-15")
    parser.add_argument("--out", type=Path, default=Path("features.png"))
    parser.add_argument("--quick", action="store_true", help="two small pictures in few steps")
    given = parser.parse_args()

    settings = FeatureSettings(layer=given.layer, units=(given.units,))
    if given.quick:
        settings = settings.model_copy(update={"units": ("0-1",), "size": 48, "steps": 12})
    painting = Features(settings, load_network(given.network, given.weights, padding=settings.padding))
    for step in painting:
        if step.index % 16 == 0:
            print(f"step {step.index} of {step.total}")
    save_picture(painting.picture, given.out, overwrite=True)
    print(f"{given.out}: {painting.caption or 'every unit fires'}")


if __name__ == "__main__":
    main()
