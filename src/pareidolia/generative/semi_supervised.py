"""The semi-supervised adversarial autoencoder (Makhzani et al. 2015, section 5 and figure 6).

The encoder's outputs are class probabilities y and a style z; the decoder sees both. Two discriminators match
y to a distribution over one-hot vectors and z to the prior; a few labelled pictures determine which class is
which.
"""

from collections.abc import Sequence
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from pareidolia.generative.adversary import discriminator_objective, generator_loss
from pareidolia.generative.augmentation import augmented
from pareidolia.generative.autoencoder import squared_error
from pareidolia.generative.conditions import WithLabel
from pareidolia.generative.model import GenerativeModel
from pareidolia.generative.networks import Shape, make_decoder, make_encoder, mlp, set_output
from pareidolia.generative.priors import make_prior
from pareidolia.generative.settings import AAESettings
from pareidolia.training import Losses, Phase, Source, StepContext, adam
from pareidolia.training.data import PictureSet
from pareidolia.training.data.labeled import FewLabels, PartlyLabeled
from pareidolia.training.settings import TrainingSettings


class SemiSupervisedAAE(GenerativeModel[AAESettings]):
    """A semi-supervised adversarial autoencoder. Can: Encodes, HasPrior, Classifies.

    A code is style and class together, L = style + classes: the first numbers are z, the others the class
    probabilities (one-hot in the prior's samples).

    Attributes:
        only_for_training: both discriminators.

    Args:
        settings: see `AAESettings`; `latent` is the length of the style.
        shape: C, H, W of the pictures.
        classes: number of classes.
    """

    only_for_training: ClassVar[tuple[str, ...]] = ("style_discriminator", "class_discriminator")

    def __init__(self, settings: AAESettings, shape: Shape, classes: int) -> None:
        super().__init__(settings, shape, classes)
        self.style = make_prior(settings.prior, settings.latent, classes)
        self.prior = WithLabel(self.style, classes)
        self.latent = self.prior.latent
        self.encoder = make_encoder(settings, shape, self.latent, whole=True)
        self.decoder = make_decoder(settings, self.latent, shape, whole=True)
        self.style_discriminator = mlp((self.style.latent, *settings.critic, 1), settings)
        self.class_discriminator = mlp((classes, *settings.critic, 1), settings)

    def init_output_bias(self, mean: Tensor) -> None:
        """Set the decoder's output to the data's mean picture, C×H×W (or its colour), to begin with."""
        set_output(self.decoder, mean.clamp(0.01, 0.99).logit())

    def source(self, pictures: PictureSet, settings: TrainingSettings, device: torch.device) -> Source:
        """All pictures, and beside them as many whose labels are used."""
        labeled = self.settings.labeled if pictures.split == "train" else None
        return FewLabels(pictures, labeled, settings.batch, settings.seed, device)

    def encode(self, pictures: Tensor) -> Tensor:
        """N×C×H×W → N×(style + classes)."""
        style, logits = self._encoded(pictures)
        return torch.cat([style, logits.softmax(1)], dim=1)

    def decode(self, z: Tensor) -> Tensor:
        """N×(style + classes) → N×C×H×W in [0, 1]."""
        picture: Tensor = self.decoder(z)
        return picture.sigmoid()

    def classify(self, pictures: Tensor) -> Tensor:
        """N×C×H×W → N×classes, log-probabilities."""
        return self._encoded(pictures)[1].log_softmax(1)

    def phases(self) -> Sequence[Phase]:
        """Reconstruction, regularisation in its two halves, and classification."""
        rate, optimizer = self.settings.adversarial, adam((0.5, 0.9))
        autoencoder = [*self.encoder.parameters(), *self.decoder.parameters()]
        discriminators = [*self.style_discriminator.parameters(), *self.class_discriminator.parameters()]
        encoder = list(self.encoder.parameters())
        return [
            Phase("reconstruction", autoencoder, self.reconstruct),
            Phase(
                "discriminator", discriminators, self.discriminate, learning_rate=rate, optimizer=optimizer
            ),
            Phase("regularisation", encoder, self.regularize, learning_rate=rate, optimizer=optimizer),
            Phase("classification", encoder, self.learn_labels),
        ]

    def reconstruct(self, batch: PartlyLabeled, context: StepContext) -> Losses:
        """Squared error, summed over pixels."""
        pictures = self._changed(batch.pictures, context)
        codes = self.encode(self._noisy(pictures, context))
        return Losses(squared_error(self.decode(codes), pictures))

    def discriminate(self, batch: PartlyLabeled, context: StepContext) -> Losses:
        """Distinguish the priors' samples from codes."""
        with torch.no_grad():
            codes = self.encode(self._seen(batch.pictures, context))
        real, fake, r1 = self._parts(context.draw(self.prior.sample)), self._parts(codes), self.settings.r1
        style, _ = discriminator_objective(self.style_discriminator, real[0], fake[0], r1)
        of_class, _ = discriminator_objective(self.class_discriminator, real[1], fake[1], r1)
        return Losses(style + of_class, {"style": style.detach(), "class": of_class.detach()})

    def regularize(self, batch: PartlyLabeled, context: StepContext) -> Losses:
        """Make styles and classes that the discriminators take for the priors' samples."""
        style, of_class = self._logits(self.encode(self._seen(batch.pictures, context)))
        return Losses(generator_loss(style) + generator_loss(of_class))

    def learn_labels(self, batch: PartlyLabeled, context: StepContext) -> Losses:
        """Cross-entropy on the labelled pictures."""
        logits = self._encoded(self._seen(batch.labeled.pictures, context))[1]
        labels = batch.labeled.labels
        assert labels is not None
        right = (logits.detach().argmax(1) == labels).float().mean()
        return Losses(F.cross_entropy(logits, labels), {"right": right})

    def _encoded(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Style and class logits."""
        return self._parts(self.encoder(pictures))

    def _parts(self, codes: Tensor) -> tuple[Tensor, Tensor]:
        """Style and class of codes."""
        return self.prior.split(codes)

    def _logits(self, codes: Tensor) -> tuple[Tensor, Tensor]:
        style, of_class = self._parts(codes)
        return self.style_discriminator(style), self.class_discriminator(of_class)

    def _seen(self, pictures: Tensor, context: StepContext) -> Tensor:
        return self._noisy(self._changed(pictures, context), context)

    def _changed(self, pictures: Tensor, context: StepContext) -> Tensor:
        return augmented(pictures, self.settings.augment, context).clamp(0, 1)

    def _noisy(self, pictures: Tensor, context: StepContext) -> Tensor:
        if not self.settings.noise:
            return pictures
        return pictures + self.settings.noise * context.normal(*self.shape)
