"""Style transfer: paint a photo in the style of paintings, coarse to fine."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from pareidolia.networks import NetworkLike, network_for
from pareidolia.operations import PAINT, operation
from pareidolia.painting import Canvas, Objective, Painting, PixelCanvas, Stage
from pareidolia.pictures import PictureLike, resize_picture, size_of
from pareidolia.pictures.wrapping import wrap_of
from pareidolia.randomness import seeded_generator
from pareidolia.style.aims import StyleAims, lean, multiple_for, single
from pareidolia.style.canvas import MaskedCanvas
from pareidolia.style.inputs import Region, Size, StyleInputs
from pareidolia.style.operation_inputs import STYLE_INPUTS
from pareidolia.style.regions import laid_together
from pareidolia.style.schedule import BledStage, bleed_for, margin_of, schedule
from pareidolia.style.settings import StyleSettings


@operation(
    "style",
    group=PAINT,
    help="Paint a photo in the style of one or several paintings.\n\nWhere the photo is a folder, each of "
    "its pictures is painted; where a painting is one, by each of its pictures alone. --out then names a "
    "folder, and what is in it already is not painted again. A video is painted frame by frame. --method "
    "one-pass paints at once.",
    settings=StyleSettings,
    inputs=STYLE_INPUTS,
    proceeds="in steps",
    network=True,
    video="pareidolia.style.optimized_video:StyleVideo",
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
        regions: masks, or one label map: each region takes the style of its own painting.
        painting_regions: masks of the paintings, or one label map of the only one: a region takes a part.

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
        *,
        regions: Sequence[PictureLike] = (),
        painting_regions: Sequence[PictureLike] = (),
    ) -> None:
        self.settings = settings = settings or StyleSettings()
        network = network_for(settings, network, pooling=settings.pooling, padding=settings.padding)
        size_multiple, self._wrap = multiple_for(network, settings), wrap_of(settings.seamless)
        inputs = StyleInputs.prepare(
            content,
            styles,
            mask,
            settings,
            size=settings.size,
            painting_size=round(settings.size * max(1.0, settings.stroke_size)),
            device=network.device,
            regions=regions,
            painting_regions=painting_regions,
            size_multiple=size_multiple,
        )
        full = size_of(inputs.photo)
        self._bleed = bleed_for(full, settings.bleed)
        self._photo = lean(self._bled(inputs.photo))
        self._mask = None if inputs.mask is None else self._bled(inputs.mask)
        # A large photo is kept once: with its bleed.
        within = _cut(self._photo, margin_of(full, self._bleed, self._wrap))
        color = within if inputs.color is inputs.photo else lean(inputs.color)
        self._inputs = replace(inputs, photo=within, color=color)
        del inputs
        self._aims = StyleAims(
            network, settings, self._photo, [self._bled_region(each) for each in self._inputs.regions]
        )
        stages = [self._stage(size, steps) for size, steps in schedule(full, settings, size_multiple)]
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
        margin = margin_of(size, self._bleed, self._wrap)
        bled = (size[0] + 2 * margin[0], size[1] + 2 * margin[1])
        optimizer, rate = self._aims.optimizer_at(bled)
        return BledStage(
            bled,
            steps,
            partial(self._aim_at, max(size)),
            rate,
            optimizer=optimizer,
            tile=self._aims.tile(bled),
            wrap=self._wrap,
            averaged=self.settings.averages_at(bled[0] * bled[1]),
            margin=margin,
        )

    def _aim_at(self, side: int, size: Size) -> Objective:
        """What is aimed for on a canvas of that size, whose picture has the longer side `side`."""
        return self._aims.at(side, size)

    @property
    def picture(self) -> Tensor:
        """The picture now, with the content's alpha where it has one: 1×3×H×W or 1×4×H×W in [0, 1]."""
        assert isinstance(self.stage, BledStage)
        painted = _cut(super().picture, self.stage.margin)
        return self._inputs.restore_color_and_alpha(painted)

    def _bled(self, picture: Tensor) -> Tensor:
        """The picture with its own reflection around it."""
        down, across = margin_of(size_of(picture), self._bleed, self._wrap)
        return F.pad(picture, (across, across, down, down), mode="reflect")

    def _bled_region(self, region: Region) -> Region:
        return region if region.mask is None else replace(region, mask=self._bled(region.mask))

    def _first_canvas(self, size: Size) -> Canvas:
        begun = self._beginning(size)
        if self._mask is None:
            return PixelCanvas(begun, wrap=self._wrap)
        return MaskedCanvas(begun, single(self._photo), self._mask, self._wrap)

    def _beginning(self, size: Size) -> Tensor:
        match self.settings.start:
            case "content":
                return single(self._aims.photo_at(size))
            case "style":
                return self._laid([resize_picture(each.paintings[0], size) for each in self._aims.regions])
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
        brush, painted = load_brush(photo.device.type), []
        for region in self._aims.regions:
            blend = BrushSettings(painting_weights=region.shares, seamless=self.settings.seamless)
            one = brush.paint(photo, region.paintings, blend)
            painted.append(resize_picture(one.to(photo), size_of(photo)))
        return torch.lerp(photo, self._laid(painted), self.settings.strength)

    def _laid(self, pictures: Sequence[Tensor]) -> Tensor:
        """One picture of one for each region, where several regions are."""
        if len(pictures) == 1:
            return pictures[0]
        size = size_of(pictures[0])
        masks = [resize_picture(each.mask, size) for each in self._aims.regions if each.mask is not None]
        return laid_together(pictures, masks, single(self._aims.photo_at(size)))


def _cut(picture: Tensor, margin: tuple[int, int]) -> Tensor:
    (height, width), (down, across) = size_of(picture), margin
    return picture[..., down : height - down, across : width - across]
