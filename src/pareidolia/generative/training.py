"""From data and settings to a training of a generative model, ready to step, and to a trained run."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pareidolia.generative.building import build, settings_of
from pareidolia.generative.held_out import held_out_losses
from pareidolia.generative.previews import draw_preview
from pareidolia.generative.registry import MODELS
from pareidolia.generative.runs import Run, open_run
from pareidolia.generative.settings import ModelSettings
from pareidolia.progress import Work
from pareidolia.settings import VERSION, BadSetting, PareidoliaError
from pareidolia.settings.faults import in_one_line
from pareidolia.training import Training, TrainingFolder, TrainingRun
from pareidolia.training.data import PictureSet, as_picture_set, open_pictures
from pareidolia.training.data.folders import Split
from pareidolia.training.data.found import place_of
from pareidolia.training.data.given import Data, split_pictures
from pareidolia.training.process_group import current_process_group
from pareidolia.training.settings import TrainingOptions
from pareidolia.version import __version__

_PICTURES_SHOWN = 400_000
_FEWEST_EPOCHS, _MOST_EPOCHS = 10, 300


def train(
    model: str = "vae",
    data: Data = "digits",
    out: str | Path = "run",
    settings: ModelSettings | None = None,
    *,
    test: Data | None = None,
    resume: bool = False,
    overwrite: bool = False,
    **options: Any,
) -> Run:
    """Train a generative model to the end, and open the run.

    Every operation that takes a run takes what it gives, or `out`: `sample_sheet(run)`, `LatentSpace(run)`,
    `evaluate(run)`, and `pareidolia sample OUT` on the command line.

    Args:
        model: "autoencoder", "vae", "aae", "gan", or the name of a plug-in's.
        data: what to learn from, as `as_picture_set` takes it. Pictures that have no name are kept in the
            run's folder; of those about a tenth is kept for the test unless `test` is given.
        out: the run's folder.
        settings: of that kind of model.
        test: pictures to test on.
        resume: go on with a run that was stopped; where there is none, begin.
        overwrite: begin anew where there is a run.
        **options: fields of the model's settings, over those of `settings`.

    Returns:
        The run.

    Raises:
        PareidoliaError: the data or the settings are of no use, or `out` holds a run already.
    """
    given = settings.model_dump(include=settings.model_fields_set) if settings is not None else {}
    try:
        chosen = settings_of(model, given | options)
    except ValidationError as error:
        raise BadSetting(in_one_line(error)) from error
    training = prepare(model, data, chosen, Path(out), test=test)
    training.begin(overwrite=overwrite, resume=resume)
    for _ in training:
        pass
    return open_run(out, training.run.device)


def begin_training(
    data: Data = "digits",
    settings: ModelSettings | None = None,
    *,
    kind: str,
    out: str | Path,
    overwrite: bool = False,
    resume: bool = False,
    training: TrainingOptions | None = None,
) -> Work:
    """What `pareidolia train KIND` does: a training in the folder `out`, begun or gone on with.

    Args:
        data: what to learn from, as `as_picture_set` takes it.
        settings: of that kind of model.
        kind: the model's name.
        out: the run's folder.
        overwrite: whether a run that is there may be begun anew.
        resume: whether it is gone on with.
        training: what computes it.

    Returns:
        The training; iterate over it to train.
    """
    options = training or TrainingOptions()
    begun = prepare(kind, data, settings or settings_of(kind, {}), Path(out), tensorboard=options.tensorboard)
    begun.begin(overwrite=overwrite, resume=resume)
    return begun


def prepare(
    kind: str,
    data: Data,
    settings: ModelSettings,
    out: Path,
    *,
    test: Data | None = None,
    tensorboard: bool = False,
) -> Training:
    """The training of a model; iterating it trains.

    Args:
        kind: the model's name.
        data: what to learn from, as `as_picture_set` takes it.
        settings: of that kind of model.
        out: the run's folder.
        test: pictures to test on, where the data do not bring their own.
        tensorboard: whether TensorBoard's files are written too.

    Returns:
        The training.

    Raises:
        UnknownName: there is no such kind.
        PareidoliaError: the data or the settings are of no use.
    """
    expected = MODELS[kind].settings
    if not isinstance(settings, expected):
        raise PareidoliaError(f"a {kind} takes {expected.__name__}, not {type(settings).__name__}")
    process_group, device = current_process_group()
    pictures, kept = _opened(data, test, settings)
    model = build(kind, settings, pictures.shape, len(pictures.classes))
    model.init_output_bias(pictures.mean())
    run = TrainingRun.of(
        model,
        pictures,
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
            **({"name": pictures.name, "kept": True} if kept else place_of(str(data), out)),
            "pictures": len(pictures),
            "fingerprint": pictures.fingerprint,
            "shape": list(pictures.shape),
            "classes": list(pictures.classes),
            "skipped": list(pictures.skipped),
        },
    }
    folder = TrainingFolder(out, record, tensorboard=tensorboard)
    preview = partial(draw_preview, pictures)
    measure = partial(held_out_losses, cache(partial(_held_out, data, kept, pictures)))
    return Training(run, folder, pictures, preview, measure, settings.evaluate_every, kept)


def _held_out(data: Data, kept: Mapping[Split, PictureSet], pictures: PictureSet) -> PictureSet:
    """The pictures for the test, as large and as coloured as those to learn from."""
    if kept:
        return kept.get("test", replace(pictures, bytes=pictures.bytes[:0], labels=None))
    color = "gray" if pictures.shape[0] == 1 else "rgb"
    return open_pictures(str(data), "test", size=pictures.shape[1:], color=color)


def _opened(
    data: Data, test: Data | None, settings: ModelSettings
) -> tuple[PictureSet, Mapping[Split, PictureSet]]:
    """What is learned from, and the splits that the run's folder has to keep, as they have no name."""
    size = None if settings.size is None else (settings.size, settings.size)
    if isinstance(data, str | Path) and test is None:
        return open_pictures(str(data), "train", size=size, color=settings.color), {}
    pictures = as_picture_set(data, size=size, color=settings.color)
    if test is None and not isinstance(data, PictureSet):
        pictures, tested = split_pictures(pictures)
        return pictures, {"train": pictures, "test": tested}
    if test is None:
        return pictures, {"train": pictures}
    color = {1: "gray", 3: "rgb"}.get(pictures.shape[0], "auto")
    tested = as_picture_set(test, size=pictures.shape[1:], color=color)
    if tested.shape != pictures.shape:
        raise PareidoliaError(
            f"the pictures for the test have {tested.shape[0]} channels, "
            f"those to learn from {pictures.shape[0]}"
        )
    return pictures, {"train": pictures, "test": tested}


def _usual_epochs(count: int) -> float:
    """As many as show about 400,000 pictures, within bounds."""
    return min(max(_PICTURES_SHOWN / count, _FEWEST_EPOCHS), _MOST_EPOCHS)
