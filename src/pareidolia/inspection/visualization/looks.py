"""How a network looks at what is painted for one of its classes."""

from pareidolia.networks import Network
from pareidolia.painting.transforms import RandomCrops, Transform, robust

#: Side in pixels of what can be cut up: a part of CIFAR's pictures, or of a digit, shows something else.
_LEAST = 64


def class_looks(network: Network, canvas: tuple[int, int], robustness: float) -> tuple[Transform, ...]:
    """What a class's picture must be robust to: crops of many sizes, a little turned.

    Deep networks answer to grain that small moves leave as it is, but that no two crops show alike: through
    EfficientNet-Lite0 crops make the difference between grain and geese (docs/networks.md). Where a network's
    own pictures are small it is small moves all the same.

    Args:
        network: looks.
        canvas: height and width of what is painted.
        robustness: 0 for nothing, 1 as a rule.

    Returns:
        The transforms.
    """
    if robustness == 0 or min(network.input_shape[1:]) < _LEAST:
        return robust(robustness)
    shares = (max(0.1, 1 - 0.7 * robustness), 1.0)
    noise, degrees = 0.03 * robustness, 10 * robustness
    size = seen_size(network, canvas)
    return (RandomCrops(2, shares, noise, overhang=0.25, degrees=degrees, size=size),)


def seen_size(network: Network, canvas: tuple[int, int]) -> tuple[int, int]:
    """Height and width at which a network sees a painted thing whole.

    What it was made for; half of that where no position of its maps sees so much, as in retina, SqueezeNet
    and VGG: such a network paints a thing many times over a picture that is larger than what it sees at once.
    At least half of the canvas, so that nothing finer is painted than is seen.

    Args:
        network: looks.
        canvas: height and width of what is painted.

    Returns:
        A size that the network takes.
    """
    whole = network.input_shape[1], network.input_shape[2]
    if network.one_size:
        return whole
    half = whole[0] // 2, whole[1] // 2
    small = min(half) >= _LEAST and not _sees_all(network, whole) and network.accepts(half)
    seen = half if small else whole
    return max(seen[0], canvas[0] // 2), max(seen[1], canvas[1] // 2)


def _sees_all(network: Network, size: tuple[int, int]) -> bool:
    """Whether a position of some map of the network sees as much as a picture of a size holds."""
    maps = [each for each in network.layers.values() if len(each.shape) == 3 and each.shape[-1] > 1]
    fields = [each.receptive_field for each in maps]
    return not fields or any(field is None or min(field.size) >= min(size) for field in fields)
