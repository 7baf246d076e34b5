"""One pass: brush against Johnson's network for time, and against MicroAST for time and quality.

Times are medians of interleaved runs at two sizes, the painting's encoding included; Johnson's network, which
knows one style, has none. Quality is an outside judge's, from the saved PNG files of every pair of photo and
painting; lower is better. MicroAST runs from its own code where its folder is given.
"""

import argparse
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from benchmarks.baselines import johnson_2016, microast
from benchmarks.runner import Report, interleaved
from benchmarks.style import load_judge
from pareidolia.pictures import open_picture, save_picture
from pareidolia.style.brush import Brush, load_brush

SIZES = {"512x384": (384, 512), "1920x1080": (1080, 1920)}
PAINTING_SIZE = 512
MOST_OF_JOHNSON = {"512x384": 0.3, "1920x1080": 0.2}

Paint = Callable[[Tensor, Tensor], Tensor]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this comparison."""
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="holds judge.py and pictures/")
    parser.add_argument("--microast", type=Path, help="a checkout of EndyWon/MicroAST")
    parser.add_argument("--more-paintings", type=Path, help="a folder; its first ten are judged too")
    parser.add_argument(
        "--photos", type=int, default=12, help="how many photos are judged with each painting"
    )
    parser.add_argument("--rounds", type=int, default=5, help="how often each is timed")
    parser.add_argument("--brush", type=Path, help="weights of brush other than the shipped ones")


def compare(options: argparse.Namespace) -> Report:
    """Times, memory and scores."""
    brush = load_brush("cpu", options.brush) if options.brush else load_brush("cpu")
    painters: dict[str, Paint] = {"brush": lambda photo, painting: _brushed(brush, photo, painting)}
    if options.microast is not None:
        painters["MicroAST"] = microast.load(options.microast)
    report = Report("One pass", ("what", *painters, "Johnson"))
    report.figures = {"seconds": _times(painters, options.rounds, report)}
    if options.brush is None:
        report.figures["memory"] = _memory(report)
    judged = _judged(painters, options)
    report.figures["scores"] = judged
    for judge in ("squeeze", "vgg"):
        for group in sorted({each["group"] for each in judged}):
            means = {
                name: statistics.mean(
                    e["scores"][name][judge]["score"] for e in judged if e["group"] == group
                )
                for name in painters
            }
            report.rows.append((f"{judge} score, {group}", *means.values(), ""))
    return report


def _brushed(brush: Brush, photo: Tensor, painting: Tensor) -> Tensor:
    return brush.paint(photo, [painting])


def _times(painters: Mapping[str, Paint], rounds: int, report: Report) -> dict[str, dict[str, float]]:
    johnson = johnson_2016.build().eval().requires_grad_(False)
    generator = torch.Generator().manual_seed(0)
    found = {}
    for label, size in SIZES.items():
        photo = torch.rand(1, 3, *size, generator=generator)
        painting = torch.rand(1, 3, PAINTING_SIZE * 3 // 4, PAINTING_SIZE, generator=generator)
        contenders: dict[str, Callable[[], Any]] = {
            name: partial(paint, photo, painting) for name, paint in painters.items()
        }
        seconds = interleaved({**contenders, "Johnson": partial(johnson, photo)}, rounds)
        found[label] = seconds
        report.rows.append((f"{label}, s", *seconds.values()))
        ratio = seconds["brush"] / seconds["Johnson"]
        report.summary.append(
            f"At {label} brush takes {ratio:.3f} of Johnson's time (promised: {MOST_OF_JOHNSON[label]})."
        )
    return found


def _memory(report: Report) -> float:
    """Most megabytes that a process of its own has, which paints one photo of 1920x1080."""
    code = (
        "import torch; from benchmarks.runner import peak_memory;"
        "from pareidolia.style.brush import load_brush;"
        "load_brush('cpu').paint(torch.rand(1, 3, 1080, 1920), [torch.rand(1, 3, 384, 512)]);"
        "print(peak_memory())"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    megabytes = int(told) / 1e6
    report.summary.append(f"A process that paints 1920x1080 with brush has at most {megabytes:.0f} MB.")
    return megabytes


def _judged(painters: Mapping[str, Paint], options: argparse.Namespace) -> list[dict[str, Any]]:
    judge = load_judge(options.shared / "judge.py")
    photos = sorted((options.shared / "pictures/photos").glob("*.jpg"))
    groups = {"shared paintings": sorted((options.shared / "pictures/paintings").glob("*.jpg"))}
    if options.more_paintings is not None:
        groups["more paintings"] = sorted(options.more_paintings.glob("*.png"))[:10]
    options.out.mkdir(parents=True, exist_ok=True)
    found = []
    for group, paintings in groups.items():
        for number, painting in enumerate(paintings):
            # Fewer photos than all: other ones with every painting.
            for photo in (photos[number:] + photos[:number])[: options.photos]:
                shown = open_picture(photo, size=512), open_picture(painting, size=PAINTING_SIZE)
                scores = {}
                for name, paint in painters.items():
                    out = options.out / f"onepass_{photo.stem}_{painting.stem}_{name}.png"
                    save_picture(paint(*shown), out, overwrite=True)
                    scores[name] = judge(out, photo, painting)
                found.append({"group": group, "pair": f"{photo.stem} {painting.stem}", "scores": scores})
                told = [f"{name} {each['squeeze']['score']:.3f}" for name, each in scores.items()]
                print(group, found[-1]["pair"], *told, flush=True)
    return found
