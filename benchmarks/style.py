"""Style transfer against the recipe of 2015: the same network, scored from the saved pictures.

For each pair of photo and painting, in one run: L-BFGS and Adam for 500 iterations at one size, the better
of which is the baseline, and ours with its defaults. Both go through retina. EfficientNet-Lite2, through
which nothing is painted, scores the PNG files (`pareidolia measure style`); lower is better.
"""

import argparse
import statistics
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.baselines import gatys_2015
from benchmarks.pictures import Named, add_pictures, name_of, paintings, photos
from benchmarks.runner import Report, timed
from pareidolia.networks import load_network
from pareidolia.pictures import open_picture, save_picture
from pareidolia.style import StyleSettings, StyleTransfer
from pareidolia.style.judging.measuring import StyleJudges


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this comparison."""
    add_pictures(parser)
    parser.add_argument("--pairs", type=int, default=6, help="the most pairs of photo and painting")
    parser.add_argument("--size", type=int, default=512, help="longer side")
    parser.add_argument("--iterations", type=int, default=500, help="iterations of the baseline")


def compare(options: argparse.Namespace) -> Report:
    """Times, scores and ratios for every pair, and their medians."""
    judge = StyleJudges()
    columns = (
        "pair",
        "L-BFGS s",
        "score",
        "Adam s",
        "score",
        "ours s",
        "score",
        "ours / better, s",
        "VGG score",
    )
    report = Report("Style transfer against the recipe of 2015", columns)
    ratios, pairs = [], {}
    for files in pairs_of(options.pictures)[: options.pairs]:
        photo, painting = map(name_of, files)
        found = {
            name: _scored(work, options.out / f"style_{photo}_{painting}_{name}.png", files, judge)
            for name, work in _contenders(*files, options).items()
        }
        lbfgs, adam, ours = found["lbfgs"], found["adam"], found["ours"]
        better = min(lbfgs, adam, key=lambda result: result["score"])
        # A score not reached within the whole run counts as never.
        ratio = ours["seconds"] / better["seconds"] if ours["score"] <= better["score"] else float("inf")
        ratios.append(ratio)
        pairs[f"{photo} {painting}"] = {**found, "ratio": ratio}
        report.rows.append(
            (
                f"{photo}, {painting}",
                *(result[key] for result in (lbfgs, adam, ours) for key in ("seconds", "score")),
                ratio,
                f"{ours['vgg']:.3f} / {better['vgg']:.3f}",
            )
        )
        print(report.rows[-1], flush=True)
    median = statistics.median(ratios)
    report.figures = {"pairs": pairs, "median_ratio": median}
    report.summary = [
        f"Ours reaches the baseline's final score in {median:.2f} of its time "
        f"(median over {len(ratios)} pairs, {options.size} px)."
    ]
    return report


def pairs_of(folder: Path | None) -> list[tuple[Named, Named]]:
    """Each painting with a photo of its own, photos in turn."""
    every = photos(folder)
    return [(every[number % len(every)], each) for number, each in enumerate(paintings(folder))]


def _contenders(photo: Named, painting: Named, options: argparse.Namespace) -> dict[str, Callable[[], Any]]:
    def baseline(optimizer: str) -> Any:
        return gatys_2015.paint(
            load_network("retina"),
            open_picture(photo, size=options.size),
            open_picture(painting, size=options.size),
            optimizer=optimizer,
            iterations=options.iterations,
        )

    def ours() -> Any:
        transfer = StyleTransfer(photo, [painting], StyleSettings(size=options.size, network="retina"))
        for _ in transfer:
            pass
        return transfer.picture

    return {"lbfgs": lambda: baseline("lbfgs"), "adam": lambda: baseline("adam"), "ours": ours}


def _scored(
    work: Callable[[], Any], out: Path, files: tuple[Named, Named], judge: StyleJudges
) -> dict[str, Any]:
    seconds, picture = timed(work)
    out.parent.mkdir(parents=True, exist_ok=True)
    save_picture(picture, out, overwrite=True)
    found = judge(out, *files)
    return {
        "seconds": seconds,
        "score": found.score,
        "vgg": found.by["vgg19"].score,
        "all": asdict(found),
    }
