"""`ReceptiveFieldRules`: what each function of torch does to a receptive field.

Windows (`windows.py`) widen it, elementwise functions join what their inputs see, and what moves axes
(`axes.py`) is followed, so that channels-last blocks keep their receptive field. All that mixes positions in
other ways (attention, flattening, statistics over the map) sees the whole picture.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import torch

from pareidolia.networks.fields.traced import GLOBAL, FieldOrGlobal, TracedField, joined

Rule = Callable[..., FieldOrGlobal]
R = TypeVar("R", bound=Rule)

_MIXING = frozenset(
    """
    matmul __matmul__ __rmatmul__ bmm baddbmm mm addmm einsum tensordot scaled_dot_product_attention
    multi_head_attention_forward group_norm instance_norm roll flip rot90 sort cumsum norm movedim moveaxis
    interpolate upsample grid_sample affine_grid pixel_shuffle pixel_unshuffle fold unfold conv1d conv3d
    conv_transpose1d conv_transpose2d conv_transpose3d bilinear embedding gather scatter index_select
    fft fft2 fftn rfft rfft2 rfftn
    """.split()  # noqa: SIM905
)


class ReceptiveFieldRules:
    """The rules by the name of torch's function; a rule is registered where it is written."""

    def __init__(self) -> None:
        self._rules: dict[str, Rule] = {}

    def of(self, *names: str) -> Callable[[R], R]:
        """Register the function below as the rule for torch's functions of these names."""

        def register(rule: R) -> R:
            self._rules.update(dict.fromkeys(names, rule))
            return rule

        return register

    def after(
        self,
        name: str,
        inputs: Sequence[FieldOrGlobal],
        before: torch.Size,
        after: torch.Size,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> FieldOrGlobal:
        """What an output of shape `after` sees after a call on `inputs`, the first of shape `before`."""
        field = joined(inputs)
        if not isinstance(field, TracedField) or name in _MIXING:
            return GLOBAL
        rule = self._rules.get(name)
        if rule is None:
            return field if _same_at(field.axes, before, after) else GLOBAL
        try:
            return rule(field, before, after, *args, **kwargs)
        except (TypeError, ValueError, IndexError):  # called in a way that the rule does not expect
            return GLOBAL


RULES = ReceptiveFieldRules()


def _same_at(axes: Iterable[int], before: torch.Size, after: torch.Size) -> bool:
    return all(len(after) >= -axis and after[axis] == before[axis] for axis in axes)
