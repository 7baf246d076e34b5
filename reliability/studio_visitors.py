"""Twenty visitors of the studio at once: only a full queue is refused, answers come soon, memory stays."""

import argparse
import random
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import psutil
from tests.studio.served import Studio

from reliability.outcome import Outcome

VISITORS = 20
_SECONDS = 120
_REST = 4.0
_SAMPLE = 2.0
_MOST_SECONDS = 0.2
_MOST_GROWTH = 16 * 2**20
_FLOOD_EVERY = 30


@dataclass
class Seen:
    """What visitors and memory came to.

    Attributes:
        seconds: that each answer took.
        codes: how many answers had each status.
        wrong: answers that are none of 200, 201 and a polite 429, and streams that ended.
        jobs: that were taken.
        events: that came to the pages.
        memory: bytes of the server and of its worker, at even distances.
    """

    seconds: list[float] = field(default_factory=list)
    codes: dict[int, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    jobs: list[str] = field(default_factory=list)
    events: int = 0
    memory: list[tuple[int, int]] = field(default_factory=list)


class Visitor:
    """A page that is open: it hears what happens, and asks for a job, looks, edits it, looks at the gallery.

    Args:
        number: of the visitor; the first one floods the queue now and then.
        studio: that is visited.
        until: the time at which it leaves.
        rest: seconds between its rounds, in the mean.
        seen: where it writes what it saw.
    """

    def __init__(self, number: int, studio: Studio, until: float, rest: float, seen: Seen) -> None:
        self._number, self._until, self._rest, self._seen = number, until, rest, seen
        self._chance = random.Random(number)
        headers = {
            "X-Studio-Token": studio.client.headers["X-Studio-Token"],
            "X-Studio-Client": f"visitor{number}",
        }
        self._client = httpx.Client(base_url=f"{studio.address}api", headers=headers, timeout=60)

    def visit(self) -> None:
        """Make rounds until it is time."""
        listening = threading.Thread(target=self._listen, daemon=True)
        listening.start()
        rounds = 0
        while time.monotonic() < self._until:
            time.sleep(self._chance.expovariate(1 / self._rest) if self._rest else 0)
            try:
                self._round(rounds)
            except httpx.HTTPError as error:
                self._seen.wrong.append(f"visitor {self._number}: {error!r}")
            rounds += 1
        if not listening.is_alive():
            self._seen.wrong.append(f"visitor {self._number}: its events ended")

    def _round(self, number: int) -> None:
        self._ask("GET", "/state")
        settings = {"steps": 1, "gray": round(self._chance.random(), 2)}
        made = self._ask("POST", "/jobs", json={"operation": "tiny", "settings": settings})
        if made.status_code == 201:
            name = made.json()[0]["id"]
            self._seen.jobs.append(name)
            self._ask("PATCH", f"/jobs/{name}", json={"note": f"by {self._number}"})
            self._ask("GET", f"/jobs/{name}")
        self._ask("GET", "/jobs", params={"search": f"by {self._number}"})
        if self._number == 0 and number % _FLOOD_EVERY == _FLOOD_EVERY // 2:
            self._flood()

    def _flood(self) -> None:
        """Grids of 36 until the queue is full; then all of them are taken out again."""
        taken = []
        grid = {"gray": [each / 100 for each in range(6)], "steps": [1, 2, 3, 4, 5, 6]}
        slow = {"operation": "tiny", "settings": {"pause": 0.2}, "grid": grid}
        for _ in range(20):
            answer = self._ask("POST", "/jobs", json=slow)
            if answer.status_code != 201:
                break
            taken += [job["id"] for job in answer.json()]
        for name in taken:
            self._ask("POST", f"/jobs/{name}/stop", accepts=422)  # it may be finished

    def _ask(self, method: str, path: str, accepts: int = 200, **what: object) -> httpx.Response:
        began = time.perf_counter()
        answer = self._client.request(method, path, **what)  # type: ignore[arg-type]
        self._seen.seconds.append(time.perf_counter() - began)
        code = answer.status_code
        self._seen.codes[code] = self._seen.codes.get(code, 0) + 1
        polite = code == 429 and "the queue is full" in answer.json()["error"]
        if code not in (200, 201, accepts) and not polite:
            self._seen.wrong.append(f"{method} {path}: {code} {answer.text[:80]}")
        return answer

    def _listen(self) -> None:
        # The studio ends before its pages do.
        with suppress(httpx.HTTPError), self._client.stream("GET", "/events", timeout=60) as stream:
            for line in stream.iter_lines():
                self._seen.events += line.startswith("data: ")


def watch(studio: Studio, seconds: float, rest: float) -> Seen:
    """Let the visitors come, and see what they see.

    Args:
        studio: that is visited.
        seconds: how long.
        rest: seconds between a visitor's rounds, in the mean.

    Returns:
        All of it, the jobs being done.
    """
    seen, until = Seen(), time.monotonic() + seconds
    visitors = [
        threading.Thread(target=Visitor(number, studio, until, rest, seen).visit)
        for number in range(VISITORS)
    ]
    for each in visitors:
        each.start()
    processes = psutil.Process(studio.process.pid), psutil.Process(studio.worker)
    while time.monotonic() < until:
        server, worker = (each.memory_info().rss for each in processes)
        seen.memory.append((server, worker))
        time.sleep(min(_SAMPLE, seconds / 20))
    for each in visitors:
        each.join()
    return seen


def cases(seed: int, share: float, folder: Path) -> Iterator[Outcome]:
    """Twenty visitors for two minutes.

    Args:
        seed: not used; each visitor's chance is its own.
        share: of the two minutes.
        folder: to work in.

    Yields:
        A case for each thing that has to hold.
    """
    studio = Studio(folder / "kept")
    try:
        studio.until_ready()
        yield from judged(studio, watch(studio, max(5.0, share * _SECONDS), _REST))
    finally:
        studio.close()


def judged(studio: Studio, seen: Seen) -> Iterator[Outcome]:
    """What has to hold of what was seen.

    Args:
        studio: that was visited.
        seen: by `watch`.

    Yields:
        A case for each.
    """
    yield Outcome("no error but a full queue", "; ".join(seen.wrong[:3]))
    late = _quantile(seen.seconds, 0.99)
    yield Outcome("99 of 100 answers within 200 ms", f"{1000 * late:.0f} ms" if late > _MOST_SECONDS else "")
    for name, growth in zip(("server", "worker"), growths(seen.memory), strict=True):
        lost = f"{growth / 2**20:.1f} MB more" if growth > _MOST_GROWTH else ""
        yield Outcome(f"the memory of the {name} stays", lost)
    states = [studio.wait(name)["state"] for name in seen.jobs]
    lost_jobs = [state for state in states if state != "done"]
    yield Outcome(f"{len(states)} jobs are done", f"{len(lost_jobs)} are not" if lost_jobs else "")


def growths(memory: list[tuple[int, int]]) -> tuple[float, ...]:
    """Bytes by which the last quarter's median is above the second's, of the server and of its worker."""
    quarter = len(memory) // 4
    early, late = memory[quarter : 2 * quarter], memory[-quarter:]
    return tuple(
        statistics.median(each[place] for each in late) - statistics.median(each[place] for each in early)
        for place in (0, 1)
    )


def _quantile(values: list[float], share: float) -> float:
    return sorted(values)[int(share * (len(values) - 1))]


def main() -> None:
    """`python -m reliability.studio_visitors --minutes 60`: as long as wanted, with its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--rest", type=float, default=_REST, help="seconds between a visitor's rounds")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        studio = Studio(Path(folder) / "kept")
        try:
            studio.until_ready()
            seen = watch(studio, 60 * options.minutes, options.rest)
            for outcome in judged(studio, seen):
                print(f"{outcome.case}: {outcome.lost or 'right'}", flush=True)
        finally:
            studio.close()
    print(_figures(seen))


def _figures(seen: Seen) -> str:
    shares = (0.5, 0.9, 0.99, 0.999, 1.0)
    late = ", ".join(f"{share:g}: {1000 * _quantile(seen.seconds, share):.1f} ms" for share in shares)
    megabytes = [
        f"{name} {first / 2**20:.1f} -> {last / 2**20:.1f} MB ({growth / 2**20:+.1f} from the second quarter)"
        for name, first, last, growth in zip(
            ("server", "worker"), seen.memory[0], seen.memory[-1], growths(seen.memory), strict=True
        )
    ]
    return (
        f"{len(seen.seconds)} answers, by status {dict(sorted(seen.codes.items()))}\n{late}\n"
        f"{len(seen.jobs)} jobs, {seen.events} events\n{'; '.join(megabytes)}"
    )


if __name__ == "__main__":
    main()
