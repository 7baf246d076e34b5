"""Inversion: the picture back from its activations at a layer."""

import torch
from torch import Tensor

from pareidolia.inspection.framing import photo_at
from pareidolia.inspection.visualization.panels import columns_for
from pareidolia.inspection.visualization.settings import InversionSettings
from pareidolia.networks import NetworkLike, network_for, preserve_state
from pareidolia.operations import LOOK, operation
from pareidolia.operations.inputs import PHOTO
from pareidolia.painting import Gallery, ModelOutputs, PowerNorm, Term, UnboundedCanvas
from pareidolia.pictures import PictureLike, sheet, size_of
from pareidolia.randomness import seeded_generator
from pareidolia.settings import PareidoliaError

_LONGER_SIDE = 224  # of the photo, in pixels
# Pixels less the mean colour lie between −B and B; half of the range from 0 to 1.
_B = 0.5
_DEVIATION = 0.05  # standard deviation of the start, around the mean colour


@operation(
    "invert",
    group=LOOK,
    help="Paint a photo back from its activations at each of several layers: what do they still know?",
    settings=InversionSettings,
    inputs=(PHOTO,),
    proceeds="in steps",
    network=True,
)
class Inversion(Gallery):
    """A photo painted back from its activations Φ₀ at each of several layers; `picture` is a sheet.

    arg min_y ‖Φ(y) − Φ₀‖² / ‖Φ₀‖² + w_α mean(|y|/B)^α + w_V mean(|∇y|/B)^β, y the picture minus the network's
    mean colour, unbounded, B = 1/2 (Mahendran and Vedaldi, "Understanding Deep Image Representations by
    Inverting Them", CVPR 2015, equations 1-4). The paper's λ_α = 2.16e8 is w_α = 1 to a factor of three, its
    λ_V = 5 (for β = 2) is w_V = 17. Adam replaces gradient descent with momentum.

    Args:
        photo: a picture of N×C×H×W in [0, 1], or a file.
        settings: every option.
        network: the network that is inverted; the one that the settings name if None.
    """

    def __init__(
        self,
        photo: PictureLike,
        settings: InversionSettings | None = None,
        network: NetworkLike = None,
    ) -> None:
        self.settings = settings = InversionSettings.of(settings)
        network = network_for(settings, network, pooling=settings.pooling, padding=settings.padding)
        self._photo = photo_at(network, photo, settings.size, _LONGER_SIDE)
        self.layers = tuple(dict.fromkeys(settings.layers or network.style_layers))
        with preserve_state(network.module), torch.no_grad():
            self._targets = network.record(self._photo, self.layers)
        pixels, mean = self._photo.numel(), network.mean
        bounds = settings.alpha_weight / (pixels * _B**settings.alpha) * PowerNorm(mean, settings.alpha)
        smooth = settings.variation_weight / (pixels * _B**settings.beta) * VariationNorm(settings.beta)
        size, steps = size_of(self._photo), settings.steps
        # The last third at a tenth of the rate, to come to rest.
        stages = [(size, steps - steps // 3), (size, steps // 3)] if steps > 2 else [(size, steps)]
        super().__init__(
            network,
            [RelativeDistance(layer, self._targets[layer]) + bounds + smooth for layer in self.layers],
            stages,
            start=lambda _: _noise(self._photo.shape, settings.seed, mean),
            attempts=1,
            learning_rate=[settings.learning_rate, settings.learning_rate / 10][: len(stages)],
            transforms=(),
            seed=settings.seed,
            # One at a time, so that the forward pass for an early layer goes no deeper.
            at_once=1,
        )

    @property
    def picture(self) -> Tensor:
        """The sheet, 1×3×H×W: the photo, then each layer's picture with its relative error."""
        panels = [(self._photo.cpu(), "photo")]
        for layer, error, picture in zip(self.layers, self.errors, self.pictures.cpu(), strict=True):
            panels.append((picture[None], f"{layer}, error {error:.3f}"))
        return sheet(panels, self.settings.columns or columns_for(len(panels)))

    @property
    def errors(self) -> list[float]:
        """‖Φ(y) − Φ₀‖ / ‖Φ₀‖ of each layer's picture."""
        found = []
        for layer, picture in zip(self.layers, self.pictures, strict=True):
            with preserve_state(self.network.module), torch.no_grad():
                maps = self.network.record(picture[None], [layer])[layer]
            target = self._targets[layer]
            found.append(float((maps - target).norm() / target.norm()))
        return found

    @property
    def caption(self) -> str:
        """The relative errors."""
        errors = (f"{layer} {error:.3f}" for layer, error in zip(self.layers, self.errors, strict=True))
        return f"relative errors: {', '.join(errors)}"


def _noise(shape: torch.Size, seed: int, mean: tuple[float, ...]) -> UnboundedCanvas:
    drawn = torch.randn(shape, generator=seeded_generator(seed))
    return UnboundedCanvas(_DEVIATION * drawn, mean)


class RelativeDistance(Term):
    """‖Φ − Φ₀‖² / ‖Φ₀‖² at a layer.

    Args:
        layer: name of the layer.
        target: Φ₀, 1×….

    Raises:
        PareidoliaError: If Φ₀ is zero everywhere.
    """

    def __init__(self, layer: str, target: Tensor) -> None:
        self._layer = layer
        self._target = target
        energy = float(target.square().sum())
        if energy == 0:
            raise PareidoliaError(f"{layer} does not respond to this photo at all: nothing can be inverted")
        self._energy = energy
        self.name = f"distance at {layer}"

    @property
    def layers(self) -> frozenset[str]:
        return frozenset({self._layer})

    def loss(self, outputs: ModelOutputs) -> Tensor:
        return (outputs.activations[self._layer] - self._target).square().sum() / self._energy


class VariationNorm(Term):
    """Σ ((x_{i,j+1} − x_{ij})² + (x_{i+1,j} − x_{ij})²)^(β/2) (Mahendran and Vedaldi 2015, equation 4)."""

    layers = frozenset()

    def __init__(self, power: float) -> None:
        self._power = power
        self.name = "total variation"

    def loss(self, outputs: ModelOutputs) -> Tensor:
        x = outputs.picture
        across, down = x[..., :-1, 1:] - x[..., :-1, :-1], x[..., 1:, :-1] - x[..., :-1, :-1]
        # The smallest slope keeps the root's own slope finite where the picture is flat.
        return (across.square() + down.square()).clamp(min=1e-12).pow(self._power / 2).sum()
