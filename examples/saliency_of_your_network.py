"""Which pixels made *your* network say so? Several methods side by side, and how far each can be believed.

    python examples/saliency_of_your_network.py photo.jpg --network mine.py:build --weights mine.safetensors

Without --network it explains the shipped retina; a photo may be `sample:NAME`.
"""

import argparse
from pathlib import Path

from pareidolia import load_network, save_picture
from pareidolia.inspection import FaithfulnessSettings, SaliencySettings, compare_methods, saliency_picture

METHODS = ("gradient", "integrated-gradients", "guided-backpropagation", "grad-cam")


def main() -> None:
    """Explain one photo and write a sheet."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photo", nargs="?", default="sample:chelsea")
    parser.add_argument("--network", default="retina")
    parser.add_argument("--weights", default="published")
    parser.add_argument("--target", default="top", help="a class, or layer:channel")
    parser.add_argument("--out", type=Path, default=Path("saliency.png"))
    parser.add_argument("--quick", action="store_true", help="a small photo and few steps")
    given = parser.parse_args()

    network = load_network(given.network, given.weights)
    size = 96 if given.quick else None
    settings = SaliencySettings(
        methods=METHODS, target=given.target, size=size, steps=8 if given.quick else 50
    )
    made = saliency_picture(given.photo, settings, network)
    save_picture(made.picture, given.out, overwrite=True)
    print(f"{given.out}: {made.caption}")

    measure = FaithfulnessSettings(
        methods=METHODS,
        target=given.target,
        size=size,
        steps=settings.steps,
        curve_steps=4 if given.quick else 28,
    )
    for found in compare_methods([given.photo], measure, network).results:
        print(f"{found.method:24} deletion {found.deletion} insertion {found.insertion}  {found.caution}")


if __name__ == "__main__":
    main()
