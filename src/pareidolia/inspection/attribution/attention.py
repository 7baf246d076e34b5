"""Where the attentions of a transformer look, recorded while it looks, however they are computed.

Fused attention gives no weights away; it is computed here as it is defined, from queries, keys and values.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from inspect import signature
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from pareidolia.backward.eager import eager
from pareidolia.backward.rectifiers import function_name


@contextmanager
def recorded_attention(module: nn.Module) -> Iterator[list[Tensor]]:
    """Record the weights of every attention that runs inside, each N×heads×queries×keys, in their order.

    Where gradients are on, they are kept for the weights (`.grad`).

    Args:
        module: the network; its compiled parts run eagerly inside. Of several runs, as when it is tried
            whether it takes pictures of a size, the last one counts.

    Yields:
        The weights, filled by forward passes inside.
    """
    recorder = _Recorder()
    handle = module.register_forward_pre_hook(lambda *_: recorder.found.clear())
    try:
        with eager(), recorder:
            yield recorder.found
    finally:
        handle.remove()


class _Recorder(TorchFunctionMode):
    """Sees every call of torch, and keeps the weights of those that are attention."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Tensor] = []

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        name = function_name(func)
        if name == "scaled_dot_product_attention":
            return self._fused(*args, **kwargs)
        if name == "multi_head_attention_forward":
            return self._multi_head(func, args, kwargs)
        result = func(*args, **kwargs)
        return self._noted(result) if name == "softmax" and _mixes(result, args, kwargs) else result

    def _noted(self, weights: Tensor) -> Tensor:
        if torch.is_grad_enabled() and not weights.requires_grad:
            weights = weights.detach().requires_grad_()
        if weights.requires_grad:
            weights.retain_grad()
        self.found.append(weights)
        return weights

    def _fused(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        attn_mask: Tensor | None = None,
        dropout_p: float = 0.0,
        is_causal: bool = False,
        *,
        scale: float | None = None,
        enable_gqa: bool = False,
    ) -> Tensor:
        """softmax(q kᵀ / √d + mask) v; networks that are looked into drop nothing out."""
        if enable_gqa:
            key, value = (
                each.repeat_interleave(query.shape[-3] // each.shape[-3], dim=-3) for each in (key, value)
            )
        logits = query @ key.mT * (1 / math.sqrt(query.shape[-1]) if scale is None else scale)
        if is_causal:
            attn_mask = torch.ones(logits.shape[-2:], dtype=torch.bool, device=logits.device).tril()
        if attn_mask is not None and attn_mask.dtype == torch.bool:
            logits = logits.masked_fill(~attn_mask, -math.inf)
        elif attn_mask is not None:
            logits = logits + attn_mask
        return self._noted(logits.softmax(dim=-1)) @ value

    def _multi_head(
        self, func: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> tuple[Tensor, Tensor | None]:
        """`nn.MultiheadAttention`: its weights, and its output computed from these, so that both are one."""
        bound = signature(func).bind(*args, **kwargs)
        bound.apply_defaults()
        given = bound.arguments
        asked, averaged = given["need_weights"], given["average_attn_weights"]
        extra = given["bias_k"] is not None or given["add_zero_attn"] or given["static_v"] is not None
        if extra or given["query"].ndim != 3:
            result: tuple[Tensor, Tensor | None] = func(*args, **kwargs)
            return result
        _, weights = func(**{**given, "need_weights": True, "average_attn_weights": False})
        weights = self._noted(weights)
        heads = _projected_value(given).unflatten(2, (given["num_heads"], -1)).permute(1, 2, 0, 3)  # type: ignore[no-untyped-call]
        mixed = (weights @ heads).permute(2, 0, 1, 3).flatten(2)
        output = F.linear(mixed, given["out_proj_weight"], given["out_proj_bias"])
        return output, (weights.mean(dim=1) if averaged else weights) if asked else None


def _projected_value(given: Mapping[str, Any]) -> Tensor:
    """The values of `multi_head_attention_forward`, keys×N×E."""
    size, bias = given["embed_dim_to_check"], given["in_proj_bias"]
    separate = given["use_separate_proj_weight"]
    weight = given["v_proj_weight"] if separate else given["in_proj_weight"][2 * size :]
    return F.linear(given["value"], weight, None if bias is None else bias[2 * size :])


def _mixes(result: object, args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool:
    """Whether a softmax is of one query over keys: N×heads×queries×keys, along the last."""
    along = kwargs.get("dim", args[1] if len(args) > 1 else None)
    return isinstance(result, Tensor) and result.ndim == 4 and along in (-1, 3) and result.shape[-1] > 1
