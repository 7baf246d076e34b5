"""The queue: takes what visitors ask for, keeps the order of their jobs, changes and removes them."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pareidolia.settings import PareidoliaError
from pareidolia.studio.events import Events
from pareidolia.studio.job import FINISHED, Job
from pareidolia.studio.limits import Limits
from pareidolia.studio.references import References
from pareidolia.studio.scheduler import Scheduler
from pareidolia.studio.store import Store, new_id
from pareidolia.studio.validation import Validated, Validator

_MOMENT = 0.05


class QueueFull(PareidoliaError):
    """The queue takes no more at the moment."""


class NotFound(PareidoliaError):
    """There is no such thing in the studio."""


class JobQueue:
    """The queue and all that is done with jobs.

    Args:
        store: keeps them.
        limits: what is taken at most.
    """

    def __init__(self, store: Store, limits: Limits) -> None:
        self.store, self.limits = store, limits
        self.events = Events()
        self.references = References(store)
        self.validator = Validator(self.references, limits)
        self.scheduler = Scheduler(store, self.references, self.events)
        self.worker = self.scheduler.worker
        #: Is called once, when requests are answered.
        self.greet: Callable[[], None] = lambda: None

    async def open(self) -> None:
        """Start the worker."""
        await self.scheduler.open()
        asyncio.get_running_loop().call_later(_MOMENT, self.greet)

    async def close(self) -> None:
        """End the worker; what is under way is begun again the next time."""
        self.events.close()
        await self.worker.close()

    def queue(self) -> dict[str, Any]:
        """The queue as pages show it."""
        return self.scheduler.queue()

    def pause(self, paused: bool) -> None:
        """Let the queue wait, or go on; the job under way is finished."""
        self.scheduler.pause(paused)

    def submit(self, posted: Mapping[str, Any], client: str) -> list[Job]:
        """Take a request, or a grid of them, as jobs.

        Args:
            posted: as `Validator.grid` takes it.
            client: the visitor.

        Returns:
            The jobs.

        Raises:
            PareidoliaError: If it is refused.
            QueueFull: If there is no room.
        """
        validated = self.validator.grid(posted)
        waiting = self.store.order()
        mine = sum(each.client == client for each in waiting)
        if (
            len(waiting) + len(validated) > self.limits.waiting
            or mine + len(validated) > self.limits.waiting_of_one
        ):
            raise QueueFull("the queue is full: wait until some of it is done")
        now, place = time.time(), self.store.last_place()
        group = new_id() if len(validated) > 1 else ""
        jobs = [
            Job(
                id=new_id(),
                operation=each.operation,
                inputs=each.inputs,
                settings=each.settings,
                video=each.video,
                client=client,
                created=now + number * 1e-4,
                place=place + 1 + number,
                group=group,
            )
            for number, each in enumerate(validated)
        ]
        self.store.put(*jobs)
        self.scheduler.changed(*jobs)
        return jobs

    def job(self, name: str) -> Job:
        """Find a job.

        Args:
            name: its id.

        Returns:
            The job.

        Raises:
            NotFound: If there is none.
        """
        found = self.store.find(name)
        if found is None:
            raise NotFound("there is no such job")
        return found

    def edit(self, name: str, posted: Mapping[str, Any]) -> Job:
        """Change a waiting job's inputs and settings, or any job's note and star.

        Args:
            name: the job's id.
            posted: what changes.

        Returns:
            The job.

        Raises:
            PareidoliaError: If the job has begun already, or the change is refused.
        """
        job = self.job(name)
        changes: dict[str, Any] = {}
        if "note" in posted:
            changes["note"] = str(posted["note"])[:500]
        if "star" in posted:
            changes["star"] = bool(posted["star"])
        if {"inputs", "settings", "video"} & posted.keys():
            if job.state != "waiting":
                raise PareidoliaError("it has begun already: make another one instead")
            whole = {
                "operation": job.operation,
                "inputs": job.inputs,
                "settings": job.settings,
                "video": job.video,
            }
            validated: Validated = self.validator.validate({**whole, **posted})
            changes |= {"inputs": validated.inputs, "settings": validated.settings, "video": validated.video}
        job = self.store.change(job, **changes)
        self.scheduler.changed(job)
        return job

    def order(self, names: Sequence[str]) -> None:
        """Put the waiting jobs into this order; those that are not named come after them.

        Args:
            names: ids.
        """
        ranks = {name: rank for rank, name in enumerate(names)}
        waiting = sorted(self.store.waiting(), key=lambda job: ranks.get(job.id, len(ranks)))
        moved = [self.store.change(job, place=float(place)) for place, job in enumerate(waiting, start=1)]
        self.scheduler.changed(*moved)

    def remove(self, name: str) -> None:
        """Remove a job that is waiting or finished, with all that it made.

        Args:
            name: its id.

        Raises:
            PareidoliaError: If it is under way.
        """
        job = self.job(name)
        if job.state == "running":
            raise PareidoliaError("it is under way: stop it first")
        self.store.remove(job)
        self.events.publish("removed", id=job.id)
        self.scheduler.publish_queue()

    def stop(self, name: str) -> Job:
        """Stop a job after its step and keep what is there; one that is waiting does not begin.

        Args:
            name: its id.

        Returns:
            The job.

        Raises:
            PareidoliaError: If it is finished already.
        """
        job = self.job(name)
        if job.state == "waiting":
            job = self.store.change(
                job, state="stopped", finished=time.time(), message="stopped before it began"
            )
            self.scheduler.changed(job)
        elif job.state == "running":
            self.scheduler.stop(job)
        else:
            raise PareidoliaError("it is finished already")
        return job

    def go_on(self, name: str, client: str) -> Job:
        """Put a finished job into the queue again: from its checkpoint if there is one, else anew.

        Args:
            name: its id.
            client: the visitor.

        Returns:
            The job.

        Raises:
            PareidoliaError: If it is not finished.
        """
        job = self.job(name)
        if job.state not in FINISHED:
            raise PareidoliaError("it is in the queue already")
        job = self.store.change(
            job,
            state="waiting",
            client=client,
            place=self.store.last_place() + 1,
            attempts=0,
            resume=self.scheduler.can_resume(job),
            message="",
            started=None,
            finished=None,
        )
        self.scheduler.changed(job)
        return job
