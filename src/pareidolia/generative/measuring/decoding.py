"""log p(x|z) of very many codes, on which importance sampling spends its time."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pareidolia.generative.capabilities import HasDensity
from pareidolia.generative.likelihoods import Bernoulli

LogLikelihood = Callable[[Tensor, Tensor], Tensor]

_ACTIVATIONS = (nn.ReLU, nn.Tanh, nn.LeakyReLU, nn.SiLU)
#: Probabilities multiplied before their logarithm is taken, and the least product that is still exact.
_FACTORS, _LEAST = 14, 1e-36


def fast_log_likelihood(model: HasDensity, *, half: bool = False) -> LogLikelihood:
    """The model's `log_likelihood` without gradients, as fast as possible.

    Args:
        model: the model.
        half: in bfloat16, good to about a tenth of a nat.

    Returns:
        A function of x and z.
    """
    layers = _flat_layers(model)
    if layers is not None:
        return FlatDecoder(layers, half=half)
    return _autocast(model) if half else model.log_likelihood


class FlatDecoder:
    """Fully connected layers and pixels of 0 and 1: log p(x|z) in buffers that are made once.

    Allocating memory in each call costs about as much time as the sums. A pixel has the probability
    σ(±logit); probabilities are multiplied by the dozen before a logarithm is taken, and if a product gets
    too small for its digits, that code is computed again by the slow formula.

    Args:
        layers: linear ones and activations, the first and the last linear.
        half: the last layer, which is by far the largest, in bfloat16.
    """

    def __init__(self, layers: list[nn.Module], *, half: bool) -> None:
        *self._layers, last = layers
        assert isinstance(last, nn.Linear)
        self._half = half
        self._weight, self._bias = last.weight.detach().T, last.bias.detach()
        if half:
            self._weight, self._bias = self._weight.bfloat16(), self._bias.bfloat16()
        self._buffers: dict[Any, Tensor] = {}

    @torch.no_grad()
    def __call__(self, x: Tensor, z: Tensor) -> Tensor:
        """x N×C×H×W of 0 and 1, z …×N×L → …×N."""
        signed = self._logits(z.reshape(-1, z.shape[-1])).view(*z.shape[:-1], -1)
        signed.mul_(2 * x.flatten(1) - 1)
        chances = self._buffer("chances", signed.flatten(0, -2).shape, signed.dtype).view_as(signed)
        torch.sigmoid(signed, out=chances)
        whole = chances.shape[-1] // _FACTORS * _FACTORS
        products = chances[..., :whole].reshape(*chances.shape[:-1], -1, _FACTORS).prod(-1)
        rest = chances[..., whole:].prod(-1)
        found: Tensor = products.log().sum(-1) + rest.log()
        small = (products.amin(-1) < _LEAST) | (rest < _LEAST)
        if bool(small.any()):
            found[small] = F.logsigmoid(signed[small]).sum(-1)
        return found

    def _logits(self, z: Tensor) -> Tensor:
        """M×L → M×D, in a buffer."""
        hidden = z
        for layer in self._layers:
            hidden = (
                self._linear(layer, hidden) if isinstance(layer, nn.Linear) else _activated(layer, hidden)
            )
        shape = (len(hidden), len(self._bias))
        logits = self._buffer("logits", shape, hidden.dtype)
        if not self._half:
            return torch.addmm(self._bias, hidden, self._weight, out=logits)
        rough = self._buffer("rough", shape, torch.bfloat16)
        return logits.copy_(torch.addmm(self._bias, hidden.bfloat16(), self._weight, out=rough))

    def _linear(self, layer: nn.Linear, inputs: Tensor) -> Tensor:
        out = self._buffer(layer, (len(inputs), layer.out_features), inputs.dtype)
        return torch.addmm(layer.bias, inputs, layer.weight.T, out=out)

    def _buffer(self, purpose: Any, shape: Any, dtype: torch.dtype) -> Tensor:
        """Rows of a tensor that is kept, and enlarged if needed."""
        kept = self._buffers.get(purpose)
        if kept is None or len(kept) < shape[0] or kept.dtype != dtype:
            kept = torch.empty(tuple(shape), dtype=dtype, device=self._weight.device)
            self._buffers[purpose] = kept
        return kept[: shape[0]]


def _flat_layers(model: HasDensity) -> list[nn.Module] | None:
    """The layers of a fully connected decoder of pixels that are on or off; None for any other model."""
    likelihood, decoder = getattr(model, "likelihood", None), getattr(model, "decoder", None)
    if not isinstance(likelihood, Bernoulli) or likelihood.binarize == "no" or decoder is None:
        return None
    leaves = [each for each in decoder.modules() if next(each.children(), None) is None]
    layers = [each for each in leaves if not isinstance(each, nn.Unflatten)]
    if not all(isinstance(each, (nn.Linear, *_ACTIVATIONS)) for each in layers):
        return None
    return (
        layers if layers and isinstance(layers[0], nn.Linear) and isinstance(layers[-1], nn.Linear) else None
    )


def _activated(layer: nn.Module, hidden: Tensor) -> Tensor:
    """In place if the layer is a ReLU."""
    activated: Tensor = hidden.relu_() if isinstance(layer, nn.ReLU) else layer(hidden)
    return activated


def _autocast(model: HasDensity) -> LogLikelihood:
    def log_likelihood(x: Tensor, z: Tensor) -> Tensor:
        with torch.autocast(x.device.type, torch.bfloat16):
            return model.log_likelihood(x, z).float()

    return log_likelihood
