"""Feature visualisation against lucent: the same units and steps, a batch here, one by one there.

lucent's `render_vis` runs with its defaults; where it is not installed (`make .venv/peers/.made`) only ours
is measured. What the pictures reach is measured alike: the mean activation of the unit, in the unchanged
network, on the finished picture at 128 pixels and enlarged to 224, at which lucent's network looks.
"""

import argparse
import contextlib
import io
import statistics
import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from benchmarks.claims import Goal, paired
from benchmarks.networks import add_network, network_of
from benchmarks.peers import NotInstalled, peer
from benchmarks.runner import Report, timed
from pareidolia.inspection.visualization import Features, FeatureSettings
from pareidolia.networks import Network
from pareidolia.pictures import resize, save_picture, sheet

SIDE, LARGE = 128, 224
WORK = "32 painted features, 128 px, 128 steps"
GOALS = (
    Goal(
        WORK,
        "lucent, one by one",
        0.1,
        limit="Two thirds are convolutions, of a batch and near the machine's rate.",
    ),
    Goal(
        WORK,
        "lucent",
        1.0,
        at_least=True,
        figure="mean activation at 224 px, ours / theirs",
        limit="lucent enlarges its 128 px to 224 before every look, so that its motifs are half as large and "
        "made for that; ours are painted as large as the unit sees them, and answer more strongly at 128 px.",
    ),
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this comparison."""
    add_network(parser)
    parser.add_argument("--layer", default="features.12")
    parser.add_argument("--units", type=int, default=32, help="how many, painted in one batch here")
    parser.add_argument("--steps", type=int, default=128)
    parser.add_argument(
        "--rounds", type=int, default=4, help="our batch and one of lucent's pictures, in turn"
    )


def compare(options: argparse.Namespace) -> Report:
    """Pictures a second and activations reached, ours and lucent's."""
    network = network_of(options)
    theirs = _lucent(options, network)
    seconds: dict[str, list[float]] = {"ours": [], "lucent": []}
    pictures: dict[int, Tensor] = {}
    ours = torch.empty(0)
    if theirs is not None:
        theirs(0, 2)
    for unit in range(options.rounds):
        if theirs is not None:
            taken, pictures[unit] = timed(lambda unit=unit: theirs(unit, options.steps))
            seconds["lucent"].append(taken)
        taken, ours = timed(lambda: _ours(options))
        seconds["ours"].append(taken / options.units)
    return _report(options, network, seconds, ours, pictures)


def _ours(options: argparse.Namespace) -> Tensor:
    settings = FeatureSettings(
        network=options.network,
        weights=options.weights,
        layer=options.layer,
        units=(f"0-{options.units - 1}",),
        steps=options.steps,
        size=SIDE,
        device="cpu",
    )
    painting = Features(settings)
    for _ in painting:
        pass
    return painting.pictures


def _lucent(options: argparse.Namespace, network: Network) -> Callable[[int, int], Tensor] | None:
    try:
        render = peer("lucent.optvis.render")
    except NotInstalled:
        return None

    def paint(unit: int, steps: int) -> Tensor:
        address = f"{options.layer.replace('.', '_')}:{unit}"
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            (found,) = render.render_vis(
                network.module, address, thresholds=(steps,), progress=False, show_image=False
            )
        # lucent leaves a hook on every module.
        for module in network.module.modules():
            module._forward_hooks.clear()
        return torch.from_numpy(found).permute(0, 3, 1, 2)

    return paint


def _report(
    options: argparse.Namespace,
    network: Network,
    seconds: dict[str, list[float]],
    ours: Tensor,
    theirs: dict[int, Tensor],
) -> Report:
    median = {name: statistics.median(values) for name, values in seconds.items() if values}
    report = Report(
        f"{options.units} units of {options.layer} at {SIDE} px, {options.steps} steps",
        ("", "seconds a picture", "pictures a second"),
        rows=[(name, value, 1 / value) for name, value in median.items()],
    )
    figures: dict[str, Any] = {"seconds": seconds, "steps": options.steps, "units": options.units}
    if not theirs:
        report.summary.append("lucent was not measured: it is not installed here")
    else:
        report.summary.append(f"{median['lucent'] / median['ours']:.2f} times lucent's pictures a second")
        report.claims.append(GOALS[0].claim(paired(seconds["ours"], seconds["lucent"])))
        for side in (SIDE, LARGE):
            pairs = [
                (_activation(network, ours[unit : unit + 1], options.layer, unit, side),
                 _activation(network, picture, options.layer, unit, side))
                for unit, picture in theirs.items()
            ]  # fmt: skip
            figures[f"activations at {side} (ours, lucent)"] = pairs
            # Units of random weights often answer to nothing, and mean nothing.
            if side == LARGE and options.weights != "random":
                report.claims.append(GOALS[1].claim(mine / other for mine, other in pairs))
            told = ", ".join(f"{mine:.0f} and {other:.0f}" for mine, other in pairs)
            report.summary.append(f"mean activation at {side} px, ours and lucent's, unit by unit: {told}")
        panels = [
            (picture, f"{name} {unit}")
            for name, found in (("ours", dict(enumerate(ours.split(1)))), ("lucent", theirs))
            for unit, picture in found.items()
            if unit in theirs
        ]
        options.out.mkdir(parents=True, exist_ok=True)
        save_picture(sheet(panels, len(theirs)), options.out / "features.png", overwrite=True)
    report.figures = figures
    return report


def _activation(network: Network, picture: Tensor, layer: str, unit: int, side: int) -> float:
    with torch.no_grad():
        maps = network.record(resize(picture, (side, side)).clamp(0, 1), [layer])[layer]
    return float(maps[:, unit].mean())
