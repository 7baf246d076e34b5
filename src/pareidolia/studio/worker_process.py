"""The server's end of the worker: starts it, speaks with it, and starts it anew when it ends."""

import asyncio
import contextlib
import json
import math
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pareidolia.settings import PareidoliaError

_WAIT = 60.0
_LINE = 64 * 1024 * 1024
_MOST_QUESTIONS = 64
_REST = 0.5
_LAST_WORDS = 20

Hear = Callable[[dict[str, Any]], None]


class WorkerGone(PareidoliaError):
    """The worker ended before it answered."""


class WorkerProcess:
    """The worker, begun anew whenever it ends.

    Args:
        hear: is given every event of the worker; "ended", with a "reason", when it has ended.
        log: a file for what operations print.
    """

    def __init__(self, hear: Hear, log: Path) -> None:
        self._hear, self._log = hear, log
        self._process: Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._number = 0
        self._closing = False
        self.ready = False
        self.device = ""

    async def start(self) -> None:
        """Start it, and see to it from now on."""
        self._task = asyncio.create_task(self._tend())

    async def close(self) -> None:
        """End it for good."""
        self._closing = True
        self.kill()
        if self._task is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def kill(self) -> None:
        """End it at once, whatever it is at."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    def send(self, **what: Any) -> None:
        """Send a line.

        Args:
            **what: its contents.

        Raises:
            WorkerGone: If there is no worker at the moment.
        """
        process = self._process
        if process is None or process.stdin is None or process.returncode is not None:
            raise WorkerGone("the worker is beginning anew: try again in a moment")
        process.stdin.write(json.dumps(what).encode() + b"\n")

    async def ask(self, question: str, about: Mapping[str, Any]) -> Any:
        """Ask a small question.

        Args:
            question: its name.
            about: what it is about.

        Returns:
            The answer.

        Raises:
            PareidoliaError: If it is refused, there are too many questions, or the worker does not answer.
        """
        if len(self._answers) >= _MOST_QUESTIONS:
            raise WorkerGone("too many questions at once: try again in a moment")
        self._number += 1
        number, future = self._number, asyncio.get_running_loop().create_future()
        self._answers[number] = future
        try:
            self.send(kind="ask", number=number, question=question, about=dict(about))
            return await asyncio.wait_for(future, _WAIT)
        except TimeoutError as error:
            raise WorkerGone("the worker is busy: try again in a moment") from error
        finally:
            self._answers.pop(number, None)

    async def _tend(self) -> None:
        while not self._closing:
            reason = await self._live()
            self.ready = False
            for future in self._answers.values():
                if not future.done():
                    future.set_exception(WorkerGone("the worker ended before it answered; it begins anew"))
            if not self._closing:
                self._hear({"event": "ended", "reason": reason})
                await asyncio.sleep(_REST)

    async def _live(self) -> str:
        """One life of the worker; returns in words how it ended."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "pareidolia.studio.worker",
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE if self._log else DEVNULL,
            limit=_LINE,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        self._process = process
        words: deque[str] = deque(maxlen=_LAST_WORDS)
        assert process.stdout is not None and process.stderr is not None
        logging = asyncio.create_task(_keep_log(process.stderr, self._log, words))
        while line := await process.stdout.readline():
            self._take(line)
        code = await process.wait()
        await logging
        return in_words(code, words)

    def _take(self, line: bytes) -> None:
        event = json.loads(line)
        if event["event"] == "answer":
            future = self._answers.get(event["number"])
            if future is None or future.done():
                return
            if "refused" in event:
                future.set_exception(PareidoliaError(event["refused"]))
            else:
                future.set_result(event["answer"])
            return
        if event["event"] == "ready":
            self.ready, self.device = True, event["device"]
        self._hear(event)


async def _keep_log(stream: asyncio.StreamReader, path: Path, words: deque[str]) -> None:
    """Write what the worker prints to a file, from its beginning in each life; keep the last lines."""
    with path.open("wb") as file:
        while line := await stream.readline():
            words.append(line.decode("utf-8", "replace").rstrip())
            file.write(line)
            file.flush()


def in_words(code: int, words: deque[str]) -> str:
    """How a worker ended, for people."""
    if code == -getattr(signal, "SIGKILL", math.inf):  # Windows has none
        return "the worker was killed, most likely because memory ran out; it has begun anew"
    if code < 0:
        with contextlib.suppress(ValueError):
            return f"the worker crashed ({signal.Signals(-code).name}); it has begun anew"
    last = next((line for line in reversed(words) if line.strip()), "")
    return f"the worker ended ({last or f'code {code}'}); it has begun anew"
