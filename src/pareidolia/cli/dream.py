"""`pareidolia dream`: what a network sees in a picture, drawn out."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from pydantic import Field

from pareidolia.cli.explain import run_explanation
from pareidolia.cli.output import OUT, Output, ResumeOptions
from pareidolia.cli.run import run
from pareidolia.cli.video import asks_for_video, run_video
from pareidolia.dreaming.settings import DreamSettings
from pareidolia.operations import find_operation
from pareidolia.requests import Inputs, Request
from pareidolia.settings import PareidoliaError


class DreamOutput(ResumeOptions):
    """Where a dream goes, or what explains it."""

    out: Annotated[Path | None, OUT] = None
    explain: Annotated[
        Path | None,
        Field(description="A folder for a page that tells why dreams are full of dogs; instead of --out."),
    ] = None


def dream(
    photo: str | None = None,
    /,
    *,
    guide: str | None = None,
    mask: str | None = None,
    strength: str | None = None,
    settings: Annotated[DreamSettings, Parameter(name="*")] = DreamSettings(),  # noqa: B008 (frozen)
    output: Annotated[DreamOutput, Parameter(name="*")] = DreamOutput(),  # noqa: B008 (frozen)
) -> int:
    """Dream: strengthen in a picture what a network sees in it, or fall into it in a video.

    A video (.mp4, .mov, .mkv, ...) is dreamt frame by frame, each dream carried along as things move.

    Parameters
    ----------
    photo
        A photo or a video, or sample:chelsea and the like; none with --start noise or nothing.
    guide
        A picture whose features the photo's are drawn to.
    mask
        A picture of the photo's proportions: white where to dream, black where nothing may change.
    strength
        A grey picture: how strongly to dream at each place.
    """
    given = {"photo": photo, "guide": guide, "mask": mask, "strength": strength}
    inputs: Inputs = {name: path for name, path in given.items() if path is not None}
    if output.explain is not None:
        if photo is None or len(inputs) > 1 or output.out is not None or output.resume:
            raise PareidoliaError("--explain takes a photo and options, no other picture, --out or --resume")
        return run_explanation(photo, output.explain, settings, output, overwrite=output.overwrite)
    if output.out is None:
        raise PareidoliaError("say where the dream goes with --out FILE, or --explain DIR")
    request = Request(find_operation("dream"), inputs, settings)
    target = Output.model_validate(output.model_dump(exclude={"explain"}))
    return run_video(request, target) if asks_for_video(request) else run(request, target)
