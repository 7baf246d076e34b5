"""The generative adversarial network (Goodfellow et al. 2014).

A generator makes pictures of codes z from p_z, a discriminator learns to distinguish them from real ones, and
each learns from the other. For a fixed generator the best discriminator is D(x) = p_data / (p_data + p_g).
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from pareidolia.generative.adversary import discriminator_objective, generator_loss
from pareidolia.generative.model import GenerativeModel
from pareidolia.generative.networks import Shape, make_decoder, make_encoder, set_output
from pareidolia.generative.priors import make_prior
from pareidolia.generative.settings import GANSettings
from pareidolia.training import Batch, Losses, Phase, StepContext, adam


class GAN(GenerativeModel[GANSettings]):
    """A generative adversarial network. Can: HasPrior (Decodes).

    Args:
        settings: see `GANSettings`.
        shape: C, H, W of the pictures.
        classes: number of classes of the data; not used.
    """

    def __init__(self, settings: GANSettings, shape: Shape, classes: int = 0) -> None:
        super().__init__(settings, shape, classes)
        self.prior = make_prior(settings.prior, settings.latent)
        self.latent = self.prior.latent
        self.generator = make_decoder(settings, self.latent, shape, whole=True)
        self.discriminator = make_encoder(settings, shape, 1, whole=True)
        if settings.spectral_norm:
            for layer in self.discriminator.modules():
                if isinstance(layer, nn.Linear | nn.Conv2d):
                    spectral_norm(layer)

    def init_output_bias(self, mean: Tensor) -> None:
        """Set the generator's output to the data's mean picture, C×H×W (or its colour), to begin with."""
        set_output(self.generator, mean.clamp(0.01, 0.99).logit())

    def decode(self, z: Tensor) -> Tensor:
        """G(z): N×L → N×C×H×W in [0, 1]."""
        picture: Tensor = self.generator(z)
        return picture.sigmoid()

    def logits(self, pictures: Tensor) -> Tensor:
        """The logit of D(x): N×C×H×W → N×1."""
        logits: Tensor = self.discriminator(2 * pictures - 1)
        return logits

    def phases(self) -> Sequence[Phase]:
        """Two: the discriminator's, then the generator's."""
        optimizer = adam((self.settings.beta1, 0.99))
        return [
            Phase(
                "discriminator",
                self.discriminator.parameters(),
                self.discriminator_phase,
                optimizer=optimizer,
            ),
            Phase("generator", self.generator.parameters(), self.generator_phase, optimizer=optimizer),
        ]

    def discriminator_phase(self, batch: Batch, context: StepContext) -> Losses:
        """Distinguish real pictures from made ones."""
        with torch.no_grad():
            made = self.decode(context.draw(self.prior.sample))
        settings = self.settings
        due = context.step % settings.r1_every == 0
        r1 = settings.r1 * settings.r1_every if due else 0.0
        return Losses(*discriminator_objective(self.logits, batch.pictures, made, r1, settings.loss))

    def generator_phase(self, batch: Batch, context: StepContext) -> Losses:
        """Make pictures that the discriminator takes for real."""
        fake = self.logits(self.decode(context.draw(self.prior.sample)))
        return Losses(generator_loss(fake, self.settings.loss))
