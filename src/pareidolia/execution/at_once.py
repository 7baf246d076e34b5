"""Operations that are done at once: the function gives its `Result`, or `Work` that makes it."""

from collections.abc import Generator
from dataclasses import replace

from pareidolia.execution.saving import check_out, save_result
from pareidolia.execution.target import Stop, Target, unfinished
from pareidolia.pictures.result import Result
from pareidolia.pictures.targets import remove_leftovers
from pareidolia.progress import Progress, Work
from pareidolia.requests import Request
from pareidolia.settings import PareidoliaError


def at_once(request: Request, target: Target, stop: Stop) -> Generator[Progress, None, Result]:
    """Make the result and save it, with what steps there are to report."""
    if target.resume:
        raise PareidoliaError(f"{request.operation.name} is done at once: there is nothing to resume")
    if target.out is not None:
        remove_leftovers(target.out)
    check_out(request, target)
    where = {"out": target.out} if request.operation.out == "file" else {}
    made: Result | Work = request.begin(**where)
    if isinstance(made, Work):
        for step in made:
            yield step
            if made.agrees_to_stop(bool(stop)) and step.fraction < 1:
                record = unfinished(request.record(target.folder), step.index, step.total)
                return Result(None, f"stopped while {step.stage}; nothing is written", record=record)
        made = made.result
    if request.operation.out == "file":
        return replace(made, path=target.out)
    return save_result(made, request, target)
