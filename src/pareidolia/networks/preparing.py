"""How pictures in [0, 1] become what a module takes: mean and standard deviation, or the user's own way."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from pareidolia.networks.guarding import guarded
from pareidolia.pictures.accepting import check_range
from pareidolia.pictures.color import luminance
from pareidolia.settings import BadNetwork, BadPicture, check_kind

Prepare = Callable[[Tensor], Tensor]
"""From pictures N×C×H×W in [0, 1] to what a module takes; differentiable."""

# Resizing and quantising may leave [0, 1] by a little; normalizing leaves it by far.
_SLACK = 0.1


@dataclass(frozen=True)
class Preparation:
    """How a network's pictures are prepared.

    Attributes:
        name: the network's, for errors.
        input_shape: channels, height and width of the pictures that the network was made for.
        mean: one number a channel, subtracted from the pictures.
        std: one number a channel, by which they are then divided.
        own: a preparation of the user's own, in place of both.

    Raises:
        BadNetwork: the numbers do not fit the channels, or are none to compute with.
    """

    name: str
    input_shape: tuple[int, int, int]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    own: Prepare | None = None

    def __post_init__(self) -> None:
        channels = self.input_shape[0]
        for what, numbers in (("mean", self.mean), ("std", self.std)):
            if len(numbers) != channels:
                raise BadNetwork(
                    f"{self.name} takes {channels} channels, but the {what} has {len(numbers)} numbers"
                )
            if not all(map(math.isfinite, numbers)):
                raise BadNetwork(f"the {what} of {self.name} must be finite numbers, not {numbers}")
        if not all(self.std):
            raise BadNetwork(f"the std of {self.name} must not be zero")

    def __call__(self, pictures: Tensor, device: torch.device, dtype: torch.dtype) -> Tensor:
        """`pictures` N×C×H×W on `device` in `dtype`, with the network's channels, prepared.

        Args:
            pictures: in [0, 1]; of the network's channels, or grey for three, or of three for grey.
            device: where the result lies.
            dtype: its type.

        Returns:
            N×C×H×W, a copy.

        Raises:
            BadPicture: they are no such pictures, or of other channels.
            BadNetwork: the user's own preparation fails.
        """
        if pictures.ndim != 4 or not pictures.is_floating_point():
            raise BadPicture(
                f"{self.name} takes pictures N×C×H×W of floating-point numbers in [0, 1], "
                f"not {_shape(pictures)} of {str(pictures.dtype).removeprefix('torch.')}"
            )
        pictures = self._with_channels(pictures.to(device=device, dtype=dtype))
        if self.own is not None:
            return prepare_with(self.own, pictures, self.name)
        mean, std = (torch.tensor(each, device=device, dtype=dtype) for each in (self.mean, self.std))
        return (pictures - mean.view(1, -1, 1, 1)) / std.view(1, -1, 1, 1)

    def check_range(self, pictures: Tensor) -> None:
        """Refuse pictures out of [0, 1], as those are that were normalized already.

        Those that gradients are asked of are let through: they are a canvas, which may leave the range for
        a while, and looking at its values at every step would cost time.
        """
        check_kind(pictures, Tensor, f"the pictures for {self.name} are to be a tensor N×C×H×W")
        if not pictures.requires_grad and pictures.is_floating_point():
            check_range(pictures, f"the pictures for {self.name}", slack=_SLACK)

    def __str__(self) -> str:
        size = "x".join(map(str, self.input_shape))
        if self.own is not None:
            return f"{size}, prepared by {described(self.own)}"
        mean, std = (" ".join(f"{number:g}" for number in numbers) for numbers in (self.mean, self.std))
        gray = ", luminance of colour" if self.input_shape[0] == 1 else ""
        return f"{size}{gray}, mean {mean}, std {std}"

    def _with_channels(self, pictures: Tensor) -> Tensor:
        given, wanted = pictures.shape[1], self.input_shape[0]
        if given == wanted:
            return pictures
        if (given, wanted) == (1, 3):
            return pictures.expand(-1, 3, -1, -1)
        if (given, wanted) == (3, 1):
            return luminance(pictures)
        raise BadPicture(f"{self.name} takes pictures of {wanted} channels, not {given}")


def check_preparation(prepare: Prepare, input_shape: tuple[int, int, int], name: str) -> None:
    """Try a preparation on a grey picture.

    Args:
        prepare: the preparation.
        input_shape: channels, height and width of the picture.
        name: of the network, in errors.

    Raises:
        BadNetwork: If it fails, does not return a tensor N×C×H×W, or cuts off the gradients.
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
    """Prepare pictures with the user's function.

    Args:
        prepare: the preparation.
        pictures: N×C×H×W in [0, 1].
        name: of the network, in errors.

    Returns:
        N×C×h×w.

    Raises:
        BadNetwork: If it fails, or returns something other than such a tensor of floating-point numbers.
    """
    with guarded(
        f"prepare= of {name} failed on pictures {_shape(pictures)}, which it must take as a tensor "
        "N×C×H×W in [0, 1]: {reason}"
    ):
        prepared = prepare(pictures)
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
