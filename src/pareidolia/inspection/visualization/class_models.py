"""Class models: the picture that a network takes most for a class."""

from collections.abc import Sequence

import torch
from torch import Tensor

from pareidolia.inspection.framing import canvas_size
from pareidolia.inspection.visualization.looks import class_looks
from pareidolia.inspection.visualization.panels import columns_for
from pareidolia.inspection.visualization.settings import ClassModelSettings
from pareidolia.networks import Network, NetworkLike, network_for, preserve_state
from pareidolia.operations import LOOK, Input, operation
from pareidolia.painting import ClassScore, Gallery, Objective, UnboundedCanvas
from pareidolia.pictures import sheet
from pareidolia.settings import BadPicture

#: Side of a picture, in pixels.
_SIDE = 224
#: Half of the share of I that λ ‖I‖² takes in a step of the default size.
_SHRINKING = 0.01
#: `usual_penalty`: contrast of its pictures, the noise they begin with, how many they are, and steps.
_CONTRAST, _NOISE, _CLASSES, _CLIMB = 0.2, 0.02, 4, 12


@operation(
    "class-model",
    group=LOOK,
    help="Paint what a network takes for a class, or for several on a sheet.",
    settings=ClassModelSettings,
    inputs=(Input("names", "Classes, by name, part of a name, or number.", "text", many=True),),
    proceeds="in steps",
    network=True,
)
class ClassModels(Gallery):
    """Pictures that raise a network's class scores; `picture` is a sheet of them.

    The score of the class before the softmax, raised on a Fourier canvas (Olah et al. 2017) that is seen in
    random crops (as in MACO, Fel et al. 2023), each at `seen_size`; `class_looks` has the exception.

    With `regularize="l2"` as published: arg max_I S_c(I) − λ ‖I‖². I is the picture minus the network's mean
    colour, unbounded and zero at first, S_c the score (Simonyan, Vedaldi and Zisserman 2014, section 2),
    found by gradient ascent with momentum. ‖I‖² is the sum over all pixels and colours, on the scale of
    pictures in [0, 1]. Values outside that range are clipped only where they are shown. The default of λ is
    `usual_penalty`.

    Args:
        names: of classes, one or several, by name, part of a name, or number.
        settings: every option.
        network: the network with the classes; the one that the settings name if None.

    Raises:
        BadPicture: If the network takes pictures of other than 1 or 3 channels.
    """

    def __init__(
        self,
        names: str | int | Sequence[str | int],
        settings: ClassModelSettings | None = None,
        network: NetworkLike = None,
    ) -> None:
        self.settings = settings = ClassModelSettings.of(settings)
        network = network_for(settings, network, pooling=settings.pooling, padding=settings.padding)
        asked = [names] if isinstance(names, str | int) else names
        indices = [network.class_index(str(name)) for name in asked]
        self.captions = [_name(network, index) for index in indices]
        scores: list[Objective] = [
            ClassScore(i, name) for i, name in zip(indices, self.captions, strict=True)
        ]
        channels = network.input_shape[0]
        if channels not in (1, 3):
            raise BadPicture(
                f"{network.name} takes pictures of {channels} channels, which cannot be shown: a class model "
                "needs 1 or 3"
            )
        size = canvas_size(network, settings.size, _SIDE)
        if settings.regularize == "robust":
            super().__init__(
                network,
                scores,
                [(size, settings.steps)],
                learning_rate=settings.learning_rate or 0.03,
                transforms=class_looks(network, size, settings.robustness),
                seed=settings.seed,
                at_once=settings.at_once,
            )
            return
        mean = network.mean
        self.penalty = usual_penalty(network, size) if settings.penalty is None else settings.penalty
        super().__init__(
            network,
            scores,
            [(size, settings.steps)],
            start=lambda _: UnboundedCanvas(torch.zeros(1, len(mean), *size), mean),
            attempts=1,
            learning_rate=settings.learning_rate or _SHRINKING / (self.penalty or 1.0),
            optimizer=self._ascent,
            transforms=(),
            seed=settings.seed,
            at_once=settings.at_once,
        )

    @property
    def picture(self) -> Tensor:
        """The sheet, 1×3×H×W."""
        panels = [
            (picture[None], caption)
            for picture, caption in zip(self.pictures.cpu(), self.captions, strict=True)
        ]
        return sheet(panels, self.settings.columns or columns_for(len(panels)))

    def _ascent(self, values: Tensor, learning_rate: float) -> torch.optim.Optimizer:
        # The canvas holds I, so the gradient 2λI of the norm is a decay of its values. As a loss it would
        # hide from the gallery that a score has no gradient, as SqueezeNet's rectified ones can.
        return torch.optim.SGD([values], learning_rate, self.settings.momentum, weight_decay=2 * self.penalty)


def usual_penalty(network: Network, size: tuple[int, int]) -> float:
    """The λ at which λ‖I‖² balances the network's gradients in class models of `size` of usual contrast.

    Networks differ in how strong their gradients are, and in how these change from noise to a class model. So
    a few classes climb from noise around the mean color, along their gradients, as far as a root mean square
    of 0.2 is from the mean color if all steps are alike: λ = ‖∂S/∂I‖ / 2‖I‖ there. It is about 0.5 for
    SqueezeNet at 224 px and 0.03 for retina; 1 if none of the classes has a gradient.
    """
    noise = torch.randn(1, len(network.mean), *size, generator=torch.Generator().manual_seed(0))
    mean = torch.tensor(network.mean).view(1, -1, 1, 1)
    start = (mean + _NOISE * noise).to(network.device)
    length = _CONTRAST * start.numel() ** 0.5
    with preserve_state(network.module):
        with torch.no_grad():
            count = network(start).shape[1]
        classes = torch.arange(0, count, max(1, count // _CLASSES))[:_CLASSES]
        pictures = start.repeat(len(classes), 1, 1, 1)
        for _ in range(_CLIMB):
            slopes, lengths = _slopes(network, pictures, classes)
            pictures = pictures + length / _CLIMB * slopes / lengths.clamp_min(1e-12)
        lengths = _slopes(network, pictures, classes)[1]
    climbing = lengths[lengths > 0]
    return float(climbing.mean()) / (2 * length) if len(climbing) else 1.0


def _slopes(network: Network, pictures: Tensor, classes: Tensor) -> tuple[Tensor, Tensor]:
    """∂S_c/∂picture for a class c each, N×3×H×W, and their lengths, N×1×1×1."""
    pictures = pictures.detach().requires_grad_(True)
    network.backward(network(pictures)[range(len(classes)), classes].sum())
    slopes = torch.zeros_like(pictures) if pictures.grad is None else pictures.grad
    return slopes, slopes.flatten(1).norm(dim=1)[:, None, None, None]


def _name(network: Network, index: int) -> str:
    return f"class {index}" if network.class_names is None else network.class_names[index]
