"""Make a film: frames into a folder beside it, then the film."""

import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pareidolia.cli.output import (
    Output,
    PictureOutput,
    print_json,
    progress_report,
    say,
    stop_request,
)
from pareidolia.cli.run import make
from pareidolia.requests import Request
from pareidolia.settings import PareidoliaError

if TYPE_CHECKING:
    from pareidolia.operations import FrameByFrame


@dataclass(frozen=True)
class _FrameDone:
    """What the progress report shows of a frame."""

    index: int
    total: int
    size: tuple[int, int]
    loss: float | None = None


def asks_for_film(request: Request) -> bool:
    """Whether what is asked for is a film: of a film, or of several frames, where the operation makes any."""
    from pareidolia.pictures import is_film

    if request.operation.film is None:
        return False
    frames = getattr(request.settings, "frames", None) or 1
    return frames > 1 or is_film(str(request.inputs.get("content", request.inputs.get("photo", ""))))


def make_or_film(request: Request, output: Output) -> int:
    """Make at once what is asked for, or frame by frame where that is a film; returns the exit code."""
    if asks_for_film(request):
        return run_film(request, output)
    if output.resume:
        raise PareidoliaError("painting in one pass has nothing to resume: leave out --resume")
    return make(request, PictureOutput.model_validate(output.model_dump(exclude={"resume"})))


def run_film(request: Request, output: Output) -> int:
    """Make a film and save it; returns the exit code.

    The frames lie in `OUT.frames` until the film is whole; when interrupted they stay, and `--resume` goes on
    from the last one.
    """
    from pareidolia.pictures import check_target, write_film
    from pareidolia.pictures.films import FILM_SUFFIXES, require_films

    folder = output.out.parent / f"{output.out.name}.frames"
    check_target(output.out, output.overwrite, FILM_SUFFIXES)
    require_films(output.out)
    if folder.exists() and not (output.resume or output.overwrite):
        raise PareidoliaError(f"{folder} holds an unfinished film: --resume goes on, --overwrite begins anew")
    film = request.operation.filmed(
        folder, request.record(folder.absolute()), request.settings, request.inputs
    )
    if output.resume:
        film.check()
        say(f"going on from frame {len(film.frames)} of {film.count}", output)
    elif folder.exists():
        shutil.rmtree(folder)
    began, there = time.perf_counter(), len(film.frames)
    stopped_by = _make(film, output)
    seconds, made = time.perf_counter() - began, len(film.frames) - there
    if stopped_by is not None:
        say(f"stopped after frame {len(film.frames)} of {film.count}; --resume goes on", output)
        return 128 + stopped_by
    kept = request.record(output.out.absolute().parent)
    write_film(film.frames, output.out, film.fps, record=kept)
    shutil.rmtree(folder)
    _tell(output, made, seconds, kept)
    return 0


def _make(film: "FrameByFrame", output: Output) -> int | None:
    """Make the frames; the signal that stopped it, if any did."""
    with stop_request() as stop, progress_report(output) as report:
        for index in film.steps(lambda: bool(stop)):
            report(_FrameDone(index + 1, film.count, film.size))
        return stop.signal if len(film.frames) < film.count else None


def _tell(output: Output, frames: int, seconds: float, record: dict[str, Any]) -> None:
    speed = round(frames / seconds, 3) if seconds > 0 else None
    if output.as_json:
        told = {"frames": frames, "seconds": round(seconds, 3), "frames_per_second": speed}
        print_json({"out": str(output.out), **told, **record})
    else:
        say(f"{output.out}: {frames} frames in {seconds:.1f} s, {speed} frames per second", output)
