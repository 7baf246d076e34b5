"""Pictures drawn from a model, through codes of its prior or by the model itself."""

from typing import Any

import torch
from torch import Tensor

from pareidolia.generative.capabilities import HasPrior, Prior, Samples

_BATCH = 500


def can_sample(model: Any) -> bool:
    """Whether the model can draw pictures."""
    return isinstance(model, Samples | HasPrior)


@torch.no_grad()
def draw_pictures(model: Any, count: int, generator: torch.Generator, prior: Prior | None = None) -> Tensor:
    """Draw pictures: the mean pictures of codes, unless the model defines `sample` itself.

    Args:
        model: one that `can_sample`, or that decodes if `prior` is given.
        count: how many.
        generator: of chance.
        prior: where codes are drawn from in place of the model's prior.

    Returns:
        count×C×H×W in [0, 1].
    """
    if prior is None and isinstance(model, Samples):
        return model.sample(count, generator)
    device = next(model.parameters(), torch.empty(0)).device
    codes = (prior or model.prior).sample(count, generator)
    return torch.cat([model.decode(part.to(device)) for part in torch.split(codes, _BATCH)])
