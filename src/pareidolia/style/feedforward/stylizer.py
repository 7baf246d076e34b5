"""Painting with a trained style network: one pass, at any size."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from pareidolia.networks.devices import choose_device
from pareidolia.networks.weights import load_weights
from pareidolia.operations import PAINT, Input, operation
from pareidolia.pictures import PictureLike, as_picture, size_of, split_alpha
from pareidolia.pictures.result import Result
from pareidolia.safety import expanded
from pareidolia.settings import PareidoliaError
from pareidolia.style.colors import with_chroma
from pareidolia.style.feedforward.network import StylizerNetwork
from pareidolia.style.feedforward.settings import PaintSettings, StylizerSettings
from pareidolia.style.feedforward.strokes import in_strokes
from pareidolia.style.feedforward.tiling import painted_by
from pareidolia.style.feedforward.training import KIND
from pareidolia.training.folder import WEIGHTS
from pareidolia.training.records import read_record


@dataclass(frozen=True)
class Stylizer:
    """A trained style network.

    Attributes:
        network: in evaluation mode.
        paintings: the names of its styles.
    """

    network: StylizerNetwork
    paintings: tuple[str, ...]

    @torch.no_grad()
    def paint(self, content: PictureLike, settings: PaintSettings | None = None) -> Tensor:
        """Paint a photo; with `settings.tile`, in tiles that join without a seam.

        Args:
            content: the photo.
            settings: options.

        Returns:
            1×3×H×W in [0, 1], or 1×4×H×W if the photo has alpha.
        """
        settings = settings or PaintSettings()
        shown, alpha = split_alpha(as_picture(content, size=settings.size))
        device = next(self.network.parameters()).device
        shown = shown.expand(-1, 3, -1, -1).to(device)
        styles = blended(settings.style_weights, self.paintings).to(device)
        paint = partial(painted_by, self.network, styles=styles, tile=settings.tile)
        painted = in_strokes(paint, shown, settings.stroke_size)
        if settings.colors == "luminance":
            painted = with_chroma(painted, shown)
        painted = torch.lerp(shown, painted, settings.strength).cpu()
        return painted if alpha is None else torch.cat([painted, alpha], dim=1)


@operation(
    "stylizer paint",
    group=PAINT,
    help="Paint photos, folders of them, or a video with a trained network, in one pass.",
    settings=PaintSettings,
    inputs=(
        Input("run", "The folder of the network's training.", "run"),
        Input("content", "Files, sample:chelsea and the like, folders of them, or a video.", each=True),
    ),
    video="pareidolia.style.video:stylizer_video",
)
def stylized(run: str | Path, content: PictureLike, settings: PaintSettings | None = None) -> Result:
    """Paint a photo in one pass by a trained network.

    Args:
        run: folder of the network's training.
        content: the photo.
        settings: options.

    Returns:
        The painted photo.

    Raises:
        PareidoliaError: If the folder holds something else, or weights do not fit.
        BadPicture: If the photo cannot be read.
    """
    settings = settings or PaintSettings()
    painter = open_stylizer(run, settings.device)
    picture = painter.paint(content, settings)
    height, width = size_of(picture)
    return Result(picture, f"painted in one pass, {width}x{height} px")


def open_stylizer(run: str | Path, device: str = "auto") -> Stylizer:
    """Open the folder of a style network's training.

    Args:
        run: the folder.
        device: "auto", "cuda", "mps" or "cpu".

    Returns:
        The network with the weights of the newest checkpoint.

    Raises:
        PareidoliaError: If there is no such training, or it has saved no weights yet.
    """
    folder = expanded(run)
    record = read_record(folder)
    if record.get("model") != KIND:
        raise PareidoliaError(f"{folder} holds a run of {record.get('model')}, not of a style network")
    if not (folder / WEIGHTS).is_file():
        raise PareidoliaError(f"{folder} has saved no {WEIGHTS} yet: let it train on with --resume")
    settings = StylizerSettings.model_validate(record["settings"])
    network = StylizerNetwork(len(record["paintings"]), settings.width, settings.blocks)
    holder = torch.nn.Module()
    holder.network = network
    load_weights(holder, folder / WEIGHTS, "this style network")
    network.to(choose_device(device)).to(memory_format=torch.channels_last).eval().requires_grad_(False)
    return Stylizer(network, tuple(record["paintings"]))


def blended(weights: Sequence[float] | None, paintings: Sequence[str]) -> Tensor:
    """Weights of the styles as 1×K that add up to 1; the first style alone if none are given."""
    if weights is None:
        weights = [1.0] + [0.0] * (len(paintings) - 1)
    if len(weights) != len(paintings) or min(weights) < 0 or sum(weights) == 0:
        raise PareidoliaError(
            f"this network knows {len(paintings)} style(s) ({', '.join(paintings)}): give as many "
            f"--style-weights, not negative and not all 0; given: {list(weights)}"
        )
    return torch.tensor([[weight / sum(weights) for weight in weights]], dtype=torch.float32)
