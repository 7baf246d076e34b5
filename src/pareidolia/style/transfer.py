"""Style transfer: paint a photo in the style of paintings, coarse to fine."""

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from pareidolia.networks import NetworkLike, network_for, preserve_state
from pareidolia.operations import PAINT, operation
from pareidolia.painting import Canvas, Objective, Painting, PixelCanvas, Stage, Sum, TotalVariation
from pareidolia.pictures import PictureLike, fit, resize_picture, size_of
from pareidolia.settings import PareidoliaError
from pareidolia.style.canvas import MaskedCanvas
from pareidolia.style.inputs import Size, StyleInputs, coarsest, scaled
from pareidolia.style.losses import ContentLoss, Gram, StyleLoss
from pareidolia.style.operation_inputs import STYLE_INPUTS
from pareidolia.style.settings import StyleSettings


@operation(
    "style",
    group=PAINT,
    help="Paint a photo in the style of one or several paintings.\n\nWhere the photo is a folder, each of "
    "its pictures is painted; where a painting is one, by each of its pictures alone. --out then names a "
    "folder, and what is in it already is not painted again. --method one-pass paints at once, and videos "
    "too.",
    settings=StyleSettings,
    inputs=STYLE_INPUTS,
    proceeds="in steps",
    network=True,
    method="optimization",
)
class StyleTransfer(Painting):
    """A painting with the content of a photo and the style of paintings (Gatys, Ecker and Bethge 2015).

    L = α L_content + β L_style, minimised coarse to fine: a small canvas takes large strokes and is
    cheap, each larger one adds finer strokes. `picture` has the photo's alpha, if any.

    Args:
        content: what the picture shows: 1×3×H×W (or 1×4×H×W with alpha) in [0, 1], or a file.
        styles: what it is painted like: at least one picture, of any sizes.
        settings: every option.
        network: the network whose activations are compared; the one that the settings name if None.
        mask: where the style goes: white where to paint, black where the photo stays as it is.
    """

    def __init__(
        self,
        content: PictureLike,
        styles: Sequence[PictureLike],
        settings: StyleSettings | None = None,
        network: NetworkLike = None,
        mask: PictureLike | None = None,
    ) -> None:
        self.settings = settings = settings or StyleSettings()
        network = network_for(settings, network, pooling=settings.pooling, padding=settings.padding)
        self._inputs = StyleInputs.prepare(
            content,
            styles,
            mask,
            settings,
            size=settings.size,
            painting_size=round(settings.size * settings.style_size),
            device=network.device,
        )
        self._content_layers = settings.content_layers or (network.content_layer,)
        self._style_layers = settings.style_layers or network.style_layers
        self._content_weights = _layer_weights(
            "content", settings.content_layer_weights, self._content_layers
        )
        self._style_weights = _layer_weights("style", settings.style_layer_weights, self._style_layers)
        for layer in (*self._content_layers, *self._style_layers):
            network.unit_shape(layer)
        full = size_of(self._inputs.photo)
        # Painted beyond the border and cropped, as printers do, so that no frame is seen.
        margin = (self._margin(full),) * 4
        self._photo = F.pad(self._inputs.photo, margin, mode="reflect")
        mask = self._inputs.mask
        self._mask = None if mask is None else F.pad(mask, margin, mode="reflect")
        schedule = self._schedule(full)
        self._shown = {self._bled(size): size for size, _ in schedule}
        stages = [Stage(self._bled(size), steps, self._aim, settings.step_size) for size, steps in schedule]
        super().__init__(
            network,
            self._first_canvas(stages[0].size),
            stages,
            optimizer=settings.optimizer,
            average=settings.average,
            seed=settings.seed,
        )

    @property
    def picture(self) -> Tensor:
        """The picture now, 1×3×H×W in [0, 1], or 1×4×H×W if the photo has alpha."""
        canvas = super().picture
        height, width = self._shown[size_of(canvas)]
        margin = (canvas.shape[-1] - width) // 2
        return self._inputs.restore_color_and_alpha(
            canvas[..., margin : margin + height, margin : margin + width]
        )

    def _schedule(self, full: Size) -> list[tuple[Size, int]]:
        """Sizes from `coarsest` up to the full one in steps of about √2, each with its number of steps."""
        settings = self.settings
        smallest = max(settings.coarsest, coarsest(full))
        doublings = math.log2(settings.size / smallest)
        coarse_sizes = round(2 * doublings) if settings.coarse_to_fine and doublings > 0 else 0
        sides = [round(smallest * 2 ** (doublings * i / coarse_sizes)) for i in range(coarse_sizes)]
        return [(fit(full, side), settings.coarse_steps) for side in sides] + [(full, settings.steps)]

    def _margin(self, size: Size) -> int:
        """Pixels of bleed on each side of a picture; reflecting needs them to be fewer than its own."""
        return min(round(self.settings.bleed * max(size)), min(size) - 1)

    def _bled(self, size: Size) -> Size:
        margin = self._margin(size)
        return size[0] + 2 * margin, size[1] + 2 * margin

    def _first_canvas(self, size: Size) -> Canvas:
        begun = self._beginning(size)
        return PixelCanvas(begun) if self._mask is None else MaskedCanvas(begun, self._photo, self._mask)

    def _beginning(self, size: Size) -> Tensor:
        match self.settings.start:
            case "content":
                return resize_picture(self._photo, size)
            case "style":
                return resize_picture(self._inputs.paintings[0], size)
            case "brush":
                return resize_picture(self._brushed(), size)
            case "noise":
                generator = torch.Generator().manual_seed(self.settings.seed)
                return torch.rand((1, 3, *size), generator=generator).to(self._photo.device)

    def _brushed(self) -> Tensor:
        """The photo as brush paints it in one pass, blended as the Gram matrices will be."""
        from pareidolia.style.brush import BrushSettings, load_brush

        if self.settings.strength == 0:
            return self._photo
        brush = load_brush(self._photo.device.type)
        blend = BrushSettings(painting_weights=self._inputs.shares)
        painted = brush.paint(self._photo, self._inputs.paintings, blend)
        return torch.lerp(self._photo, painted.to(self._photo), self.settings.strength)

    def _aim(self, size: Size) -> Objective:
        """α L_content + β L_style for a canvas of that size; photo and paintings are scaled alike."""
        settings = self.settings
        objective: Objective = Sum(())
        if settings.smoothness > 0:
            objective += settings.smoothness * TotalVariation()
        with preserve_state(self.network.module), torch.no_grad():
            if settings.content_weight > 0:
                seen = self.network.record(resize_picture(self._photo, size), self._content_layers)
                content = ContentLoss(seen, self._content_weights, settings.balance)
                objective += settings.content_weight * content
            if settings.style_weight > 0:
                style = StyleLoss(
                    self._blended_grams(max(self._shown[size])),
                    self._style_weights,
                    settings.balance,
                    None if self._mask is None else resize_picture(self._mask, size),
                )
                objective += settings.style_weight * style
        return objective

    def _blended_grams(self, side: int) -> dict[str, Tensor]:
        """The weighted mean of the pictures' mean Gram matrices by layer, N×N, at the longer side `side`.

        Below full strength the photo's own is one of them.
        """
        wide = round(side * self.settings.style_size)
        shown = [scaled(painting, wide) for painting in self._inputs.paintings]
        shares = list(self._inputs.shares)
        if self.settings.strength < 1:
            shown.append(scaled(self._inputs.photo, side))
            shares.append(1 - self.settings.strength)
        blend: dict[str, Tensor] = {}
        for picture, share in zip(shown, shares, strict=True):
            seen = self.network.record(picture, self._style_layers)
            for layer in self._style_layers:
                mean = share * Gram.of(seen[layer]).mean[0]
                blend[layer] = blend[layer] + mean if layer in blend else mean
        return blend


def _layer_weights(kind: str, weights: Sequence[float] | None, layers: Sequence[str]) -> list[float]:
    """The weights given, or equal ones that add up to 1."""
    if weights is None:
        return [1 / len(layers)] * len(layers)
    if len(weights) != len(layers):
        raise PareidoliaError(f"{len(layers)} {kind} layers need as many weights; given: {len(weights)}")
    return list(weights)
