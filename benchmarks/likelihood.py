"""Log-likelihood by importance sampling against pythae's `get_nll`: the same model, pictures and samples.

Both estimate log p(x) of binarised pictures from k codes of the posterior. The weights are copied from ours
into pythae's own VAE with its default layers. pythae runs with its defaults, and also with the batch sizes of
`BATCHES` without autograd; the fastest counts as its best.
"""

import argparse
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks.claims import Goal
from benchmarks.machine import matrix_product
from benchmarks.peers import peer
from benchmarks.runner import Report, interleaved
from pareidolia.generative.building import build, settings_of
from pareidolia.generative.measuring import importance_sampled

SHAPE, HIDDEN, LATENT = (1, 28, 28), 512, 50
BATCHES = (100, 1000)
PRODUCT = "the product of matrices"
WORK = "log p by importance sampling, 1,000 codes a picture, float32"
GOALS = (
    Goal(
        WORK,
        "the product of matrices that the decoder ends with, by itself",
        0.85,
        at_least=True,
        figure="operations a second, ours / the product's",
        limit="The product is half of the time. The other half are 784 probabilities a code: sigmoid, their "
        "product and its logarithm, which touch as many numbers as the product writes.",
    ),
    Goal(WORK, "pythae's get_nll with its best batch", 0.38),
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this comparison."""
    parser.add_argument("--pictures", type=int, default=1000)
    parser.add_argument("--samples", type=int, default=1000, help="codes a picture, k")
    parser.add_argument("--timed", type=int, default=20, help="pictures timed in each round")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each, in turn")


def compare(options: argparse.Namespace) -> Report:
    """Seconds for all pictures, from medians over some of them, and what both estimate."""
    model = _model()
    theirs = _pythae(model)
    x = _pictures(options.timed)
    samples = options.samples

    def ours(precision: str) -> Callable[[], float]:
        def estimate() -> float:
            generator = torch.Generator().manual_seed(0)
            found = importance_sampled(model, x, samples, generator, precision=precision)
            return float(-found.value.mean())

        return estimate

    def best(batch: int) -> Callable[[], float]:
        def estimate() -> float:
            with torch.no_grad():
                return -float(theirs.get_nll(x, samples, batch))

        return estimate

    contenders: dict[str, Callable[[], float]] = {
        "pythae": lambda: -float(theirs.get_nll(x, samples)),
        **{f"pythae, batch {batch}, no autograd": best(batch) for batch in BATCHES},
        "ours, float32": ours("float32"),
        "ours, mixed": ours("mixed"),
    }
    estimates = {name: work() for name, work in contenders.items()}
    product, operations = matrix_product(1000, HIDDEN, 784)
    products = {PRODUCT: lambda: [product() for _ in range(options.timed)]}
    seconds = interleaved({**contenders, **products}, options.rounds)
    report = Report(
        f"NLL of {options.pictures} pictures with {samples} codes each, 784-{HIDDEN}-{LATENT}",
        ("estimator", "seconds", "x pythae", "nats a picture"),
    )
    for name in contenders:
        taken = seconds[name]
        whole = taken * options.pictures / options.timed
        report.rows.append((name, whole, seconds["pythae"] / taken, estimates[name]))
    best_batch = seconds.fastest([name for name in contenders if name.startswith("pythae")])
    fastest = seconds[best_batch]
    done = 2 * samples * (LATENT * HIDDEN + HIDDEN * 784) / operations
    report.claims = [
        GOALS[0].claim(done * ratio for ratio in seconds.ratios(PRODUCT, "ours, float32")),
        GOALS[1].claim(seconds.ratios("ours, float32", best_batch)),
    ]
    for name in ("ours, float32", "ours, mixed"):
        ratios = seconds["pythae"] / seconds[name], fastest / seconds[name]
        report.summary.append(f"{name}: {ratios[0]:.1f}x pythae's default, {ratios[1]:.1f}x its best")
    report.figures = {"seconds": seconds, "timed": options.timed, "estimates": estimates}
    return report


def _model() -> Any:
    settings = settings_of("vae", {"latent": LATENT, "hidden": (HIDDEN,), "seed": 1})
    model = build("vae", settings, SHAPE, 0)
    return model.eval().requires_grad_(False)


def _pictures(count: int) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return (torch.rand(count, *SHAPE, generator=generator) < 0.2).float()


def _pythae(model: Any) -> Any:
    """pythae's VAE with its default layers and our weights."""
    models = peer("pythae.models")
    config = models.VAEConfig(input_dim=SHAPE, latent_dim=LATENT, reconstruction_loss="bce")
    theirs = models.VAE(config).eval()
    first, last = [each for each in model.encoder.modules() if isinstance(each, nn.Linear)]
    back, out = [each for each in model.decoder.modules() if isinstance(each, nn.Linear)]
    _copy(theirs.encoder.layers[0][0], first.weight, first.bias)
    _copy(theirs.encoder.embedding, last.weight[:LATENT], last.bias[:LATENT])
    _copy(theirs.encoder.log_var, last.weight[LATENT:], last.bias[LATENT:])
    _copy(theirs.decoder.layers[0][0], back.weight, back.bias)
    _copy(theirs.decoder.layers[1][0], out.weight, out.bias)
    return theirs


@torch.no_grad()
def _copy(layer: nn.Linear, weight: Tensor, bias: Tensor) -> None:
    layer.weight.copy_(weight)
    layer.bias.copy_(bias)
