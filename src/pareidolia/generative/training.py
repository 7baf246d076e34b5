"""From data and settings to a training of a generative model, ready to step."""

from pathlib import Path

import torch

from pareidolia.generative.building import build, known_kind
from pareidolia.generative.previews import draw_preview
from pareidolia.generative.settings import SETTINGS_OF, AAESettings, ModelSettings
from pareidolia.networks.devices import choose_device
from pareidolia.operations import TRAIN, operation
from pareidolia.operations.inputs import DATA
from pareidolia.progress import Work
from pareidolia.settings import VERSION
from pareidolia.training import Source, Training, TrainingFolder, TrainingRun
from pareidolia.training.data import Pictures, PictureSet, open_pictures
from pareidolia.training.data.labeled import FewLabels
from pareidolia.training.process_group import current_process_group
from pareidolia.training.settings import TrainingOptions
from pareidolia.version import __version__

_PICTURES_SHOWN = 400_000
_FEWEST_EPOCHS, _MOST_EPOCHS = 10, 300


def prepare(
    kind: str,
    data: str,
    settings: ModelSettings,
    out: Path,
    *,
    tensorboard: bool = False,
) -> Training:
    """The training of a model.

    kind: "autoencoder", "vae", "aae" or "gan".
    data: as `open_pictures` takes it.
    settings: of that kind of model.
    out: the run's folder.

    Raises PareidoliaError where the data or the settings are of no use.
    """
    process_group, device = current_process_group()
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
        "pareidolia": __version__,
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


def train(
    data: str,
    settings: ModelSettings | None = None,
    *,
    kind: str,
    out: str | Path,
    overwrite: bool = False,
    resume: bool = False,
    training: TrainingOptions | None = None,
) -> Work:
    """A training of a model in the folder `out`, begun or gone on with: iterate it to train.

    Args:
        data: as `open_pictures` takes it.
        settings: of that kind of model.
        kind: "autoencoder", "vae", "aae", "gan", or a plug-in's.
        out: the run's folder.
        overwrite: whether a run that is there may be begun anew.
        resume: whether it is gone on with.
        training: what computes it.
    """
    options = training or TrainingOptions()
    settings = settings or SETTINGS_OF[known_kind(kind)]()
    begun = prepare(kind, data, settings, Path(out), tensorboard=options.tensorboard)
    begun.begin(overwrite=overwrite, resume=resume)
    return begun


_HELP = {
    "autoencoder": "Train an autoencoder: plain, denoising, or sparse.",
    "vae": "Train a variational autoencoder.",
    "aae": "Train an adversarial autoencoder: any prior, with labels or without.",
    "gan": "Train a generative adversarial network.",
}
for _kind, _line in _HELP.items():
    operation(
        f"train {_kind}",
        group=TRAIN,
        help=_line,
        settings=SETTINGS_OF[_kind],
        inputs=(DATA,),
        proceeds="in a folder",
        out="folder",
        options={"training": TrainingOptions},
        arguments={"kind": _kind},
    )(train)


def _source(pictures: PictureSet, settings: ModelSettings, device: torch.device) -> Source:
    if isinstance(settings, AAESettings) and settings.labels == "semi-supervised":
        return FewLabels(pictures, settings.labeled, settings.batch, settings.seed, device)
    return Pictures(pictures, settings.batch, settings.seed, device)


def _usual_epochs(count: int) -> float:
    """So many that about 400,000 pictures are shown, within bounds."""
    return min(max(_PICTURES_SHOWN / count, _FEWEST_EPOCHS), _MOST_EPOCHS)
