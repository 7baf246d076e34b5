"""DeepLIFT: what each pixel adds to the score over that of a reference, by slopes instead of gradients."""

import torch
from torch import Tensor

from pareidolia.backward.rescaling import rescaled
from pareidolia.inspection.named_targets import TargetLike
from pareidolia.inspection.resolving import resolve
from pareidolia.networks import NetworkLike, preserve_state
from pareidolia.pictures import PicturesLike


def deep_lift(
    network: NetworkLike,
    pictures: PicturesLike,
    target: TargetLike = "top",
    *,
    baseline: Tensor | float = 0.0,
) -> Tensor:
    """m ⊙ (x − x′), m the multipliers of the rescale rule (Shrikumar et al. 2017, section 3.5.1).

    Where a network is made of linear layers, rectifiers and max pooling, the map sums to S(x) − S(x′).

    Args:
        network: as `attribute` takes it.
        pictures: likewise.
        target: likewise.
        baseline: x′, a number or pictures N×C×H×W (or 1×C×H×W); 0 is black.

    Returns:
        The maps N×C×H×W, signed.

    Raises:
        BadNetwork: If a rectifier is hidden from the rule.
    """
    network, pictures, target = resolve(network, pictures, target)
    references = torch.as_tensor(baseline, dtype=pictures.dtype, device=pictures.device).expand_as(pictures)
    maps = []
    with preserve_state(network.module), rescaled(network.module):
        for index, (picture, reference) in enumerate(zip(pictures, references, strict=True)):
            both = torch.stack([picture, reference]).requires_grad_()
            scores = target.one(index)(network, both)
            network.backward(scores.sum())  # the rule wants the same signal in both halves
            assert both.grad is not None
            maps.append(both.grad[0] * (picture - reference))
    return torch.stack(maps)
