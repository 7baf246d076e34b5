"""The generative adversarial network (Goodfellow et al. 2014).

A generator makes pictures of codes z from p_z, a discriminator learns to distinguish them from real ones, and
each learns from the other. For a fixed generator the best discriminator is D(x) = p_data / (p_data + p_g).
"""

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from pareidolia.generative.adversary import AdversarialLoss, discriminator_objective, generator_loss
from pareidolia.generative.augmentation import augmented
from pareidolia.generative.capabilities import Prior
from pareidolia.generative.conditions import WithLabel, known_labels
from pareidolia.generative.model import GenerativeModel
from pareidolia.generative.networks import Shape, make_decoder, make_encoder, set_output
from pareidolia.generative.priors import make_prior
from pareidolia.generative.settings import GANSettings
from pareidolia.training import Batch, Losses, Phase, StepContext, adam


class GAN(GenerativeModel[GANSettings]):
    """A generative adversarial network. Can: HasPrior (Decodes).

    With labels "condition" (Mirza and Osindero 2014) a code's last numbers are the label's one-hot vector,
    and the discriminator has a logit for each label, of which that of the picture's counts (Mescheder 2018).

    Attributes:
        only_for_training: the discriminator.

    Args:
        settings: see `GANSettings`.
        shape: C, H, W of the pictures.
        classes: number of classes of the data.

    Raises:
        PareidoliaError: If labels are to be the condition and there are fewer than two.
    """

    only_for_training: ClassVar[tuple[str, ...]] = ("discriminator",)

    def __init__(self, settings: GANSettings, shape: Shape, classes: int = 0) -> None:
        super().__init__(settings, shape, classes)
        self.conditions = known_labels(settings.labels, classes)
        prior = make_prior(settings.prior, settings.latent)
        self.prior: Prior = WithLabel(prior, self.conditions) if self.conditions else prior
        self.latent = self.prior.latent
        self.generator = make_decoder(settings, self.latent, shape, whole=True)
        self.discriminator = make_discriminator(settings, shape, self.conditions or 1)
        projected = settings.discriminator == "projected"
        self.loss: AdversarialLoss = settings.loss or ("hinge" if projected else "non-saturating")
        self.r1 = settings.r1 if settings.r1 is not None else 0.0 if projected else 1.0

    def init_output_bias(self, mean: Tensor) -> None:
        """Set the generator's output to the data's mean picture, C×H×W (or its colour), to begin with."""
        set_output(self.generator, mean.clamp(0.01, 0.99).logit())

    def decode(self, z: Tensor) -> Tensor:
        """G(z): N×L → N×C×H×W in [0, 1]."""
        picture: Tensor = self.generator(z)
        return picture.sigmoid()

    def logits(
        self, pictures: Tensor, labels: Tensor | None = None, context: StepContext | None = None
    ) -> Tensor:
        """The logit of D(x).

        Args:
            pictures: N×C×H×W in [0, 1].
            labels: N; where a label is -1 or none are given, the mean over labels is taken.
            context: of a training step, in which pictures are augmented as the settings have it.

        Returns:
            N×K: one, or those of a projected discriminator's patches.
        """
        seen = 2 * pictures - 1
        if context is not None:
            seen = augmented(seen, self.settings.augment, context)
        logits: Tensor = self.discriminator(seen)
        if logits.ndim == 2:
            logits = logits[..., None]  # N×labels×K
        mean = logits.mean(1)
        if labels is None or not self.conditions:
            return mean
        chosen = logits[torch.arange(len(logits), device=logits.device), labels.clamp(min=0)]
        return torch.where(labels[:, None] >= 0, chosen, mean)

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
            made = self.decode(self._codes(batch, context))
        every = self.settings.r1_every
        r1 = self.r1 * every if context.step % every == 0 else 0.0
        judge = partial(self.logits, labels=batch.labels, context=context)
        return Losses(*discriminator_objective(judge, batch.pictures, made, r1, self.loss))

    def generator_phase(self, batch: Batch, context: StepContext) -> Losses:
        """Make pictures that the discriminator takes for real."""
        fake = self.logits(self.decode(self._codes(batch, context)), batch.labels, context)
        return Losses(generator_loss(fake, self.loss))

    def _codes(self, batch: Batch, context: StepContext) -> Tensor:
        """Codes from the prior, with the labels of the batch where labels are the condition."""
        codes = context.draw(self.prior.sample)
        if isinstance(self.prior, WithLabel) and batch.labels is not None:
            return self.prior.with_label(codes, batch.labels)
        return codes


def make_discriminator(settings: GANSettings, shape: Shape, outputs: int) -> nn.Module:
    """Make a network N×C×H×W in [-1, 1] → N×outputs, or N×outputs×K: logits of K patches."""
    if settings.discriminator == "projected":
        from pareidolia.generative.projected import ProjectedDiscriminator

        return ProjectedDiscriminator(shape, outputs)
    network = make_encoder(settings, shape, outputs, whole=True)
    if settings.spectral_norm:
        for layer in network.modules():
            if isinstance(layer, nn.Linear | nn.Conv2d):
                spectral_norm(layer)
    return network
