"""Style transfer against the recipe of 2015: the same network, scored from the saved pictures.

For each pair of photo and painting, in one run: L-BFGS and Adam for 500 iterations at one size, the better
of which is the baseline, and ours with its defaults. An outside judge scores the PNG files; lower is better.
"""

import argparse
import importlib.util
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.baselines import gatys_2015
from benchmarks.runner import Report, timed
from pareidolia.networks import load_network
from pareidolia.pictures import open_picture, save_picture
from pareidolia.style import StyleSettings, StyleTransfer

PAIRS = (
    ("23", "van_gogh_starry_night"),
    ("13", "hokusai_great_wave"),
    ("07", "picabia_udnie"),
    ("01", "munch_scream"),
    ("15", "kandinsky_composition_vii"),
    ("21", "turner_shipwreck"),
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this comparison."""
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="holds judge.py and pictures/")
    parser.add_argument("--pairs", type=int, default=len(PAIRS), help="how many pairs of photo and painting")
    parser.add_argument("--size", type=int, default=512, help="longer side")
    parser.add_argument("--iterations", type=int, default=500, help="iterations of the baseline")


def compare(options: argparse.Namespace) -> Report:
    """Times, scores and ratios for every pair, and their medians."""
    judge = load_judge(options.shared / "judge.py")
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
    for photo, painting in PAIRS[: options.pairs]:
        files = (
            options.shared / f"pictures/photos/{photo}.jpg",
            options.shared / f"pictures/paintings/{painting}.jpg",
        )
        found = {
            name: _scored(work, options.out / f"style_{photo}_{name}.png", files, judge)
            for name, work in _contenders(*files, options).items()
        }
        lbfgs, adam, ours = found["lbfgs"], found["adam"], found["ours"]
        better = min(lbfgs, adam, key=lambda result: result["squeeze"])
        # A score not reached within the whole run counts as never.
        ratio = ours["seconds"] / better["seconds"] if ours["squeeze"] <= better["squeeze"] else float("inf")
        ratios.append(ratio)
        pairs[f"{photo} {painting}"] = {**found, "ratio": ratio}
        report.rows.append(
            (
                f"{photo}, {painting}",
                *(result[key] for result in (lbfgs, adam, ours) for key in ("seconds", "squeeze")),
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


def load_judge(path: Path) -> Callable[..., dict[str, Any]]:
    """The `judge` function of a Python file."""
    spec = importlib.util.spec_from_file_location("judge", path)
    if spec is None or spec.loader is None or not path.exists():
        raise SystemExit(f"no judge at {path}: say where the shared folder is with --shared")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.judge


def _contenders(photo: Path, painting: Path, options: argparse.Namespace) -> dict[str, Callable[[], Any]]:
    def baseline(optimizer: str) -> Any:
        return gatys_2015.paint(
            load_network("retina"),
            open_picture(photo, size=options.size),
            open_picture(painting, size=options.size),
            optimizer=optimizer,
            iterations=options.iterations,
        )

    def ours() -> Any:
        transfer = StyleTransfer(photo, [painting], StyleSettings(size=options.size))
        for _ in transfer:
            pass
        return transfer.picture

    return {"lbfgs": lambda: baseline("lbfgs"), "adam": lambda: baseline("adam"), "ours": ours}


def _scored(
    work: Callable[[], Any], out: Path, files: tuple[Path, Path], judge: Callable[..., dict[str, Any]]
) -> dict[str, Any]:
    seconds, picture = timed(work)
    out.parent.mkdir(parents=True, exist_ok=True)
    save_picture(picture, out, overwrite=True)
    scores = judge(out, *files)
    return {
        "seconds": seconds,
        "squeeze": scores["squeeze"]["score"],
        "vgg": scores["vgg"]["score"],
        "all": scores,
    }
