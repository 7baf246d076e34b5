"""Attention rollout: from which patches a vision transformer's last tokens have what they hold."""

from collections.abc import Sequence

import torch
from torch import Tensor

from pareidolia.inspection.attribution.attention import recorded_attention
from pareidolia.inspection.attribution.cam import enlarged
from pareidolia.inspection.targets import Target
from pareidolia.networks import Layer, Network, preserve_state
from pareidolia.settings import Unsuited


def attention_rollout(network: Network, pictures: Tensor, target: Target) -> Tensor:
    """Ã_L ⋯ Ã_1 with Ã = (mean over heads of A + I) / 2 (Abnar and Zuidema 2020, eq. 1).

    Of the product the class token's row is shown, or, where there is no such token, the mean of all rows. An
    attention that pools the tokens at the end is the last factor. The same for every target.

    Args:
        network: a transformer whose attentions all look over the same tokens.
        pictures: N×C×H×W in [0, 1].
        target: says how far the network runs.

    Returns:
        N×1×H×W, not negative.

    Raises:
        Unsuited: it has no attention, or not over the same tokens.
    """
    with preserve_state(network.module), torch.no_grad(), recorded_attention(network.module) as found:
        target(network, pictures)
    weights = [each.mean(dim=1) for each in same_tokens(network, found)]
    layer = token_layer(network, pictures, weights[0].shape[-1])
    flow = torch.eye(weights[0].shape[-1]).to(weights[0])
    for each in weights:
        flow = (each @ flow + flow) / 2 if _is_square(each) else each @ flow
    row = flow[:, _summary_rows(layer) if _is_square(weights[-1]) else slice(None)].mean(dim=1)
    return on_patches(network, layer, row, pictures)


def gradient_rollout(network: Network, pictures: Tensor, target: Target) -> Tensor:
    """R ← R + Ā R from R = I, Ā = mean over heads of max(0, ∂S/∂A ⊙ A) (Chefer et al. 2021b, eq. 5 and 6).

    Of R the rows of those tokens are shown that the score is read from: where the last attention has a
    gradient.

    Args:
        network: as `attention_rollout` takes it.
        pictures: N×C×H×W in [0, 1].
        target: S.

    Returns:
        N×1×H×W, not negative.

    Raises:
        Unsuited: it has no attention, or not over the same tokens, or the target does not depend on it.
    """
    with preserve_state(network.module), torch.enable_grad(), recorded_attention(network.module) as found:
        scores = target(network, pictures.detach())
        weights = same_tokens(network, found)
        if scores.requires_grad:
            network.backward(scores.sum())
    weights = [each for each in weights if each.grad is not None]  # those before a unit's layer
    if not weights:
        raise Unsuited(f"the target does not depend on an attention of {network.name}")
    layer = token_layer(network, pictures, weights[0].shape[-1])
    flow = torch.eye(weights[0].shape[-1]).to(weights[0])
    for each in weights:
        assert each.grad is not None
        relevance = (each.detach() * each.grad).clamp(min=0).mean(dim=1)
        flow = flow + relevance @ flow if _is_square(each) else relevance @ flow
    read = _rows_read(weights[-1])
    if _is_square(weights[-1]):  # what a token has from itself is not what it looked at
        flow = flow - torch.eye(flow.shape[-1]).to(flow)
    row = (flow * read[..., None]).sum(dim=1) / read.sum(dim=1, keepdim=True).clamp(min=1)
    return on_patches(network, layer, row, pictures)


def same_tokens(network: Network, found: Sequence[Tensor]) -> list[Tensor]:
    """The weights that were recorded, each over the same tokens; the last may pool them.

    Args:
        network: which is named in errors.
        found: N×heads×queries×keys each.

    Returns:
        The weights.

    Raises:
        Unsuited: there are none, or they look over different tokens.
    """
    if not found:
        raise Unsuited(f"{network.name} has no attention over positions: this method is for transformers")
    keys = found[0].shape[-1]
    whole = all(each.shape[-2:] == (keys, keys) for each in found[:-1]) and found[-1].shape[-1] == keys
    if not whole or len({len(each) for each in found}) > 1:
        raise Unsuited(
            f"the attentions of {network.name} do not all look over the same tokens (but in windows or "
            "stages), so they cannot be rolled out"
        )
    return list(found)


def token_layer(network: Network, pictures: Tensor, tokens: int) -> Layer:
    """The last layer whose output is so many tokens, of known places.

    Args:
        network: the network.
        pictures: N×C×H×W that it looks at.
        tokens: how many it has, with class tokens.

    Returns:
        The layer.

    Raises:
        Unsuited: there is none.
    """
    layers = sorted(network.layers_on(pictures).values(), key=lambda layer: layer.finish)
    for layer in reversed(layers):
        found = layer.layout
        if (
            found is not None
            and found.form == "tokens"
            and (found.places, found.lengths) == ((1,), (tokens,))
        ):
            return layer
    raise Unsuited(f"the {tokens} tokens of {network.name} have no known places in the picture")


def on_patches(network: Network, layer: Layer, values: Tensor, pictures: Tensor) -> Tensor:
    """One value for each token, N×tokens, as a map of the picture, N×1×H×W; class tokens are left out."""
    return enlarged(network.as_maps(layer.name, values[..., None], pictures).detach(), pictures)


def _is_square(weights: Tensor) -> bool:
    return weights.shape[-2] == weights.shape[-1]


def _summary_rows(layer: Layer) -> slice:
    """The class token's row, or all where the first token is a place of the picture."""
    assert layer.layout is not None and layer.layout.index is not None
    return slice(None) if bool((layer.layout.index == 0).any()) else slice(0, 1)


def _rows_read(weights: Tensor) -> Tensor:
    """1 for the tokens of an attention N×heads×queries×keys whose weights have a gradient, N×queries."""
    assert weights.grad is not None
    return (weights.grad.abs().amax(dim=(1, 3)) > 0).to(weights)
