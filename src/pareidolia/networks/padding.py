"""Zero padding swapped for padding that repeats the picture, so that its border looks like its middle.

Zeros around every map draw an edge that no picture has; what is painted through them grows a frame.
"""

from torch import nn

from pareidolia.settings import Padding as Padding


def swap_padding(module: nn.Module, padding: Padding) -> None:
    """Let every padded `nn.Conv2d` inside `module` that pads with zeros pad with `padding`, in place."""
    for each in module.modules():
        if isinstance(each, nn.Conv2d) and each.padding_mode == "zeros" and _pads(each):
            # What the convolution pads by is worked out when it is made, whatever its mode.
            each.padding_mode = padding


def _pads(convolution: nn.Conv2d) -> bool:
    return convolution.padding != "valid" and any(convolution._reversed_padding_repeated_twice)
