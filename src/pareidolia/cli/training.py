"""`pareidolia train`: from pictures to a trained generative model."""

import time
import tomllib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from cyclopts import App, Parameter
from pydantic import Field

from pareidolia.cli.output import ResumeOptions, print_json, progress_report, say, stop_request
from pareidolia.generative.settings import (
    AAESettings,
    AutoencoderSettings,
    GANSettings,
    ModelSettings,
    VAESettings,
)
from pareidolia.safety import require_file
from pareidolia.settings import PareidoliaError, UnknownName
from pareidolia.training.settings import TrainingSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import torch

    from pareidolia.training import ProcessGroup, Training

Given = TypeVar("Given", bound=TrainingSettings)

train = App(name="train", help="Train a generative model on pictures, in a folder that keeps it.")


class TrainingOutput(ResumeOptions):
    """Where a run goes, what else it is told, and what computes it."""

    out: Annotated[Path, Field(description="The run's folder.")]
    config: Annotated[
        Path | None, Field(description="A TOML file of settings; options given here count before it.")
    ] = None
    set: Annotated[
        tuple[str, ...],
        Field(description="Settings as key=value, e.g. latent=2 hidden=[512,256]; before --config."),
    ] = ()
    devices: Annotated[int, Field(ge=1, description="Devices on this machine (extra [cluster]).")] = 1
    nodes: Annotated[
        int,
        Field(
            ge=1,
            description="Machines; start this on each, with MASTER_ADDR, MASTER_PORT and NODE_RANK set.",
        ),
    ] = 1
    tensorboard: Annotated[
        bool, Parameter(negative=()), Field(description="Write TensorBoard's files too, to RUN/tensorboard.")
    ] = False


@train.command
def autoencoder(
    data: str = "digits",
    /,
    *,
    settings: Annotated[AutoencoderSettings, Parameter(name="*")] = AutoencoderSettings(),  # noqa: B008
    output: Annotated[TrainingOutput, Parameter(name="*")],
) -> int:
    """Train an autoencoder: plain, denoising, or sparse.

    Parameters
    ----------
    data
        digits, mnist, fashion-mnist, or a folder of pictures whose subfolders are labels.
    """
    return _start("autoencoder", data, settings, output)


@train.command
def vae(
    data: str = "digits",
    /,
    *,
    settings: Annotated[VAESettings, Parameter(name="*")] = VAESettings(),  # noqa: B008 (frozen)
    output: Annotated[TrainingOutput, Parameter(name="*")],
) -> int:
    """Train a variational autoencoder.

    Parameters
    ----------
    data
        digits, mnist, fashion-mnist, or a folder of pictures whose subfolders are labels.
    """
    return _start("vae", data, settings, output)


@train.command
def aae(
    data: str = "digits",
    /,
    *,
    settings: Annotated[AAESettings, Parameter(name="*")] = AAESettings(),  # noqa: B008 (frozen)
    output: Annotated[TrainingOutput, Parameter(name="*")],
) -> int:
    """Train an adversarial autoencoder: any prior, with labels or without.

    Parameters
    ----------
    data
        digits, mnist, fashion-mnist, or a folder of pictures whose subfolders are labels.
    """
    return _start("aae", data, settings, output)


@train.command
def gan(
    data: str = "digits",
    /,
    *,
    settings: Annotated[GANSettings, Parameter(name="*")] = GANSettings(),  # noqa: B008 (frozen)
    output: Annotated[TrainingOutput, Parameter(name="*")],
) -> int:
    """Train a generative adversarial network.

    Parameters
    ----------
    data
        digits, mnist, fashion-mnist, or a folder of pictures whose subfolders are labels.
    """
    return _start("gan", data, settings, output)


def merged(settings: Given, config: Path | None, pairs: tuple[str, ...]) -> Given:
    """Settings from the file, then from key=value pairs, then from options given; later ones count.

    Raises UnknownName for a key that there is not, PareidoliaError for a file or pair that cannot be read.
    """
    values: dict[str, Any] = {} if config is None else _read_config(config)
    values |= dict(_read_pair(pair) for pair in pairs)
    kind = type(settings)
    for key in values:
        if key not in kind.model_fields:
            raise UnknownName("setting", key, kind.model_fields)
    given = settings.model_dump(include=settings.model_fields_set)
    return kind.model_validate(values | given)


def _read_config(path: Path) -> dict[str, Any]:
    if path.exists():
        require_file(path)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PareidoliaError(f"{path} is not a TOML file: {error}") from error


def _read_pair(pair: str) -> tuple[str, Any]:
    key, equals, text = pair.partition("=")
    if not equals:
        raise PareidoliaError(f"--set takes key=value, not '{pair}'")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text  # a word without quotes
    return key.strip().replace("-", "_"), value


def _start(kind: str, data: str, settings: ModelSettings, output: TrainingOutput) -> int:
    from pareidolia.generative.training import prepare

    settings = merged(settings, output.config, output.set)
    return run_training(partial(prepare, kind, data, settings), settings.device, output)


def run_training(prepare: "Callable[..., Training]", device: str, output: TrainingOutput) -> int:
    """Train what `prepare(out, process_group=, device=, tensorboard=)` gives; returns the exit code.

    device: "auto", "cpu", "cuda" or "mps"; several devices are launched as one process group.
    """
    if output.devices * output.nodes == 1:
        return _train(None, None, prepare, output)
    from pareidolia.training.fabric import launch

    return launch(output.devices, output.nodes, device, _train, prepare, output)


def _train(
    process_group: "ProcessGroup | None",
    device: "torch.device | None",
    prepare: "Callable[..., Training]",
    output: TrainingOutput,
) -> int:
    """Train in this process, alone or as one of a process group; returns the exit code."""
    leading = process_group is None or process_group.rank == 0
    output = output if leading else output.model_copy(update={"quiet": True})
    began = time.perf_counter()
    training = prepare(output.out, process_group=process_group, device=device, tensorboard=output.tensorboard)
    _check(training, output)
    training.run.process_group.barrier()
    training.begin(resume=output.resume and training.folder.begun)
    _tell_beginning(training, output)
    last, stopped_by = None, None
    with stop_request() as stop, progress_report(output) as report:
        for last in training:
            report(last)
            if training.run.process_group.any(bool(stop)) and not training.run.finished:
                training.folder.save(training.run)
                stopped_by = stop.signal
                break
    if leading:
        _tell_end(training, output, time.perf_counter() - began, {} if last is None else last.losses)
    return 0 if stopped_by is None else 128 + stopped_by


def _check(training: "Training", output: TrainingOutput) -> None:
    training.folder.check()
    if training.folder.begun and not (output.resume or output.overwrite):
        raise PareidoliaError(f"{output.out} holds a run: --resume goes on with it, --overwrite begins anew")


def _tell_beginning(training: "Training", output: TrainingOutput) -> None:
    pictures, run = training.pictures, training.run
    channels, height, width = pictures.shape
    colors = "grey" if channels == 1 else "colour"
    say(f"{len(pictures)} {colors} pictures of {width}x{height} px, {run.total} steps", output)
    for line in pictures.skipped[:5]:
        say(f"skipped: {line}", output)
    if len(pictures.skipped) > 5:
        say(f"and {len(pictures.skipped) - 5} more, listed in {output.out}/settings.json", output)
    if run.index:
        say(f"going on from step {run.index}", output)


def _tell_end(
    training: "Training", output: TrainingOutput, seconds: float, losses: "Mapping[str, float]"
) -> None:
    run = training.run
    if output.as_json:
        print_json(
            {
                "out": str(output.out),
                "seconds": round(seconds, 3),
                "step": run.index,
                "of": run.total,
                "losses": losses,
                **training.folder.record,
            }
        )
    elif run.finished:
        say(f"{output.out}: trained in {seconds:.1f} s; sheets of it are in {output.out}/samples", output)
    else:
        say(f"stopped at step {run.index} of {run.total}; --resume goes on from here", output)
