"""What a model's codes contain."""

from dataclasses import dataclass

import torch
from torch import Tensor

from pareidolia.generative.capabilities import Decodes, Encodes
from pareidolia.generative.measuring.estimates import Estimate, mean_of

#: A unit is active where its mean code's variance over pictures is larger (Burda et al. 2016, section 5).
ACTIVE = 0.01
_AT_ONCE = 500


@dataclass(frozen=True)
class Activity:
    """How much each unit of the code varies between pictures.

    Attributes:
        variances: Cov_x(E_q[z|x]) of each unit, L.
    """

    variances: Tensor

    @property
    def active(self) -> int:
        """How many units are active."""
        return int((self.variances > ACTIVE).sum())


@torch.no_grad()
def activity(model: Encodes, pictures: Tensor) -> Activity:
    """Burda's A_u = Cov_x(E_q[u|x]) over pictures N×C×H×W in [0, 1], N at least 2."""
    codes = torch.cat([model.encode(part) for part in torch.split(pictures, _AT_ONCE)])
    return Activity(codes.cpu().double().var(0))


class _Autoencodes(Encodes, Decodes):
    """Encodes and decodes."""


@torch.no_grad()
def reconstruction_error(model: _Autoencodes, pictures: Tensor) -> Estimate:
    """Mean squared error a pixel value of pictures N×C×H×W sent through their codes and back."""
    errors = [
        (model.decode(model.encode(part)) - part).square().flatten(1).mean(1)
        for part in torch.split(pictures, _AT_ONCE)
    ]
    return mean_of(torch.cat(errors))
