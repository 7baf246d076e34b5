"""The network of "Perceptual Losses for Real-Time Style Transfer" (Johnson, Alahi and Fei-Fei 2016).

As its supplement has it (9×9 kernels at full size, down twice, five residual blocks of 128 channels, up
twice), with the instance normalisation and the enlarging by repeated pixels of its usual reimplementations.
One network paints in one style; how long it takes does not depend on its weights, so these are random.
"""

from torch import Tensor, nn


def build() -> nn.Sequential:
    """N×3×H×W to the same, H and W multiples of 4."""
    return nn.Sequential(
        *_layer(3, 32, 9),
        *_layer(32, 64, 3, stride=2),
        *_layer(64, 128, 3, stride=2),
        *(_Residual() for _ in range(5)),
        nn.Upsample(scale_factor=2),
        *_layer(128, 64, 3),
        nn.Upsample(scale_factor=2),
        *_layer(64, 32, 3),
        nn.Conv2d(32, 3, 9, padding=4, padding_mode="reflect"),
    )


class _Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.change = nn.Sequential(*_layer(128, 128, 3), *_layer(128, 128, 3)[:2])

    def forward(self, x: Tensor) -> Tensor:
        changed: Tensor = x + self.change(x)
        return changed


def _layer(channels: int, width: int, kernel: int, stride: int = 1) -> list[nn.Module]:
    conv = nn.Conv2d(channels, width, kernel, stride, padding=kernel // 2, padding_mode="reflect")
    return [conv, nn.InstanceNorm2d(width, affine=True), nn.ReLU()]
