"""Measures of maps against Quantus: the same network, photo, map and settings; seconds in turn.

Quantus imputes, covers and disturbs one copy after the other as it is meant to be used; ours looks at all
copies in batches. ROAD and IROF are measured on the gray photo, as Quantus 0.6 fails on three channels there.
Values are not compared here, as Quantus draws its own disturbances, counts right answers under ROAD, and has
the entropy of pixels, not of a histogram: tests hold the measures to Quantus's on the same numbers.
"""

import argparse
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.attribution import Looking
from benchmarks.networks import add_network, network_of
from benchmarks.runner import Report, interleaved
from pareidolia.inspection import ClassTarget, send_back
from pareidolia.inspection.attribution.quality.disturbing import blocks_covered, infidelity, max_sensitivity
from pareidolia.inspection.attribution.quality.of_maps import complexity, sparseness
from pareidolia.inspection.attribution.quality.removing import irof, road, superpixels
from pareidolia.networks import Network
from pareidolia.pictures import luminance, open_picture, resize

MEASURES = ("ROAD", "IROF", "infidelity", "max-sensitivity", "sparseness", "complexity")
BLOCK, SAMPLES, RADIUS = 16, 10, 0.02
Work = Callable[[], float]
_QUIET = {"disable_warnings": True, "return_aggregate": False, "normalise": False}


class Gray(nn.Module):
    """A network that sees one channel three times."""

    def __init__(self, looking: nn.Module) -> None:
        super().__init__()
        self.looking = looking

    def forward(self, pictures: Tensor) -> Tensor:
        """The logits."""
        return self.looking(pictures.expand(-1, 3, -1, -1))


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this comparison."""
    add_network(parser)
    parser.add_argument("--photo", default="sample:chelsea")
    parser.add_argument("--size", type=int, default=128, help="side of the square picture")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each, in turn")
    parser.add_argument(
        "--measures", nargs="+", default=MEASURES, choices=MEASURES, help="compare these only"
    )


def compare(options: argparse.Namespace) -> Report:
    """Median seconds of Quantus and ours, and their ratio."""
    import quantus  # it asks for much, so that it stands in an environment of its own

    network = network_of(options)
    picture = resize(open_picture(options.photo), (options.size, options.size)).clamp(0, 1)
    columns = ("measure", "Quantus s", "ours s", "Quantus / ours")
    report = Report(f"Measures of maps against Quantus {quantus.__version__}: {options.network}", columns)
    contenders = _contenders(network, picture)
    for name in options.measures:
        theirs, ours = contenders[name]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            seconds = interleaved({"quantus": theirs, "ours": ours}, options.rounds)
        ratio = seconds["quantus"] / seconds["ours"]
        report.rows.append((name, seconds["quantus"], seconds["ours"], ratio))
        report.summary.append(f"{name}: {ratio:.1f} times as fast")
        report.figures[name] = {"seconds": seconds, "ratio": ratio}
    return report


def _contenders(network: Network, picture: Tensor) -> dict[str, tuple[Work, Work]]:
    """By measure, Quantus's and ours."""
    import quantus

    np.trapz = getattr(np, "trapz", np.trapezoid)  # which NumPy 2 has no more
    looking = Looking(network).eval()
    index = int(network(picture).argmax())
    target, classes = ClassTarget((index,)), np.array([index])
    signal = send_back(network, picture, target)
    one = signal.abs().amax(dim=1, keepdim=True)
    gray, gray_module = luminance(picture), Gray(looking).eval()
    gray_network = Network.of(gray_module, mean=(0.0,), std=(1.0,), input_shape=(1, *picture.shape[-2:]))
    parts = superpixels(picture)

    def explain(inputs: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return send_back(network, torch.from_numpy(inputs).float().clamp(0, 1), target).numpy()

    def theirs(metric: Any, module: nn.Module, shown: Tensor, attribution: Tensor, **options: Any) -> Work:
        given = shown.numpy(), classes, attribution.numpy()
        return lambda: float(np.mean(list(_numbers(metric(module, *given, **options)))))

    explained = {"explain_func": lambda model, inputs, targets, **_: explain(inputs)}
    return {
        "ROAD": (
            theirs(
                quantus.ROAD(percentages=[10, 30, 50, 70, 90], noise=0.01, **_QUIET), gray_module, gray, one
            ),
            lambda: float(road(gray_network, gray, target, one).values.mean()),
        ),
        "IROF": (
            theirs(
                quantus.IROF(
                    segmentation_method="slic", perturb_baseline=0.5, perturb_func_kwargs={}, **_QUIET
                ),
                gray_module, gray, one, softmax=True,
            ),
            lambda: irof(gray_network, gray, target, one, segments=parts, fill=0.5).area_over,
        ),
        "infidelity": (
            theirs(
                quantus.Infidelity(
                    perturb_baseline=0.0, perturb_patch_sizes=[BLOCK], n_perturb_samples=1, abs=False,
                    **_QUIET,
                ),
                looking, picture, signal, softmax=False,
            ),
            lambda: infidelity(network, picture, target, signal, blocks_covered(picture, BLOCK)),
        ),
        "max-sensitivity": (
            theirs(
                quantus.MaxSensitivity(
                    nr_samples=SAMPLES, lower_bound=RADIUS, abs=False,
                    return_nan_when_prediction_changes=False, **_QUIET,
                ),
                looking, picture, signal, **explained,
            ),
            lambda: max_sensitivity(
                lambda pictures: send_back(network, pictures, target), picture, radius=RADIUS, samples=SAMPLES
            ),
        ),
        "sparseness": (theirs(quantus.Sparseness(**_QUIET), looking, picture, one), lambda: sparseness(one)),
        "complexity": (theirs(quantus.Complexity(**_QUIET), looking, picture, one), lambda: complexity(one)),
    }  # fmt: skip


def _numbers(scores: Any) -> Any:
    """The numbers in what Quantus returns: lists, arrays, or a dictionary of them."""
    if isinstance(scores, dict):
        scores = scores.values()
    for each in scores:
        if isinstance(each, dict | list | tuple | np.ndarray):
            yield from _numbers(each if np.ndim(each) or isinstance(each, dict) else [float(each)])
        else:
            yield float(each)
