"""Operations that fill a folder and keep themselves in it: trainings, atlases, series of figures."""

from collections.abc import Generator
from dataclasses import replace

from pareidolia.execution.target import Stop, Target, unfinished
from pareidolia.pictures.result import Result
from pareidolia.progress import Progress, Work
from pareidolia.requests import Request
from pareidolia.settings import BadTarget, PareidoliaError


def in_a_folder(request: Request, target: Target, stop: Stop) -> Generator[Progress, None, Result]:
    """Do the work in its folder; stopped and begun again, it goes on from what is there."""
    if target.out is None:
        raise PareidoliaError(f"say where to: {request.operation.name} fills a folder, --out DIR")
    if target.out.exists() and not target.out.is_dir():
        raise BadTarget(f"{target.out} is a file: --out names a folder")
    work: Work = request.begin(out=target.out, overwrite=target.overwrite, resume=target.resume)
    record = request.record(target.folder)
    for step in work:
        yield step
        if step.index < step.total and work.agrees_to_stop(bool(stop)):
            work.pause()
            caption = (
                f"stopped at {step.stage or 'step'} {step.index} of {step.total}; --resume goes on from here"
            )
            left = unfinished(record, step.index, step.total)
            return Result(None, caption, record=left, path=target.out)
    return replace(work.result, record=record, path=target.out)
