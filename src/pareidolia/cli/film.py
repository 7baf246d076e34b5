"""Dream a film: frames into a folder beside it, then the film."""

import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from pareidolia.cli.output import Output, print_json, progress_report, say, stop_request
from pareidolia.dreaming.settings import DreamSettings
from pareidolia.requests import Request
from pareidolia.settings import PareidoliaError

if TYPE_CHECKING:
    from pareidolia.dreaming import DreamFilm
    from pareidolia.pictures import PictureLike


@dataclass(frozen=True)
class _FrameDone:
    """What the progress report shows of a frame."""

    index: int
    total: int
    size: tuple[int, int]
    loss: float | None = None


def asks_for_film(request: Request) -> bool:
    """Whether what is asked for is a film: a dream of several frames, or of a film."""
    from pareidolia.pictures import is_film

    if not isinstance(request.settings, DreamSettings):
        return False
    return (request.settings.frames or 1) > 1 or is_film(str(request.inputs.get("photo", "")))


def run_film(request: Request, output: Output) -> int:
    """Dream a film and save it; returns the exit code.

    The frames lie in `OUT.frames` until the film is whole; when interrupted they stay, and `--resume` goes on
    from the last one.
    """
    from pareidolia.dreaming.film import DreamFilm
    from pareidolia.pictures import check_target, write_film
    from pareidolia.pictures.films import FILM_SUFFIXES, require_films

    folder = output.out.parent / f"{output.out.name}.frames"
    check_target(output.out, output.overwrite, FILM_SUFFIXES)
    require_films(output.out)
    if folder.exists() and not (output.resume or output.overwrite):
        raise PareidoliaError(f"{folder} holds an unfinished film: --resume goes on, --overwrite begins anew")
    began = time.perf_counter()
    settings = cast(DreamSettings, request.settings)
    record = request.record(folder.absolute())
    film = DreamFilm(folder, record, settings, cast("dict[str, PictureLike]", request.inputs))
    if output.resume:
        film.check()
        say(f"going on from frame {len(film.frames)} of {film.beginnings.count}", output)
    elif folder.exists():
        shutil.rmtree(folder)
    stopped_by = _dream(film, output)
    if stopped_by is not None:
        say(f"stopped after frame {len(film.frames)} of {film.beginnings.count}; --resume goes on", output)
        return 128 + stopped_by
    kept = request.record(output.out.absolute().parent)
    write_film(film.frames, output.out, film.beginnings.fps, record=kept)
    shutil.rmtree(folder)
    _tell(output.out, time.perf_counter() - began, kept, output)
    return 0


def _dream(film: "DreamFilm", output: Output) -> int | None:
    """Dream the frames; the signal that stopped it, if any did."""
    with stop_request() as stop, progress_report(output) as report:
        for index in film.steps(lambda: bool(stop)):
            report(_FrameDone(index + 1, film.beginnings.count, film.size))
        return stop.signal if len(film.frames) < film.beginnings.count else None


def _tell(out: Path, seconds: float, record: dict[str, Any], output: Output) -> None:
    if output.as_json:
        print_json({"out": str(out), "seconds": round(seconds, 3), **record})
    else:
        say(f"{out}: dreamt in {seconds:.1f} s", output)
