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
from pareidolia.pictures.wrapping import wrap_of
from pareidolia.settings import BadNetwork, PareidoliaError
from pareidolia.style.brush.network import BrushNetwork
from pareidolia.style.brush.settings import BrushSettings
from pareidolia.style.feedforward.strokes import in_strokes
from pareidolia.style.feedforward.tiling import painted_by
from pareidolia.style.inputs import Region, StyleInputs, scaled
from pareidolia.style.operation_inputs import STYLE_INPUTS
from pareidolia.style.regions import laid_together

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
        *,
        regions: Sequence[PictureLike] = (),
        painting_regions: Sequence[PictureLike] = (),
    ) -> Tensor:
        """A photo painted like paintings.

        Args:
            content: the photo: a file, `sample:NAME`, or 1×3×H×W (1×4×H×W with alpha) in [0, 1].
            styles: the paintings, at least one such picture; several are blended.
            settings: every option.
            mask: of the photo's proportions: white (or opaque, where its alpha varies) where to paint, black
                where the photo stays as it is.
            code: takes the place of the paintings' own, as for the frames of a video.
            regions: masks, or one label map: each region takes its own painting.
            painting_regions: masks of the paintings, or one label map of the only one: a region takes a part.

        Returns:
            1×3×H×W in [0, 1], or 1×4×H×W where the photo has alpha.

        Raises:
            BadPicture: If a picture is broken or too narrow, or the mask is of one colour.
            PareidoliaError: If weights do not fit.
        """
        settings = settings or BrushSettings()
        if settings.seamless and settings.tile:
            raise PareidoliaError("in one pass --seamless paints the whole: leave out --tile")
        if settings.seamless and settings.stroke_size != 1:
            raise PareidoliaError("in one pass --seamless has one size of strokes: leave out --stroke-size")
        inputs = self._inputs(content, styles, settings, mask, regions, painting_regions)
        shown = inputs.photo.expand(-1, 3, -1, -1)
        codes = [self._code_for(inputs, each, settings) if code is None else code for each in inputs.regions]
        pictures = [self._painted(shown, each, settings) for each in codes]
        masks = [region.mask for region in inputs.regions if region.mask is not None]
        painted = laid_together(pictures, masks, shown) if masks else pictures[0]
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
        inputs = self._inputs(content, styles, settings, None)
        return self._code_for(inputs, inputs.regions[0], settings)

    def _inputs(
        self,
        content: PictureLike,
        styles: Sequence[PictureLike],
        settings: BrushSettings,
        mask: PictureLike | None,
        regions: Sequence[PictureLike] = (),
        painting_regions: Sequence[PictureLike] = (),
    ) -> StyleInputs:
        return StyleInputs.prepare(
            content, styles, mask, settings,
            size=settings.size, painting_size=settings.painting_size,
            device=next(self.network.parameters()).device,
            regions=regions, painting_regions=painting_regions, size_multiple=self.network.size_multiple,
        )  # fmt: skip

    def _painted(self, shown: Tensor, code: Tensor, settings: BrushSettings) -> Tensor:
        if settings.seamless is not None:
            return self.network.seamless(shown, code, wrap_of(settings.seamless))
        paint = partial(painted_by, self.network, styles=code, tile=settings.tile)
        return in_strokes(paint, shown, settings.stroke_size)

    def _code_for(self, inputs: StyleInputs, region: Region, settings: BrushSettings) -> Tensor:
        shown, parts, shares = list(region.paintings), list(region.parts), list(region.shares)
        if settings.strength < 1:
            shown.append(scaled(inputs.photo, settings.painting_size))
            parts.append(None)
            shares.append(1 - settings.strength)
        codes = [
            self.network.codes_of(each.expand(-1, 3, -1, -1), part)
            for each, part in zip(shown, parts, strict=True)
        ]
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
    *,
    regions: Sequence[PictureLike] = (),
    painting_regions: Sequence[PictureLike] = (),
) -> Result:
    """Paint a photo like paintings by the shipped network, in one pass; see `Brush.paint`."""
    settings = settings or BrushSettings()
    picture = load_brush(settings.device).paint(
        content, styles, settings, mask, regions=regions, painting_regions=painting_regions
    )
    height, width = size_of(picture)
    return Result(picture, f"painted in one pass, {width}x{height} px")
