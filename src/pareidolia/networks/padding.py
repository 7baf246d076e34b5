"""Zero padding swapped for padding that repeats the picture, so that its border looks like its middle.

Zeros around every map draw an edge that no picture has; pictures painted through them grow a frame.
"""

from torch import nn

from pareidolia.settings import Padding as Padding


def swap_padding(module: nn.Module, padding: Padding) -> None:
    """Replace the zero padding of every `nn.Conv2d` inside `module` by `padding`, in place."""
    for each in module.modules():
        if isinstance(each, nn.Conv2d) and each.padding_mode == "zeros" and _pads(each):
            # A convolution computes its widths of padding when it is made, whatever its mode.
            each.padding_mode = padding


def _pads(convolution: nn.Conv2d) -> bool:
    return convolution.padding != "valid" and any(convolution._reversed_padding_repeated_twice)
