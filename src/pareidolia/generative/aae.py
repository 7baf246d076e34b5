"""The adversarial autoencoder (Makhzani et al. 2015).

An autoencoder whose codes' distribution q(z) = ∫q(z|x) p_d(x) dx is matched to a prior by a discriminator of
codes: the prior's density is not needed, samples are enough. A step has three phases: reconstruction,
discriminator, and the encoder as the discriminator's adversary. Each has an optimizer of its own, so that an
error summed over pixels does not dominate the adversarial term.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from pareidolia.generative.adversary import discriminator_objective, generator_loss
from pareidolia.generative.autoencoder import squared_error
from pareidolia.generative.conditions import known_labels
from pareidolia.generative.model import GenerativeModel
from pareidolia.generative.networks import Shape, make_decoder, make_encoder, mlp, set_output
from pareidolia.generative.priors import HasParts, make_prior
from pareidolia.generative.settings import AAESettings
from pareidolia.settings import PareidoliaError
from pareidolia.training import Batch, Losses, Phase, StepContext, adam


def make_aae(settings: AAESettings, shape: Shape, classes: int = 0) -> Any:
    """Make the adversarial autoencoder that settings describe.

    Args:
        settings: of the model.
        shape: C, H, W of the pictures.
        classes: number of classes of the data.

    Returns:
        An `AAE` or a `SemiSupervisedAAE`.

    Raises:
        PareidoliaError: If the settings use labels and the data have fewer than two classes.
    """
    known_labels(settings.labels, classes)
    if settings.labels == "semi-supervised":
        from pareidolia.generative.semi_supervised import SemiSupervisedAAE

        return SemiSupervisedAAE(settings, shape, classes)
    return AAE(settings, shape, classes)


class AAE(GenerativeModel[AAESettings]):
    """An adversarial autoencoder. Can: Encodes, HasPrior (Decodes).

    With labels "prior" the discriminator gets each picture's label (one more for "unknown"), and the
    prior's samples for a label come from that label's part of it (figure 3).

    Attributes:
        only_for_training: the discriminator of codes.

    Args:
        settings: see `AAESettings`.
        shape: C, H, W of the pictures.
        classes: number of classes of the data.

    Raises:
        PareidoliaError: If the prior has no part for each label.
    """

    only_for_training: ClassVar[tuple[str, ...]] = ("discriminator",)

    def __init__(self, settings: AAESettings, shape: Shape, classes: int = 0) -> None:
        super().__init__(settings, shape, classes)
        self.prior = make_prior(settings.prior, settings.latent, classes or 10)
        if settings.labels == "prior" and not isinstance(self.prior, HasParts):
            raise PareidoliaError(f"--labels prior needs --prior mixture or swiss-roll, not {settings.prior}")
        self.latent = self.prior.latent
        self.encoder = make_encoder(settings, shape, self.latent)
        self.decoder = make_decoder(settings, self.latent, shape)
        label_classes = classes + 1 if settings.labels == "prior" else 0
        self.discriminator = mlp((self.latent + label_classes, *settings.critic, 1), settings)

    def init_output_bias(self, mean: Tensor) -> None:
        """Set the decoder's output to the data's mean picture, C×H×W (or its colour), to begin with."""
        set_output(self.decoder, mean.clamp(0.01, 0.99).logit())

    def encode(self, pictures: Tensor) -> Tensor:
        """N×C×H×W → N×L."""
        code: Tensor = self.encoder(pictures)
        return code

    def decode(self, z: Tensor) -> Tensor:
        """N×L → N×C×H×W in [0, 1]."""
        picture: Tensor = self.decoder(z)
        return picture.sigmoid()

    def phases(self) -> Sequence[Phase]:
        """Three, as in section 2 of the paper."""
        rate, optimizer = self.settings.adversarial, adam((0.5, 0.9))
        autoencoder = [*self.encoder.parameters(), *self.decoder.parameters()]
        discriminator, encoder = self.discriminator.parameters(), self.encoder.parameters()
        return [
            Phase("reconstruction", autoencoder, self.reconstruct),
            Phase("discriminator", discriminator, self.discriminate, learning_rate=rate, optimizer=optimizer),
            Phase("regularisation", encoder, self.regularize, learning_rate=rate, optimizer=optimizer),
        ]

    def reconstruct(self, batch: Batch, context: StepContext) -> Losses:
        """Squared error, summed over pixels."""
        pictures = batch.pictures
        if self.settings.noise:
            pictures = pictures + self.settings.noise * context.normal(*self.shape)
        return Losses(squared_error(self.decode(self.encode(pictures)), batch.pictures))

    def discriminate(self, batch: Batch, context: StepContext) -> Losses:
        """Distinguish the prior's samples from codes."""
        with torch.no_grad():
            codes = self.encode(batch.pictures)
        labels = self._labels(batch)
        samples = self._prior_samples(labels, context)
        return Losses(
            *discriminator_objective(lambda z: self._logits(z, labels), samples, codes, self.settings.r1)
        )

    def regularize(self, batch: Batch, context: StepContext) -> Losses:
        """Make codes that the discriminator takes for the prior's samples."""
        return Losses(generator_loss(self._logits(self.encode(batch.pictures), self._labels(batch))))

    def _labels(self, batch: Batch) -> Tensor | None:
        return batch.labels if self.settings.labels == "prior" else None

    def _logits(self, codes: Tensor, labels: Tensor | None) -> Tensor:
        if labels is not None:
            # -1, unknown, becomes the last class: figure 3's extra one.
            one_hot = F.one_hot(labels % (self.classes + 1), self.classes + 1)
            codes = torch.cat([codes, one_hot.to(codes)], dim=1)
        logits: Tensor = self.discriminator(codes)
        return logits

    def _prior_samples(self, labels: Tensor | None, context: StepContext) -> Tensor:
        """Samples of the prior; for a known label of the label's part."""
        samples = context.draw(self.prior.sample)
        if labels is None or not isinstance(self.prior, HasParts):
            return samples
        parts = context.draw(self.prior.sample_each)
        of_label = parts[torch.arange(len(labels)), labels.clamp(min=0)]
        return torch.where(labels[:, None] >= 0, of_label, samples)
