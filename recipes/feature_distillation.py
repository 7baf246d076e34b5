"""What training and evaluation share: teacher, student and readouts, least squares, variance explained."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from pareidolia.networks import load_network, retina

Maps = Callable[[Tensor], list[Tensor]]
TARGET_CHANNELS = (64, 128, 256, 512, 512)


class Vgg19:
    """The teacher: the maps of the original VGG-19 at the first ReLU of each of its stages."""

    layers = tuple(f"relu{stage}_1" for stage in range(1, 6))

    def __init__(self) -> None:
        self._network = load_network("vgg19", device="cpu")
        self._network.module.to(memory_format=torch.channels_last)

    @torch.no_grad()
    def __call__(self, pictures: Tensor) -> list[Tensor]:
        """N×3×H×W in [0, 1] → five maps, N×(64, 128, 256, 512, 512)×(H, W divided by 1, 2, 4, 8, 16)."""
        return [maps.float() for maps in self.maps(pictures)]

    def maps(self, pictures: Tensor) -> list[Tensor]:
        """The same, differentiable and as precise as they are computed."""
        found = self._network.record(pictures.contiguous(memory_format=torch.channels_last), self.layers)
        return [found[layer] for layer in self.layers]


def with_batch_norm(stage: nn.Sequential) -> nn.Sequential:
    """The same stage with a batch normalisation, normK, after each convK (which then needs no bias)."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    for name, layer in stage.named_children():
        layers[name] = layer
        if isinstance(layer, nn.Conv2d):
            layer.bias = None
            layers[name.replace("conv", "norm")] = nn.BatchNorm2d(layer.out_channels)
    return nn.Sequential(layers)


def trainable(network: nn.Sequential) -> nn.Sequential:
    """A new network with batch normalisation: it learns more in 240 steps than the plain one in 600."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight)
    return nn.Sequential(
        OrderedDict(
            (name, stage if name == "head" else with_batch_norm(stage))
            for name, stage in network.named_children()
        )
    )


@torch.no_grad()
def trainable_further(network: nn.Sequential, pictures: Tensor) -> nn.Sequential:
    """A network with batch normalisation that changes nothing yet.

    The normalisations are given the mean and the spread that their convolutions have on `pictures`.
    """
    x = (pictures - torch.tensor(retina.MEAN)[:, None, None]) / torch.tensor(retina.STD)[:, None, None]
    stages: OrderedDict[str, nn.Module] = OrderedDict()
    for name, stage in network.named_children():
        if name == "head":
            stages[name] = stage
            continue
        seen = {}
        for layer_name, layer in stage.named_children():
            x = layer(x)
            if isinstance(layer, nn.Conv2d):
                seen[layer_name.replace("conv", "norm")] = (x.mean((0, 2, 3)), x.var((0, 2, 3)), layer.bias)
        stages[name] = with_batch_norm(stage)
        for layer_name, (mean, variance, bias) in seen.items():
            norm = stages[name].get_submodule(layer_name)
            norm.running_mean.copy_(mean - bias)
            norm.running_var.copy_(variance)
            norm.weight.copy_((variance + norm.eps).sqrt())
            norm.bias.copy_(mean)
    return nn.Sequential(stages)


def folded(network: nn.Sequential, plain: nn.Sequential) -> nn.Sequential:
    """`plain` with the weights of `network`, each of whose normalisations is folded into its convolution."""
    norms = {name: module for name, module in network.named_modules() if isinstance(module, nn.BatchNorm2d)}
    for name, layer in network.named_modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            norm = norms.get(name.replace(".conv", ".norm"))
            fused = layer if norm is None else fuse_conv_bn_eval(layer.eval(), norm.eval())
            plain.get_submodule(name).load_state_dict(fused.state_dict())
    return plain


class Student(nn.Module):
    """A trunk, plain or with batch normalisation, and one linear readout a stage that is not shipped."""

    def __init__(self, trunk: nn.Sequential) -> None:
        super().__init__()
        self.trunk = trunk
        widths = [stage.conv1.out_channels for stage in trunk]
        self.readouts = nn.ModuleList(
            nn.Conv2d(a, b, 1) for a, b in zip(widths, TARGET_CHANNELS, strict=True)
        )
        self.register_buffer("mean", torch.tensor(retina.MEAN)[:, None, None])
        self.register_buffer("std", torch.tensor(retina.STD)[:, None, None])

    def look(self, pictures: Tensor) -> tuple[list[Tensor], Tensor]:
        """N×3×H×W in [0, 1] → the maps after the first ReLU of each stage, and the trunk's last map."""
        x, maps = (pictures - self.mean) / self.std, []
        for stage_name, stage in self.trunk.named_children():
            for layer_name, layer in stage.named_children():
                x = layer(x)
                if f"{stage_name}.{layer_name}" in retina.STYLE_LAYERS:
                    maps.append(x)
        return maps, x

    def taps(self, pictures: Tensor) -> list[Tensor]:
        """N×3×H×W in [0, 1] → the maps after the first ReLU of each stage."""
        return self.look(pictures)[0]

    def forward(self, pictures: Tensor) -> list[Tensor]:
        """N×3×H×W in [0, 1] → the teacher's five maps as the readouts guess them."""
        return [readout(tap).float() for readout, tap in zip(self.readouts, self.taps(pictures), strict=True)]


class Moments:
    """Sums over positions from which the mean, the variance and least-squares readouts follow, in float64."""

    def __init__(self) -> None:
        self.xx: Any = 0
        self.xy: Any = 0
        self.yy: Any = 0

    def add(self, inputs: Tensor, targets: Tensor) -> None:
        """Add maps N×C×h×w and N×D×h×w."""
        x = F.pad(inputs.float().permute(0, 2, 3, 1).flatten(0, 2), (0, 1), value=1.0)
        y = targets.permute(0, 2, 3, 1).flatten(0, 2)
        self.xx += (x.T @ x).double()
        self.xy += (x.T @ y).double()
        self.yy += y.double().square().sum(0)

    @property
    def variance(self) -> float:
        """Variance of the targets, mean over their channels."""
        count = self.xx[-1, -1]
        return float((self.yy / count - (self.xy[-1] / count).square()).mean())

    def readout(self, ridge: float = 1e-5) -> tuple[Tensor, Tensor]:
        """Weight D×C×1×1 and bias D of the least-squares readout."""
        penalty = ridge * self.xx.diagonal().mean() * torch.eye(len(self.xx), dtype=self.xx.dtype).to(self.xx)
        penalty[-1, -1] = 0
        solution = torch.linalg.solve(self.xx + penalty, self.xy).float().T
        return solution[:, :-1, None, None].contiguous(), solution[:, -1].contiguous()


def moments(student: Student, teacher: Maps, batches: Iterable[Tensor]) -> list[Moments]:
    """Sums over `batches` of pictures, of each stage's taps and targets. Call it under no_grad."""
    sums = [Moments() for _ in TARGET_CHANNELS]
    for pictures in batches:
        for total, tap, target in zip(sums, student.taps(pictures), teacher(pictures), strict=True):
            total.add(tap, target)
    return sums


def set_readouts(student: Student, sums: list[Moments]) -> None:
    """Replace the readouts by the least-squares ones."""
    with torch.no_grad():
        for readout, total in zip(student.readouts, sums, strict=True):
            weight, bias = total.readout()
            readout.weight.copy_(weight)
            readout.bias.copy_(bias)


def variance_explained(student: Student, teacher: Maps, batches: Iterable[Tensor]) -> list[float]:
    """1 − Σ‖guess − target‖² / Σ‖target − mean‖² of each stage, over all positions of all pictures."""
    errors = torch.zeros(len(TARGET_CHANNELS), dtype=torch.float64)
    square = torch.zeros_like(errors)
    means: list[Any] = [0] * len(TARGET_CHANNELS)
    counts = torch.zeros_like(errors)
    for pictures in batches:
        for k, (guess, target) in enumerate(zip(student(pictures), teacher(pictures), strict=True)):
            errors[k] += (guess - target).double().square().sum().cpu()
            square[k] += target.double().square().sum().cpu()
            means[k] += target.double().sum((0, 2, 3)).cpu()
            counts[k] += target.numel() // target.shape[1]
    spread = torch.stack([s - m.square().sum() / c for s, m, c in zip(square, means, counts, strict=True)])
    return [float(value) for value in 1 - errors / spread]
