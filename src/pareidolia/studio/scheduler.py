"""The scheduler: hands jobs to the worker one at a time, by turns, and keeps what became of them."""

import asyncio
import time
from pathlib import Path
from typing import Any

from pareidolia.operations import Operation, find_operation
from pareidolia.settings import PareidoliaError
from pareidolia.studio.events import Events
from pareidolia.studio.job import Job
from pareidolia.studio.references import References
from pareidolia.studio.store import Store
from pareidolia.studio.worker_process import WorkerGone, WorkerProcess

_MOST_ATTEMPTS = 2
_PATIENCE = 20.0


class Scheduler:
    """Gives jobs to the worker and records what becomes of them.

    Args:
        store: keeps the jobs.
        references: finds what their inputs stand for.
        events: publishes all of it.
    """

    def __init__(self, store: Store, references: References, events: Events) -> None:
        self.store, self.references, self.events = store, references, events
        self.worker = WorkerProcess(self._on_event, store.folder / "worker.log")
        self.progress: dict[str, Any] = {}
        self._job: Job | None = None
        self._served: dict[str, float] = {}
        self._ended: set[str] = set()

    async def open(self) -> None:
        """Start the worker; what was under way when the server last ended goes on."""
        for job in self.store.running():
            # That the server ended is not the job's doing: it does not count as an attempt.
            job = self.store.change(job, attempts=job.attempts - 1)
            self._begin_again(job, "the studio ended while it ran")
        await self.worker.start()

    @property
    def paused(self) -> bool:
        """Whether the queue waits."""
        return bool(self.store.note("paused", False))

    def pause(self, paused: bool) -> None:
        """Let the queue wait, or go on; the job under way is finished."""
        self.store.put_note("paused", paused)
        self.publish_queue()
        self._next()

    def queue(self) -> dict[str, Any]:
        """The queue as pages show it."""
        running = None if self._job is None else self.store.find(self._job.id)
        return {
            "paused": self.paused,
            "running": running and running.public,
            "progress": self.progress,
            "waiting": [job.public for job in self.store.waiting()],
            "worker": {"ready": self.worker.ready, "device": self.worker.device},
        }

    def event(self) -> dict[str, Any]:
        """The queue as an event has it: ids alone, as each job had an event of its own when it changed."""
        return {
            "kind": "queue",
            "paused": self.paused,
            "running": None if self._job is None else self._job.id,
            "waiting": [each.id for each in self.store.order()],
            "worker": {"ready": self.worker.ready, "device": self.worker.device},
        }

    def publish_queue(self) -> None:
        """Publish the queue to every page."""
        self.events.publish(**self.event())

    def changed(self, *jobs: Job) -> None:
        """Publish changed jobs to every page, and see whether the next one can begin."""
        for job in jobs:
            self.events.publish("job", job=job.public)
        self.publish_queue()
        asyncio.get_running_loop().call_soon(self._next)

    def stop(self, job: Job) -> None:
        """Ask the job under way to stop after its step; if that is a long one, end it."""
        self.worker.send(kind="stop", id=job.id)
        asyncio.get_running_loop().call_later(_PATIENCE, self._end, job.id)

    def _on_event(self, event: dict[str, Any]) -> None:
        kind = event.pop("event")
        if kind == "ready":
            self.publish_queue()
            self._next()
        elif kind == "ended":
            self._worker_ended(event["reason"])
        elif self._job is not None and event.get("id") == self._job.id:
            if kind == "progress":
                # A page that is opened between two previews shows the last one.
                event["preview"] = event["preview"] or self.progress.get("preview", False)
                self.progress = event
                self.events.publish("progress", **event)
            else:
                self._finish(self._job, kind, event)

    def _finish(self, job: Job, state: str, event: dict[str, Any]) -> None:
        kept = ("caption", "message", "rows", "losses", "file", "files", "digest", "width", "height")
        found = {name: event[name] for name in kept if name in event}
        self._job, self.progress = None, {}
        (self.store.folder_of(job) / "preview.jpg").unlink(missing_ok=True)
        job = self.store.change(
            job, state=state, finished=time.time(), seconds=job.seconds + event.get("seconds", 0.0), **found
        )
        self.changed(job)

    def _worker_ended(self, reason: str) -> None:
        job, self._job, self.progress = self._job, None, {}
        if job is not None and job.id in self._ended:
            self._ended.discard(job.id)
            stopped = self.store.change(job, state="stopped", finished=time.time(), message="ended at once")
            self.changed(stopped)
        elif job is not None:
            self._begin_again(job, reason)
        self.publish_queue()

    def _begin_again(self, job: Job, reason: str) -> None:
        """Queue a job whose worker ended again, the first time; then mark it as failed."""
        if job.attempts < _MOST_ATTEMPTS:
            job = self.store.change(
                job, state="waiting", resume=self.can_resume(job), message=reason, place=0.0
            )
        else:
            job = self.store.change(
                job, state="failed", message=f"{reason}, twice at this job", finished=time.time()
            )
        self.changed(job)

    def _end(self, name: str) -> None:
        """End the worker if the job that was asked to stop is still under way: some steps are long."""
        if self._job is not None and self._job.id == name:
            self._ended.add(name)
            self.worker.kill()

    def _next(self) -> None:
        """Hand the next job to the worker, if it is free: visitors take turns."""
        if self._job is not None or not self.worker.ready or self.paused:
            return
        waiting = self.store.order()
        if not waiting:
            return
        first = min(waiting, key=lambda each: (self._served.get(each.client, 0.0), each.place))
        job = self.store.find(first.id)
        assert job is not None
        if job.place == 0.0:
            self._served.pop(job.client, None)
        self._served[job.client] = time.time()
        job = self.store.change(
            job, state="running", started=time.time(), attempts=job.attempts + 1, message=""
        )
        self._job, self.progress = job, {}
        operation = find_operation(job.operation)
        folder = self.store.folder_of(job)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self.worker.send(
                kind="run",
                id=job.id,
                operation=job.operation,
                inputs=self.references.resolve(operation, job.inputs, folder),
                settings=job.settings,
                out=str(out) if (out := self._out(operation, job)) else "",
                resume=job.resume and self.can_resume(job),
                thumbnail=str(self.store.thumbnails / f"{job.id}.webp"),
            )
        except WorkerGone as error:
            self._job = None
            self.store.change(job, state="waiting", message=str(error), attempts=job.attempts - 1)
            return
        except (PareidoliaError, OSError) as error:
            self._finish(job, "failed", {"message": str(error)})
            return
        self.events.publish("job", job=job.public)
        self.publish_queue()

    def _out(self, operation: Operation, job: Job) -> Path | None:
        """Where a job's result goes."""
        if operation.out == "none":
            return None
        folder = self.store.folder_of(job)
        if operation.out == "folder":
            return folder / "result"
        if operation.out == "file":
            return folder / f"result{operation.suffixes[0]}"
        moving = operation.video is not None and (
            job.video or (job.settings.get("frames") or 1) > 1 or self.references.has_video(job.inputs)
        )
        return folder / ("result.mp4" if moving else "result.png")

    def can_resume(self, job: Job) -> bool:
        """Whether something of a job is there that a further run goes on from."""
        operation = find_operation(job.operation)
        out = self._out(operation, job)
        if out is None:
            return False
        if out.suffix == ".mp4":
            return (out.parent / f"{out.name}.frames").is_dir()
        if operation.proceeds == "in steps":
            return (out.parent / f"{out.name}.resume").is_file()
        return operation.proceeds == "in a folder" and out.is_dir()
