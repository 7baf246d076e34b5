"""Twelve pairs of photo and painting, painted by others' recipes and by each of our statistics, side by side.

    python -m recipes.style_gallery --out FOLDER [--pictures FOLDER] [--checkouts FOLDER] [--size 512]
    python -m recipes.style_gallery --out FOLDER --by "Crowson 2020" brush          # by these and our default
    python -m recipes.style_gallery --out FOLDER --sheets docs/pictures/gallery     # from what is there

All look through VGG-19, but for one pass and our default by retina. What authors published as code is run
from checkouts of EndyWon/MicroAST, nkolkin13/NeuralNeighborStyleTransfer and nkolkin13/STROTSS, which the
folder holds as microast, nnst and strotss. The recipes of 2020 and 2024 get as many seconds of the processor
as our default took for the same pair. Each picture is a file of the folder and each of its figures a line of
results.jsonl, so a stopped run goes on where it was, and two can fill it, each with pairs of its own.
EfficientNet-Lite2, through which nothing is painted, scores the files.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.baselines import crowson_2020, galerne_2024, gatys_2015, microast, nnst, strotss
from benchmarks.pictures import name_of
from torch import Tensor

from pareidolia.networks import Network, load_network
from pareidolia.pictures import open_picture, resize_picture, save_picture, sheet
from pareidolia.pictures.files import to_image
from pareidolia.style import StyleSettings, StyleTransfer
from pareidolia.style.brush import load_brush
from pareidolia.style.judging.measuring import StyleJudges
from retina_style import Pair, pairs

OURS, OURS_SMALL = "w2", "w2 by retina"
"""Our default, whose time others get; and through the package's own network."""
OPTIONS: dict[str, dict[str, Any]] = {
    OURS_SMALL: {"network": "retina"},
    OURS: {},
    "gram": {"match": ("gram",)},
    "mean-std": {"match": ("mean-std",)},
    "sliced": {"match": ("sliced",)},
    "gram and histogram": {"match": ("gram", "histogram:0.2")},
    "neighbors": {"match": ("neighbors",)},
    "transport": {"match": ("transport",)},
    "bold": {"preset": "bold"},
    "portrait": {"preset": "portrait"},
}
"""What is ours, and its options beside the default's; through VGG-19 where they name no network."""
IN_OUR_TIME = {"Crowson 2020": crowson_2020.paint, "Galerne 2024": galerne_2024.paint}
IN_ITS_OWN = "Gatys 2015"
ONE_PASS = "brush"
NETWORK = "vgg19"

Paint = Callable[[str, str], Tensor]
OnTensors = Callable[[Tensor, Tensor], Tensor]

AUTHORS: dict[str, Callable[[Path, Network], OnTensors]] = {
    "MicroAST": lambda checkout, _: microast.load(checkout),
    "NNST": nnst.load,
    "STROTSS": strotss.load,
}
"""What is run from its authors' code, and through their own weights or the network that is given."""
SHOWN = (IN_ITS_OWN, *IN_OUR_TIME, *AUTHORS, ONE_PASS, *OPTIONS)
"""The order of sheets and table."""
BESIDE = {"neighbors": "NNST", "transport": "STROTSS", OURS_SMALL: IN_ITS_OWN, OURS: IN_ITS_OWN}
"""What is ours, and what its time and score are set beside."""


@dataclass(frozen=True)
class Painted:
    """A picture of the gallery.

    Attributes:
        pair: names of photo and painting.
        by: what painted it.
        seconds: of the processor.
        score: by EfficientNet-Lite2; lower is better.
        color_grain: over the painting's.
        lightness_grain: likewise.
    """

    pair: str
    by: str
    seconds: float
    score: float
    color_grain: float
    lightness_grain: float


class Gallery:
    """Paints and keeps.

    Args:
        folder: of pictures and figures.
        size: longer side.
        checkouts: folder of authors' code, each under its name in lower case; None leaves them out.
    """

    def __init__(self, folder: Path, size: int, checkouts: Path | None) -> None:
        self._folder, self._size, self._checkouts = folder, size, checkouts
        self._kept = folder / "results.jsonl"
        lines = self._kept.read_text().splitlines() if self._kept.is_file() else []
        found = [Painted(**json.loads(line)) for line in lines]
        self.painted = {(each.pair, each.by): each for each in found}

    def fill(self, pair: Pair, judges: StyleJudges, chosen: Collection[str]) -> None:
        """Paint what is not there yet of a pair, by our default and those that are chosen."""
        name = label_of(pair)
        for by in self.names():
            if (name, by) in self.painted or by not in (OURS, *chosen):
                continue
            seconds, picture = timed(partial(self._painter(name, by), *pair))
            file = self.file(name, by)
            save_picture(picture, file, overwrite=True)
            judged = judges(file, *pair)
            found = Painted(name, by, seconds, judged.score, judged.color_grain, judged.lightness_grain)
            self.painted[name, by] = found
            with self._kept.open("a") as kept:
                kept.write(json.dumps(asdict(found)) + "\n")
            print(found, flush=True)

    def names(self) -> list[str]:
        """What paints, our default first."""
        authors = [name for name in AUTHORS if self._checkouts and self._checkout(name).is_dir()]
        others = [name for name in OPTIONS if name not in (OURS, OURS_SMALL)]
        return [OURS, OURS_SMALL, *IN_OUR_TIME, ONE_PASS, *authors, *others, IN_ITS_OWN]

    def file(self, pair: str, by: str) -> Path:
        """Where a picture is."""
        return self._folder / f"{pair} {by} {self._size}.png".replace(" ", "_")

    def _checkout(self, author: str) -> Path:
        return (self._checkouts or Path()) / author.lower()

    def _painter(self, pair: str, by: str) -> Paint:
        if by in OPTIONS:
            settings = StyleSettings(size=self._size, **{"network": NETWORK, **OPTIONS[by]})
            return partial(optimized, settings=settings)
        if by == ONE_PASS:
            return self._opened(lambda photo, painting: load_brush("cpu").paint(photo, [painting]))
        vgg = load_network(NETWORK)
        if by in AUTHORS:
            return self._opened(AUTHORS[by](self._checkout(by), vgg))
        if by == IN_ITS_OWN:
            return self._opened(partial(gatys_2015.paint, vgg, optimizer="lbfgs", rms=None))
        seconds = self.painted[pair, OURS].seconds
        return self._opened(partial(IN_OUR_TIME[by], vgg, seconds=seconds))

    def _opened(self, paint: OnTensors) -> Paint:
        opened = partial(open_picture, size=self._size)
        return lambda photo, painting: paint(opened(photo), opened(painting))


def optimized(photo: str, painting: str, settings: StyleSettings) -> Tensor:
    """The pair by style transfer."""
    return StyleTransfer(photo, [painting], settings).run(progress=False).picture


def timed(work: Callable[[], Tensor]) -> tuple[float, Tensor]:
    """Seconds of the processor, and what came of them."""
    began = time.process_time()
    made = work()
    return time.process_time() - began, made


def label_of(pair: Pair) -> str:
    """Photo and painting as one name."""
    return " ".join(map(name_of, pair))


def draw(gallery: Gallery, pair: Pair, size: int, target: Path) -> None:
    """A sheet of one pair: photo, painting, and what was painted, each with its score."""
    name = label_of(pair)
    photo, painting = (open_picture(each, size=size) for each in pair)
    cells = [(photo, "photo"), (within(painting, photo), "painting")]
    for by in SHOWN:
        if found := gallery.painted.get((name, by)):
            cells.append((open_picture(gallery.file(name, by)), f"{by}, {found.score:.2f}"))
    target.parent.mkdir(parents=True, exist_ok=True)
    drawn = to_image(sheet(cells, 4, longer_side=size))
    drawn.convert("RGB").save(target, quality=85, optimize=True, progressive=True)


def within(picture: Tensor, other: Tensor) -> Tensor:
    """The picture, as large as the other's frame allows."""
    share = min(theirs / own for own, theirs in zip(picture.shape[-2:], other.shape[-2:], strict=True))
    height, width = (round(share * side) for side in picture.shape[-2:])
    return resize_picture(picture, (height, width))


def table(painted: Mapping[tuple[str, str], Painted], names: Iterable[str]) -> str:
    """A row for each that paints: mean score, grain of color, and seconds of the processor."""
    head = "| by | pairs | score | grain of color, least to most | seconds of a core |"
    lines = [head, "| --- " * 5 + "|"]
    for by in names:
        if rows := [each for each in painted.values() if each.by == by]:
            score = statistics.mean(each.score for each in rows)
            grain = sorted(each.color_grain for each in rows)
            seconds = statistics.median(each.seconds for each in rows)
            cells = (by, len(rows), f"{score:.3f}", f"{grain[0]:.2f} to {grain[-1]:.2f}", f"{seconds:.0f}")
            lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def ahead(painted: Mapping[tuple[str, str], Painted]) -> str:
    """In how many pairs our default scores better than both recipes in as much time."""
    names = [pair for pair, by in painted if by == OURS]
    whole = [name for name in names if all((name, other) in painted for other in IN_OUR_TIME)]
    best = [min((OURS, *IN_OUR_TIME), key=lambda by: painted[name, by].score) for name in whole]
    won = best.count(OURS)
    return f"{OURS} scores better than {' and '.join(IN_OUR_TIME)} in {won} of {len(whole)} pairs"


def beside_others(painted: Mapping[tuple[str, str], Painted]) -> str:
    """Our time and score beside others', a line for each that has a pair."""
    lines = []
    for ours, theirs in BESIDE.items():
        both = [pair for pair, by in painted if by == ours and (pair, theirs) in painted]
        if both:
            ratio = statistics.median(painted[p, ours].seconds / painted[p, theirs].seconds for p in both)
            scores = (statistics.mean(painted[pair, by].score for pair in both) for by in (ours, theirs))
            lines.append(
                f"{ours} takes {ratio:.2f} of {theirs}'s time and scores {next(scores):.3f}; "
                f"{theirs} {next(scores):.3f} ({len(both)} pairs)"
            )
    return "\n".join(lines)


def main() -> None:
    """Paint, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="folder of the pictures")
    parser.add_argument("--pictures", type=Path, help="with photos/ and paintings/ (default: the samples)")
    parser.add_argument("--checkouts", type=Path, metavar="FOLDER", help="of authors' code")
    parser.add_argument("--size", type=int, default=512, help="longer side")
    parser.add_argument("--pairs", nargs="+", type=int, metavar="NUMBER", help="from 1 (default: all)")
    parser.add_argument("--by", nargs="+", choices=SHOWN, default=SHOWN, help="those alone (default: all)")
    parser.add_argument("--sheets", type=Path, metavar="FOLDER", help="draw sheets there and paint nothing")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    gallery = Gallery(options.out, options.size, options.checkouts)
    every = pairs(options.pictures)
    chosen = every if options.pairs is None else [every[number - 1] for number in options.pairs]
    if options.sheets:
        for pair in chosen:
            draw(gallery, pair, options.size, options.sheets / f"{label_of(pair).replace(' ', '_')}.jpg")
    else:
        judges = StyleJudges()
        for pair in chosen:
            gallery.fill(pair, judges, options.by)
    found = gallery.painted
    print(table(found, SHOWN), ahead(found), beside_others(found), sep="\n\n")


if __name__ == "__main__":
    main()
