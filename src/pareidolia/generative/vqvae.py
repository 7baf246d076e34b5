"""The VQ-VAE (van den Oord et al. 2017): codes from a table, and a prior learned over their indices.

An encoder makes a small map of vectors; each is replaced by the nearest of a table of K, and a decoder makes
the picture of these. Gradients pass the replacement as if it were not there. Vectors and table have few
numbers and length 1 (Yu et al. 2022, "ViT-VQGAN"), so that no entry is far away. A second phase trains the
prior of the indices, which draws one after the other.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pareidolia.generative.autoencoder import squared_error
from pareidolia.generative.conditions import known_labels
from pareidolia.generative.index_prior import DrawnCodes, IndexPrior
from pareidolia.generative.model import GenerativeModel
from pareidolia.generative.networks import ACTIVATIONS, Shape, set_output, sides_of
from pareidolia.generative.residual import Enlarging, Shrinking, unit_length
from pareidolia.generative.settings import VQVAESettings
from pareidolia.training import Batch, Losses, Phase, StepContext

_ACTIVATION = "silu"


class VQVAE(GenerativeModel[VQVAESettings]):
    """A VQ-VAE. Can: Encodes, HasPrior (Decodes).

    A code is the chosen vectors, position by position, L = T·D; `decode` takes for each position the entry of
    the table that is nearest to what it is given, so every code makes a picture of the table.

    Args:
        settings: see `VQVAESettings`.
        shape: C, H, W of the pictures.
        classes: number of classes of the data.

    Raises:
        PareidoliaError: If labels are to be the condition and there are fewer than two.
    """

    def __init__(self, settings: VQVAESettings, shape: Shape, classes: int = 0) -> None:
        super().__init__(settings, shape, classes)
        self.conditions = known_labels(settings.labels, classes)
        self.sides = sides_of(shape)[: settings.halvings + 1]
        self.length = self.sides[-1][0] * self.sides[-1][1]
        widths = [settings.width * min(2**level, 4) for level in range(len(self.sides))]
        self.table = nn.Parameter(torch.randn(settings.codes, settings.code_length))
        self.encoder = _Encoder(shape[0], widths, settings.code_length)
        self.decoder = _Decoder(settings.code_length, widths, shape[0], self.sides)
        self.index_prior = IndexPrior(
            self.length, settings.codes, settings.prior_width, settings.prior_layers, self.conditions
        )
        self.latent = self.length * settings.code_length

    @property
    def prior(self) -> DrawnCodes:
        """Of codes."""
        return DrawnCodes(self.index_prior, self.table)

    def init_output_bias(self, mean: Tensor) -> None:
        """Set the decoder's output to the data's mean colour to begin with."""
        set_output(self.decoder, mean.clamp(0.01, 0.99).logit())

    def indices(self, pictures: Tensor) -> Tensor:
        """The entries of the table that stand for pictures: N×C×H×W → N×T."""
        return self._nearest(self._vectors(pictures))

    def encode(self, pictures: Tensor) -> Tensor:
        """N×C×H×W → N×L."""
        return self._entries(self.indices(pictures)).flatten(1)

    def decode(self, z: Tensor) -> Tensor:
        """N×L → N×C×H×W in [0, 1]."""
        vectors = F.normalize(z.reshape(len(z), self.length, -1), dim=2)
        chosen = self._entries(self._nearest(vectors))
        return self._picture(vectors + (chosen - vectors).detach())

    def phases(self) -> Sequence[Phase]:
        """Two: codes, and the prior of their indices."""
        codes = [*self.encoder.parameters(), *self.decoder.parameters(), self.table]
        return [
            Phase("codes", codes, self.code_loss),
            Phase("prior", self.index_prior.parameters(), self.prior_loss),
        ]

    def code_loss(self, batch: Batch, context: StepContext) -> Losses:
        """Squared error, summed over pixels, and of vectors and table, summed over positions (equation 3)."""
        vectors = self._vectors(batch.pictures)
        indices = self._nearest(vectors)
        chosen = self._entries(indices)
        error = squared_error(self._picture(vectors + (chosen - vectors).detach()), batch.pictures)
        moved = squared_error(chosen, vectors.detach())
        committed = squared_error(vectors, chosen.detach())
        shares = F.one_hot(indices.flatten(), len(self.table)).float().mean(0)
        used = torch.exp(torch.special.entr(shares).sum())
        metrics = {"squared_error": error.detach(), "commitment": committed.detach(), "codes_used": used}
        settings = self.settings
        loss = (
            error
            + moved
            + settings.commitment * committed
            + settings.spread * self.length * self._far(vectors)
        )
        return Losses(loss, metrics)

    def prior_loss(self, batch: Batch, context: StepContext) -> Losses:
        """−log p of the indices in nats."""
        with torch.no_grad():
            indices = self.indices(batch.pictures)
        labels = batch.labels if self.conditions else None
        return Losses(-self.index_prior.log_prob(indices, labels).mean())

    def _far(self, vectors: Tensor) -> Tensor:
        """Squared distance of each entry from a picture's nearest vector; mean over entries and batch.

        An entry that is never the nearest to a vector has no other gradient, and would stay where it is for
        ever (Zheng and Vedaldi 2023 move such entries to vectors). Adam makes full steps of it; on an entry
        that is in use the small weight leaves the codebook's own loss the lead.
        """
        likeness = vectors.detach() @ F.normalize(self.table, dim=1).T
        return (2 - 2 * likeness.amax(1)).mean()

    def _vectors(self, pictures: Tensor) -> Tensor:
        """N×T×D of length 1."""
        return F.normalize(self.encoder(2 * pictures - 1).flatten(2).transpose(1, 2), dim=2)

    def _entries(self, indices: Tensor) -> Tensor:
        return F.normalize(self.table, dim=1)[indices]

    def _nearest(self, vectors: Tensor) -> Tensor:
        return (vectors.detach() @ F.normalize(self.table.detach(), dim=1).T).argmax(-1)

    def _picture(self, vectors: Tensor) -> Tensor:
        maps = vectors.transpose(1, 2).reshape(len(vectors), -1, *self.sides[-1])
        picture: Tensor = self.decoder(maps)
        return picture.sigmoid()


class _Encoder(nn.Sequential):
    """N×C×H×W → N×D×h×w."""

    def __init__(self, channels: int, widths: Sequence[int], outputs: int) -> None:
        layers: list[nn.Module] = [nn.Conv2d(channels, widths[0], 3, padding=1)]
        layers += [Shrinking(few, many, _ACTIVATION) for few, many in pairwise(widths)]
        layers += [ACTIVATIONS[_ACTIVATION](), nn.Conv2d(widths[-1], outputs, 3, padding=1)]
        super().__init__(*layers)


class _Decoder(nn.Module):
    """N×D×h×w → N×C×H×W."""

    def __init__(
        self, inputs: int, widths: Sequence[int], channels: int, sides: Sequence[tuple[int, int]]
    ) -> None:
        super().__init__()
        widths, self.sides = widths[::-1], sides[::-1]
        self.first = nn.Conv2d(inputs, widths[0], 3, padding=1)
        self.blocks = nn.ModuleList(Enlarging(few, many, _ACTIVATION) for few, many in pairwise(widths))
        self.activation = ACTIVATIONS[_ACTIVATION]()
        self.last = nn.Conv2d(widths[-1], channels, 3, padding=1)

    def forward(self, maps: Tensor) -> Tensor:
        maps = self.first(maps)
        for block, side in zip(self.blocks, self.sides[1:], strict=True):
            maps = block(maps, side)
        picture: Tensor = self.last(self.activation(unit_length(maps)))
        return picture
