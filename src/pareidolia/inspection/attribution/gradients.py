"""Attribution by the signal that comes back to the pixels: the gradient and its averages.

All take pictures N×C×H×W in [0, 1] and return signed maps N×C×H×W, per unit of pixel value.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from pareidolia.backward import BACKWARD_RULES
from pareidolia.inspection.attribution.backward_to_input import pull_back
from pareidolia.inspection.attribution.batching import batches, fitting
from pareidolia.inspection.attribution.straight_path import StraightPath
from pareidolia.inspection.named_targets import TargetLike
from pareidolia.inspection.resolving import resolve
from pareidolia.inspection.targets import Target
from pareidolia.networks import Network, NetworkLike, preserve_state
from pareidolia.networks.devices import in_double
from pareidolia.pictures import PicturesLike
from pareidolia.randomness import seeded_generator


def send_back(
    network: NetworkLike, pictures: PicturesLike, target: TargetLike = "top", *, rule: str = "gradient"
) -> Tensor:
    """Send the target's score back to the pixels under a backward rule.

    Args:
        network: as `attribute` takes it.
        pictures: likewise.
        target: likewise.
        rule: `gradient`: ∂S/∂x (Simonyan et al. 2014, eq. 3-4); `guided`: guided backpropagation
            (Springenberg et al. 2015); `deconvnet`: Zeiler and Fergus 2014; or one that a plug-in registers.

    Returns:
        The signals N×C×H×W.

    Raises:
        BadNetwork: no gradient reaches the pixels.
        UnknownName: there is no such rule.
    """
    network, pictures, target = resolve(network, pictures, target)
    with preserve_state(network.module), BACKWARD_RULES[rule](network.module):
        return _pulled_back(network, pictures, target)


def largest_magnitude(signal: Tensor) -> Tensor:
    """max over channels of |signal|, N×1×H×W: the saliency map of Simonyan et al. (2014, section 3.1)."""
    return signal.abs().amax(dim=1, keepdim=True)


def gradient_x_input(network: NetworkLike, pictures: PicturesLike, target: TargetLike = "top") -> Tensor:
    """x ⊙ ∂S/∂x (Shrikumar et al. 2016): what each pixel adds, to first order; N×C×H×W."""
    network, pictures, target = resolve(network, pictures, target)
    return pictures * send_back(network, pictures, target)


@dataclass(frozen=True)
class NoisyGradients:
    """The gradients of a picture under noise.

    Attributes:
        mean: SmoothGrad, N×C×H×W.
        variance: VarGrad, N×C×H×W.
    """

    mean: Tensor
    variance: Tensor


def noisy_gradients(
    network: NetworkLike,
    pictures: PicturesLike,
    target: TargetLike = "top",
    *,
    samples: int = 25,
    noise: float = 0.15,
    seed: int = 0,
    batch_size: int | None = None,
) -> NoisyGradients:
    """Gradients of `samples` noisy copies of each picture.

    SmoothGrad (Smilkov et al. 2017): M̂ = 1/n Σ ∂S/∂x (x + ε), ε ~ N(0, σ²), σ = `noise` · (max x − min x).
    VarGrad (Adebayo et al. 2018): the variance of the same gradients, divided by n.

    Args:
        network: as `attribute` takes it.
        pictures: likewise.
        target: likewise.
        samples: the copies n.
        noise: their noise, as a share of the picture's range of values.
        seed: of the noise; all pictures get the same.
        batch_size: copies that the network sees at once; None suits the picture's size.

    Returns:
        The gradients' mean and variance.
    """
    network, pictures, target = resolve(network, pictures, target)
    spread = noise * (pictures.amax(dim=(1, 2, 3)) - pictures.amin(dim=(1, 2, 3)))
    means, variances = [], []
    with preserve_state(network.module):
        for index, picture in enumerate(pictures):
            generator = seeded_generator(seed)
            total = squares = in_double(torch.zeros_like(picture))
            for some in batches(samples, batch_size or fitting(picture)):
                grain = torch.randn(some.stop - some.start, *picture.shape, generator=generator).to(picture)
                signals = in_double(_pulled_back(network, picture + spread[index] * grain, target.one(index)))
                total = total + signals.sum(dim=0)
                squares = squares + signals.square().sum(dim=0)
            mean = total / samples
            means.append(mean.to(pictures))
            variances.append((squares / samples - mean.square()).clamp(min=0).to(pictures))
    return NoisyGradients(torch.stack(means), torch.stack(variances))


@dataclass(frozen=True)
class IntegratedGradients:
    """Integrated gradients, and how far they miss completeness.

    Attributes:
        maps: N×C×H×W.
        errors: |Σ maps − (S(x) − S(x′))|, N; more steps make it smaller.
        differences: S(x) − S(x′), N.
    """

    maps: Tensor
    errors: Tensor
    differences: Tensor


def integrated_gradients(
    network: NetworkLike,
    pictures: PicturesLike,
    target: TargetLike = "top",
    *,
    baseline: Tensor | float = 0.0,
    steps: int = 50,
    batch_size: int | None = None,
) -> IntegratedGradients:
    """(x − x′) ⊙ ∫₀¹ ∂S/∂x (x′ + α (x − x′)) dα (Sundararajan et al. 2017, eq. 1).

    Args:
        network: as `attribute` takes it.
        pictures: likewise.
        target: likewise.
        baseline: x′, a number or pictures N×C×H×W (or 1×C×H×W); 0 is black.
        steps: Gauss-Legendre nodes at which the integral is taken.
        batch_size: nodes that the network sees at once; None suits the picture's size.

    Returns:
        The maps, and how far their sums miss S(x) − S(x′).
    """
    network, pictures, target = resolve(network, pictures, target)
    start = torch.as_tensor(baseline, dtype=pictures.dtype, device=pictures.device).expand_as(pictures)
    nodes, weights = gauss_legendre(steps)
    maps, differences = [], []
    with preserve_state(network.module):
        for index, (picture, begin) in enumerate(zip(pictures, start, strict=True)):
            line = StraightPath(network, target.one(index), begin, picture)
            for some in batches(steps, batch_size or fitting(picture)):
                line.add(nodes[some], weights[some])
            maps.append((picture - begin) * line.gradient())
            differences.append(line.end_score - line.begin_score)
    attributed, wanted = torch.stack(maps), torch.stack(differences)
    sums = in_double(attributed).sum(dim=(1, 2, 3))
    errors = (sums - wanted.to(sums)).abs().to(pictures)
    return IntegratedGradients(attributed, errors, wanted)


def gauss_legendre(steps: int) -> tuple[Tensor, Tensor]:
    """Nodes in (0, 1) and weights (their sum is 1) of Gauss-Legendre quadrature, float64."""
    nodes, weights = np.polynomial.legendre.leggauss(steps)
    return torch.from_numpy(nodes + 1) / 2, torch.from_numpy(weights) / 2


def _pulled_back(network: Network, pictures: Tensor, target: Target) -> Tensor:
    """∂ΣS/∂x."""
    signal, _ = pull_back(network, pictures, target)
    assert signal is not None
    return signal.contiguous()
