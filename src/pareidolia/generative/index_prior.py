"""A prior of sequences of indices: a small transformer that draws one index after the other.

After van den Oord et al. 2017, section 3.3, where a PixelCNN draws the indices of a VQ-VAE; here a causal
transformer does (Vaswani et al. 2017; Esser et al. 2021).
"""

from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_HEAD = 32
_AT_ONCE = 500


class IndexPrior(nn.Module):
    """p(k₁ … k_T | label) = Π p(k_t | k_1 … k_(t−1), label).

    Args:
        length: T.
        codes: number of indices K.
        width: of the vectors, a multiple of 32.
        layers: of the transformer.
        classes: number of labels; 0 for none.
    """

    def __init__(self, length: int, codes: int, width: int, layers: int, classes: int = 0) -> None:
        super().__init__()
        self.length, self.codes, self.classes = length, codes, classes
        self.indices = nn.Embedding(codes, width)
        # A sequence begins with its label; the last is "no label".
        self.begin = nn.Embedding(classes + 1, width)
        self.positions = nn.Parameter(torch.randn(length, width) * 0.02)
        self.layers = nn.ModuleList(_Layer(width) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.output = nn.Linear(width, codes)
        for table in (self.indices, self.begin):
            nn.init.normal_(table.weight, std=0.02)

    def forward(self, indices: Tensor, labels: Tensor | None = None) -> Tensor:
        """The logits of each index, from those before it.

        Args:
            indices: N×T.
            labels: N; -1 is "no label", as is None.

        Returns:
            N×T×K.
        """
        begin = self.begin(self._numbers(labels, len(indices), indices.device))[:, None]
        vectors = torch.cat([begin, self.indices(indices[:, :-1])], dim=1) + self.positions
        for layer in self.layers:
            vectors, _ = layer(vectors, None)
        logits: Tensor = self.output(self.norm(vectors))
        return logits

    def log_prob(self, indices: Tensor, labels: Tensor | None = None) -> Tensor:
        """log p of sequences in nats: N×T → N."""
        logits = self(indices, labels).transpose(1, 2)
        return -F.cross_entropy(logits, indices, reduction="none").sum(1)

    @torch.no_grad()
    def sample(self, count: int, generator: torch.Generator, labels: Tensor | None = None) -> Tensor:
        """Draw sequences.

        Args:
            count: N.
            generator: of chance.
            labels: N, as in `forward`; None draws labels evenly, where there are any.

        Returns:
            N×T.
        """
        device = generator.device
        if labels is None and self.classes:
            labels = torch.randint(self.classes, (count,), generator=generator, device=device)
        numbers = self._numbers(labels, count, device)
        return torch.cat([self._drawn(part, generator) for part in torch.split(numbers, _AT_ONCE)])

    def _drawn(self, numbers: Tensor, generator: torch.Generator) -> Tensor:
        home = self.positions.device
        vectors = self.begin(numbers.to(home))
        past: list[tuple[Tensor, Tensor] | None] = [None] * len(self.layers)
        found = []
        for position in range(self.length):
            seen = (vectors + self.positions[position])[:, None]
            for number, layer in enumerate(self.layers):
                seen, past[number] = layer(seen, past[number])
            chances = self.output(self.norm(seen[:, 0])).float().softmax(1).to(generator.device)
            found.append(torch.multinomial(chances, 1, generator=generator))
            vectors = self.indices(found[-1][:, 0].to(home))
        return torch.cat(found, dim=1)

    def _numbers(self, labels: Tensor | None, count: int, device: torch.device) -> Tensor:
        if labels is None or not self.classes:
            return torch.full((count,), self.classes, device=device)
        return torch.where(labels < 0, self.classes, labels)


@dataclass(frozen=True)
class DrawnCodes:
    """The prior of codes that stand in a table, by a prior of their indices.

    Attributes:
        indices: the prior of T indices.
        table: K×D, in the order of the indices.
        label: of what is drawn; None for any.
    """

    indices: IndexPrior
    table: nn.Parameter
    label: int | None = None

    @property
    def latent(self) -> int:
        """T·D."""
        return self.indices.length * self.table.shape[1]

    @property
    def classes(self) -> int:
        """How many labels it draws."""
        return self.indices.classes

    def of_label(self, label: int) -> "DrawnCodes":
        """The prior of codes with that label."""
        return DrawnCodes(self.indices, self.table, label)

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        """count×(T·D), position by position."""
        device = generator.device
        labels = None if self.label is None else torch.full((count,), self.label, device=device)
        drawn = self.indices.sample(count, generator, labels)
        return F.normalize(self.table.detach(), dim=1)[drawn.to(self.table.device)].flatten(1).to(device)


class _Layer(nn.Module):
    """Causal self-attention and two fully connected layers, each added to its input (Xiong et al. 2020)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.heads = width // _HEAD
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
        self.inputs, self.outputs = nn.Linear(width, 3 * width), nn.Linear(width, width)
        widths = (width, 4 * width, width)
        self.dense = nn.Sequential(*(nn.Linear(few, many) for few, many in pairwise(widths)))
        self.dense.insert(1, nn.GELU())

    def forward(
        self, vectors: Tensor, past: tuple[Tensor, Tensor] | None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """N×T×width → the same, and keys and values so far; with `past` T is 1."""
        split = self.inputs(self.first(vectors)).unflatten(2, (3, self.heads, _HEAD))
        queries, keys, values = split.permute(2, 0, 3, 1, 4)
        if past is not None:
            keys, values = torch.cat([past[0], keys], dim=2), torch.cat([past[1], values], dim=2)
        found = F.scaled_dot_product_attention(queries, keys, values, is_causal=past is None)
        vectors = vectors + self.outputs(found.transpose(1, 2).flatten(2))
        return vectors + self.dense(self.second(vectors)), (keys, values)
