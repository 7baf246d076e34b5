"""LeGrad: how a class's score, read after each block of a vision transformer, grows with its attention."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from pareidolia.inspection.attribution.attention import recorded_attention
from pareidolia.inspection.attribution.rollout import on_patches, same_tokens, token_layer
from pareidolia.inspection.targets import ClassTarget, Target
from pareidolia.networks import Layer, Network, preserve_state
from pareidolia.networks.layers import first_tensor
from pareidolia.settings import Unsuited


def legrad(network: Network, pictures: Tensor, target: Target) -> Tensor:
    """Mean over blocks, heads and queries of max(0, ∂s_l/∂A_l) (Bousselham et al. 2024, eq. 6 to 8).

    s_l is the class's score, read by the network's own head from the mean of block l's tokens. All heads run
    in one pass: the last block hands on the tokens of every block, one beside the other, and each block
    starts from tokens that send nothing back, so that s_l reaches A_l alone.

    Args:
        network: a transformer of blocks whose attentions all look over the same tokens.
        pictures: N×C×H×W in [0, 1].
        target: a class.

    Returns:
        N×1×H×W, not negative.

    Raises:
        Unsuited: the target is not a class, or the network has no such blocks.
    """
    if not isinstance(target, ClassTarget):
        raise Unsuited("legrad explains classes alone: it reads the class's score after every block")
    blocks = [network.module.get_submodule(name) for name in transformer_blocks(network, pictures)]
    return torch.cat([_of_one(network, each[None], target.one(i), blocks) for i, each in enumerate(pictures)])


def _of_one(network: Network, picture: Tensor, target: Target, blocks: Sequence[nn.Module]) -> Tensor:
    with preserve_state(network.module), torch.enable_grad(), recorded_attention(network.module) as found:
        with _read_after_each(blocks):
            scores = target(network, picture)
        network.backward(scores.sum())
    # What pools tokens behind the blocks is no block's.
    weights = [each for each in same_tokens(network, found[: len(blocks)]) if each.grad is not None]
    seen = [each.grad.clamp(min=0).mean(dim=(1, 2)) for each in weights if each.grad is not None]
    layer = token_layer(network, picture, weights[0].shape[-1])
    return on_patches(network, layer, torch.stack(seen).mean(dim=0), picture)


@contextmanager
def _read_after_each(blocks: Sequence[nn.Module]) -> Iterator[None]:
    """Let the last block hand on the mean token of each block, block by block along the first axis."""
    outputs: list[Tensor] = []

    def begin(_module: nn.Module, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[Any, Any]:
        return tuple(map(_detached, args)), {name: _detached(value) for name, value in kwargs.items()}

    def end(module: nn.Module, _args: object, output: object) -> object:
        tokens = first_tensor(output)
        assert tokens is not None
        outputs.append(tokens.mean(dim=1, keepdim=True).expand_as(tokens))
        if module is not blocks[-1]:
            return output
        read = torch.cat(outputs)
        return read if isinstance(output, Tensor) else (read, *output[1:])  # type: ignore[index]

    handles = [each.register_forward_pre_hook(begin, with_kwargs=True) for each in blocks]
    handles += [each.register_forward_hook(end) for each in blocks]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _detached(value: Any) -> Any:
    return value.detach() if isinstance(value, Tensor) else value


def transformer_blocks(network: Network, pictures: Tensor) -> list[str]:
    """The blocks of a transformer in their order: the widest parts that have one attention and give tokens.

    Args:
        network: the network.
        pictures: N×C×H×W that it looks at.

    Returns:
        Their names.

    Raises:
        Unsuited: there are none.
    """
    layers = network.layers_on(pictures)
    tokens = {
        name: layer
        for name, layer in layers.items()
        if layer.layout is not None and (layer.form, layer.layout.places) == ("tokens", (1,))
    }
    called = [name for name, layer in layers.items() if "Attention" in layer.kind and name in tokens]
    attentions = [name for name in called if not any(name.startswith(f"{other}.") for other in called)]
    found = [_block(name, attentions, tokens) for name in attentions]
    blocks = [name for name in dict.fromkeys(found) if name]
    if not blocks:
        raise Unsuited(f"{network.name} has no blocks of attention over tokens: legrad is for transformers")
    return sorted(blocks, key=lambda name: layers[name].finish)


def _block(attention: str, attentions: Sequence[str], tokens: Mapping[str, Layer]) -> str:
    """The widest part around an attention that holds no other and gives tokens; "" where there is none."""
    parts = attention.split(".")
    around = [".".join(parts[:length]) for length in range(1, len(parts))]
    alone = [
        name
        for name in around
        if name in tokens and sum(other.startswith(f"{name}.") for other in attentions) == 1
    ]
    # Of a network of one block all that is around is alone: the nearest is the block.
    return "" if not alone else alone[-1 if len(attentions) == 1 else 0]
