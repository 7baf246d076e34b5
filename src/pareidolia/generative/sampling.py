"""Pictures drawn from a model, through codes of its prior or by the model itself."""

from typing import Any

import torch
from torch import Tensor

from pareidolia.generative.capabilities import HasPrior, Samples

_BATCH = 500


def can_sample(model: Any) -> bool:
    """Whether the model can draw pictures."""
    return isinstance(model, Samples | HasPrior)


@torch.no_grad()
def draw_pictures(model: Any, count: int, generator: torch.Generator) -> Tensor:
    """`count` pictures of a model that `can_sample`, count×C×H×W in [0, 1].

    The mean pictures of codes from its prior, unless the model defines `sample` itself.
    """
    if isinstance(model, Samples):
        return model.sample(count, generator)
    device = next(model.parameters(), torch.empty(0)).device
    codes = model.prior.sample(count, generator)
    return torch.cat([model.decode(part.to(device)) for part in torch.split(codes, _BATCH)])
