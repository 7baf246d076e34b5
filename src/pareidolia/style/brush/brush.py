"""Painting with brush: read paintings, blend their codes, paint in one pass."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from pareidolia.networks.devices import choose_device
from pareidolia.networks.weights import load_weights
from pareidolia.operations import PAINT, operation
from pareidolia.pictures import PictureLike, size_of
from pareidolia.pictures.result import Result
from pareidolia.settings import BadNetwork
from pareidolia.style.brush.network import BrushNetwork
from pareidolia.style.brush.settings import BrushSettings
from pareidolia.style.feedforward.strokes import in_strokes
from pareidolia.style.feedforward.tiling import painted_by
from pareidolia.style.inputs import StyleInputs, scaled
from pareidolia.style.operation_inputs import STYLE_INPUTS

WEIGHTS = Path(__file__).with_name("brush.safetensors")


@dataclass(frozen=True)
class Brush:
    """The network brush, ready to paint.

    Attributes:
        network: in evaluation mode.
    """

    network: BrushNetwork

    @torch.no_grad()
    def paint(
        self,
        content: PictureLike,
        styles: Sequence[PictureLike],
        settings: BrushSettings | None = None,
        mask: PictureLike | None = None,
        code: Tensor | None = None,
    ) -> Tensor:
        """A photo painted like paintings.

        Args:
            content: the photo: a file, `sample:NAME`, or 1×3×H×W (1×4×H×W with alpha) in [0, 1].
            styles: the paintings, at least one such picture; several are blended.
            settings: every option.
            mask: of the photo's proportions: white (or opaque, where its alpha varies) where to paint, black
                where the photo stays as it is.
            code: takes the place of the paintings' own, as for the frames of a video.

        Returns:
            1×3×H×W in [0, 1], or 1×4×H×W where the photo has alpha.

        Raises:
            BadPicture: If a picture is broken or too narrow, or the mask is of one colour.
            PareidoliaError: If weights do not fit.
        """
        settings = settings or BrushSettings()
        inputs = self._inputs(content, styles, settings, mask)
        shown = inputs.photo.expand(-1, 3, -1, -1)
        if code is None:
            code = self._code_for(inputs, settings)
        paint = partial(painted_by, self.network, styles=code, tile=settings.tile)
        painted = in_strokes(paint, shown, settings.stroke_size)
        if inputs.mask is not None:
            painted = torch.lerp(shown, painted, inputs.mask)
        return inputs.restore_color_and_alpha(painted).cpu()

    @torch.no_grad()
    def code(
        self, content: PictureLike, styles: Sequence[PictureLike], settings: BrushSettings | None = None
    ) -> Tensor:
        """The code that `paint` would use for this photo: the weighted mean of the paintings' codes.

        The photo changes it if the paintings take its colours, and below full strength, where the photo's own
        code has the rest of the weight.

        Args:
            content: the photo.
            styles: at least one painting.
            settings: options.

        Returns:
            1×M.
        """
        settings = settings or BrushSettings()
        return self._code_for(self._inputs(content, styles, settings, None), settings)

    def _inputs(
        self,
        content: PictureLike,
        styles: Sequence[PictureLike],
        settings: BrushSettings,
        mask: PictureLike | None,
    ) -> StyleInputs:
        return StyleInputs.prepare(
            content, styles, mask, settings,
            size=settings.size, painting_size=settings.painting_size,
            device=next(self.network.parameters()).device,
        )  # fmt: skip

    def _code_for(self, inputs: StyleInputs, settings: BrushSettings) -> Tensor:
        shown, shares = list(inputs.paintings), list(inputs.shares)
        if settings.strength < 1:
            shown.append(scaled(inputs.photo, settings.painting_size))
            shares.append(1 - settings.strength)
        codes = [self.network.codes_of(each.expand(-1, 3, -1, -1)) for each in shown]
        return torch.stack([share * code for share, code in zip(shares, codes, strict=True)]).sum(0)


def load_brush(device: str = "auto", weights: Path = WEIGHTS) -> Brush:
    """Load brush with its shipped weights, or others of its kind (`recipes/brush.py`).

    Args:
        device: "auto", "cuda", "mps" or "cpu".
        weights: a safetensors file.

    Returns:
        The network, ready to paint.

    Raises:
        BadNetwork: If the weights are missing or do not fit.
    """
    if weights == WEIGHTS and not WEIGHTS.is_file():
        raise BadNetwork(f"this installation lacks brush's weights, {WEIGHTS}: install the package anew")
    network = BrushNetwork()
    load_weights(network, weights, "brush")
    network.to(choose_device(device)).to(memory_format=torch.channels_last).eval().requires_grad_(False)
    return Brush(network)


@operation(
    "brush",
    group=PAINT,
    help="Paint a photo or a video in the style of paintings in one pass, with the shipped network brush.",
    settings=BrushSettings,
    inputs=STYLE_INPUTS,
    video="pareidolia.style.video:brush_video",
    command="style",
    method="one-pass",
)
def brushed(
    content: PictureLike,
    styles: Sequence[PictureLike],
    settings: BrushSettings | None = None,
    mask: PictureLike | None = None,
) -> Result:
    """Paint a photo like paintings by the shipped network, in one pass; see `Brush.paint`."""
    settings = settings or BrushSettings()
    picture = load_brush(settings.device).paint(content, styles, settings, mask)
    height, width = size_of(picture)
    return Result(picture, f"painted in one pass, {width}x{height} px")
