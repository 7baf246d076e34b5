"""The game of two networks (Goodfellow et al. 2014): what each loses, on the discriminator's logits.

D(x) is the probability that x is real; its logit is what networks give.
"""

from collections.abc import Callable
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

Game = Literal["non-saturating", "minimax", "hinge"]


def discriminator_loss(real: Tensor, fake: Tensor, game: Game = "non-saturating") -> Tensor:
    """−E log D(x) − E log(1 − D(G(z))); hinge: E max(0, 1 − D(x)) + E max(0, 1 + D(G(z)))."""
    if game == "hinge":
        return F.relu(1 - real).mean() + F.relu(1 + fake).mean()
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def discriminate(
    judge: Callable[[Tensor], Tensor],
    real: Tensor,
    fake: Tensor,
    r1: float = 0.0,
    game: Game = "non-saturating",
) -> tuple[Tensor, dict[str, Tensor]]:
    """The discriminator's loss on samples, ½ r1 E‖∇D‖² included, and what to tell of it: D, and E‖∇D‖².

    judge: samples → logits.
    """
    told = {}
    if r1 > 0:
        penalty, judged = gradient_penalty(judge, real)
        told["r1"] = penalty.detach()
    else:
        judged = judge(real)
    made = judge(fake)
    told |= {"real": judged.detach().sigmoid().mean(), "fake": made.detach().sigmoid().mean()}
    loss = discriminator_loss(judged, made, game)
    return (loss + 0.5 * r1 * penalty if r1 > 0 else loss), told


def generator_loss(fake: Tensor, game: Game = "non-saturating") -> Tensor:
    """minimax: E log(1 − D(G(z))); non-saturating: −E log D(G(z)); hinge: −E D(G(z))."""
    if game == "minimax":
        return -F.softplus(fake).mean()
    return F.softplus(-fake).mean() if game == "non-saturating" else -fake.mean()


def gradient_penalty(discriminator: Callable[[Tensor], Tensor], real: Tensor) -> tuple[Tensor, Tensor]:
    """R1 = E‖∇D(x)‖² on real samples (Mescheder et al. 2018, equation 9), and the logits there."""
    real = real.detach().requires_grad_(True)
    logits = discriminator(real)
    (gradient,) = torch.autograd.grad(logits.sum(), real, create_graph=True)
    return gradient.float().square().flatten(1).sum(1).mean(), logits
