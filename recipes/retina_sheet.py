#!/usr/bin/env python3
"""Paint what docs/retina.md shows of retina: filters, units, class models, a dream, a style transfer.

python recipes/retina_sheet.py [--only filters units classes dream style] [--weights FILE]
"""

import argparse
from collections.abc import Callable
from pathlib import Path

from torch import Tensor

from pareidolia.dreaming import Dream, DreamSettings
from pareidolia.inspection.filters import FiltersSettings, filters_sheet
from pareidolia.inspection.visualization import ClassModels, ClassModelSettings, Features, FeatureSettings
from pareidolia.painting import Painting
from pareidolia.pictures import save_picture, sheet
from pareidolia.style import StyleSettings, StyleTransfer

PHOTO = "sample:chelsea"
LAYERS = ("stage1.relu2", "stage2.relu2", "stage3.relu3", "stage4.relu3", "stage5.relu1", "stage6.relu1")
UNITS = 8
CLASSES = ("dalmatian", "Egyptian cat", "flamingo", "daisy", "castle", "ladybug", "triceratops", "toucan")
SIDE = 128
STEPS = 128


def finished(painting: Painting) -> Painting:
    """The painting after its last step."""
    for _ in painting:
        pass
    return painting


def filters(weights: str) -> Tensor:
    """The kernels of the first layer."""
    return filters_sheet(FiltersSettings(weights=weights)).picture


def units(weights: str) -> Tensor:
    """The first eight units of the last layer of each stage."""
    panels = []
    for layer in LAYERS:
        found = Features(
            FeatureSettings(weights=weights, layer=layer, units=(f"0-{UNITS - 1}",), size=SIDE, steps=STEPS)
        )
        finished(found)
        panels += [(picture[None], "") for picture in found.pictures]
    return sheet(panels, UNITS, row_titles=LAYERS)


def classes(weights: str) -> Tensor:
    """Eight class models."""
    settings = ClassModelSettings(network="retina", weights=weights, columns=4)
    return finished(ClassModels(CLASSES, settings)).picture


def dream(weights: str) -> Tensor:
    """The photo, dreamt."""
    return finished(Dream(PHOTO, settings=DreamSettings(weights=weights, size=384))).picture


def style(weights: str) -> Tensor:
    """The photo in the style of the project's own waves."""
    return finished(StyleTransfer(PHOTO, ["sample:waves"], StyleSettings(weights=weights, size=384))).picture


PICTURES: dict[str, Callable[[str], Tensor]] = {
    "filters": filters,
    "units": units,
    "classes": classes,
    "dream": dream,
    "style": style,
}


def main() -> None:
    """Paint and save them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=PICTURES, default=list(PICTURES))
    parser.add_argument("--weights", default="published")
    parser.add_argument("--out", type=Path, default=Path("docs/pictures/retina"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.only:
        save_picture(PICTURES[name](options.weights), options.out / f"{name}.jpg", overwrite=True)
        print(options.out / f"{name}.jpg", flush=True)


if __name__ == "__main__":
    main()
