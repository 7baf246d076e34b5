"""A VAE whose decoder is given the label: p(x|z, y) (Kingma et al. 2014, model M2; Sohn et al. 2015).

The code z is left with what is not the label's: the slant and weight of a digit. The encoder q(z|x) does not
see the label, so a picture without one has a code too; its label is then the one under which the picture is
likeliest, so the model classifies by Bayes' rule.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from pareidolia.generative.conditions import WithLabel, known_labels
from pareidolia.generative.gaussian import DiagonalGaussian
from pareidolia.generative.model import GenerativeModel
from pareidolia.generative.networks import Shape, make_decoder, make_encoder, set_output
from pareidolia.generative.priors import StandardNormal
from pareidolia.generative.settings import VAESettings
from pareidolia.generative.vae import make_likelihood, negative_bound
from pareidolia.settings import PareidoliaError
from pareidolia.training import Batch, Losses, Phase, StepContext


class ConditionalVAE(GenerativeModel[VAESettings]):
    """A VAE with the label as a condition. Can: Encodes, HasPrior (Decodes), Classifies.

    A code is z and the label's one-hot vector, L = latent + classes.

    Args:
        settings: see `VAESettings`.
        shape: C, H, W of the pictures.
        classes: number of classes.

    Raises:
        PareidoliaError: If there are fewer than two classes, or several samples a picture are wanted.
    """

    def __init__(self, settings: VAESettings, shape: Shape, classes: int) -> None:
        super().__init__(settings, shape, classes)
        if settings.samples > 1:
            raise PareidoliaError("--labels condition takes one sample a picture: leave out --samples")
        self.prior = WithLabel(StandardNormal(settings.latent), known_labels(settings.labels, classes))
        self.latent = self.prior.latent
        self.likelihood = make_likelihood(settings, shape)
        channels, *size = shape
        self.encoder = make_encoder(settings, shape, 2 * settings.latent)
        self.decoder = make_decoder(
            settings, self.latent, (self.likelihood.numbers * channels, size[0], size[1])
        )

    def init_output_bias(self, mean: Tensor) -> None:
        """Set the decoder's output to the data's mean picture, C×H×W (or its colour), to begin with."""
        set_output(self.decoder, self.likelihood.bias(mean))

    def encode(self, pictures: Tensor) -> Tensor:
        """N×C×H×W → the posterior's mean and the likeliest label, N×L."""
        likeliest = F.one_hot(self.classify(pictures).argmax(1), self.classes)
        return torch.cat([self._posterior(pictures).mean, likeliest.to(pictures)], dim=1)

    def decode(self, z: Tensor) -> Tensor:
        """N×L → the mean picture, N×C×H×W in [0, 1]."""
        return self.likelihood.picture(self.decoder(z))

    def classify(self, pictures: Tensor) -> Tensor:
        """log p(y|x), N×classes, by the picture's likelihood at the posterior's mean."""
        mean = self._posterior(pictures).mean
        x = self.likelihood.observe(pictures, lambda: torch.full_like(pictures, 0.5))
        fits = [
            self.likelihood.log_prob(x, self.decoder(self._with_label(mean, label)))
            for label in range(self.classes)
        ]
        return torch.stack(fits, dim=1).log_softmax(1)

    def phases(self) -> Sequence[Phase]:
        """One: the bound."""
        return [Phase("bound", self.parameters(), self.loss)]

    def loss(self, batch: Batch, context: StepContext) -> Losses:
        """The negative bound on log p(x|y) in nats, mean over the batch; unknown labels are drawn evenly."""
        x = self.likelihood.observe(batch.pictures, lambda: context.uniform(*self.shape))
        posterior = self._posterior(x)
        codes = torch.cat(
            [posterior.at(context.normal(self.settings.latent)), self._labels(batch, context)], 1
        )
        log_likelihood = self.likelihood.training_log_prob(x, self.decoder(codes), context.mean)
        return negative_bound(self.settings, log_likelihood, posterior, context)

    def _posterior(self, x: Tensor) -> DiagonalGaussian:
        mean, log_variance = self.encoder(x).chunk(2, dim=-1)
        return DiagonalGaussian(mean, log_variance)

    def _labels(self, batch: Batch, context: StepContext) -> Tensor:
        """One-hot labels of the batch, N×K."""
        drawn = context.draw(self.prior.sample)
        labels = -torch.ones(len(drawn), dtype=torch.long) if batch.labels is None else batch.labels
        return self.prior.split(self.prior.with_label(drawn, labels.to(drawn.device)))[1]

    def _with_label(self, z: Tensor, label: int) -> Tensor:
        return torch.cat([z, F.one_hot(torch.full((len(z),), label, device=z.device), self.classes).to(z)], 1)
