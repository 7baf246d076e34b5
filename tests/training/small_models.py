"""Models and data that train within milliseconds."""

import torch
from torch import nn

from pareidolia.training import Batch, Losses, Phase, adam
from pareidolia.training.data import Pictures, PictureSet
from pareidolia.training.settings import TrainingSettings

SETTINGS = TrainingSettings(batch=8, epochs=3, learning_rate=1e-2, previews=0, log_every=5)


def stripes(count=40):
    """A set of random 1×6×6 pictures in two classes."""
    generator = torch.Generator().manual_seed(3)
    pixels = torch.randint(0, 256, (count, 1, 6, 6), generator=generator, dtype=torch.uint8)
    return PictureSet("stripes", "train", pixels, torch.arange(count) % 2, ("even", "odd"))


def source(settings=SETTINGS, count=40):
    return Pictures(stripes(count), settings.batch, settings.seed, torch.device("cpu"))


class TwoPhases(nn.Module):
    """A denoiser, and every second step a critic of its code: noise, several optimizers, a buffer."""

    def __init__(self):
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(1)
            self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(36, 4))
            self.decoder = nn.Linear(4, 36)
            self.critic = nn.Linear(4, 1)
        self.register_buffer("seen", torch.zeros(1))

    def phases(self):
        return [
            Phase("denoise", [*self.encoder.parameters(), *self.decoder.parameters()], self.denoise),
            Phase("critic", self.critic.parameters(), self.criticize, every=2, optimizer=adam((0.5, 0.9))),
        ]

    def denoise(self, batch: Batch, context):
        noisy = batch.pictures + 0.1 * context.normal(1, 6, 6)
        self.seen += 1
        error = (self.decoder(self.encoder(noisy)) - batch.pictures.flatten(1)).square().sum(1).mean()
        return Losses(error, {"code": self.encoder(noisy).detach().abs().mean()})

    def criticize(self, batch: Batch, context):
        with torch.no_grad():
            code = self.encoder(batch.pictures)
        real = self.critic(context.normal(4)) - self.critic(code)
        return Losses(-real.mean() + real.square().mean())
