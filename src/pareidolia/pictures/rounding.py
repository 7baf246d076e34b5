"""The one way in which pictures get 8 bits a channel."""

import torch
from torch import Tensor


def to_uint8(pictures: Tensor) -> Tensor:
    """Pictures in [0, 1] of any shape as uint8: ⌊255 x + ½⌋, values outside clipped."""
    return pictures.detach().mul(255).add_(0.5).floor_().clamp_(0, 255).to(torch.uint8)
