"""Operations that are done at once: the function gives its `Result`."""

from collections.abc import Generator
from dataclasses import replace

from pareidolia.execution.saving import check_out, save_result
from pareidolia.execution.target import Stop, Target
from pareidolia.pictures.result import Result
from pareidolia.progress import Progress
from pareidolia.requests import Request
from pareidolia.settings import PareidoliaError


def at_once(request: Request, target: Target, stop: Stop) -> Generator[Progress, None, Result]:
    """Make the result and save it; there are no steps to report."""
    if target.resume:
        raise PareidoliaError(f"{request.operation.name} is done at once: there is nothing to resume")
    check_out(request, target)
    where = {"out": target.out} if request.operation.out == "file" else {}
    made: Result = request.begin(**where)
    yield from ()
    if request.operation.out == "file":
        return replace(made, path=target.out)
    return save_result(made, request, target)
