"""A style network's one pass against an optimiser's steps, on the loss that both make small.

The network of RUN paints photos that it was never trained on; L-BFGS paints the same photos from themselves
and from noise (Johnson 2016, figure 5). The loss is the one that trained the network.
"""

import argparse
import statistics
from pathlib import Path

import torch
from torch import Tensor

from benchmarks.pictures import add_pictures, name_of, photos
from benchmarks.runner import Report
from pareidolia.pictures import open_picture
from pareidolia.style.feedforward import open_stylizer
from pareidolia.style.feedforward.loss import PerceptualLoss
from pareidolia.style.feedforward.settings import StylizerSettings
from pareidolia.style.feedforward.training import loss_for
from pareidolia.training.folder import read_record


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this comparison."""
    parser.add_argument("run", type=Path, help="a run of one style, of `pareidolia stylizer train`")
    parser.add_argument("painting", help="the painting it was trained on")
    add_pictures(parser)
    parser.add_argument("--size", type=int, help="longer side of the photos (default: that of the crops)")
    parser.add_argument("--iterations", type=int, default=50, help="of L-BFGS")


def compare(options: argparse.Namespace) -> Report:
    """The total loss on each photo, three ways."""
    settings = StylizerSettings.model_validate(read_record(options.run)["settings"])
    loss = loss_for(settings, [open_picture(options.painting)], torch.device("cpu"))
    stylizer = open_stylizer(options.run, "cpu")
    report = Report("A style network", ("photo", "one pass", "L-BFGS from the photo", "L-BFGS from noise"))
    rows = []
    for shown in photos(options.pictures):
        photo = open_picture(shown, size=options.size or settings.crop)
        noise = torch.rand(photo.shape, generator=torch.Generator().manual_seed(0))
        with torch.no_grad():
            one_pass = _total(loss, stylizer.paint(photo), photo).item()
        optimized = [_optimized(loss, photo, start, options.iterations) for start in (photo, noise)]
        rows.append((one_pass, *optimized))
        report.rows.append((name_of(shown), *rows[-1]))
        print(name_of(shown), *(f"{value:.3f}" for value in rows[-1]), flush=True)
    medians = [statistics.median(column) for column in zip(*rows, strict=True)]
    report.rows.append(("median", *medians))
    ratios = [statistics.median(row[0] / row[k] for row in rows) for k in (1, 2)]
    report.summary.append(
        f"One pass has {ratios[0]:.2f} of the loss of {options.iterations} iterations of L-BFGS from the "
        f"photo, {ratios[1]:.2f} from noise (medians over {len(rows)} photos; promised: 1)."
    )
    report.figures = {"losses": rows, "medians": medians, "ratios": ratios}
    return report


def _total(loss: PerceptualLoss, painted: Tensor, photo: Tensor) -> Tensor:
    return torch.stack(list(loss.parts(painted, photo, torch.ones(1, 1)).values())).sum()


def _optimized(loss: PerceptualLoss, photo: Tensor, start: Tensor, iterations: int) -> float:
    """The loss after so many iterations of L-BFGS over pixels held in [0, 1]."""
    pixels = start.clone().requires_grad_(True)
    optimizer = torch.optim.LBFGS([pixels], max_iter=iterations, max_eval=10 * iterations, history_size=10)

    def closure() -> Tensor:
        optimizer.zero_grad()
        total = _total(loss, pixels.clamp(0, 1), photo)
        total.backward()
        return total

    optimizer.step(closure)
    with torch.no_grad():
        return _total(loss, pixels.clamp(0, 1), photo).item()
