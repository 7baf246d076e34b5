"""Deep Dream: change a picture so that a network sees more of what it sees in it."""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from pareidolia.dreaming.aims import read_aims
from pareidolia.dreaming.canvas import DetailCanvas
from pareidolia.dreaming.settings import DreamSettings
from pareidolia.networks import NetworkLike, network_for
from pareidolia.operations import PAINT, Input, operation
from pareidolia.painting import Painting, Stage
from pareidolia.painting.optimizers import NormalizedGradient
from pareidolia.painting.tiling import strides_together
from pareidolia.painting.transforms import Roll
from pareidolia.pictures import (
    PictureLike,
    as_mask,
    as_picture,
    as_weights,
    check_shorter_side,
    fit,
    luminance,
    over_white,
    resize_picture,
    size_of,
    split_alpha,
)
from pareidolia.pictures.wrapping import resize_wrapped, rounded_size, wrap_of
from pareidolia.randomness import seeded_generator
from pareidolia.settings import BadPicture, PareidoliaError

#: Sizes with a shorter side of fewer pixels are left out: deep layers have no position left there.
SHORTEST_SIDE = 32

Size = tuple[int, int]

_NOISE = 0.1  # standard deviation around grey


@operation(
    "dream",
    group=PAINT,
    help="Dream: strengthen in a picture what a network sees in it, or fall into it in a video.\n\nA video "
    "(.mp4, .mov, .mkv, ...) is dreamt frame by frame, each dream carried along as things move.",
    settings=DreamSettings,
    inputs=(
        Input(
            "photo",
            "A photo or a video, or sample:chelsea and the like; none with --start noise or nothing.",
            required=False,
        ),
        Input(
            "guide",
            "A picture whose features the photo's are drawn to.",
            "file",
            required=False,
            keyword=True,
        ),
        Input(
            "mask",
            "A picture of the photo's proportions: white where to dream, black where nothing may change.",
            "file",
            required=False,
            keyword=True,
        ),
        Input(
            "strength_map",
            "A gray picture: how strongly to dream at each place.",
            "file",
            required=False,
            keyword=True,
        ),
    ),
    proceeds="in steps",
    video="pareidolia.dreaming.video:DreamVideo",
    network=True,
)
class Dream(Painting):
    """A picture in which a network sees more of what it sees (Mordvintsev, Olah and Tyka 2015).

    x ← clip(x + ε g / mean|g|), g = ∂(½ Σ a²)/∂x, at sizes that grow by `octave_scale`; between two sizes
    only the change from the photo is enlarged. `picture` has the photo's alpha, if any.

    Args:
        photo: 1×3×H×W (or 1×4×H×W with alpha) in [0, 1], or a file; None begins from noise.
        settings: every option.
        network: the network that dreams; the one that the settings name if None.
        guide: a picture whose features attract the photo's.
        mask: white (or opaque, where its alpha varies) where to dream, black where every pixel stays;
            stretched to the photo.
        strength_map: a grey picture by which every step is multiplied; stretched to the photo.

    Raises:
        PareidoliaError: If the photo is missing or too narrow, there is a guide but no layer, or an aim does
            not exist.
    """

    def __init__(
        self,
        photo: PictureLike | None = None,
        settings: DreamSettings | None = None,
        network: NetworkLike = None,
        *,
        guide: PictureLike | None = None,
        mask: PictureLike | None = None,
        strength_map: PictureLike | None = None,
    ) -> None:
        self.settings = settings = settings or DreamSettings()
        _check_start(photo, settings)
        network = network_for(settings, network, pooling=settings.pooling, padding=settings.padding)
        aims = read_aims(network, settings.aim, settings.seed)
        self._wrap = wrap_of(settings.seamless)
        grid = strides_together(network, aims.layers) if any(self._wrap) else 1
        first, self._alpha = _first_picture(
            photo, settings, network.device, partial(rounded_size, wrap=self._wrap, size_multiple=grid)
        )
        full = size_of(first)
        check_shorter_side("the picture", full, SHORTEST_SIDE, "a dream")
        weights = [] if mask is None else [as_mask(mask, full)]
        weights += [] if strength_map is None else [as_weights(strength_map, full, "the strength map")]
        self._strength = _product([each.to(network.device) for each in weights])
        self._under_mask = None if self._strength is None else first
        if guide is not None and not aims.units:
            raise PareidoliaError("a guide draws a layer's features: aim at layers, not at classes alone")
        guiding = None if guide is None else over_white(as_picture(guide)).to(network.device)
        objective = aims.at(network, first, guiding)
        sizes = octave_sizes(full, settings.octaves, settings.octave_scale)
        if any(self._wrap):
            sizes = list(dict.fromkeys(rounded_size(size, self._wrap, grid) for size in sizes))
        super().__init__(
            network,
            DetailCanvas(first, sizes[0], self._wrap),
            [
                Stage(
                    size,
                    settings.steps,
                    objective,
                    settings.step_size / 255,
                    tile=settings.tile,
                    wrap=self._wrap,
                )
                for size in sizes
            ],
            optimizer=self._ascent,
            transforms=(Roll(settings.jitter),) if settings.jitter else (),
            seed=settings.seed,
        )

    @property
    def picture(self) -> Tensor:
        """The dream now, 1×3×H×W in [0, 1]; 1×1×H×W in black and white; 1×4×H×W if the photo has alpha."""
        picture = super().picture
        size = size_of(picture)
        if self._strength is not None and self._under_mask is not None:
            # Detail of smaller sizes reaches a little over the mask's edge.
            still = resize_picture(self._strength, size) == 0
            picture = torch.where(still, resize_picture(self._under_mask, size), picture)
        if self._alpha is None:
            return picture
        return torch.cat([picture.expand(-1, 3, -1, -1), resize_picture(self._alpha, size)], dim=1)

    def _ascent(self, values: Tensor, learning_rate: float) -> NormalizedGradient:
        strength = None if self._strength is None else resize_picture(self._strength, size_of(values))
        smoothing = self.settings.smoothing
        return NormalizedGradient(
            values, learning_rate, smoothing=smoothing, strength=strength, wrap=self._wrap
        )


def octave_sizes(full: tuple[int, int], count: int, scale: float) -> list[tuple[int, int]]:
    """Up to `count` sizes (height, width), each `scale` times the one before, the last one `full`."""
    sizes = [fit(full, max(1, round(max(full) / scale**octave))) for octave in range(count)]
    return [size for size in reversed(sizes) if min(size) >= SHORTEST_SIDE]


def _check_start(photo: PictureLike | None, settings: DreamSettings) -> None:
    if photo is None and settings.start == "photo":
        raise PareidoliaError("there is no picture to dream in: give a photo, or --start noise, or nothing")
    if photo is not None and settings.start != "photo":
        raise PareidoliaError(f"a dream that starts from {settings.start} takes no photo")


def _first_picture(
    photo: PictureLike | None, settings: DreamSettings, device: torch.device, sized: Callable[[Size], Size]
) -> tuple[Tensor, Tensor | None]:
    """The picture that the dream begins from, 1×3×H×W (1×1×H×W in black and white), and its alpha or None."""
    if photo is None:
        picture, alpha = torch.full((1, 3, *sized((settings.size, settings.size))), 0.5), None
        if settings.start == "noise":
            generator = seeded_generator(settings.seed)
            noise = torch.randn(picture.shape, generator=generator)
            picture = (picture + _NOISE * noise).clamp(0, 1)
    else:
        opened = as_picture(photo)
        full = sized(size_of(opened) if settings.size is None else fit(size_of(opened), settings.size))
        picture, alpha = split_alpha(resize_wrapped(opened, full, wrap_of(settings.seamless), resize_picture))
    if settings.gray and picture.shape[1] == 3:
        picture = luminance(picture)
    return picture.to(device), None if alpha is None else alpha.to(device)


def _product(weights: list[Tensor]) -> Tensor | None:
    if not weights:
        return None
    product = torch.stack(weights).prod(dim=0)
    if not product.any():
        raise BadPicture("the mask is black everywhere: nothing is left to dream in")
    return product
