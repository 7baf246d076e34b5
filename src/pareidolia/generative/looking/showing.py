"""Pictures of a model laid out for people."""

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor

from pareidolia.generative.looking.latent_space import LatentSpace
from pareidolia.generative.looking.settings import DataLookSettings, LookSettings
from pareidolia.generative.runs import Run, open_run
from pareidolia.networks import choose_device
from pareidolia.pictures import over_white, sheet

#: Width of a sheet of small pictures in pixels, about, and the most for one of them.
_AIM, _LARGEST = 900, 224
_LINE = 0.4


def opened(run: Run | str, settings: LookSettings) -> LatentSpace:
    """The latent space of a run; `run` may be its folder or a shipped model's name."""
    if not isinstance(run, Run):
        run = open_run(run, choose_device(settings.device))
    return LatentSpace(run, settings.data if isinstance(settings, DataLookSettings) else None)


def laid_out(
    pictures: Tensor,
    columns: int,
    *,
    captions: Sequence[str] = (),
    title: str = "",
    row_titles: Sequence[str] = (),
) -> Tensor:
    """Pictures N×C×H×W in rows on a sheet, enlarged without smoothing if they are small; 1×3×H×W."""
    columns = min(columns, len(pictures))
    words = list(captions) or [""] * len(pictures)
    shown = over_white(pictures.float().cpu())
    panels = [(picture[None], word) for picture, word in zip(shown, words, strict=True)]
    enlarge = _enlargement(pictures, columns)
    return sheet(panels, columns, title=title, row_titles=row_titles, enlarge=enlarge)


def tiled(pictures: Tensor, columns: int) -> Tensor:
    """Pictures N×C×H×W, N a multiple of `columns`, in a close grid with thin lines between; 1×3×H×W.

    Enlarged as `laid_out` does.
    """
    pictures = over_white(pictures)
    enlarge = _enlargement(pictures, columns)
    large = pictures.repeat_interleave(enlarge, 2).repeat_interleave(enlarge, 3)
    line = max(1, large.shape[-1] // 20)
    lined = F.pad(large, (line, 0, line, 0), value=_LINE)
    grid = lined.view(-1, columns, *lined.shape[1:]).permute(2, 0, 3, 1, 4).flatten(3).flatten(1, 2)
    return F.pad(grid[None].expand(-1, 3, -1, -1), (0, line, 0, line), value=_LINE)


def _enlargement(pictures: Tensor, columns: int) -> int:
    width = pictures.shape[-1]
    return max(1, min(round(_AIM / (columns * width)), _LARGEST // width))
