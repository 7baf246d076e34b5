"""One step of style transfer through VGG-19 at 512x384 against the machine's convolution rate.

The step is the one that `pareidolia style --network vgg19` makes at its full size; its operations are
counted by torch's own counter. The rate is that of one 3x3 convolution of 256 channels, timed in turn with
the steps.
"""

import argparse

import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.claims import Goal
from benchmarks.machine import convolution_3x3
from benchmarks.runner import Report, interleaved
from pareidolia.networks import load_network
from pareidolia.style import StyleSettings, StyleTransfer

GOALS = (
    Goal(
        "one step of style through VGG-19, 512x384",
        "a 3x3 convolution of 256 channels by itself",
        0.8,
        at_least=True,
        figure="operations a second, ours / the convolution's",
    ),
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this comparison."""
    parser.add_argument("--size", type=int, default=512, help="longer side of a photo of 4:3")
    parser.add_argument("--rounds", type=int, default=10, help="steps, each beside some convolutions")
    parser.add_argument(
        "--optimizer", choices=("lbfgs", "adam"), default="adam", help="adam looks once a step"
    )


def compare(options: argparse.Namespace) -> Report:
    """Seconds a step, its operations, and both rates."""
    transfer = _transfer(options)
    with FlopCounterMode(display=False) as counter:
        transfer.step()
    operations = float(counter.get_total_flops())
    convolution, of_one = convolution_3x3()
    # As many as take about as long as a step, so that both see the same of a busy machine.
    times = max(1, round(operations / of_one))

    def convolutions() -> None:
        for _ in range(times):
            convolution()

    seconds = interleaved({"step": transfer.step, "convolutions": convolutions}, options.rounds)
    report = Report("One step of style transfer through VGG-19", ("", "seconds", "GFLOP", "GFLOP/s"))
    for name, amount in (("step", operations), ("convolutions", times * of_one)):
        report.rows.append((name, seconds[name], amount / 1e9, amount / seconds[name] / 1e9))
    share = operations / (times * of_one)
    report.claims = [GOALS[0].claim(share * ratio for ratio in seconds.ratios("convolutions", "step"))]
    report.figures = {"seconds": seconds, "operations": operations, "of the convolutions": times * of_one}
    return report


def _transfer(options: argparse.Namespace) -> StyleTransfer:
    """A transfer at one size alone, with more steps than are made."""
    generator = torch.Generator().manual_seed(0)
    photo, painting = (
        torch.rand(1, 3, options.size * 3 // 4, options.size, generator=generator) for _ in range(2)
    )
    settings = StyleSettings(
        size=options.size,
        network="vgg19",
        weights="random",
        coarse_to_fine=False,
        bleed=0.0,
        optimizer=options.optimizer,
        steps=options.rounds + 10,
    )
    network = load_network("vgg19", "random", device="cpu", padding="replicate")
    return StyleTransfer(photo, [painting], settings, network)
