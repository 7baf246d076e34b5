"""The layer that concepts become: a number for each concept and place.

Every way to find codes is z = relu(E x + b − o(x)), where the offset o takes part in no gradient:

    nonnegative   the z ≥ 0 with the least ‖x − z D‖; o holds what the other concepts account for
    top           the k largest of a place stay; o is what the others lack
    threshold     those above a threshold stay
"""

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pareidolia.networks.devices import in_double

if TYPE_CHECKING:
    from pareidolia.networks.concepts import Concepts

_MOST_SWEEPS = 300
_SETTLED = 1e-6


class ConceptLayer(nn.Module):
    """Codes of what a layer gives: N×K×h×w of N×C×h×w, …×K of …×C.

    The gradient takes what is chosen, and what other concepts account for, as given: ∂z/∂x = E where z > 0.

    Args:
        concepts: the dictionary.
    """

    def __init__(self, concepts: "Concepts") -> None:
        super().__init__()
        self._how = concepts.selection, concepts.keep, concepts.threshold
        self.axis, self.channels = concepts.axis, concepts.dictionary.shape[1]
        encoder = torch.from_numpy(concepts.encoder)
        self.encoder: Tensor
        self.bias: Tensor
        self.products: Tensor
        self.dictionary: Tensor
        self.register_buffer("encoder", encoder)
        self.register_buffer(
            "bias", torch.from_numpy(concepts.bias) - encoder @ torch.from_numpy(concepts.center)
        )
        dictionary = torch.from_numpy(concepts.dictionary)
        self.register_buffer("dictionary", dictionary)
        self.register_buffer("products", dictionary @ dictionary.T)
        self._step = 1 / max(float(torch.linalg.eigvalsh(in_double(self.products))[-1]), 1e-30)

    def takes(self, given: Tensor) -> bool:
        """Whether a tensor has the channels of the dictionary where they are looked for."""
        return given.ndim >= 2 and given.shape[self._axis(given)] == self.channels

    def part(self, codes: Tensor) -> Tensor:
        """What codes, laid out as `forward` gives them, account for of the layer's activations: z D."""
        axis = self._axis(codes)
        return (codes.movedim(axis, -1) @ self.dictionary.to(codes)).movedim(-1, axis)

    def forward(self, given: Tensor) -> Tensor:
        """The codes."""
        if self._axis(given) == 1 and given.ndim == 4:
            scores = F.conv2d(given, self.encoder[..., None, None], self.bias)
        else:
            scores = F.linear(given, self.encoder, self.bias)
        axis = self._axis(given)
        # No mode follows it, as it sees what the scores see: places and receptive fields stay theirs.
        with torch.no_grad(), torch._C.DisableTorchFunction():
            offset = self._offset(scores.detach().movedim(axis, -1)).movedim(-1, axis)
        return F.relu(scores - offset)

    def _axis(self, given: Tensor) -> int:
        return self.axis if self.axis == 1 and given.ndim == 4 else given.ndim - 1

    def _offset(self, scores: Tensor) -> Tensor:
        """o of scores …×K."""
        selection, keep, threshold = self._how
        if selection == "threshold":
            return torch.where(scores > threshold, 0.0, threshold)
        if selection == "top":
            if keep >= scores.shape[-1]:
                return torch.zeros_like(scores)
            largest = scores.topk(keep + 1, dim=-1).values
            return torch.where(scores > largest[..., keep:], 0.0, largest[..., keep:].clamp(min=0))
        own = self.products.diagonal().clamp(min=torch.finfo(scores.dtype).tiny)
        codes = nonnegative_codes(scores.reshape(-1, scores.shape[-1]) * own, self.products, self._step)
        return (codes @ self.products / own - codes).reshape(scores.shape)


def nonnegative_codes(correlations: Tensor, products: Tensor, step: float) -> Tensor:
    """The u ≥ 0 with the least ‖x − u D‖, for M vectors x at once.

    Accelerated projected gradients (Beck and Teboulle 2009), restarted where the objective would rise
    (O'Donoghue and Candès 2015).

    Args:
        correlations: x Dᵀ, M×K.
        products: D Dᵀ, K×K.
        step: 1 / the largest eigenvalue of D Dᵀ.

    Returns:
        u, M×K.
    """
    codes: Tensor = (correlations * step).clamp(min=0)
    ahead, pace = codes, 1.0
    for _ in range(_MOST_SWEEPS):
        after: Tensor = (ahead - step * (ahead @ products - correlations)).clamp(min=0)
        moved = after - codes
        if float(moved.abs().max()) <= _SETTLED * float(after.abs().max()):
            return after
        if float(((ahead - after) * moved).sum()) > 0:
            ahead, pace = after, 1.0
        else:
            faster = (1 + (1 + 4 * pace**2) ** 0.5) / 2
            ahead, pace = after + (pace - 1) / faster * moved, faster
        codes = after
    return codes
