"""The game of two networks (Goodfellow et al. 2014): the loss of each, from the discriminator's logits.

D(x) is the probability that x is real; networks return its logit.
"""

from collections.abc import Callable
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

AdversarialLoss = Literal["non-saturating", "minimax", "hinge"]


def discriminator_loss(real: Tensor, fake: Tensor, kind: AdversarialLoss = "non-saturating") -> Tensor:
    """−E log D(x) − E log(1 − D(G(z))); hinge: E max(0, 1 − D(x)) + E max(0, 1 + D(G(z)))."""
    if kind == "hinge":
        return F.relu(1 - real).mean() + F.relu(1 + fake).mean()
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def discriminator_objective(
    discriminator: Callable[[Tensor], Tensor],
    real: Tensor,
    fake: Tensor,
    r1: float = 0.0,
    kind: AdversarialLoss = "non-saturating",
) -> tuple[Tensor, dict[str, Tensor]]:
    """The discriminator's loss on samples, ½ r1 E‖∇D‖² included.

    Args:
        discriminator: samples → logits.
        real: real samples.
        fake: made samples.
        r1: weight of the gradient penalty; 0 leaves it out.
        kind: which losses are played.

    Returns:
        The loss, and numbers for the log: D, and E‖∇D‖².
    """
    metrics = {}
    if r1 > 0:
        penalty, real_logits = gradient_penalty(discriminator, real)
        metrics["r1"] = penalty.detach()
    else:
        real_logits = discriminator(real)
    fake_logits = discriminator(fake)
    metrics |= {"real": real_logits.detach().sigmoid().mean(), "fake": fake_logits.detach().sigmoid().mean()}
    loss = discriminator_loss(real_logits, fake_logits, kind)
    return (loss + 0.5 * r1 * penalty if r1 > 0 else loss), metrics


def generator_loss(fake: Tensor, kind: AdversarialLoss = "non-saturating") -> Tensor:
    """minimax: E log(1 − D(G(z))); non-saturating: −E log D(G(z)); hinge: −E D(G(z))."""
    if kind == "minimax":
        return -F.softplus(fake).mean()
    return F.softplus(-fake).mean() if kind == "non-saturating" else -fake.mean()


def gradient_penalty(discriminator: Callable[[Tensor], Tensor], real: Tensor) -> tuple[Tensor, Tensor]:
    """R1 = E‖∇D(x)‖² on real samples (Mescheder et al. 2018, equation 9); of several logits, their mean's.

    Args:
        discriminator: samples → logits.
        real: real samples.

    Returns:
        The penalty, and the logits.
    """
    real = real.detach().requires_grad_(True)
    logits = discriminator(real)
    (gradient,) = torch.autograd.grad(logits.mean(1).sum(), real, create_graph=True)
    return gradient.float().square().flatten(1).sum(1).mean(), logits
