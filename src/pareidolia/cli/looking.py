"""`pareidolia sample`, `reconstruct`, `interpolate`, `manifold`, `latent`, `arithmetic` and `walk`."""

import tempfile
import time
from pathlib import Path
from typing import Annotated, cast

from cyclopts import Parameter

from pareidolia.cli.output import PictureOutput, print_json, say
from pareidolia.cli.run import make
from pareidolia.generative.looking.settings import (
    ArithmeticSettings,
    InterpolateSettings,
    LatentSettings,
    LookSettings,
    ManifoldSettings,
    ReconstructSettings,
    SampleSettings,
    WalkSettings,
)
from pareidolia.operations import find_operation
from pareidolia.requests import Inputs, Request
from pareidolia.safety import trusting
from pareidolia.settings import Settings


def sample(
    run: str,
    /,
    *,
    settings: Annotated[SampleSettings, Parameter(name="*")] = SampleSettings(),  # noqa: B008 (frozen)
    output: Annotated[PictureOutput, Parameter(name="*")],
) -> int:
    """Draw pictures from a trained model.

    Parameters
    ----------
    run
        A run directory of pareidolia train, or a shipped model such as digits-vae.
    """
    return _look("sample", {"run": run}, settings, output)


def reconstruct(
    run: str,
    /,
    *pictures: str,
    settings: Annotated[ReconstructSettings, Parameter(name="*")] = ReconstructSettings(),  # noqa: B008
    output: Annotated[PictureOutput, Parameter(name="*")],
) -> int:
    """Send pictures through their codes and back: what does the model keep of them?

    Parameters
    ----------
    run
        A run directory of pareidolia train, or a shipped model such as digits-vae.
    pictures
        Files, sample:NAME, test:NUMBER or train:NUMBER; without any, some of the test pictures.
    """
    return _look("reconstruct", {"run": run, "pictures": pictures}, settings, output)


def interpolate(
    run: str,
    a: str,
    b: str,
    /,
    *,
    settings: Annotated[InterpolateSettings, Parameter(name="*")] = InterpolateSettings(),  # noqa: B008
    output: Annotated[PictureOutput, Parameter(name="*")],
) -> int:
    """Walk from one code to another: a strip of pictures, or a video if --out ends in .mp4 or .gif.

    Parameters
    ----------
    run
        A run directory of pareidolia train, or a shipped model such as digits-vae.
    a
        Where from: a picture file, sample:NAME, test:NUMBER, train:NUMBER, label:NAME or random:SEED.
    b
        Where to, likewise.
    """
    request = Request(find_operation("interpolate"), {"run": run, "a": a, "b": b}, settings)
    return make_interpolation(request, output)


def manifold(
    run: str,
    /,
    *,
    settings: Annotated[ManifoldSettings, Parameter(name="*")] = ManifoldSettings(),  # noqa: B008 (frozen)
    output: Annotated[PictureOutput, Parameter(name="*")],
) -> int:
    """Lay a plane of the latent space out as a grid of pictures.

    Parameters
    ----------
    run
        A run directory of pareidolia train, or a shipped model such as digits-vae.
    """
    return _look("manifold", {"run": run}, settings, output)


def latent(
    run: str,
    /,
    *,
    settings: Annotated[LatentSettings, Parameter(name="*")] = LatentSettings(),  # noqa: B008 (frozen)
    output: Annotated[PictureOutput, Parameter(name="*")],
) -> int:
    """Show where the codes of pictures lie, coloured by label, against the prior.

    Parameters
    ----------
    run
        A run directory of pareidolia train, or a shipped model such as digits-vae.
    """
    return _look("latent", {"run": run}, settings, output)


def arithmetic(
    run: str,
    expression: str,
    /,
    *,
    settings: Annotated[LookSettings, Parameter(name="*")] = LookSettings(),  # noqa: B008 (frozen)
    output: Annotated[PictureOutput, Parameter(name="*")],
) -> int:
    """Add and subtract codes: "label:8 - label:3 + photo.png".

    Parameters
    ----------
    run
        A run directory of pareidolia train, or a shipped model such as digits-vae.
    expression
        Places with + and - between spaces: picture files, sample:NAME, test:NUMBER, label:NAME, random:SEED.
    """
    from pareidolia.generative.looking.arithmetic import parse_sum

    signs, points = parse_sum(expression)
    signed = ArithmeticSettings(signs=signs, **settings.model_dump())
    return _look("arithmetic", {"run": run, "points": points}, signed, output)


def walk(
    run: str,
    start: str,
    /,
    *,
    settings: Annotated[WalkSettings, Parameter(name="*")],
    output: Annotated[PictureOutput, Parameter(name="*")],
) -> int:
    """Walk from a code along the direction in which a label lies.

    Parameters
    ----------
    run
        A run directory of pareidolia train, or a shipped model such as digits-vae.
    start
        Where from: a picture file, sample:NAME, test:NUMBER, train:NUMBER, label:NAME or random:SEED.
    """
    return _look("walk", {"run": run, "start": start}, settings, output)


def _look(name: str, inputs: Inputs, settings: Settings, output: PictureOutput) -> int:
    return make(Request(find_operation(name), inputs, settings), output)


def make_interpolation(request: Request, output: PictureOutput) -> int:
    """The strip, or where the file's name ends as a video's does, the video; returns the exit code."""
    from pareidolia.pictures.videos import VIDEO_SUFFIXES

    video = output.out.suffix.lower() in VIDEO_SUFFIXES
    return _make_video(request, output) if video else make(request, output)


def _make_video(request: Request, output: PictureOutput) -> int:
    """Write the walk there and back as a video, whole or not at all."""
    from pareidolia.generative.looking import interpolation_frames
    from pareidolia.pictures import check_target, save_picture, write_video
    from pareidolia.pictures.videos import VIDEO_SUFFIXES, require_videos

    check_target(output.out, output.overwrite, VIDEO_SUFFIXES)
    require_videos(output.out)
    began = time.perf_counter()
    settings = cast(InterpolateSettings, request.settings)
    points = {name: str(place) for name, place in request.inputs.items()}
    record = request.record(output.out.absolute().parent)
    with trusting(output.trust), tempfile.TemporaryDirectory() as folder:
        frames = []
        for number, frame in enumerate(interpolation_frames(**points, settings=settings)):
            frames.append(Path(folder) / f"{number:05}.png")
            save_picture(frame, frames[-1])
        write_video(frames, output.out, settings.fps, record=record)
    seconds = time.perf_counter() - began
    if output.as_json:
        print_json({"out": str(output.out), "seconds": round(seconds, 3), "frames": len(frames), **record})
    else:
        told = f"{len(frames)} frames from {points['a']} to {points['b']} and back"
        say(f"{output.out}: {told}, in {seconds:.1f} s", output)
    return 0
