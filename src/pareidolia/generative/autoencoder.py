"""The autoencoder: a picture compressed to a short code (Hinton and Salakhutdinov 2006).

Denoising: the encoder sees a corrupted picture, the decoder must restore it (Vincent et al. 2008). Sparse:
units of the code are sigmoids whose mean activation is held near a small target (Ng 2011, CS294A notes). It
has no prior, so it cannot be sampled; a VAE can.
"""

from collections.abc import Sequence

from torch import Tensor

from pareidolia.generative.model import GenerativeModel
from pareidolia.generative.networks import Shape, make_decoder, make_encoder, set_output
from pareidolia.generative.settings import AutoencoderSettings
from pareidolia.training import Batch, Losses, Phase, StepContext


class Autoencoder(GenerativeModel[AutoencoderSettings]):
    """An autoencoder. Can: Encodes, Decodes.

    Args:
        settings: see `AutoencoderSettings`.
        shape: C, H, W of the pictures.
        classes: number of classes of the data; not used.
    """

    def __init__(self, settings: AutoencoderSettings, shape: Shape, classes: int = 0) -> None:
        super().__init__(settings, shape, classes)
        self.latent = settings.latent
        self.encoder = make_encoder(settings, shape, settings.latent)
        self.decoder = make_decoder(settings, settings.latent, shape)

    def init_output_bias(self, mean: Tensor) -> None:
        """Set the decoder's output to the data's mean picture, C×H×W (or its colour), to begin with."""
        set_output(self.decoder, mean.clamp(0.01, 0.99).logit())

    def encode(self, pictures: Tensor) -> Tensor:
        """N×C×H×W → N×L."""
        code: Tensor = self.encoder(pictures)
        return code.sigmoid() if self.settings.sparsity else code

    def decode(self, z: Tensor) -> Tensor:
        """N×L → N×C×H×W in [0, 1]."""
        picture: Tensor = self.decoder(z)
        return picture.sigmoid()

    def phases(self) -> Sequence[Phase]:
        """One: reconstruction."""
        return [Phase("reconstruction", self.parameters(), self.loss)]

    def loss(self, batch: Batch, context: StepContext) -> Losses:
        """Squared error, summed over pixels, and the sparsity penalty; means over the batch."""
        code = self.encode(self._spoilt(batch.pictures, context))
        error = squared_error(self.decode(code), batch.pictures)
        if not self.settings.sparsity:
            return Losses(error)
        penalty = _divergence_from(self.settings.active, context.mean(code).float())
        return Losses(
            error + self.settings.sparsity * penalty,
            {"squared_error": error.detach(), "activation": code.detach().mean()},
        )

    def _spoilt(self, pictures: Tensor, context: StepContext) -> Tensor:
        if self.settings.noise:
            pictures = pictures + self.settings.noise * context.normal(*self.shape)
        if self.settings.masked:
            pictures = pictures * (context.uniform(*self.shape) >= self.settings.masked)
        return pictures


def squared_error(made: Tensor, pictures: Tensor) -> Tensor:
    """Σ over pixels of (made − picture)², mean over the batch."""
    return (made - pictures).square().flatten(1).sum(1).mean()


def _divergence_from(target: float, means: Tensor) -> Tensor:
    """Σ_j KL(ρ ‖ ρ̂_j) of two coins, ρ the target and ρ̂_j the mean activation of unit j over the batch."""
    means = means.clamp(1e-6, 1 - 1e-6)
    on, off = target * (target / means).log(), (1 - target) * ((1 - target) / (1 - means)).log()
    return (on + off).sum()
