"""Sheets of a model's pictures while it trains: samples, and pictures beside their reconstructions."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from pareidolia.generative.capabilities import Decodes, Encodes, Samples
from pareidolia.pictures import save_picture, sheet
from pareidolia.training import TrainingRun
from pareidolia.training.data import Pictures

_SIDE = 8
_WIDTH_AIMED_AT = 640


def draw_preview(run: TrainingRun, path: Path) -> None:
    """Save a sheet of the run's result: of samples, or of reconstructions if the model has no prior."""
    model = run.result
    training = model.training
    model.eval()
    try:
        with torch.no_grad():
            made, what = _made(model, run)
    finally:
        model.train(training)
    save_picture(grid(made, f"{what}, step {run.index} of {run.total}"), path, overwrite=True)


def _made(model: Any, run: TrainingRun) -> tuple[Tensor, str]:
    if isinstance(model, Samples):
        generator = torch.Generator().manual_seed(run.settings.seed)
        return model.decode(model.prior.sample(_SIDE * _SIDE, generator).to(run.device)), "samples"
    assert isinstance(model, Encodes) and isinstance(model, Decodes) and isinstance(run.source, Pictures)
    originals = run.source.pictures.pictures(slice(_SIDE * _SIDE // 2)).to(run.device)
    pairs = torch.stack([originals, model.decode(model.encode(originals))], dim=1)
    return pairs.flatten(0, 1), "pictures and their reconstructions"


def grid(pictures: Tensor, title: str) -> Tensor:
    """Pictures N×C×H×W in rows of eight, enlarged without smoothing; 1×3×H×W."""
    enlarge = max(1, _WIDTH_AIMED_AT // (_SIDE * pictures.shape[-1]))
    return sheet(
        [(picture[None], "") for picture in pictures.float().cpu()], _SIDE, title=title, enlarge=enlarge
    )
