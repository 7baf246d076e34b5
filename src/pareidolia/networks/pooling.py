"""Max pooling swapped for average or L2 pooling, which Gatys found to paint smoother pictures.

Averages are smaller than maxima. So that activations keep their magnitude, the swapped pools are scaled
by the constants of crowsonkb's style-transfer-pytorch, 2 for average and 0.78 for L2, which hold for windows
of 2x2 as in VGG. There L2 is the root of a sum of four squares, so 0.78 of it is 1.56 times the root of
the mean square: written with the mean, the constants serve windows of any size, also at the edges.
"""

from torch import Tensor, nn
from torch.nn import functional as F

from pareidolia.settings import BadNetwork
from pareidolia.settings import Pooling as Pooling

_AVERAGE_SCALE = 2.0
_ROOT_MEAN_SQUARE_SCALE = 0.78 * 2
_SMALLEST = 1e-12  # the root has no slope at zero


class _ScaledPool(nn.Module):
    """Pools the windows of the max pooling that it replaces; padding does not count."""

    def __init__(self, replaced: nn.MaxPool2d) -> None:
        super().__init__()
        self.kernel_size = replaced.kernel_size
        self.stride = replaced.stride
        self.padding = replaced.padding
        self.ceil_mode = replaced.ceil_mode

    def _mean(self, values: Tensor) -> Tensor:
        return F.avg_pool2d(
            values, self.kernel_size, self.stride, self.padding, self.ceil_mode, count_include_pad=False
        )

    def extra_repr(self) -> str:
        """The window, for printing."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class ScaledAveragePool2d(_ScaledPool):
    """Twice the mean of each window."""

    def forward(self, values: Tensor) -> Tensor:
        """N×C×H×W to the pooled N×C×H'×W'."""
        return _AVERAGE_SCALE * self._mean(values)


class ScaledL2Pool2d(_ScaledPool):
    """1.56 times the root mean square of each window."""

    def forward(self, values: Tensor) -> Tensor:
        """N×C×H×W to the pooled N×C×H'×W'."""
        return _ROOT_MEAN_SQUARE_SCALE * self._mean(values.square()).clamp(min=_SMALLEST).sqrt()


def swap_pooling(module: nn.Module, pooling: Pooling, name: str) -> None:
    """Replace every `nn.MaxPool2d` inside a module, in place.

    Args:
        module: the module.
        pooling: what to replace it by.
        name: of the network, for the error.

    Raises:
        BadNetwork: If there is no max pooling, or one whose geometry no average has (dilated, or returning
            its indices).
    """
    if pooling == "max":
        return
    replacement = {"average": ScaledAveragePool2d, "l2": ScaledL2Pool2d}[pooling]
    pools = [(path, each) for path, each in module.named_modules() if isinstance(each, nn.MaxPool2d) and path]
    if not pools:
        raise BadNetwork(f"{name} has no max pooling modules to replace; leave the pooling at max")
    for path, pool in pools:
        if pool.return_indices or pool.dilation not in (1, (1, 1)):
            raise BadNetwork(f"the max pooling {path} of {name} is dilated or gives indices: leave it at max")
        parent, _, attribute = path.rpartition(".")
        setattr(module.get_submodule(parent), attribute, replacement(pool))
