"""Sheets of a model's pictures while it trains: samples, and pictures beside their reconstructions."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from pareidolia.generative.capabilities import Decodes, Encodes
from pareidolia.generative.sampling import can_sample, draw_pictures
from pareidolia.pictures import over_white, save_picture, sheet
from pareidolia.randomness import seeded_generator
from pareidolia.training import TrainingRun
from pareidolia.training.data import PictureSet

_SIDE = 8
_WIDTH_AIMED_AT = 640


def draw_preview(pictures: PictureSet, run: TrainingRun, path: Path) -> None:
    """Save a sheet of what the run's result makes: samples, or reconstructions of the first `pictures`.

    A model that can do neither has no sheet.
    """
    model = run.result
    training = model.training
    model.eval()
    try:
        made, what = _made(model, pictures, run)
    finally:
        model.train(training)
    if made is not None:
        save_picture(grid(made, f"{what}, step {run.index} of {run.total}"), path, overwrite=True)


@torch.no_grad()
def _made(model: Any, pictures: PictureSet, run: TrainingRun) -> tuple[Tensor | None, str]:
    if can_sample(model):
        generator = seeded_generator(run.settings.seed)
        return draw_pictures(model, _SIDE * _SIDE, generator), "samples"
    if not (isinstance(model, Encodes) and isinstance(model, Decodes)):
        return None, ""
    originals = pictures.pictures(slice(_SIDE * _SIDE // 2)).to(run.device)
    pairs = torch.stack([originals, model.decode(model.encode(originals))], dim=1)
    return pairs.flatten(0, 1), "pictures and their reconstructions"


def grid(pictures: Tensor, title: str) -> Tensor:
    """Pictures N×C×H×W in rows of eight, enlarged without smoothing; 1×3×H×W."""
    enlarge = max(1, _WIDTH_AIMED_AT // (_SIDE * pictures.shape[-1]))
    shown = over_white(pictures.float().cpu())
    return sheet([(picture[None], "") for picture in shown], _SIDE, title=title, enlarge=enlarge)
