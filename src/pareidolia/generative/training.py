"""From data and settings to a training of a generative model, ready to step."""

from pathlib import Path

import torch

import pareidolia
from pareidolia.generative.building import build
from pareidolia.generative.previews import draw_preview
from pareidolia.generative.settings import AAESettings, ModelSettings
from pareidolia.networks.devices import choose_device
from pareidolia.settings import VERSION
from pareidolia.training import ProcessGroup, SingleProcess, Source, Training, TrainingFolder, TrainingRun
from pareidolia.training.data import Pictures, PictureSet, open_pictures
from pareidolia.training.data.labeled import FewLabels

_PICTURES_SHOWN = 400_000
_FEWEST_EPOCHS, _MOST_EPOCHS = 10, 300


def prepare(
    kind: str,
    data: str,
    settings: ModelSettings,
    out: Path,
    *,
    process_group: ProcessGroup | None = None,
    device: torch.device | None = None,
    tensorboard: bool = False,
) -> Training:
    """The training of a model.

    kind: "autoencoder", "vae", "aae" or "gan".
    data: as `open_pictures` takes it.
    settings: of that kind of model.
    out: the run's folder.
    process_group, device: where it computes; one device alone, chosen by the settings, unless given.

    Raises PareidoliaError where the data or the settings are of no use.
    """
    process_group = process_group or SingleProcess()
    device = device or choose_device(settings.device)
    pictures = open_pictures(data, "train", size=settings.size, color=settings.color)
    model = build(kind, settings, pictures.shape, len(pictures.classes))
    model.init_output_bias(pictures.mean())
    source = _source(pictures, settings, device)
    run = TrainingRun(
        model,
        source,
        settings,
        epochs=_usual_epochs(len(pictures)),
        device=device,
        process_group=process_group,
    )
    record = {
        "pareidolia": pareidolia.__version__,
        "version": VERSION,
        "model": kind,
        "settings": settings.model_dump(mode="json"),
        "data": {
            "name": data,
            "pictures": len(pictures),
            "fingerprint": pictures.fingerprint,
            "shape": list(pictures.shape),
            "classes": list(pictures.classes),
            "skipped": list(pictures.skipped),
        },
    }
    return Training(run, TrainingFolder(out, record, tensorboard=tensorboard), pictures, draw_preview)


def _source(pictures: PictureSet, settings: ModelSettings, device: torch.device) -> Source:
    if isinstance(settings, AAESettings) and settings.labels == "semi-supervised":
        return FewLabels(pictures, settings.labeled, settings.batch, settings.seed, device)
    return Pictures(pictures, settings.batch, settings.seed, device)


def _usual_epochs(count: int) -> float:
    """So many that about 400,000 pictures are shown, within bounds."""
    return min(max(_PICTURES_SHOWN / count, _FEWEST_EPOCHS), _MOST_EPOCHS)
