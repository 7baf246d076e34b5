"""What brush is trained to make small: the difference of VGG-19's statistics at three sizes, and content.

The maps are the original VGG-19's relu1_1 … relu5_1 (Simonyan and Zisserman 2015), in the few coordinates
that hold most of their second moments over the paintings that are learned, so that the statistics are small
enough to be kept for every painting. Means and covariances count alike, each relative to the painting's own:
in one Gram matrix the means would be nearly all.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice, product
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import Tensor

from feature_distillation import Vgg19
from pareidolia.pictures import to_yiq
from pareidolia.style.feedforward.normalization import covariance_of
from run_files import save

LAYERS = Vgg19.layers
CHANNELS = (32, 64, 96, 128, 128)
"""Coordinates of each layer's maps."""
SCALES = 3
"""The picture as it is, at a half, and at a quarter: strokes come in sizes."""

_CONTENT_STAGE = 3
_CONTENT_SCALE = 1
_LEAST = 1e-12
_PERIOD, _HARMONICS = 16, range(2, 8)
_DIRECTIONS = 32
_WINDOW = 64
_LEAST_CONTRAST = 1e-3


@dataclass(frozen=True)
class Seen:
    """What is seen of N painted pictures.

    Attributes:
        content: N, how far from the photos.
        styles: N×15, how far from the paintings, by scale and stage.
        maps: the five maps at full size.
    """

    content: Tensor
    styles: Tensor
    maps: list[Tensor]


class Looking:
    """VGG-19's maps, and their statistics. It has no weights that learn, and is no module."""

    numbers = SCALES * sum(channels + 1 + channels**2 for channels in CHANNELS)
    """How many numbers `flat_statistics` gives for a picture."""

    def __init__(self, bases: list[Tensor] | None = None) -> None:
        self._seen = Vgg19().maps
        self._bases = bases

    def fit(self, pictures: Iterable[Tensor], path: Path) -> None:
        """Take the leading eigenvectors of the mean second moments as coordinates, and write them to a file.

        Each picture counts alike, whatever its contrast. They are scaled so that a coordinate is about 1.
        """
        if path.exists():
            kept = load_file(path)
            self._bases = [kept[layer] for layer in LAYERS]
            return
        sums = [torch.zeros((), dtype=torch.float64)] * len(LAYERS)
        squares, count = torch.zeros(len(LAYERS), dtype=torch.float64), 0
        with torch.no_grad():
            for picture in pictures:
                count += 1
                for stage, maps in enumerate(self._seen(picture)):
                    flat = maps[0].flatten(1).double()
                    moment = flat @ flat.T / flat.shape[1]
                    sums[stage] = sums[stage] + moment / moment.trace().clamp(min=_LEAST)
                    squares[stage] += moment.trace()
        # The mean square of a coordinate becomes 1.
        sizes = (squares / count / torch.tensor(CHANNELS)).sqrt().tolist()
        self._bases = [
            (torch.linalg.eigh(total).eigenvectors[:, -channels:].T.float() / size).contiguous()
            for total, channels, size in zip(sums, CHANNELS, sizes, strict=True)
        ]
        named = dict(zip(LAYERS, self._bases, strict=True))
        save(path, lambda partial: save_file(named, partial))

    def maps(self, pictures: Tensor) -> list[Tensor]:
        """N×3×H×W in [0, 1] → five maps of 32, 64, 96, 128, 128 channels."""
        assert self._bases is not None, "fit it first"
        return [
            F.conv2d(maps, basis[..., None, None])
            for maps, basis in zip(self._seen(pictures), self._bases, strict=True)
        ]

    def flat_statistics(self, pictures: Tensor) -> Tensor:
        """For each of N pictures: by scale and stage its mean, ln ‖Σ‖ and Σ/‖Σ‖ of its covariance Σ."""
        rows = []
        for scale in range(SCALES):
            for maps in self.maps(smaller(pictures, scale)):
                mean, covariance = statistics(maps)
                flat = covariance.flatten(1)
                norm = flat.norm(dim=1, keepdim=True).clamp(min=_LEAST)
                rows += [mean, norm.log(), flat / norm]
        return torch.cat(rows, dim=1)

    def compare(self, painted: Tensor, photos: Tensor, wanted: Tensor) -> Seen:
        """Content and style of each of N painted pictures, each relative to what is wanted."""
        aims = unpacked(wanted.float())
        content, styles, whole = painted.new_zeros(len(painted)), [], []
        for scale in range(SCALES):
            seen = self.maps(smaller(painted, scale))
            whole = whole or seen
            for maps in seen:
                mean, covariance = statistics(maps)
                aim_mean, norm, aim_covariance = next(aims)
                styles.append(
                    relative_error(mean, covariance.flatten(1) / norm.exp(), aim_mean, aim_covariance)
                )
            if scale == _CONTENT_SCALE:
                with torch.no_grad():
                    aim = self.maps(smaller(photos, scale))[_CONTENT_STAGE].float()
                content = (seen[_CONTENT_STAGE].float() - aim).square().flatten(1).sum(1)
                content = content / aim.square().flatten(1).sum(1)
        return Seen(content, torch.stack(styles, dim=1), whole)


def relative_error(mean: Tensor, covariance: Tensor, aim_mean: Tensor, aim_covariance: Tensor) -> Tensor:
    """The squared errors of means, N×C, and of covariances over the aim's norm, N×C², halved; N."""
    far = (mean - aim_mean).square().sum(1) / aim_mean.square().sum(1).clamp(min=_LEAST)
    return (far + (covariance - aim_covariance).square().sum(1)) / 2


def sliced(painted: Sequence[Tensor], pieces: Sequence[Tensor], generator: torch.Generator) -> Tensor:
    """The sliced Wasserstein distance of maps to those of the paintings' pieces, over their variance, N.

    Heitz et al., "A Sliced Wasserstein Loss for Neural Texture Synthesis", 2021. Means and covariances are as
    content where every place is half busy; here as many places have to be calm as in the painting.
    """
    found = []
    for ours, theirs in zip(painted, pieces, strict=True):
        directions = torch.randn(_DIRECTIONS, ours.shape[1], generator=generator).to(ours.device)
        kernels = F.normalize(directions, dim=1)[..., None, None]
        values, wanted = (F.conv2d(each.float(), kernels).flatten(2) for each in (ours, theirs))
        wanted = wanted.sort(dim=2).values
        if wanted.shape != values.shape:
            wanted = F.interpolate(wanted, values.shape[2], mode="linear", align_corners=True)
        far = (values.sort(dim=2).values - wanted).square().mean((1, 2))
        found.append(far / wanted.var(2).mean(1).clamp(min=_LEAST))
    return torch.stack(found, dim=1).mean(1)


def lattice(painted: Tensor) -> Tensor:
    """How much of each of N pictures repeats with the painter's squares: the share of luma's variance, N.

    The painter enlarges squares of 8×8 pixels, and whatever it does differently within them repeats with one
    phase all over a flat place: a weave, which statistics do not mind. Where it alternates from square to
    square, the weave repeats after 16. Its waves are 16/2 to 16/7 pixels long, and strokes have such waves
    too. So what counts is by how much these are stronger than waves a little longer and a little shorter,
    down, across and both, in windows of 64 pixels (Hann).
    """
    luma = to_yiq(painted.float())[:, :1]
    waves = _waves().to(luma)
    found = F.conv2d(luma - luma.mean((2, 3), keepdim=True), waves, stride=_WINDOW // 2)
    energy = found.square().mean((2, 3)).view(len(luma), 3, -1, 2).sum(3) / 2
    longer, itself, shorter = energy.unbind(1)
    excess = (itself - (longer + shorter) / 2).clamp(min=0).sum(1)
    return excess / luma.var((1, 2, 3)).clamp(min=_LEAST_CONTRAST)


@cache
def _waves() -> Tensor:
    """A cosine and a sine of each wave in a window that sums to 2: an amplitude a is found as a; K×1×W×W.

    First the longer ones, then those that repeat with the squares, then the shorter ones: halfway between two
    that repeat, and as near as a Hann window tells apart.
    """
    places = torch.arange(_WINDOW) + 0.5
    hann = torch.sin(math.pi * places / _WINDOW).square()
    window = torch.outer(hann, hann)
    rows = []
    directions = ((1, 0), (0, 1), (1, 1), (1, -1))
    for more, harmonic, (down, across) in product((-0.5, 0, 0.5), _HARMONICS, directions):
        frequency = 2 * math.pi * (harmonic + more) / _PERIOD
        phase = frequency * (down * places[:, None] + across * places)
        rows += [window * phase.cos(), window * phase.sin()]
    return (2 / window.sum() * torch.stack(rows))[:, None]


def means_of(wanted: Tensor) -> list[Tensor]:
    """The means of the five layers' maps at full size, N×C each, from flat statistics."""
    every = unpacked(wanted.float())
    return [mean for mean, _, _ in islice(every, len(CHANNELS))]


def statistics(maps: Tensor) -> tuple[Tensor, Tensor]:
    """Mean N×C and covariance N×C×C over positions, in single precision."""
    with torch.autocast(maps.device.type, enabled=False):
        mean, covariance = covariance_of(maps.float())
        return mean[..., 0], covariance


def smaller(pictures: Tensor, halvings: int) -> Tensor:
    """The pictures, each side divided by 2 to the power of `halvings`."""
    return F.avg_pool2d(pictures.float(), 2**halvings) if halvings else pictures.float()


def unpacked(numbers: Tensor) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Flat statistics as mean, ln ‖Σ‖ and Σ/‖Σ‖, by scale and stage."""
    start = 0
    for _ in range(SCALES):
        for channels in CHANNELS:
            mean, norm, covariance = numbers[:, start : start + channels + 1 + channels**2].split(
                [channels, 1, channels**2], dim=1
            )
            yield mean, norm, covariance
            start += channels + 1 + channels**2
