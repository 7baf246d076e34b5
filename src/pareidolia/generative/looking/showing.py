"""Pictures of a model laid out for people."""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from pareidolia.generative.looking.settings import LookSettings
from pareidolia.generative.looking.places import LatentSpace
from pareidolia.generative.runs import Run, open_run
from pareidolia.networks import choose_device
from pareidolia.pictures import sheet

#: Pixels that a sheet of small pictures is to be wide, more or less.
_AIM = 900


@dataclass(frozen=True)
class Look:
    """A picture 1×3×H×W in [0, 1], and in words what it shows."""

    picture: Tensor
    told: str


def opened(run: Run | str, settings: LookSettings) -> LatentSpace:
    """The latent space of a run, opened where `run` is its folder or a shipped model's name."""
    return LatentSpace(open_run(run, choose_device(settings.device)) if isinstance(run, str) else run)


def laid_out(
    pictures: Tensor,
    columns: int,
    *,
    captions: Sequence[str] = (),
    title: str = "",
    row_titles: Sequence[str] = (),
) -> Tensor:
    """Pictures N×C×H×W in rows on a sheet, enlarged without smoothing where they are small; 1×3×H×W."""
    columns = min(columns, len(pictures))
    enlarge = max(1, _AIM // (columns * pictures.shape[-1]))
    words = list(captions) or [""] * len(pictures)
    panels = [(picture[None], word) for picture, word in zip(pictures.float().cpu(), words, strict=True)]
    return sheet(panels, columns, title=title, row_titles=row_titles, enlarge=enlarge)


def tiled(pictures: Tensor, columns: int) -> Tensor:
    """Pictures N×C×H×W edge to edge, 1×3×H×W, enlarged without smoothing where they are small."""
    rows = len(pictures) // columns
    enlarge = max(1, _AIM // (columns * pictures.shape[-1]))
    grid = pictures[: rows * columns].unflatten(0, (rows, columns)).permute(2, 0, 3, 1, 4)
    whole = grid.flatten(3).flatten(1, 2)[None].expand(-1, 3, -1, -1)
    return whole.repeat_interleave(enlarge, 2).repeat_interleave(enlarge, 3)
