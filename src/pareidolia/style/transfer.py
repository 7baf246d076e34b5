"""Style transfer: paint a photo in the style of paintings, coarse to fine."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from pareidolia.networks import NetworkLike, network_for
from pareidolia.operations import PAINT, operation
from pareidolia.painting import Canvas, Painting, PixelCanvas, Stage
from pareidolia.painting.randomness import seeded_generator
from pareidolia.pictures import PictureLike, resize_picture, size_of
from pareidolia.style.aims import StyleAims, lean, single
from pareidolia.style.canvas import MaskedCanvas
from pareidolia.style.inputs import Region, Size, StyleInputs
from pareidolia.style.operation_inputs import STYLE_INPUTS
from pareidolia.style.schedule import BledStage, bleed_for, margin_of, schedule
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
    """A painting with the content of one picture and the style of others (Gatys, Ecker and Bethge 2015).

    L = α L_content + β L_style, made small coarse to fine: a small canvas takes large strokes and is cheap,
    each larger one adds finer strokes to what is there. `picture` has the alpha of the content, if any.

    Args:
        content: what the picture shows: a file, `sample:NAME`, or 1×3×H×W (1×4×H×W with alpha) in [0, 1].
        styles: what it is painted like: at least one such picture, of any sizes; several are blended.
        settings: every option.
        network: the network that looks; by default the one the settings name.
        mask: where the style goes, of the content's proportions: white (or opaque, where its alpha varies)
            where to paint, black where the content stays to the pixel. Style is counted in the white alone.

    Raises:
        BadPicture: If a picture cannot be read or is too narrow, or the mask is of one colour.
        UnknownName: If the network has no such layer, or there is no such statistic.
        PareidoliaError: If weights do not fit what they weigh.
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
        inputs = StyleInputs.prepare(
            content,
            styles,
            mask,
            settings,
            size=settings.size,
            painting_size=round(settings.size * max(1.0, settings.stroke_size)),
            device=network.device,
        )
        full = size_of(inputs.photo)
        self._bleed = bleed_for(full, settings.bleed)
        self._photo = lean(self._bled(inputs.photo))
        self._mask = None if inputs.mask is None else self._bled(inputs.mask)
        # A large photo is kept once: with its bleed.
        within = _cut(self._photo, margin_of(full, self._bleed))
        color = within if inputs.color is inputs.photo else lean(inputs.color)
        self._inputs = replace(inputs, photo=within, color=color)
        del inputs
        paintings = self._inputs.paintings
        region = Region(paintings, self._inputs.shares, (None,) * len(paintings), self._mask)
        self._aims = StyleAims(network, settings, self._photo, [region])
        stages = [self._stage(size, steps) for size, steps in schedule(full, settings)]
        super().__init__(
            network,
            self._first_canvas(stages[0].size),
            stages,
            average=settings.average,
            seed=settings.seed,
        )
        self._aims.check_smallest(max(schedule(full, settings)[0][0]), stages[0].size)

    def _stage(self, size: Size, steps: int) -> Stage:
        """Some steps at which the picture has that size, and the canvas its bleed besides."""
        margin = margin_of(size, self._bleed)
        bled = (size[0] + 2 * margin, size[1] + 2 * margin)
        optimizer, rate = self._aims.optimizer_at(bled)
        return BledStage(
            bled,
            steps,
            partial(self._aims.at, max(size)),
            rate,
            optimizer=optimizer,
            tile=self._aims.tile(bled),
            margin=margin,
        )

    @property
    def picture(self) -> Tensor:
        """The picture now, with the content's alpha where it has one: 1×3×H×W or 1×4×H×W in [0, 1]."""
        assert isinstance(self.stage, BledStage)
        painted = _cut(super().picture, self.stage.margin)
        return self._inputs.restore_color_and_alpha(painted)

    def _bled(self, picture: Tensor) -> Tensor:
        """The picture with its own reflection around it."""
        margin = margin_of(size_of(picture), self._bleed)
        return F.pad(picture, (margin,) * 4, mode="reflect")

    def _first_canvas(self, size: Size) -> Canvas:
        begun = self._beginning(size)
        return (
            PixelCanvas(begun) if self._mask is None else MaskedCanvas(begun, single(self._photo), self._mask)
        )

    def _beginning(self, size: Size) -> Tensor:
        match self.settings.start:
            case "content":
                return single(self._aims.photo_at(size))
            case "style":
                return resize_picture(self._inputs.paintings[0], size)
            case "brush":
                return resize_picture(self._brushed(), size)
            case "noise":
                noise = torch.rand((1, 3, *size), generator=seeded_generator(self.settings.seed))
                return noise.to(self._photo.device)

    def _brushed(self) -> Tensor:
        """The photo as brush paints it in one pass, blended as the statistics will be."""
        from pareidolia.style.brush import BrushSettings, load_brush

        photo = single(self._photo)
        if self.settings.strength == 0:
            return photo
        brush = load_brush(photo.device.type)
        blend = BrushSettings(painting_weights=self._inputs.shares)
        painted = brush.paint(photo, self._inputs.paintings, blend)
        return torch.lerp(photo, painted.to(photo), self.settings.strength)


def _cut(picture: Tensor, margin: int) -> Tensor:
    height, width = size_of(picture)
    return picture[..., margin : height - margin, margin : width - margin]
