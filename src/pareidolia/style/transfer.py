"""Style transfer: paint a photo in the style of paintings, coarse to fine."""

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from pareidolia.networks import Network, load_network_from, untouched
from pareidolia.painting import Objective, Painting, PixelCanvas, Stage, Sum, TotalVariation
from pareidolia.pictures import PictureLike, as_picture, fit, resize_picture, size_of, split_alpha
from pareidolia.settings import BadPicture, PareidoliaError
from pareidolia.style.losses import ContentLoss, Gram, StyleLoss
from pareidolia.style.settings import StyleSettings

Size = tuple[int, int]
"""Height and width in pixels."""

#: Below this many pixels the shorter side has no position left in the deepest layers.
SHORTEST_SIDE = 32


class StyleTransfer(Painting):
    """A painting with the content of a photo and the style of paintings (Gatys, Ecker and Bethge 2015).

    L = α L_content + β L_style, made small coarse to fine: a small canvas takes large strokes and is
    cheap, each larger one adds finer strokes to what is there. `picture` has the photo's alpha, if any.

    Args:
        photo: 1×3×H×W (or 1×4×H×W with alpha) in [0, 1], or a file.
        paintings: at least one, of any sizes.
        settings: every option.
        network: the network that looks; by default the one the settings name.
    """

    def __init__(
        self,
        photo: PictureLike,
        paintings: Sequence[PictureLike],
        settings: StyleSettings | None = None,
        network: Network | None = None,
    ) -> None:
        self.settings = settings = settings or StyleSettings()
        network = network or load_network_from(settings, pooling=settings.pooling, padding=settings.padding)
        shown, self._alpha = split_alpha(as_picture(photo, size=settings.size).to(network.device))
        _check_size("the photo", shown)
        style_side = round(settings.size * settings.style_size)
        self._paintings = [
            split_alpha(as_picture(painting, size=style_side).to(network.device))[0] for painting in paintings
        ]
        for painting in self._paintings:
            _check_size("a painting", painting)
        self._shares = _shares(settings.painting_weights, len(paintings))
        self._content_layers = settings.content_layers or (network.content_layer,)
        self._style_layers = settings.style_layers or network.style_layers
        self._content_weights = _layer_weights(
            "content", settings.content_layer_weights, self._content_layers
        )
        self._style_weights = _layer_weights("style", settings.style_layer_weights, self._style_layers)
        for layer in (*self._content_layers, *self._style_layers):
            network.layer(layer)
        # Painted beyond the border and cut off, as printers do, so that no frame is seen.
        self._photo = F.pad(shown, (self._margin(size_of(shown)),) * 4, mode="reflect")
        schedule = self._schedule(size_of(shown))
        self._shown = {self._bled(size): size for size, _ in schedule}
        stages = [Stage(self._bled(size), steps, self._aim, settings.step_size) for size, steps in schedule]
        super().__init__(
            network,
            PixelCanvas(self._first_canvas(stages[0].size)),
            stages,
            optimizer=settings.optimizer,
            average=settings.average,
            seed=settings.seed,
        )

    @property
    def picture(self) -> Tensor:
        """The picture now, with the photo's alpha where it had one: 1×3×H×W or 1×4×H×W in [0, 1]."""
        canvas = super().picture
        height, width = self._shown[size_of(canvas)]
        margin = (canvas.shape[-1] - width) // 2
        picture = canvas[..., margin : margin + height, margin : margin + width]
        if self._alpha is None:
            return picture
        return torch.cat([picture, resize_picture(self._alpha, size_of(picture))], dim=1)

    def _schedule(self, full: Size) -> list[tuple[Size, int]]:
        """Sizes from `coarsest` up to the full one in steps of about √2, each with its number of steps."""
        settings = self.settings
        coarsest = max(settings.coarsest, _coarsest(full))
        doublings = math.log2(settings.size / coarsest)
        coarse_sizes = round(2 * doublings) if settings.coarse_to_fine and doublings > 0 else 0
        sides = [round(coarsest * 2 ** (doublings * i / coarse_sizes)) for i in range(coarse_sizes)]
        return [(fit(full, side), settings.coarse_steps) for side in sides] + [(full, settings.steps)]

    def _margin(self, size: Size) -> int:
        """Pixels of bleed on each side of a picture; reflecting needs them to be fewer than its own."""
        return min(round(self.settings.bleed * max(size)), min(size) - 1)

    def _bled(self, size: Size) -> Size:
        margin = self._margin(size)
        return size[0] + 2 * margin, size[1] + 2 * margin

    def _first_canvas(self, size: Size) -> Tensor:
        match self.settings.start:
            case "content":
                return resize_picture(self._photo, size)
            case "style":
                return resize_picture(self._paintings[0], size)
            case "noise":
                generator = torch.Generator().manual_seed(self.settings.seed)
                return torch.rand((1, 3, *size), generator=generator).to(self._photo.device)

    def _aim(self, size: Size) -> Objective:
        """α L_content + β L_style for a canvas of that size; photo and paintings are scaled alike."""
        settings = self.settings
        objective: Objective = Sum(())
        if settings.smoothness > 0:
            objective += settings.smoothness * TotalVariation()
        with untouched(self.network.module), torch.no_grad():
            if settings.content_weight > 0:
                seen = self.network.record(resize_picture(self._photo, size), self._content_layers)
                content = ContentLoss(seen, self._content_weights, settings.balance)
                objective += settings.content_weight * content
            if settings.style_weight > 0:
                style = StyleLoss(
                    self._blended_grams(max(self._shown[size])), self._style_weights, settings.balance
                )
                objective += settings.style_weight * style
        return objective

    def _blended_grams(self, side: int) -> dict[str, Tensor]:
        """The weighted mean of the paintings' mean Gram matrices by layer, N×N."""
        blend: dict[str, Tensor] = {}
        for painting, share in zip(self._paintings, self._shares, strict=True):
            longer = max(round(side * self.settings.style_size), _coarsest(size_of(painting)))
            scaled = resize_picture(painting, fit(size_of(painting), longer))
            seen = self.network.record(scaled, self._style_layers)
            for layer in self._style_layers:
                mean = share * Gram.of(seen[layer]).mean[0]
                blend[layer] = blend[layer] + mean if layer in blend else mean
        return blend


def _coarsest(size: Size) -> int:
    """The longer side at which the shorter one has SHORTEST_SIDE pixels."""
    return math.ceil(SHORTEST_SIDE * max(size) / min(size))


def _check_size(what: str, picture: Tensor) -> None:
    height, width = size_of(picture)
    if min(height, width) < SHORTEST_SIDE:
        raise BadPicture(
            f"{what} would be {width}x{height} pixels: style transfer needs at least {SHORTEST_SIDE} on the "
            "shorter side; give a larger --size or a picture that is less narrow"
        )


def _shares(weights: Sequence[float] | None, count: int) -> list[float]:
    if count == 0:
        raise PareidoliaError("style transfer needs at least one painting")
    weights = weights or [1.0] * count
    if len(weights) != count or min(weights) < 0 or sum(weights) == 0:
        raise PareidoliaError(
            f"{count} painting(s) need {count} painting weights, not negative and not all 0; "
            f"given: {list(weights)}"
        )
    return [weight / sum(weights) for weight in weights]


def _layer_weights(kind: str, weights: Sequence[float] | None, layers: Sequence[str]) -> list[float]:
    """The weights given, or equal ones that add up to 1."""
    if weights is None:
        return [1 / len(layers)] * len(layers)
    if len(weights) != len(layers):
        raise PareidoliaError(f"{len(layers)} {kind} layers need as many weights; given: {len(weights)}")
    return list(weights)
