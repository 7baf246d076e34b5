"""The user's own preparation of pictures, such as torchvision's `weights.transforms()`."""

from collections.abc import Callable

import torch
from torch import Tensor

from pareidolia.settings import BadNetwork, one_line

Prepare = Callable[[Tensor], Tensor]
"""From pictures N×C×H×W in [0, 1] to what a module takes; differentiable."""


def check_preparation(prepare: Prepare, input_shape: tuple[int, int, int], name: str) -> None:
    """Try `prepare` on a grey picture of `input_shape`.

    Raises:
        BadNetwork: it fails, gives no tensor N×C×H×W, or cuts off the gradients.
    """
    picture = torch.full((1, *input_shape), 0.5, requires_grad=True)
    with torch.enable_grad():
        prepared = prepare_with(prepare, picture, name)
    if not prepared.requires_grad:
        raise BadNetwork(
            f"prepare= of {name} cuts off the gradients: write it with torch's operations alone, "
            "without PIL, numpy or detach()"
        )


def prepare_with(prepare: Prepare, pictures: Tensor, name: str) -> Tensor:
    """What `prepare` makes of `pictures` N×C×H×W, as many as were given.

    Raises:
        BadNetwork: it fails, or gives something other than such a tensor of floating-point numbers.
    """
    try:
        prepared = prepare(pictures)
    except torch.OutOfMemoryError:
        raise
    except Exception as error:  # it is the user's code
        raise BadNetwork(
            f"prepare= of {name} failed on pictures {_shape(pictures)}, which it must take as a tensor "
            f"N×C×H×W in [0, 1]: {one_line(error)}"
        ) from error
    if not isinstance(prepared, Tensor):
        raise BadNetwork(f"prepare= of {name} gives {type(prepared).__name__}, not a tensor")
    if prepared.ndim != 4 or len(prepared) != len(pictures) or not prepared.is_floating_point():
        raise BadNetwork(
            f"prepare= of {name} makes {_shape(prepared)} of pictures {_shape(pictures)}: "
            "it must give as many pictures N×C×H×W, of floating-point numbers"
        )
    return prepared


def described(prepare: Prepare) -> str:
    """The preparation in words that are the same in every run."""
    words = " ".join(repr(prepare).split())
    if " at 0x" not in words:
        return words
    return str(getattr(prepare, "__qualname__", type(prepare).__qualname__))


def _shape(tensor: Tensor) -> str:
    return "×".join(map(str, tensor.shape))
