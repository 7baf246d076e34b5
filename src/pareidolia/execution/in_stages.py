"""Operations of several stages, whose findings may serve further results: they are kept in an index."""

from collections.abc import Generator
from pathlib import Path

from pareidolia.execution.saving import check_out, save_result
from pareidolia.execution.target import INDEX, Stop, Target, unfinished
from pareidolia.pictures.result import Result
from pareidolia.pictures.targets import remove_leftovers
from pareidolia.progress import Progress, Work
from pareidolia.requests import Request


def in_stages(request: Request, target: Target, stop: Stop) -> Generator[Progress, None, Result]:
    """Go through the stages and save; the same request, stopped and made again, goes on from the index."""
    if target.out is not None:
        remove_leftovers(target.out)
    check_out(request, target)
    where = {"index": target.index or _index(target)} if request.operation.out == "picture" else {}
    work: Work = request.begin(**where)
    for step in work:
        yield step
        if work.agrees_to_stop(bool(stop)):
            work.pause()
            record = unfinished(request.record(target.folder), step.index, step.total)
            caption = f"stopped while {step.stage}; the same command goes on from what is in the index"
            return Result(None, caption, record=record, path=target.out)

    return save_result(work.result, request, target)


def _index(target: Target) -> Path:
    return (Path() if target.out is None else target.out.parent) / INDEX
