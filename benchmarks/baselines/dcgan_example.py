"""The DCGAN of PyTorch's own examples (`examples/dcgan/main.py`), and a VAE of the same two networks.

Networks, losses, optimizers and the order of a step are the example's: 64 px, codes of 100, widths of 64,
batch normalisation, Adam with 2e-4 and β1 = 0.5, labels 1 and 0, both losses read after every step as it
prints them. The VAE has the discriminator without its last layer as encoder and the generator as decoder,
in the same style.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CODES, WIDTH = 100, 64


def generator(channels: int = 3) -> nn.Sequential:
    """N×100×1×1 → N×C×64×64 in [-1, 1]."""
    layers: list[nn.Module] = [nn.ConvTranspose2d(CODES, 8 * WIDTH, 4, 1, 0, bias=False)]
    for width in (8, 4, 2):
        layers += [nn.BatchNorm2d(width * WIDTH), nn.ReLU(True)]
        layers.append(nn.ConvTranspose2d(width * WIDTH, width * WIDTH // 2, 4, 2, 1, bias=False))
    layers += [nn.BatchNorm2d(WIDTH), nn.ReLU(True)]
    layers += [nn.ConvTranspose2d(WIDTH, channels, 4, 2, 1, bias=False), nn.Tanh()]
    return nn.Sequential(*layers).apply(start)


def encoder(outputs: int, channels: int = 3) -> nn.Sequential:
    """N×C×64×64 → N×outputs×1×1; of one output and a sigmoid it is the discriminator."""
    layers: list[nn.Module] = [
        nn.Conv2d(channels, WIDTH, 4, 2, 1, bias=False),
        nn.LeakyReLU(0.2, inplace=True),
    ]
    for width in (1, 2, 4):
        layers.append(nn.Conv2d(width * WIDTH, 2 * width * WIDTH, 4, 2, 1, bias=False))
        layers += [nn.BatchNorm2d(2 * width * WIDTH), nn.LeakyReLU(0.2, inplace=True)]
    layers.append(nn.Conv2d(8 * WIDTH, outputs, 4, 1, 0, bias=False))
    return nn.Sequential(*layers).apply(start)


def start(layer: nn.Module) -> None:
    """The example's weights_init."""
    if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(layer.weight, 0.0, 0.02)
    elif isinstance(layer, nn.BatchNorm2d):
        nn.init.normal_(layer.weight, 1.0, 0.02)
        nn.init.zeros_(layer.bias)


def gan_step(channels: int = 3) -> Callable[[Tensor], tuple[float, float]]:
    """A function of a batch in [-1, 1] that makes one step and gives both losses."""
    makes, judges = generator(channels), nn.Sequential(encoder(1, channels), nn.Sigmoid())
    criterion = nn.BCELoss()
    of_judge, of_maker = (
        torch.optim.Adam(network.parameters(), lr=2e-4, betas=(0.5, 0.999)) for network in (judges, makes)
    )

    def step(real: Tensor) -> tuple[float, float]:
        judges.zero_grad()
        label = torch.full((len(real),), 1.0)
        error_real = criterion(judges(real).flatten(), label)
        error_real.backward()
        fake = makes(torch.randn(len(real), CODES, 1, 1))
        error_fake = criterion(judges(fake.detach()).flatten(), label.fill_(0.0))
        error_fake.backward()
        of_judge.step()
        makes.zero_grad()
        error = criterion(judges(fake).flatten(), label.fill_(1.0))
        error.backward()
        of_maker.step()
        return (error_real + error_fake).item(), error.item()

    return step


def vae_step(channels: int = 3) -> Callable[[Tensor], float]:
    """A function of a batch in [-1, 1] that makes one step on the bound and gives it."""
    encodes, decodes = encoder(2 * CODES, channels), generator(channels)
    optimizer = torch.optim.Adam([*encodes.parameters(), *decodes.parameters()], lr=2e-4, betas=(0.5, 0.999))

    def step(real: Tensor) -> float:
        optimizer.zero_grad()
        mean, log_variance = encodes(real).chunk(2, dim=1)
        codes = mean + torch.randn_like(mean) * (log_variance / 2).exp()
        divergence = -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum()
        loss = F.mse_loss(decodes(codes), real, reduction="sum") + divergence
        loss.backward()
        optimizer.step()
        return loss.item()

    return step
