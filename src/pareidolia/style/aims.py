"""What a style transfer aims for at each size: content, the style of each region, smoothness."""

from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor

from pareidolia.networks import Network, preserve_state
from pareidolia.networks.speed import fast_cpu
from pareidolia.painting import ColorGrain, Objective, Sum, TotalVariation, color_grain
from pareidolia.painting.settings import OptimizerName
from pareidolia.painting.statistics import StyleStatistic, statistic_for
from pareidolia.painting.tiling import Tile, Tiling, strides_together
from pareidolia.pictures import resize_picture, size_of
from pareidolia.pictures.wrapping import NOWHERE, Wrap, resize_wrapped, wrap_of
from pareidolia.settings import PareidoliaError
from pareidolia.style.inputs import Region, Size, scaled
from pareidolia.style.losses import ContentInTiles, ContentLoss, LayerMasks, StyleLoss, check_positions
from pareidolia.style.schedule import tile_for
from pareidolia.style.self_similarity import SelfSimilarityLoss
from pareidolia.style.settings import StyleSettings

_KEPT_WHOLE = 8_000_000
_RATE_WITHOUT_SMOOTHNESS = 0.03

#: What a style layer counts beside the one before it. Much-used implementations of 2015 come to about that,
#: as they divide a layer's loss by the square of its channels. Counted alike, deep layers bring the
#: painting's composition into the photo, and hairs where they cannot.
_BESIDE_THE_LAST = 0.25


class StyleAims:
    """Makes the objective of a size: α L_content + β Σ_r s_r L_style,r + TV, with s_r a region's share.

    Args:
        network: looks.
        settings: layers, weights, the statistic.
        photo: 1×3×H×W with its bleed; in half precision if it is large.
        regions: where which paintings' style goes; their masks are of the photo's size.

    Raises:
        UnknownName: If the network has no such layer, or there is no such statistic.
        PareidoliaError: If weights do not fit, or tiles are asked for that do not add up.
    """

    def __init__(
        self, network: Network, settings: StyleSettings, photo: Tensor, regions: Sequence[Region]
    ) -> None:
        self._network, self._settings, self._photo = network, settings, photo
        self.regions = tuple(regions)
        self._wrap = wrap_of(settings.seamless)
        self._statistic = statistic_for(settings.match)
        self._content_weights = _layer_weights(
            "content",
            network,
            settings.content_layers or (network.content_layer,),
            settings.content_layer_weights,
        )
        self._style_weights = _layer_weights(
            "style",
            network,
            settings.style_layers or network.style_layers,
            settings.style_layer_weights,
            _BESIDE_THE_LAST if settings.balance == "shallow" else 1.0,
        )
        if settings.tile is not None:
            self._check_that_it_adds()

    def tile(self, size: Size) -> int | None:
        """The side of the tiles in which a picture of that size is looked at; None looks at the whole."""
        return tile_for(size, self._settings.tile, self._adds)

    @property
    def _adds(self) -> bool:
        return self._statistic.adds_over_positions and self._settings.content_match == "features"

    def _check_that_it_adds(self) -> None:
        """Refuse tiles for what compares whole pictures."""
        if self._adds:
            return
        if self._statistic.adds_over_positions:
            what, instead = "--content-match self-similarity", "--content-match features"
        else:
            what, instead = f"--match {' '.join(self._settings.match)}", "--match gram, mean-std or w2"
        raise PareidoliaError(
            f"{what} compares whole pictures, which tiles do not add up to: "
            f"leave out --tile, or take {instead}"
        )

    def check_smallest(self, side: int, canvas: Size) -> None:
        """Refuse before anything is painted what the smallest pictures are too small for.

        Args:
            side: the longer side of the first, smallest picture.
            canvas: of that picture, with its bleed.

        Raises:
            PareidoliaError: If a layer has fewer positions there than the statistic needs.
        """
        if self._settings.style_weight == 0:
            return
        wide = self._beside(side)
        paintings = (scaled(each, wide) for region in self.regions for each in region.paintings)
        with preserve_state(self._network.module), torch.no_grad():
            for picture in (torch.zeros(1, 3, *canvas, device=self._network.device), *paintings):
                seen = self._network.record(single(picture), self._style_weights)
                check_positions(self._settings.match, self._statistic, seen, picture)

    def optimizer_at(self, size: Size) -> tuple[OptimizerName, float]:
        """The optimizer of a canvas of that size and its learning rate, where they are not given."""
        if self._settings.optimizer is None and not self._statistic.smooth:
            return "adam", self._settings.learning_rate or _RATE_WITHOUT_SMOOTHNESS
        return self._settings.optimizer_at(size[0] * size[1])

    def photo_at(self, size: Size) -> Tensor:
        """The photo with its bleed, resized; at its full size the one that is kept."""
        if size == size_of(self._photo):
            return self._photo
        return resize_wrapped(single(self._photo), size, self._wrap, resize_picture)

    def at(self, side: int, size: Size) -> Objective:
        """The objective of a canvas.

        Args:
            side: the longer side of the picture that the canvas shows, without its bleed.
            size: of the canvas.

        Returns:
            The objective.
        """
        settings = self._settings
        objective: Objective = Sum(())
        if settings.smoothness > 0:
            objective += settings.smoothness * TotalVariation()
        with preserve_state(self._network.module), torch.no_grad(), fast_cpu():
            if settings.content_weight > 0:
                objective += settings.content_weight * self._content(size)
            if settings.style_weight > 0:
                for region in self.regions:
                    objective += settings.style_weight * self._style(side, size, region)
                    if self._color_smoothness > 0:
                        objective += self._color_smoothness * self._color_grain(side, size, region)
        return objective

    def _content(self, size: Size) -> Objective:
        photo, weights = self.photo_at(size), self._content_weights
        balance, focus = self._settings.balance, self._settings.content_focus
        tiling = self._tiling(size, {**weights, **self._style_weights}, self._wrap)
        if tiling is not None and len(tiling) > 1:
            return ContentInTiles(photo, tiling, weights, balance, focus)
        if tiling is None:
            shown = self._network.record(single(photo), weights)
        else:
            ((_, shown),) = tiling.seen(photo, weights)
        if self._settings.content_match == "self-similarity":
            return SelfSimilarityLoss(shown, list(weights.values()), balance)
        return ContentLoss(shown, list(weights.values()), balance, focus)

    def _style(self, side: int, size: Size, region: Region) -> Objective:
        mask = self._mask_of(region, size)
        weights = list(self._style_weights.values())
        loss = StyleLoss(self.style_targets(side, size, region), weights, self._settings.balance, mask)
        # By its share, a position counts the same in a small region as in a whole picture.
        return loss if mask is None else float(mask.mean()) * loss

    @property
    def _color_smoothness(self) -> float:
        """The weight of the grain of color; none where colors are the photo's."""
        return 0.0 if self._settings.colors == "luminance" else self._settings.color_smoothness

    def _color_grain(self, side: int, size: Size, region: Region) -> Objective:
        paintings = (single(scaled(painting, self._beside(side))) for painting in region.paintings)
        target = sum(
            share * color_grain(painting) for share, painting in zip(region.shares, paintings, strict=True)
        )
        if self._settings.strength < 1:
            target += (1 - self._settings.strength) * color_grain(single(self.photo_at(size)))
        return ColorGrain(target, self._mask_of(region, size))

    def _mask_of(self, region: Region, size: Size) -> Tensor | None:
        return None if region.mask is None else resize_wrapped(region.mask, size, self._wrap, resize_picture)

    def _beside(self, side: int) -> int:
        """The longer side of the paintings beside a picture of the longer `side`."""
        return round(side * self._settings.stroke_size)

    def style_targets(self, side: int, size: Size, region: Region) -> dict[str, StyleStatistic]:
        """By layer, the blend of the paintings' statistics, seen beside a picture of the longer `side`.

        Below full strength the photo's own style there is one of them.
        """
        shown = [
            (scaled(painting, self._beside(side)), part, NOWHERE)
            for painting, part in zip(region.paintings, region.parts, strict=True)
        ]
        shares = list(region.shares)
        if self._settings.strength < 1:
            shown.append((self.photo_at(size), region.mask, self._wrap))
            shares.append(1 - self._settings.strength)
        found = [self._statistics_of(*each) for each in shown]
        return {
            layer: self._statistic.mean([one[layer] for one in found], shares)
            for layer in self._style_weights
        }

    def _statistics_of(self, picture: Tensor, mask: Tensor | None, wrap: Wrap) -> dict[str, StyleStatistic]:
        size = size_of(picture)
        masks = LayerMasks(None if mask is None else resize_picture(mask, size))
        tiling = self._tiling(size, self._style_weights, wrap)
        looks: Iterable[tuple[Tile | None, Mapping[str, Tensor]]] = (
            [(None, self._network.record(single(picture), self._style_weights))]
            if tiling is None
            else tiling.seen(picture, self._style_weights)
        )
        total: dict[str, StyleStatistic] = {}
        for tile, seen in looks:
            for layer, maps in seen.items():
                part = self._statistic.of(maps, masks.over(layer, maps, tile))
                total[layer] = total[layer] + part if layer in total else part
        return total

    def _tiling(self, size: Size, layers: Iterable[str], wrap: Wrap) -> Tiling | None:
        """The tiles of a picture; None if it is looked at whole. A picture that repeats has one at least."""
        side = self.tile(size) or (max(size) if any(wrap) else None)
        tiling = None if side is None else Tiling(self._network, size, tuple(sorted(layers)), side, wrap)
        return tiling if tiling is not None and (len(tiling) > 1 or any(wrap)) else None


def multiple_for(network: Network, settings: StyleSettings) -> int:
    """What the sides of a picture that repeats are multiples of: all strides together; 1 for others."""
    if settings.seamless is None:
        return 1
    content = settings.content_layers or (network.content_layer,)
    style = settings.style_layers or network.style_layers
    return strides_together(network, {*content, *style})


def lean(picture: Tensor) -> Tensor:
    """A picture in half precision if it is large: 48 megapixels in 290 MB, to a 4096th of the range."""
    large = picture.shape[-2] * picture.shape[-1] > _KEPT_WHOLE
    return picture.half() if large else picture


def single(picture: Tensor) -> Tensor:
    """A picture that was kept in half precision in single precision; others as they are."""
    return picture.float() if picture.dtype == torch.half else picture


def _layer_weights(
    kind: str,
    network: Network,
    layers: Sequence[str],
    weights: Sequence[float] | None,
    beside_the_last: float = 1.0,
) -> dict[str, float]:
    """The weight of each layer: those given, or such that add up to 1, each so much of the one before."""
    if weights is None:
        shares = [beside_the_last**number for number in range(len(layers))]
        weights = [share / sum(shares) for share in shares]
    if len(weights) != len(layers):
        raise PareidoliaError(f"{len(layers)} {kind} layers need as many weights; given: {len(weights)}")
    for layer in layers:
        network.unit_shape(layer)  # refuses what is not there, and maps whose channels come last
    return dict(zip(layers, weights, strict=True))
