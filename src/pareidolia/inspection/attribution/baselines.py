"""Gradients on the way from baselines to the picture: expected gradients, blurred integrated gradients."""

import torch
from torch import Tensor

from pareidolia.inspection.attribution.backward_to_input import pull_back
from pareidolia.inspection.attribution.batching import batches, fitting
from pareidolia.inspection.named_targets import TargetLike
from pareidolia.inspection.resolving import resolve
from pareidolia.inspection.targets import Target
from pareidolia.networks import Network, NetworkLike, preserve_state
from pareidolia.pictures import PicturesLike, as_pictures, gaussian_blur
from pareidolia.randomness import seeded_generator


def expected_gradients(
    network: NetworkLike,
    pictures: PicturesLike,
    target: TargetLike = "top",
    *,
    baselines: PicturesLike | None = None,
    samples: int = 50,
    seed: int = 0,
    batch_size: int | None = None,
) -> Tensor:
    """E over x′ and α of (x − x′) ⊙ ∂S/∂x (x′ + α (x − x′)) (Erion et al. 2021, eq. 2).

    No color is privileged as black is to integrated gradients. α is drawn once from each of `samples` equal
    parts of [0, 1].

    Args:
        network: as `attribute` takes it.
        pictures: likewise.
        target: likewise.
        baselines: pictures of the same size, of which each sample draws one, ideally of the network's
            training data; None draws a picture of one random color each time.
        samples: how many draws.
        seed: of the draws; all pictures get the same.
        batch_size: copies that the network sees at once; None suits the picture's size.

    Returns:
        The maps N×C×H×W, signed; they sum to S(x) less the mean score of the baselines, but for chance.
    """
    network, pictures, target = resolve(network, pictures, target)
    generator = seeded_generator(seed)
    alphas = (torch.arange(samples) + torch.rand(samples, generator=generator)) / samples
    if baselines is None:
        drawn = torch.rand(samples, pictures.shape[1], 1, 1, generator=generator)
    else:
        given = as_pictures(baselines, "baselines")
        drawn = given[torch.randint(len(given), (samples,), generator=generator)]
    begins = drawn.to(pictures).expand(samples, *pictures.shape[1:])
    with preserve_state(network.module):
        found = [
            mean_path_gradient(network, each, target.one(index), begins, alphas, batch_size)
            for index, each in enumerate(pictures)
        ]
    return torch.stack(found)


def mean_path_gradient(
    network: Network,
    picture: Tensor,
    target: Target,
    begins: Tensor,
    alphas: Tensor,
    batch_size: int | None = None,
) -> Tensor:
    """Mean over i of (x − x′_i) ⊙ ∂S/∂x (x′_i + α_i (x − x′_i)), C×H×W.

    Args:
        network: the network, held by `preserve_state`.
        picture: x, C×H×W in [0, 1].
        target: S.
        begins: x′, n×C×H×W.
        alphas: n numbers in [0, 1].
        batch_size: as for `expected_gradients`.

    Returns:
        The mean.
    """
    total = torch.zeros_like(picture)
    for some in batches(len(alphas), batch_size or fitting(picture)):
        way = picture - begins[some]
        between = begins[some] + alphas[some].to(picture).view(-1, 1, 1, 1) * way
        signal, _ = pull_back(network, between, target)
        assert signal is not None
        total += (way * signal).sum(dim=0)
    return total / len(alphas)


def blurred_integrated_gradients(
    network: NetworkLike,
    pictures: PicturesLike,
    target: TargetLike = "top",
    *,
    sigma: float | None = None,
    steps: int = 50,
    batch_size: int | None = None,
) -> Tensor:
    """∫ ∂S/∂x ⊙ ∂x/∂σ dσ along the blurred pictures x(σ), from blurred to sharp (Xu et al. 2020, eq. 4).

    No new edges arise on the way, as they do on a line from black. Steps are finer where the blur is small;
    the integral is taken by the trapezoidal rule.

    Args:
        network: as `attribute` takes it.
        pictures: likewise.
        target: likewise.
        sigma: deviation of the strongest blur in pixels; None takes a sixth of the shorter side.
        steps: of the integral.
        batch_size: blurred copies that the network sees at once; None suits the picture's size.

    Returns:
        The maps N×C×H×W, signed; they sum to S(x) − S(x(σ)) as the steps grow more.
    """
    network, pictures, target = resolve(network, pictures, target)
    strongest = sigma or min(pictures.shape[-2:]) / 6
    sigmas = strongest * torch.linspace(0, 1, steps + 1, dtype=torch.float64).square()
    with preserve_state(network.module):
        found = [
            _along_blur(network, each, target.one(index), sigmas.tolist(), batch_size or fitting(each))
            for index, each in enumerate(pictures)
        ]
    return torch.stack(found)


def _along_blur(
    network: Network, picture: Tensor, target: Target, sigmas: list[float], batch_size: int
) -> Tensor:
    total = torch.zeros_like(picture)
    sharper: Tensor | None = None
    signal_there = torch.empty(0)
    for some in batches(len(sigmas), batch_size):
        blurred = torch.stack([_blurred(picture, sigma) for sigma in sigmas[some]])
        signals, _ = pull_back(network, blurred, target)
        assert signals is not None
        for seen, signal in zip(blurred, signals, strict=True):
            if sharper is not None:
                total += (sharper - seen) * (signal_there + signal) / 2
            sharper, signal_there = seen, signal
    return total


def _blurred(picture: Tensor, sigma: float) -> Tensor:
    return picture if sigma == 0 else gaussian_blur(picture[None], sigma, border="reflect")[0]
