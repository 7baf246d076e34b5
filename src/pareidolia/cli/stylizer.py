"""`pareidolia stylizer train` and `paint`, and `export`: networks that paint photos in one pass."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from pydantic import Field

from pareidolia.cli.batch import BatchJob, names_of, pictures_of, run_jobs
from pareidolia.cli.output import Output, OverwriteOptions, make_folder, print_json, say
from pareidolia.cli.training import TrainingOutput, merged, run_training
from pareidolia.cli.video import make_or_video
from pareidolia.operations import find_operation
from pareidolia.requests import Request
from pareidolia.settings import PareidoliaError
from pareidolia.style.feedforward.settings import PaintSettings, StylizerSettings

BRUSH = "brush"
"""What the shipped network is called where a run may be named."""

stylizer = App(name="stylizer", help="Train a network that paints in one pass, and paint with it.")


class NetworkOutput(OverwriteOptions):
    """Where an exported network goes."""

    out: Annotated[Path, Field(description="The .onnx file to write.")]


@stylizer.command
def train(
    *paintings: str,
    photos: str,
    settings: Annotated[StylizerSettings, Parameter(name="*")] = StylizerSettings(),  # noqa: B008 (frozen)
    output: Annotated[TrainingOutput, Parameter(name="*")],
) -> int:
    """Train a network to paint any photo like a painting, or like each of several.

    Parameters
    ----------
    paintings
        Files, or sample:waves and the like; each is a style of its own.
    photos
        A folder of photos to train on, of any kind; a few hundred do.
    """
    from pareidolia.style.feedforward import prepare

    settings = merged(settings, output.config, output.set)
    return run_training(partial(prepare, paintings, photos, settings), settings.device, output)


@stylizer.command
def paint(
    run: str,
    *photos: str,
    settings: Annotated[PaintSettings, Parameter(name="*")] = PaintSettings(),  # noqa: B008 (frozen)
    output: Annotated[Output, Parameter(name="*")],
) -> int:
    """Paint photos, folders of them, or a video with a trained network, in one pass.

    Parameters
    ----------
    run
        The folder of the network's training.
    photos
        Files, sample:chelsea and the like, or folders; for more than one photo --out is a folder. Or a video.
    """
    if not photos:
        raise PareidoliaError("name at least one photo")
    operation = find_operation("stylize")
    if len(photos) == 1 and not Path(photos[0]).is_dir():
        return make_or_video(Request(operation, {"run": run, "content": photos[0]}, settings), output)
    found = [path for photo in photos for path in pictures_of(photo)]
    make_folder(output.out)
    jobs = [
        BatchJob(Request(operation, {"run": run, "content": path}, settings), output.out / f"{name}.png")
        for path, name in zip(found, names_of(found), strict=True)
    ]
    return run_jobs(jobs, output)


def export(
    run: str,
    /,
    *paintings: str,
    painting_weights: tuple[float, ...] | None = None,
    output: Annotated[NetworkOutput, Parameter(name="*")],
) -> int:
    """Write brush or a trained style network as ONNX, for other programs, phones and browsers.

    Parameters
    ----------
    run
        brush, or the folder of a style network's training.
    paintings
        Of brush: with paintings the file paints like them alone; without, it takes a painting as an input.
    painting_weights
        A weight for each painting.
    """
    from pareidolia.pictures import check_target

    check_target(output.out, output.overwrite, (".onnx",))
    if run == BRUSH:
        styles = _export_brush(paintings, painting_weights, output.out)
    elif paintings or painting_weights:
        raise PareidoliaError(f"a trained network knows its styles: paintings go with {BRUSH} alone")
    else:
        styles = _export_run(run, output.out)
    if output.as_json:
        print_json({"out": str(output.out), "styles": styles})
    else:
        told = f"{len(styles)} style(s), {', '.join(styles)}" if styles else "any style"
        say(f"{output.out}: {told}", output)
    return 0


def _export_run(run: str, out: Path) -> Sequence[str]:
    from pareidolia.style.feedforward import open_stylizer
    from pareidolia.style.feedforward.export import export_onnx

    painter = open_stylizer(run, "cpu")
    export_onnx(painter, out)
    return painter.paintings


def _export_brush(paintings: tuple[str, ...], weights: tuple[float, ...] | None, out: Path) -> Sequence[str]:
    from pareidolia.style.brush import BrushSettings, load_brush
    from pareidolia.style.brush.export import export_brush

    brush, styles = load_brush("cpu"), names_of(paintings)
    if weights and not paintings:
        raise PareidoliaError("--painting-weights go with paintings: name them behind brush")
    code = None
    if paintings:
        # The photo has no part in a code that takes the paintings' colours at full strength.
        code = brush.code(paintings[0], paintings, BrushSettings(painting_weights=weights))
    export_brush(brush, out, code, styles)
    return styles
