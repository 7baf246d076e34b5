"""Style transfer against the recipe of 2015: the same network, scored from the saved pictures.

For each pair of photo and painting, in one run: L-BFGS and Adam for 500 iterations at one size, the better
of which is the baseline, and ours with its defaults, whose time counts until a picture on the way scores as
well as the baseline's last (looking at those is off the clock). Both go through retina. EfficientNet-Lite2,
through which nothing is painted, scores the PNG files (`pareidolia measure style`); lower is better.
"""

import argparse
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from torch import Tensor

from benchmarks.baselines import gatys_2015
from benchmarks.claims import Goal
from benchmarks.pictures import Named, add_pictures, name_of, paintings, photos
from benchmarks.runner import Report, timed
from pareidolia.networks import load_network
from pareidolia.pictures import open_picture, save_picture
from pareidolia.style import StyleSettings, StyleTransfer
from pareidolia.style.judging.measuring import Judgement, StyleJudges

GOALS = (
    Goal(
        "style by optimisation, 512 px, until it scores as well",
        "the recipe of 2015 (baseline), L-BFGS or Adam, whichever ends better",
        0.2,
        every=True,
        figure="time, ours / theirs, worst pair",
        limit="Four coarse sizes take two fifths of the time, and only the last one scores as well. Half of "
        "a step are convolutions; covariances, their roots and L-BFGS are the rest.",
    ),
)
#: How many pictures on the way are judged, and every how many steps one is kept.
KEPT, EVERY = 6, 10


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this comparison."""
    add_pictures(parser)
    parser.add_argument("--pairs", type=int, default=6, help="the most pairs of photo and painting")
    parser.add_argument("--size", type=int, default=512, help="longer side")
    parser.add_argument("--iterations", type=int, default=500, help="iterations of the baseline")


def compare(options: argparse.Namespace) -> Report:
    """Times, scores and ratios for every pair."""
    judges = StyleJudges()
    columns = ("pair", "L-BFGS s", "score", "Adam s", "score", "ours s", "score", "as well after s", "ratio")
    report = Report("Style transfer against the recipe of 2015", (*columns, "VGG score, ours / better"))
    ratios, pairs = [], {}
    for files in pairs_of(options.pictures)[: options.pairs]:
        label = " ".join(map(name_of, files))
        runs = {name: _by_recipe(*files, options, name) for name in ("lbfgs", "adam")}
        runs["ours"] = _by_ours(*files, options)
        judged, found = judges.against(*files), {}
        for name, run in runs.items():
            out = options.out / f"style_{label.replace(' ', '_')}_{name}.png"
            found[name] = _figures(run, _score_of(run.moments[-1][1], out, judged))
        better = min(("lbfgs", "adam"), key=lambda name: found[name]["score"])
        with TemporaryDirectory() as folder:
            on_the_way = partial(_score_of, out=Path(folder) / "painted.png", judged=judged)
            reached = runs["ours"].reached(found[better]["score"], on_the_way)
        ratios.append(reached / found[better]["seconds"])
        pairs[label] = {**found, "reached": reached, "ratio": ratios[-1]}
        figures = [found[name][key] for name in runs for key in ("seconds", "score")]
        vgg = f"{found['ours']['vgg']:.3f} / {found[better]['vgg']:.3f}"
        report.rows.append((label, *figures, reached, ratios[-1], vgg))
        print(report.rows[-1], flush=True)
    report.figures = {"pairs": pairs, "size": options.size}
    report.claims = [GOALS[0].claim(ratios)]
    return report


def pairs_of(folder: Path | None) -> list[tuple[Named, Named]]:
    """Each painting with a photo of its own, photos in turn."""
    every = photos(folder)
    return [(every[number % len(every)], each) for number, each in enumerate(paintings(folder))]


@dataclass
class Run:
    """A painting: the pictures on the way that were kept, the last among them, each after so many seconds."""

    moments: list[tuple[float, Tensor]]

    @property
    def seconds(self) -> float:
        """Of the whole."""
        return self.moments[-1][0]

    def reached(self, score: float, judged: Callable[[Tensor], Judgement]) -> float:
        """Seconds until a picture scored that well; infinite if none did."""
        return next((taken for taken, picture in self.moments if judged(picture).score <= score), math.inf)


def _by_recipe(photo: Named, painting: Named, options: argparse.Namespace, optimizer: str) -> Run:
    seconds, picture = timed(
        lambda: gatys_2015.paint(
            load_network("retina"),
            open_picture(photo, size=options.size),
            open_picture(painting, size=options.size),
            optimizer=optimizer,
            iterations=options.iterations,
        )
    )
    return Run([(seconds, picture)])


def _by_ours(photo: Named, painting: Named, options: argparse.Namespace) -> Run:
    settings = StyleSettings(size=options.size, network="retina")
    taken, transfer = timed(lambda: StyleTransfer(photo, [painting], settings))
    moments = []
    while not transfer.finished:
        seconds, _ = timed(transfer.step)
        taken += seconds
        at_last_size = transfer.stage is transfer.stages[-1]
        if transfer.finished or (at_last_size and (transfer.total - transfer.index) % EVERY == 0):
            moments.append((taken, transfer.picture))
    return Run(moments[-KEPT:])


def _score_of(picture: Tensor, out: Path, judged: Callable[[Path], Judgement]) -> Judgement:
    out.parent.mkdir(parents=True, exist_ok=True)
    save_picture(picture, out, overwrite=True)
    return judged(out)


def _figures(run: Run, judged: Judgement) -> dict[str, Any]:
    scores = {"score": judged.score, "vgg": judged.by["vgg19"].score}
    return {"seconds": run.seconds, **scores, "all": asdict(judged)}
