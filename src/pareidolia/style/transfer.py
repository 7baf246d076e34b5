"""Style transfer: paint a photo in the style of paintings, coarse to fine."""

from collections.abc import Sequence
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from pareidolia.networks import Network, NetworkLike, network_for, preserve_state
from pareidolia.operations import PAINT, operation
from pareidolia.painting import Canvas, Objective, Painting, PixelCanvas, Stage, Sum, TotalVariation
from pareidolia.painting.randomness import seeded_generator
from pareidolia.painting.statistics import StyleStatistic, statistic_for
from pareidolia.pictures import PictureLike, resize_picture, size_of
from pareidolia.settings import PareidoliaError
from pareidolia.style.canvas import MaskedCanvas
from pareidolia.style.inputs import Size, StyleInputs, scaled
from pareidolia.style.losses import ContentLoss, StyleLoss, check_positions
from pareidolia.style.operation_inputs import STYLE_INPUTS
from pareidolia.style.schedule import BledStage, margin_of, schedule
from pareidolia.style.self_similarity import SelfSimilarityLoss
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
        self._inputs = StyleInputs.prepare(
            content,
            styles,
            mask,
            settings,
            size=settings.size,
            painting_size=round(settings.size * settings.stroke_size),
            device=network.device,
        )
        self._statistic = statistic_for(settings.match)
        self._content_weights = _layer_weights(
            "content",
            network,
            settings.content_layers or (network.content_layer,),
            settings.content_layer_weights,
        )
        self._style_weights = _layer_weights(
            "style", network, settings.style_layers or network.style_layers, settings.style_layer_weights
        )
        full = size_of(self._inputs.photo)
        self._photo = self._bled(self._inputs.photo)
        self._mask = None if self._inputs.mask is None else self._bled(self._inputs.mask)
        stages = [self._stage(size, steps) for size, steps in schedule(full, settings)]
        super().__init__(
            network,
            self._first_canvas(stages[0].size),
            stages,
            optimizer=settings.optimizer,
            average=settings.average,
            seed=settings.seed,
        )
        self._check_smallest(schedule(full, settings)[0][0], stages[0].size)

    def _check_smallest(self, size: Size, canvas: Size) -> None:
        """Refuse before anything is painted what the smallest pictures are too small for."""
        side = round(max(size) * self.settings.stroke_size)
        smallest = [torch.zeros(1, 3, *canvas), *(scaled(each, side) for each in self._inputs.paintings)]
        with preserve_state(self.network.module), torch.no_grad():
            for picture in smallest:
                seen = self.network.record(picture.to(self.network.device), self._style_weights)
                check_positions(self.settings.match, self._statistic, seen, picture)

    def _stage(self, size: Size, steps: int) -> Stage:
        """Some steps at which the picture has that size, and the canvas its bleed besides."""
        margin = margin_of(size, self.settings.bleed)
        bled = (size[0] + 2 * margin, size[1] + 2 * margin)
        return BledStage(bled, steps, partial(self._aim, max(size)), self.settings.step_size, margin)

    def _aim(self, side: int, size: Size) -> Objective:
        """α L_content + β L_style + TV for a canvas of `size` that shows a picture of the longer `side`."""
        settings = self.settings
        objective: Objective = Sum(())
        if settings.smoothness > 0:
            objective += settings.smoothness * TotalVariation()
        with preserve_state(self.network.module), torch.no_grad():
            if settings.content_weight > 0:
                shown = self.network.record(resize_picture(self._photo, size), self._content_weights)
                kept = SelfSimilarityLoss if settings.content_match == "self-similarity" else ContentLoss
                content = kept(shown, list(self._content_weights.values()), settings.balance)
                objective += settings.content_weight * content
            if settings.style_weight > 0:
                mask = None if self._mask is None else resize_picture(self._mask, size)
                weights = list(self._style_weights.values())
                style = StyleLoss(self._style_targets(side), weights, settings.balance, mask)
                objective += settings.style_weight * style
        return objective

    def _style_targets(self, side: int) -> dict[str, StyleStatistic]:
        """By layer, the blend of the paintings' statistics, seen beside a picture of the longer `side`.

        Below full strength the photo's own style is one of them.
        """
        wide = round(side * self.settings.stroke_size)
        pictures = [scaled(painting, wide) for painting in self._inputs.paintings]
        shares = list(self._inputs.shares)
        if self.settings.strength < 1:
            pictures.append(scaled(self._inputs.photo, side))
            shares.append(1 - self.settings.strength)
        found = [self._statistics_of(picture) for picture in pictures]
        return {
            layer: self._statistic.mean([one[layer] for one in found], shares)
            for layer in self._style_weights
        }

    def _statistics_of(self, picture: Tensor) -> dict[str, StyleStatistic]:
        seen = self.network.record(picture, self._style_weights)
        return {layer: self._statistic.of(maps) for layer, maps in seen.items()}

    @property
    def picture(self) -> Tensor:
        """The picture now, with the content's alpha where it has one: 1×3×H×W or 1×4×H×W in [0, 1]."""
        assert isinstance(self.stage, BledStage)
        painted = _cut(super().picture, self.stage.margin)
        return self._inputs.restore_color_and_alpha(painted)

    def _bled(self, picture: Tensor) -> Tensor:
        """The picture with its own reflection around it."""
        margin = margin_of(size_of(picture), self.settings.bleed)
        return F.pad(picture, (margin,) * 4, mode="reflect")

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
                noise = torch.rand((1, 3, *size), generator=seeded_generator(self.settings.seed))
                return noise.to(self._photo.device)

    def _brushed(self) -> Tensor:
        """The photo as brush paints it in one pass, blended as the statistics will be."""
        from pareidolia.style.brush import BrushSettings, load_brush

        if self.settings.strength == 0:
            return self._photo
        brush = load_brush(self._photo.device.type)
        blend = BrushSettings(painting_weights=self._inputs.shares)
        painted = brush.paint(self._photo, self._inputs.paintings, blend)
        return torch.lerp(self._photo, painted.to(self._photo), self.settings.strength)


def _cut(picture: Tensor, margin: int) -> Tensor:
    height, width = size_of(picture)
    return picture[..., margin : height - margin, margin : width - margin]


def _layer_weights(
    kind: str, network: Network, layers: Sequence[str], weights: Sequence[float] | None
) -> dict[str, float]:
    """The weight of each layer: those given, or equal ones that add up to 1."""
    if weights is None:
        weights = [1 / len(layers)] * len(layers)
    if len(weights) != len(layers):
        raise PareidoliaError(f"{len(layers)} {kind} layers need as many weights; given: {len(weights)}")
    for layer in layers:
        network.unit_shape(layer)  # refuses what is not there, and maps whose channels come last
    return dict(zip(layers, weights, strict=True))
