"""The deconvolutional network built layer by layer, as Zeiler and Fergus (2014) draw it.

Three steps undo a stage convolution → rectifier → max pooling: unpooling by switches, rectification, and
transposed convolution. For networks that are not a plain sequence use the rule `deconvnet`, which is equal.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import singledispatch

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from pareidolia.settings import BadNetwork

Backward = Callable[[Tensor], Tensor]


def max_pool_with_switches(pictures: Tensor, pool: nn.MaxPool2d) -> tuple[Tensor, Tensor]:
    """Max pooling that keeps the position of each maximum.

    Args:
        pictures: N×C×H×W.
        pool: the pooling layer.

    Returns:
        The maxima N×C×h×w, and the switches of the same shape: each maximum's index in its H·W plane, row by
            row.
    """
    maxima, switches = F.max_pool2d(
        pictures,
        pool.kernel_size,
        pool.stride,
        pool.padding,
        pool.dilation,
        ceil_mode=pool.ceil_mode,
        return_indices=True,
    )
    return maxima, switches


def unpool(signal: Tensor, switches: Tensor, height_width: tuple[int, int]) -> Tensor:
    """Put each value back where its maximum stood, with zeros elsewhere.

    If overlapping windows share a maximum their values add, as the transpose of choosing demands
    (`max_unpool2d` would keep only one of them).

    Args:
        signal: N×C×h×w.
        switches: of the same shape, from `max_pool_with_switches`.
        height_width: H and W.

    Returns:
        N×C×H×W.
    """
    height, width = height_width
    plane = signal.new_zeros(*signal.shape[:2], height * width)
    plane.scatter_add_(2, switches.flatten(2), signal.flatten(2))
    return plane.reshape(*signal.shape[:2], height, width)


def transposed_convolution(
    signal: Tensor, convolution: nn.Conv2d, height_width: tuple[int, int] | None = None
) -> Tensor:
    """The convolution's transpose: ŷ^c = Σ_k z_k ∗ f_k^c, full convolution with the forward kernels.

    The bias is dropped.

    Args:
        signal: z, N×K×h×w, a map for each of the K kernels.
        convolution: the convolution, with zero padding.
        height_width: size of the convolution's input if the stride leaves it open; the smallest if None.

    Returns:
        N×C×H×W, with the C channels that the convolution takes.

    Raises:
        BadNetwork: If the convolution pads with anything but zeros.
    """
    if convolution.padding_mode != "zeros":
        raise BadNetwork(f"the transposed convolution knows zero padding, not '{convolution.padding_mode}'")
    padding = _padding(convolution)
    extra = [0, 0]
    if height_width is not None:
        smallest = [
            (signal.shape[2 + axis] - 1) * convolution.stride[axis]
            - 2 * padding[axis]
            + convolution.dilation[axis] * (convolution.kernel_size[axis] - 1)
            + 1
            for axis in (0, 1)
        ]
        extra = [size - least for size, least in zip(height_width, smallest, strict=True)]
    return F.conv_transpose2d(
        signal,
        convolution.weight,
        None,
        convolution.stride,
        padding,
        extra,
        convolution.groups,
        convolution.dilation,
    )


def convolution_matrix(kernel: Tensor, height_width: tuple[int, int], stride: int = 1) -> Tensor:
    """The matrix C with C · x = the convolution of one map x (H·W values, row by row), without padding.

    Row (i, j) holds the kernel where its window (i, j) stands. Cᵀ is the transposed convolution; for a 4×4
    input and a 3×3 kernel C is 4×16.

    Args:
        kernel: k×k.
        height_width: H and W.
        stride: of the convolution.

    Returns:
        (h·w)×(H·W), mostly zeros.
    """
    (rows, columns), (height, width) = kernel.shape, height_width
    windows = [
        (top, left)
        for top in range(0, height - rows + 1, stride)
        for left in range(0, width - columns + 1, stride)
    ]
    matrix = kernel.new_zeros(len(windows), height, width)
    for row, (top, left) in zip(matrix, windows, strict=True):
        row[top : top + rows, left : left + columns] = kernel
    return matrix.flatten(1)


@dataclass(frozen=True)
class _Step:
    name: str
    kind: str
    back: Backward


class DeconvolutionalNetwork:
    """A sequential network and its deconvolutional counterpart.

    `forward` computes and keeps the switches; `back` sends a signal from any of its layers to the pixels:
    switches unpool, the signal is rectified at each rectifier, convolutions are transposed. The last
    transposed convolution is the end: nothing is rectified after it.

    Args:
        network: `nn.Sequential`, nested to any depth, of convolutions, ReLUs, max and average poolings, batch
            normalisations, flattening, linear layers and dropout, in eval mode.

    Raises:
        BadNetwork: If the network has another layer; the error names it.
    """

    def __init__(self, network: nn.Sequential) -> None:
        self._layers = list(_leaves(network))
        self._steps: list[_Step] = []

    @property
    def layers(self) -> list[str]:
        """The layers' names, in order; a signal can start at each of them."""
        return [name for name, _ in self._layers]

    @torch.no_grad()
    def forward(self, pictures: Tensor, until: str | None = None) -> Tensor:
        """The activations of the layer `until` (default: the last) for N×C×H×W inputs of the network."""
        self._steps = []
        signal = pictures
        for name, layer in self._layers:
            try:
                signal, back = turn(layer, signal)
            except BadNetwork as error:
                raise BadNetwork(f"layer '{name}': {error}") from error
            self._steps.append(_Step(name, type(layer).__name__, back))
            if name == until:
                break
        return signal

    @torch.no_grad()
    def back(self, signal: Tensor) -> Tensor:
        """Send `signal`, of the shape that `forward` returned, back to the pixels: N×C×H×W, signed."""
        for step in reversed(self._steps):
            signal = step.back(signal)
        return signal


def _leaves(module: nn.Module, prefix: str = "") -> Iterator[tuple[str, nn.Module]]:
    for name, child in module.named_children():
        if isinstance(child, nn.Sequential):
            yield from _leaves(child, f"{prefix}{name}.")
        else:
            yield prefix + name, child


@singledispatch
def turn(layer: nn.Module, x: Tensor) -> tuple[Tensor, Backward]:
    """The output of `layer` for x, and the function that sends a signal back through it."""
    raise BadNetwork(
        f"the layer-by-layer deconvolutional network knows no {type(layer).__name__}; "
        "use the rule 'deconvnet', which takes any network"
    )


@turn.register
def _(layer: nn.Conv2d, x: Tensor) -> tuple[Tensor, Backward]:
    height, width = x.shape[-2:]
    return layer(x), lambda signal: transposed_convolution(signal, layer, (height, width))


@turn.register
def _(layer: nn.ReLU, x: Tensor) -> tuple[Tensor, Backward]:
    return F.relu(x), F.relu


@turn.register
def _(layer: nn.MaxPool2d, x: Tensor) -> tuple[Tensor, Backward]:
    height, width = x.shape[-2:]
    maxima, switches = max_pool_with_switches(x, layer)
    return maxima, lambda signal: unpool(signal, switches, (height, width))


@turn.register
def _(layer: nn.BatchNorm2d, x: Tensor) -> tuple[Tensor, Backward]:
    assert layer.running_var is not None
    scale = (layer.running_var + layer.eps).rsqrt()
    if layer.weight is not None:
        scale = scale * layer.weight
    return layer(x), lambda signal: signal * scale[:, None, None]


@turn.register
def _(layer: nn.Linear, x: Tensor) -> tuple[Tensor, Backward]:
    return layer(x), lambda signal: signal @ layer.weight


@turn.register
def _(layer: nn.Flatten, x: Tensor) -> tuple[Tensor, Backward]:
    return layer(x), lambda signal: signal.reshape(x.shape)


@turn.register(nn.Dropout)
@turn.register(nn.Dropout2d)
@turn.register(nn.Identity)
def _(layer: nn.Module, x: Tensor) -> tuple[Tensor, Backward]:
    return x, lambda signal: signal


@turn.register(nn.AvgPool2d)
@turn.register(nn.AdaptiveAvgPool2d)
def _(layer: nn.Module, x: Tensor) -> tuple[Tensor, Backward]:
    with torch.enable_grad():
        leaf = x.detach().requires_grad_()
        averages = layer(leaf)

    # Averaging is linear: autograd's transpose spreads each value evenly over its window.
    def spread(signal: Tensor) -> Tensor:
        return torch.autograd.grad(averages, leaf, signal, retain_graph=True)[0]

    return averages.detach(), spread


def _padding(convolution: nn.Conv2d) -> list[int]:
    if convolution.padding == "valid":
        return [0, 0]
    if convolution.padding != "same":
        return [int(amount) for amount in convolution.padding]
    around = [
        dilation * (size - 1)
        for dilation, size in zip(convolution.dilation, convolution.kernel_size, strict=True)
    ]
    if any(amount % 2 for amount in around):
        raise BadNetwork(
            "'same' padding of an even kernel is lopsided, which the transpose here does not know"
        )
    return [amount // 2 for amount in around]
