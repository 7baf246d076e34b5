#!/usr/bin/env python3
"""Paint the same through several networks, side by side: what docs/networks.md shows and its choices rest on.

    python recipes/network_sheets.py [--works style dreams] [--networks retina vgg19]

A sheet each for dreams, style, features, class models and the icons of an atlas. Each picture is kept in a
folder named by its network's weights, so a stopped run goes on, and weights that are new are looked at anew.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import mean
from typing import Self

import numpy as np
import torch
from torch import Tensor

from pareidolia.atlas.icons import PADDING, IconJob, paint_icons
from pareidolia.atlas.settings import IconSettings
from pareidolia.atlas.whitening import second_moment, whitening
from pareidolia.dreaming import Dream, DreamSettings
from pareidolia.inspection import frame
from pareidolia.inspection.visualization import ClassModels, ClassModelSettings, Features, FeatureSettings
from pareidolia.networks import Network, identity, load_network
from pareidolia.networks.concepts import Array
from pareidolia.painting import Painting
from pareidolia.pictures import find_pictures, open_picture, save_picture, sheet
from pareidolia.pictures.accepting import as_picture
from pareidolia.pictures.files import to_image
from pareidolia.pictures.samples import PAINTINGS, PHOTOS
from pareidolia.settings import NetworkSettings
from pareidolia.settings.extras import require
from pareidolia.style import StyleSettings, StyleTransfer
from pareidolia.style.judging.measuring import StyleJudges

NETWORKS = ("retina", "vgg19", "efficientnet_lite0", "efficientnet_lite1")
#: Photos of scikit-image's wheel beside the samples: twelve in all.
FURTHER = ("camera", "coins", "grass", "hubble_deep_field", "moon", "stereo_motorcycle")
UNITS = 12
CLASSES = ("dalmatian", "church", "golden retriever", "jellyfish", "ladybug", "goose")

Photos = dict[str, Tensor]
Row = list[Tensor]


@dataclass(frozen=True)
class Pace:
    """How large pictures are, and in how many steps they are painted.

    Attributes:
        size: longer side of dreams and paintings.
        style: steps at each size of a painting but the last, and at the last.
        feature: side and steps of a feature.
        model: steps of a class model.
        icon: of an icon.
    """

    size: int
    style: tuple[int, int] = (100, 50)
    feature: tuple[int, int] = (96, 128)
    model: int = 256
    icon: IconSettings = field(default_factory=IconSettings)

    @classmethod
    def quick(cls, size: int) -> Self:
        """A third of the steps: what differs is seen already."""
        return cls(size, (40, 25), (64, 48), 96, IconSettings(icon_size=64, icon_steps=40))


class Cells:
    """Pictures by name, painted when they are first asked for.

    Args:
        folder: where they are kept.
        network: the name of the network that they are painted through.
    """

    def __init__(self, folder: Path, network: str) -> None:
        self.network = network
        self.loaded = load_network(network, device="cpu")
        weights = identity(self.loaded)["weights"]
        self._folder = folder / f"{network}-{weights[:8]}"

    def get(self, name: str, paint: Callable[[], Tensor]) -> Tensor:
        """The picture that is kept under a name, else what `paint` gives."""
        path = self._folder / f"{name}.png"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            save_picture(paint(), path)
            print(path, flush=True)
        return open_picture(path)


def dreams(every: Sequence[Cells], photos: Photos, pace: Pace) -> Iterator[Row]:
    """A row a photo: it, and its dream through each network, of a deep layer as `dream` takes it."""
    for name, photo in photos.items():
        key = f"dream-{name}-{pace.size}"
        yield [photo, *(each.get(key, partial(_dream, each.network, photo, pace.size)) for each in every)]


def style(every: Sequence[Cells], photos: Photos, pace: Pace) -> Iterator[Row]:
    """A row a photo: it, a painting of the package, and the photo in its style through each network."""
    size, steps = pace.size, pace.style
    paintings = [path.stem for path in sorted(PAINTINGS.glob("*.jpg"))]
    for number, (name, photo) in enumerate(photos.items()):
        painting = paintings[number % len(paintings)]
        shown = open_picture(f"sample:{painting}", size=size)
        key = f"style-{name}-{painting}-{size}-{steps[0]}-{steps[1]}"
        painted = (each.get(key, partial(_style, each.network, photo, shown, size, steps)) for each in every)
        yield [photo, shown, *painted]


def features(every: Sequence[Cells], photos: Photos, pace: Pace) -> Iterator[Row]:
    """Two rows a network: units of its last two style layers, evenly spread over each."""
    for each in every:
        for layer in each.loaded.style_layers[-2:]:
            count = each.loaded.layer(layer).shape[0]
            units = tuple(str((2 * number + 1) * count // (2 * UNITS)) for number in range(UNITS))
            key = f"features-{layer}-{pace.feature[0]}-{pace.feature[1]}"
            row = each.get(key, partial(_features, each.network, layer, units, pace.feature))
            yield list(row.split(pace.feature[0], dim=-1))


def classes(every: Sequence[Cells], photos: Photos, pace: Pace) -> Iterator[Row]:
    """A row a network that has classes: what it takes for six of them."""
    for each in every:
        if each.loaded.class_names is not None:
            paint = partial(_class_model, each.network, steps=pace.model)
            yield [each.get(f"classes-{pace.model}-{name}", partial(paint, name)) for name in CLASSES]


def icons(every: Sequence[Cells], photos: Photos, pace: Pace) -> Iterator[Row]:
    """A row a photo: it, and the icon of what the middle of it is to the last style layer of each network."""
    key = f"icons-{'-'.join(photos)}-{pace.size}-{pace.icon.icon_size}-{pace.icon.icon_steps}"
    rows = [each.get(key, partial(_icons, each.loaded, photos, pace.icon)) for each in every]
    columns = [row.split(pace.icon.icon_size, dim=-1) for row in rows]
    for number, photo in enumerate(photos.values()):
        yield [photo, *(column[number] for column in columns)]


def _dream(network: str, photo: Tensor, size: int) -> Tensor:
    return _finished(Dream(photo, settings=DreamSettings(network=network, size=size)))


def _style(network: str, photo: Tensor, painting: Tensor, size: int, steps: tuple[int, int]) -> Tensor:
    settings = StyleSettings(network=network, size=size, coarse_steps=steps[0], steps=steps[1])
    return _finished(StyleTransfer(photo, [painting], settings))


def _features(network: str, layer: str, units: tuple[str, ...], pace: tuple[int, int]) -> Tensor:
    settings = FeatureSettings(network=network, layer=layer, units=units, size=pace[0], steps=pace[1])
    painting = Features(settings)
    _finished(painting)
    return torch.cat(painting.pictures.split(1), dim=-1)


def _class_model(network: str, name: str, steps: int) -> Tensor:
    painting = ClassModels(name, ClassModelSettings(network=network, steps=steps))
    _finished(painting)
    return painting.pictures


@torch.no_grad()
def _icons(network: Network, photos: Photos, icon: IconSettings) -> Tensor:
    """One icon a photo, side by side, of the mean over the middle of the map, whitened as an atlas does."""
    layer = network.style_layers[-1]
    maps = [network.record(frame(network, photo), layer)[layer][0].numpy() for photo in photos.values()]
    inverse = whitening(second_moment([each.reshape(len(each), -1).T for each in maps], layer))
    wanted = np.stack([_middle(each).mean(axis=(1, 2)) for each in maps]) @ inverse
    painter = load_network(network.name, device="cpu", padding=PADDING)
    job = IconJob(NetworkSettings(network=network.name), identity(painter), layer, icon, seed=0)
    with torch.enable_grad():
        painted = paint_icons(painter, job, wanted.astype(np.float32))
    return torch.cat([as_picture(each) for each in painted], dim=-1)


def _middle(maps: Array) -> Array:
    """Half of the rows and columns of maps C×H×W."""
    rows, columns = (slice(side // 4, side - side // 4) for side in maps.shape[1:])
    return maps[:, rows, columns]


def _finished(painting: Painting) -> Tensor:
    for _ in painting:
        pass
    return painting.picture


WORKS: dict[str, Callable[[Sequence[Cells], Photos, Pace], Iterator[Row]]] = {
    "dreams": dreams,
    "style": style,
    "features": features,
    "classes": classes,
    "icons": icons,
}


def twelve_photos(folder: Path | None, size: int) -> Photos:
    """The first twelve photos of a folder, else the samples and others of scikit-image's wheel, by name."""
    if folder is not None:
        files = find_pictures(folder)
        paths = [files.path(number) for number in range(min(12, len(files)))]
        return {path.stem: open_picture(path, size=size) for path in paths}
    data = require("skimage.data", extra="samples")
    found = {name: open_picture(f"sample:{name}", size=size) for name in PHOTOS}
    for name in FURTHER:
        values = getattr(data, name)()
        found[name] = as_picture(values[0] if isinstance(values, tuple) else values, size=size)
    return found


def scores(networks: Sequence[str], rows: Sequence[Row]) -> Iterator[str]:
    """What `measure style` finds for each column of the sheet of style, as a Markdown table.

    The judge is a cousin of EfficientNet-Lite0 and 1, so of these it may think too well.
    """
    judge = StyleJudges("cpu")
    yield "| network | score | grain of color | grain of lightness | frame, worst |"
    yield "| --- | --- | --- | --- | --- |"
    for column, name in enumerate(networks, 2):
        found = [judge(row[column], row[0], row[1]) for row in rows]
        figures = (
            mean(each.score for each in found),
            mean(each.color_grain for each in found),
            mean(each.lightness_grain for each in found),
            max(each.frame for each in found),
        )
        yield f"| {name} | {' | '.join(f'{figure:.3f}' for figure in figures)} |"


def main() -> None:
    """Paint what is missing and lay the sheets out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--works", nargs="+", choices=WORKS, default=list(WORKS))
    parser.add_argument("--networks", nargs="+", default=list(NETWORKS))
    parser.add_argument("--photos", type=Path, help="a folder, whose first twelve photos are taken")
    parser.add_argument("--size", type=int, default=192, help="longer side of dreams and paintings")
    parser.add_argument("--quick", action="store_true", help="a third of the steps, for a first look")
    parser.add_argument("--count", type=int, default=12, help="the most photos")
    parser.add_argument("--shown", type=int, default=128, help="longer side of each picture in a sheet")
    parser.add_argument("--cells", type=Path, default=Path("runs/network_sheets"), help="keeps each picture")
    parser.add_argument("--out", type=Path, default=Path("docs/pictures/networks"))
    options = parser.parse_args()
    photos = dict(islice(twelve_photos(options.photos, options.size).items(), options.count))
    pace = Pace.quick(options.size) if options.quick else Pace(options.size)
    every = [Cells(options.cells, name) for name in options.networks]
    options.out.mkdir(parents=True, exist_ok=True)
    for work in options.works:
        rows = list(WORKS[work](every, photos, pace))
        if work == "style":
            print(*scores(options.networks, rows), sep="\n", flush=True)
        cells = [(picture, "") for row in rows for picture in row]
        # The columns and what stands in them are said in the page, in words that can be read aloud.
        made = sheet(cells, len(rows[0]), longer_side=options.shown)
        # Lighter than `save_picture` makes a photo: a page shows several, and no one paints from a sheet.
        to_image(made).save(options.out / f"{work}.jpg", quality=75, optimize=True, progressive=True)
        print(options.out / f"{work}.jpg", flush=True)


if __name__ == "__main__":
    main()
