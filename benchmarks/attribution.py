"""Attribution against Captum: the same network, picture and settings; seconds in turn, and equal maps.

Captum runs with its defaults, and for what it computes in batches also with each batch size of `BATCHES`, of
which the fastest counts as its best.
"""

import argparse
import warnings
from collections.abc import Callable
from pathlib import Path

import captum.attr
import torch
from torch import Tensor, nn

from benchmarks.claims import Goal
from benchmarks.networks import add_network, network_of
from benchmarks.runner import Report, interleaved
from pareidolia.inspection import ClassTarget, integrated_gradients, occlusion, send_back
from pareidolia.networks import Network
from pareidolia.pictures import open_picture, resize

BATCHES = (2, 4, 8, 16)
STEPS = 50
METHODS = ("gradient", "guided backpropagation", "deconvnet", "integrated gradients", "occlusion")
WINDOW, STRIDE, FILL = 50, 25, 0.5
AT_ONCE = 16
Work = Callable[[], Tensor]
DEFAULT, BEST = "Captum's defaults", "Captum's best batch size"
SAME_CONVOLUTIONS = (
    "Both spend it in the same convolutions. Channels last they would take two thirds (see what was tried), "
    "but round otherwise: where that turns a ReLU over, a gradient jumps by percents, and maps are held to "
    "Captum's within 1e-6."
)
GOALS = (
    Goal(
        "occlusion, windows of 50 px every 25",
        DEFAULT,
        0.4,
        limit="Convolutions are 62 % of ours, channels last; ReLU, concatenation and pooling, a tenth each, "
        "are bound by memory.",
    ),
    Goal(
        "occlusion, windows of 50 px every 25",
        BEST,
        0.5,
        limit="At its best batch size Captum runs the same pictures; ours gain by channels last alone.",
    ),
    Goal("integrated gradients, 50 steps", DEFAULT, 0.4, limit=SAME_CONVOLUTIONS),
    Goal("integrated gradients, 50 steps", BEST, 0.6, limit=SAME_CONVOLUTIONS),
    *(
        Goal(f"{name}, {AT_ONCE} pictures at once", "Captum", 0.75, limit=SAME_CONVOLUTIONS)
        for name in METHODS[:3]
    ),
)


class Looking(nn.Module):
    """A network with its normalisation as one module, as Captum takes it."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.module = network.module
        self._network = network

    def forward(self, pictures: Tensor) -> Tensor:
        """The logits."""
        return self._network(pictures)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this comparison."""
    add_network(parser)
    parser.add_argument("--photo", default="sample:chelsea")
    parser.add_argument("--size", type=int, default=227, help="side of the square picture")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each, in turn")
    parser.add_argument("--methods", nargs="+", default=METHODS, choices=METHODS, help="compare these only")


def compare(options: argparse.Namespace) -> Report:
    """Median seconds of Captum's defaults, of its best batch size and of ours, and their ratios."""
    network = network_of(options)
    picture = resize(open_picture(options.photo), (options.size, options.size)).clamp(0, 1)
    top = int(network(picture).argmax())
    columns = (
        "method",
        "Captum s",
        "its best batch",
        "s",
        "ours s",
        "default / ours",
        "best / ours",
        "difference",
    )
    report = Report(
        f"Attribution against Captum: {options.network}, weights: {Path(options.weights).name}", columns
    )
    contenders_of = _contenders(network, picture, ClassTarget((top,)), top)
    for name in options.methods:
        default, batched, ours = contenders_of[name]
        contenders = {"default": default, "ours": ours} | {f"batch {n}": work for n, work in batched.items()}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            seconds = interleaved(contenders, options.rounds)
            expected, found = default().detach(), ours()
        best = min((key for key in seconds if key != "ours"), key=lambda key: seconds[key])
        largest = float((expected[:, : found.shape[1]] - found).abs().max())
        difference = largest / max(float(expected.abs().max()), 1e-12)
        ratios = (seconds["default"] / seconds["ours"], seconds[best] / seconds["ours"])
        report.rows.append(
            (name, seconds["default"], best, seconds[best], seconds["ours"], *ratios, f"{difference:.1e}")
        )
        report.summary.append(f"{name}: {ratios[0]:.2f}x Captum's default, {ratios[1]:.2f}x its best")
        report.figures[name] = {"seconds": seconds, "best": best, "ratios": ratios, "difference": difference}
        for goal in GOALS:
            if goal.work.startswith(f"{name},") and goal.against in (DEFAULT, BEST):
                theirs = "default" if goal.against == DEFAULT else best
                report.claims.append(goal.claim(seconds.ratios("ours", theirs)))
    _at_once(report, network, options)
    return report


def _at_once(report: Report, network: Network, options: argparse.Namespace) -> None:
    """Rows of the three signals for a batch of pictures, each for another class."""
    photo = resize(open_picture(options.photo), (options.size, options.size)).clamp(0, 1)
    shifted = [photo.roll(number * options.size // AT_ONCE, dims=3) for number in range(AT_ONCE)]
    pictures, classes = torch.cat(shifted), torch.arange(AT_ONCE)
    contenders_of = _contenders(network, pictures, ClassTarget(tuple(classes.tolist())), classes)
    for name in (each for each in METHODS[:3] if each in options.methods):
        default, _, ours = contenders_of[name]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            seconds = interleaved({"default": default, "ours": ours}, options.rounds)
            expected, found = default().detach(), ours()
        difference = float((expected - found).abs().max() / expected.abs().max().clamp(min=1e-12))
        (goal,) = (goal for goal in GOALS if goal.work == f"{name}, {AT_ONCE} pictures at once")
        report.claims.append(goal.claim(seconds.ratios("ours", "default")))
        ratio = seconds["default"] / seconds["ours"]
        taken = (seconds["default"], "default", seconds["default"], seconds["ours"])
        report.rows.append((goal.work, *taken, ratio, ratio, f"{difference:.1e}"))
        report.figures[goal.work] = {"seconds": seconds, "difference": difference}


def _contenders(
    network: Network, picture: Tensor, target: ClassTarget, top: int | Tensor
) -> dict[str, tuple[Work, dict[int, Work], Work]]:
    """By method: Captum's default, Captum by batch size, and ours; the class as both take it."""
    looking = Looking(network)

    def leaf() -> Tensor:
        return picture.clone().requires_grad_()

    def integrated(batch: int | None) -> Work:
        method = captum.attr.IntegratedGradients(looking)
        return lambda: method.attribute(picture, target=top, n_steps=STEPS, internal_batch_size=batch)

    def occluded(batch: int) -> Work:
        method = captum.attr.Occlusion(looking)
        window, stride = (3, WINDOW, WINDOW), (3, STRIDE, STRIDE)
        return lambda: method.attribute(
            picture, window, stride, baselines=FILL, target=top, perturbations_per_eval=batch
        )

    return {
        "gradient": (
            lambda: captum.attr.Saliency(looking).attribute(leaf(), target=top, abs=False),
            {},
            lambda: send_back(network, picture, target),
        ),
        "guided backpropagation": (
            lambda: captum.attr.GuidedBackprop(looking).attribute(leaf(), target=top),
            {},
            lambda: send_back(network, picture, target, rule="guided"),
        ),
        "deconvnet": (
            lambda: captum.attr.Deconvolution(looking).attribute(leaf(), target=top),
            {},
            lambda: send_back(network, picture, target, rule="deconvnet"),
        ),
        "integrated gradients": (
            integrated(None),
            {batch: integrated(batch) for batch in BATCHES},
            lambda: integrated_gradients(network, picture, target, steps=STEPS).maps,
        ),
        "occlusion": (
            occluded(1),
            {batch: occluded(batch) for batch in BATCHES},
            lambda: occlusion(network, picture, target, window=WINDOW, stride=STRIDE, fill=FILL),
        ),
    }
