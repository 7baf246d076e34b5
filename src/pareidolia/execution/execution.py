"""`Execution`: a request being run; iterated, it gives its progress, can be stopped, and has its result."""

from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

from pareidolia.execution.at_once import at_once
from pareidolia.execution.batch import left_out_of
from pareidolia.execution.in_a_folder import in_a_folder
from pareidolia.execution.in_frames import asks_for_video, first_frames, in_frames, refuse_video
from pareidolia.execution.in_stages import in_stages
from pareidolia.execution.in_steps import in_steps
from pareidolia.execution.memory import explaining_lack_of_memory
from pareidolia.execution.target import Stop, Target
from pareidolia.execution.threads import computing_as_begun
from pareidolia.operations.statement import Proceeding
from pareidolia.pictures.locking import Lock
from pareidolia.pictures.result import Result
from pareidolia.progress import Progress
from pareidolia.requests import Request
from pareidolia.settings import NetworkSettings, PareidoliaError
from pareidolia.settings.default_networks import said_of

Run = Callable[[Request, Target, Stop], Generator[Progress, None, Result]]
_RUNS: dict[Proceeding, Run] = {
    "at once": at_once,
    "in steps": in_steps,
    "in stages": in_stages,
    "in a folder": in_a_folder,
}


class Execution:
    """A request being run to its result. Nothing is computed before it is iterated.

    Args:
        request: what is done.
        target: where the result goes; by default it stays in memory.
    """

    def __init__(self, request: Request, target: Target | None = None) -> None:
        self.request, self.target = request, target or Target()
        self.stop = Stop()
        self._result: Result | None = None

    def __iter__(self) -> Iterator[Progress]:
        refuse_video(self.request)
        run = _RUNS[self.request.operation.proceeds]
        if asks_for_video(self.request, self.target):
            run = in_frames
        elif notes := (*first_frames(self.request), *left_out_of(self.request)):
            yield Progress(0, 1, notes=notes)
        with (
            explaining_lack_of_memory(self.request),
            computing_as_begun(self.request, self.target),
            self._written_alone(),
        ):
            made = yield from run(self.request, self.target, self.stop)
        self._result = self._with_network(made)

    def run(self) -> Result:
        """Iterate to the end; the result."""
        for _ in self:
            pass
        return self.result

    def _written_alone(self) -> AbstractContextManager[object]:
        """The right to write the file of the result; folders are locked by what fills them."""
        if self.target.out is None or self.request.operation.out == "folder":
            return nullcontext()
        return Lock.of_file(self.target.out)

    def _with_network(self, made: Result) -> Result:
        """A finished result whose caption names the network that the settings do; they may have chosen it."""
        request = self.request
        if not request.operation.network or request.network is not None or "unfinished" in made.record:
            return made
        settings = request.settings
        assert isinstance(settings, NetworkSettings)
        done = made.caption or ("painted" if request.operation.proceeds == "in steps" else "made")
        return replace(made, caption=f"{done.rstrip('.')}, {said_of(settings.network, settings.need)}")

    @property
    def result(self) -> Result:
        """What was made; after the last step. When stopped, what there is.

        Raises:
            PareidoliaError: If it was not iterated to its end.
        """
        if self._result is None:
            raise PareidoliaError("there is no result yet: iterate to the end first")
        return self._result

    @property
    def finished(self) -> bool:
        """Whether it ran to its end and was not stopped."""
        return self._result is not None and "unfinished" not in self._result.record
