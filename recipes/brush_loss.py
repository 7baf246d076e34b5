"""What brush is trained to make small: Gram matrices at three sizes, and content, through the slim VGG-19.

The aux maps of `slim_vgg.py`, A f + b, enter by [A b] = Q R: R [f; 1] has the same products and distances
in a quarter of the channels (17/33/65/129/129), so the Gram matrices are small enough to be kept for every
painting.
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn

from pareidolia.painting import Gram
from slim_vgg import AUX_LAYERS, WIDTHS, SlimVgg19

SCALES = 3
"""The picture as it is, at a half, and at a quarter: strokes come in sizes."""

_CHANNELS = tuple(width + 1 for width in WIDTHS.values())
_CONTENT_STAGE = 3
_CONTENT_SCALE = 1


class Looking(nn.Module):
    """The slim VGG-19 with its aux maps in the fewest coordinates that keep their products."""

    def __init__(self, weights: Path) -> None:
        super().__init__()
        self.network = SlimVgg19()
        self.network.load_state_dict(load_file(weights))
        for aux in AUX_LAYERS:
            layer = self.network.get_submodule(aux)
            whole = torch.cat([layer.weight.flatten(1), layer.bias[:, None]], dim=1)
            self.register_buffer(f"metric_{aux}", torch.linalg.qr(whole.detach()).R)
        self.requires_grad_(False)
        self.to(memory_format=torch.channels_last)

    @property
    def gram_numbers(self) -> int:
        """How many numbers `flat_grams` gives for a picture."""
        return SCALES * sum(channels**2 + 1 for channels in _CHANNELS)

    def maps(self, pictures: Tensor) -> list[Tensor]:
        """N×3×H×W in [0, 1] → five maps of 17, 33, 65, 129, 129 channels."""
        found = []
        for aux, x in zip(AUX_LAYERS, self.network.maps(pictures), strict=True):
            metric = getattr(self, f"metric_{aux}")
            with torch.autocast(pictures.device.type, enabled=False):
                found.append(F.conv2d(x.float(), metric[:, :-1, None, None], metric[:, -1]))
        return found

    def flat_grams(self, pictures: Tensor) -> Tensor:
        """For each of N pictures: by scale and stage, ln ‖A‖ and A/‖A‖ of its mean Gram matrix A."""
        rows = []
        for scale in range(SCALES):
            for maps in self.maps(smaller(pictures, scale)):
                flat = gram(maps).flatten(1)
                norm = flat.norm(dim=1, keepdim=True).clamp(min=1e-12)
                rows += [norm.log(), flat / norm]
        return torch.cat(rows, dim=1)

    def losses(self, painted: Tensor, photos: Tensor, grams: Tensor) -> tuple[Tensor, Tensor]:
        """Content and style of each of N painted pictures, each relative to what is wanted."""
        wanted = _unpacked(grams.float())
        content, styles = painted.new_zeros(len(painted)), []
        for scale in range(SCALES):
            seen = self.maps(smaller(painted, scale))
            for maps in seen:
                norm, target = next(wanted)
                difference = gram(maps) / norm.exp()[:, None] - target.view(-1, maps.shape[1], maps.shape[1])
                styles.append(difference.square().sum((1, 2)))
            if scale == _CONTENT_SCALE:
                with torch.no_grad():
                    aim = self.maps(smaller(photos, scale))[_CONTENT_STAGE]
                content = (seen[_CONTENT_STAGE] - aim).square().flatten(1).sum(1)
                content = content / aim.square().flatten(1).sum(1)
        return content, torch.stack(styles, dim=1)


def gram(maps: Tensor) -> Tensor:
    """The mean Gram matrix of each picture, N×C×C in single precision."""
    with torch.autocast(maps.device.type, enabled=False):
        return Gram.of(maps.float()).means


def smaller(pictures: Tensor, halvings: int) -> Tensor:
    """The pictures, each side divided by 2 to the power of `halvings`."""
    return F.avg_pool2d(pictures.float(), 2**halvings) if halvings else pictures.float()


def _unpacked(grams: Tensor):  # type: ignore[no-untyped-def]
    start = 0
    for _ in range(SCALES):
        for channels in _CHANNELS:
            stop = start + 1 + channels**2
            yield grams[:, start : start + 1], grams[:, start + 1 : stop]
            start = stop
