"""Concepts by sparse autoencoders: codes of which few are not 0, trained in the one loop."""

from dataclasses import replace
from typing import Literal

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pareidolia.networks.concepts import Concepts
from pareidolia.randomness import seeded_generator
from pareidolia.settings.extras import require
from pareidolia.training import Losses, Phase, StepContext
from pareidolia.training.process_group import ProcessGroup

Choice = Literal["top-k", "batch-top-k", "archetypal"]

# Gao et al. (2024): dead codes learn what is left over, at this weight; dead after so many steps in silence.
_AUXILIARY, _DEAD_AFTER = 1 / 32, 100
# Centers of the data that archetypal directions mix, for each concept, and at most.
_CENTERS_EACH, _MOST_CENTERS = 4, 4096


class SparseAutoencoder(nn.Module):
    """x ≈ z D + c with few codes z > 0.

    "top-k" keeps the k largest of each activation (Gao et al. 2024); "batch-top-k" the k·M largest of a batch
    of M (Bussmann et al. 2024); "archetypal" the k largest, with directions that are mixtures W of centers of
    the data and a small free part, D = W C + Λ, ‖Λ‖ bounded (Fel et al. 2025). All directions have length 1.

    Args:
        activations: M×C of the data, by which it is begun; scaled to mean square 1.
        count: K.
        keep: k.
        choice: which kind.
        slack: the bound of Λ.
        seed: of the first directions.
    """

    def __init__(
        self, activations: Tensor, count: int, keep: int, choice: Choice, slack: float, seed: int
    ) -> None:
        super().__init__()
        self.count, self.keep, self.choice, self.slack = count, min(keep, count), choice, slack
        generator = seeded_generator(seed)
        self.center = nn.Parameter(activations.mean(dim=0))
        moved = activations - self.center.detach()
        rows = moved[torch.randint(len(moved), (count,), generator=generator)]
        first = torch.cat([_centers(moved, count, seed), rows])[:count]
        first = first + 0.01 * torch.randn(first.shape, generator=generator)
        self.mixture: nn.Parameter | None = None
        self.centers: Tensor
        self.quiet: Tensor
        if choice == "archetypal":
            centers = _centers(moved, min(_CENTERS_EACH * count, _MOST_CENTERS), seed)
            self.register_buffer("centers", centers)
            likeness = F.normalize(first, dim=1) @ F.normalize(centers, dim=1).T
            self.mixture = nn.Parameter((likeness * 20).softmax(dim=1))
            self.free = nn.Parameter(torch.zeros(count, activations.shape[1]))
        else:
            self.directions = nn.Parameter(first)
        self.encoder = nn.Parameter(self.dictionary.detach().clone())
        self.bias = nn.Parameter(torch.zeros(count))
        self.register_buffer("quiet", torch.zeros(count))

    @property
    def dictionary(self) -> Tensor:
        """D, K×C, of length 1."""
        if self.mixture is None:
            return F.normalize(self.directions, dim=1)
        shares = self.mixture.relu()
        mixed = shares / shares.sum(dim=1, keepdim=True).clamp(min=1e-8) @ self.centers
        bound = self.slack * self.centers.norm(dim=1).mean()
        lengths = self.free.norm(dim=1, keepdim=True)
        return F.normalize(mixed + self.free * (bound / lengths.clamp(min=1e-8)).clamp(max=1), dim=1)

    def scores(self, activations: Tensor) -> Tensor:
        """What codes are chosen from, M×K, none negative."""
        return F.relu((activations - self.center) @ self.encoder.T + self.bias)

    def chosen(self, scores: Tensor) -> Tensor:
        """The codes that stay."""
        if self.choice == "batch-top-k":
            most = self.keep * len(scores)
            floor = scores.flatten().topk(most).values[-1] if most < scores.numel() else scores.new_zeros(())
            return torch.where(scores >= floor, scores, 0.0)
        largest = scores.topk(self.keep, dim=1)
        return torch.zeros_like(scores).scatter(1, largest.indices, largest.values)

    def phases(self) -> list[Phase]:
        """One phase: minimise what is left over."""
        return [Phase("reconstruction", self.parameters(), self._loss)]

    def _loss(self, batch: Tensor, context: StepContext) -> Losses:
        scores, dictionary = self.scores(batch), self.dictionary
        codes = self.chosen(scores)
        left = batch - self.center - codes @ dictionary
        loss = left.square().mean()
        self.quiet += 1
        self.quiet[(codes > 0).any(dim=0)] = 0
        dead = (self.quiet > _DEAD_AFTER).nonzero()[:, 0]
        if len(dead):
            # Their own scores may be shut: what they would say of the rest is read before the rectifier.
            raw = (batch - self.center) @ self.encoder[dead].T + self.bias[dead]
            most = raw.topk(min(len(dead), max(1, 2 * self.keep)), dim=1)
            tried = torch.zeros_like(raw).scatter(1, most.indices, F.softplus(most.values))
            loss = loss + _AUXILIARY * (left.detach() - tried @ dictionary[dead]).square().mean()
        return Losses(loss)


class Activations:
    """Batches of activations for the loop: each once an epoch, in an order of (seed, epoch).

    Args:
        rows: M×C.
        size_of_batch: rows a step.
        seed: of the order.
    """

    def __init__(self, rows: Tensor, size_of_batch: int, seed: int) -> None:
        self._rows, self._batch, self._seed = rows, size_of_batch, seed
        self.count, self.size = len(rows), (1, 1)

    def batch(self, step: int, process_group: ProcessGroup) -> Tensor:
        """The rows of a step."""
        first = step * self._batch
        places = range(first, first + self._batch)
        epochs = sorted({place // self.count for place in places})
        orders = {epoch: self._order(epoch) for epoch in epochs}
        return self._rows[[int(orders[place // self.count][place % self.count]) for place in places]]

    def _order(self, epoch: int) -> Tensor:
        return torch.randperm(self.count, generator=seeded_generator(self._seed * 1_000_003 + epoch))


def trained(model: SparseAutoencoder, activations: Tensor, scale: float, like: Concepts) -> Concepts:
    """What a trained autoencoder found, for activations as they are.

    Args:
        model: trained on activations divided by `scale`.
        activations: M×C, divided so.
        scale: what they were divided by.
        like: concepts with layer, weights and axis.

    Returns:
        The concepts. A batch's choice becomes a threshold, the mean of the least code that stays in a batch.
    """
    with torch.no_grad():
        dictionary, threshold = model.dictionary, 0.0
        if model.choice == "batch-top-k":
            least = [
                codes[codes > 0].min()
                for codes in (model.chosen(model.scores(part)) for part in torch.split(activations, 256))
                if bool((codes > 0).any())
            ]
            threshold = float(torch.stack(least).mean()) if least else 0.0
    return replace(
        like,
        method=model.choice,
        selection="threshold" if model.choice == "batch-top-k" else "top",
        dictionary=dictionary.numpy(),
        encoder=model.encoder.detach().numpy(),
        bias=(model.bias.detach() * scale).numpy(),
        center=(model.center.detach() * scale).numpy(),
        keep=model.keep,
        threshold=threshold * scale,
    )


def _centers(activations: Tensor, count: int, seed: int) -> Tensor:
    """So many centers of the data by k-means, but at most a quarter as many as there are activations."""
    cluster = require("sklearn.cluster", extra="samples")
    wanted = max(2, min(count, len(activations) // 4))
    means = cluster.MiniBatchKMeans(wanted, random_state=seed, n_init=1, batch_size=1024)
    means.fit(np.ascontiguousarray(activations.numpy()))
    return torch.from_numpy(means.cluster_centers_.astype(np.float32))
