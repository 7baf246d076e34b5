"""SIGKILL of the studio's server or worker at random moments, while a visitor is at work."""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from tests.studio.served import Studio

from reliability.outcome import Outcome

_KILLS = 100
_LONGEST_WAIT = 1.5
_SECONDS = 180
_DREAM = {"network": "retina", "size": 48, "octaves": 1, "steps": 60}
_SEEDS = 3


@dataclass
class Promises:
    """What the studio has answered for: each of these has to be there after any kill.

    Attributes:
        jobs: the settings of each job, by its id.
        notes: the note of each job that has one.
        pictures: the bytes of each uploaded picture.
        session: the session that was kept last, and the one that may have been kept after it.
    """

    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    notes: dict[str, set[str]] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    session: list[dict[str, Any]] = field(default_factory=list)


def cases(seed: int, share: float, folder: Path) -> Iterator[Outcome]:
    """Kill the server or the worker, and look for all that was promised; in the end every job has to be done.

    Args:
        seed: of the moments.
        share: how much is tried of 100 kills.
        folder: to work in.

    Yields:
        A case for each kill, and one for the pictures that were made.
    """
    chance, promised = random.Random(seed), Promises()
    studio = Studio(folder / "kept")
    try:
        studio.until_ready()
        wanted = {number: studio.wait(_dream(studio, number))["digest"] for number in range(_SEEDS)}
        for number in range(max(1, round(share * _KILLS))):
            victim = chance.choice(("server", "worker"))
            moment = time.monotonic() + chance.uniform(0, _LONGEST_WAIT)
            _work_until(moment, studio, chance, promised)
            _kill(studio, victim, chance, promised)
            lost = _lost(studio, promised)
            yield Outcome(f"kill {number} of the {victim}", "; ".join(lost))
        yield Outcome("what all jobs made", "; ".join(_unfinished(studio, promised, wanted)))
    finally:
        studio.close()


def _dream(studio: Studio, seed: int) -> str:
    return studio.submit("dream", {"photo": "sample:coffee"}, **_DREAM, seed=seed)


def _work_until(moment: float, studio: Studio, chance: random.Random, promised: Promises) -> None:
    """What a visitor does; the last of it is under way when the moment comes."""
    if chance.random() < 0.3:
        number = chance.randrange(_SEEDS)
        promised.jobs[_dream(studio, number)] = {**_DREAM, "seed": number}
    while time.monotonic() < moment:
        _ask(studio, chance, promised)
        time.sleep(chance.uniform(0, 0.2))


def _ask(studio: Studio, chance: random.Random, promised: Promises) -> None:
    """One request, whose answer is a promise; one that gets no answer is none."""
    what = chance.choice(("job", "job", "note", "picture", "session"))
    if what == "job":
        settings = {"steps": 3, "pause": 0.1, "gray": round(chance.random(), 2)}
        promised.jobs[studio.submit(client=f"v{chance.randrange(5)}", **settings)] = settings
    elif what == "note" and promised.jobs:
        name, note = chance.choice(list(promised.jobs)), f"note {chance.random()}"
        kept = promised.notes.setdefault(name, {""})
        kept.add(note)
        studio.ask("PATCH", f"/jobs/{name}", json={"note": note}).raise_for_status()
        kept.intersection_update({note})
    elif what == "picture":
        data = _picture(chance)
        kept_as = studio.ask("POST", "/pictures", content=data, params={"name": "mine.png"}).json()["id"]
        promised.pictures[kept_as] = data
    elif what == "session":
        session = {"chosen": {"paint": f"tiny {chance.random()}"}}
        promised.session.append(session)
        studio.ask("PUT", "/session", json=session).raise_for_status()
        promised.session[:] = [session]


def _picture(chance: random.Random) -> bytes:
    data = BytesIO()
    Image.frombytes("RGB", (24, 16), chance.randbytes(24 * 16 * 3)).save(data, "PNG")
    return data.getvalue()


def _kill(studio: Studio, victim: str, chance: random.Random, promised: Promises) -> None:
    """Kill, for the server while a request may be under way; then wait until the studio works again."""
    if victim == "worker":
        studio.until_ready()
        os.kill(studio.worker, signal.SIGKILL)
        time.sleep(chance.uniform(0, 0.5))
        return
    end = threading.Timer(chance.uniform(0, 0.1), studio.process.send_signal, (signal.SIGKILL,))
    end.start()
    with suppress(httpx.HTTPError):
        while True:  # until it ends amid a request
            _ask(studio, chance, promised)
    studio.kill()
    studio.start()
    if chance.random() < 0.7:
        studio.until_ready()


def _lost(studio: Studio, promised: Promises) -> list[str]:
    """What was promised and is not there, or is another."""
    found = []
    for name, settings in promised.jobs.items():
        answer = studio.ask("GET", f"/jobs/{name}")
        kept = answer.json() if answer.status_code == 200 else {"settings": {}}
        if any(kept["settings"].get(key) != value for key, value in settings.items()):
            found.append(f"job {name}")
        elif kept["note"] not in promised.notes.get(name, {""}):
            found.append(f"the note of {name}")
    found += [
        f"picture {name}"
        for name, data in promised.pictures.items()
        if studio.ask("GET", f"/pictures/{name}").content != data
    ]
    session = studio.ask("GET", "/state").json()["session"]
    return found if session in promised.session or not promised.session else [*found, "the session"]


def _unfinished(studio: Studio, promised: Promises, wanted: dict[int, str]) -> list[str]:
    """Jobs that do not come to their end, or made another picture than one that nobody killed; and strays.

    A job whose worker was killed twice is failed by the studio; it has to be done when asked to go on.
    """
    found = []
    for name, settings in promised.jobs.items():
        job = studio.wait(name, seconds=_SECONDS)
        if job["state"] == "failed" and "twice at this job" in job["message"]:
            studio.ask("POST", f"/jobs/{name}/go-on").raise_for_status()
            job = studio.wait(name, seconds=_SECONDS)
        if job["state"] != "done":
            found.append(f"{name} is {job['state']}: {job['message']}")
        elif "seed" in settings and job["digest"] != wanted[settings["seed"]]:
            found.append(f"{name} made another picture")
    strays = [path.name for path in (studio.folder / "pictures").iterdir() if path.name.startswith(".")]
    return found + [f"stray {name}" for name in strays]
