"""The worker: the one process that imports torch; it makes jobs, one at a time.

Meanwhile it answers small questions. Lines of JSON come in and go out (`worker_process.py` is the other end).
When the server is gone, so is the worker. Whatever a request names, no code runs and nothing is fetched for
it (`safety/trust.py`).
"""

import json
import math
import os
import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

_LEAST_PAUSE = 0.2
_SHARE = 0.05
_PREVIEW_SIDE = 512
_MOST_ROWS = 500
_MOST_LOSSES = 400

Send = Callable[..., None]


def main() -> None:
    """Work until the server is gone."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # what operations print is not for the server
    send = _sender(channel)
    jobs: queue.Queue[dict[str, Any]] = queue.Queue()
    questions: queue.Queue[dict[str, Any]] = queue.Queue()
    runner = JobRunner(send)
    threading.Thread(target=_listen, args=(jobs, questions, runner), daemon=True).start()
    began = time.perf_counter()
    import torch

    from pareidolia.networks.devices import choose_device

    send(event="ready", device=str(choose_device("auto")), seconds=round(time.perf_counter() - began, 2))
    threading.Thread(target=_answer, args=(questions, send), daemon=True).start()
    del torch
    while True:
        runner.run(jobs.get())


def _sender(channel: TextIO) -> Send:
    lock = threading.Lock()

    def send(**what: Any) -> None:
        line = json.dumps(finite(what), default=str, allow_nan=False)
        with lock:
            channel.write(line + "\n")

    return send


def _listen(jobs: Any, questions: Any, runner: "JobRunner") -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["kind"] == "run":
            jobs.put(asked)
        elif asked["kind"] == "stop":
            runner.stop(asked["id"])
        else:
            questions.put(asked)
    os._exit(0)


def _answer(questions: Any, send: Send) -> None:
    from pareidolia.safety import distrusting
    from pareidolia.settings import PareidoliaError, one_line
    from pareidolia.studio.questions import answer

    while True:
        asked = questions.get()
        try:
            with distrusting("the studio's page"):
                send(event="answer", number=asked["number"], answer=answer(asked["question"], asked["about"]))
        except PareidoliaError as error:
            send(event="answer", number=asked["number"], refused=str(error))
        except Exception as error:
            traceback.print_exc()
            send(event="answer", number=asked["number"], refused=one_line(error, named=True))


class JobRunner:
    """Makes one job after the other.

    Args:
        send: sends a line to the server.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._execution: Any = None
        self._id = ""
        self._stopped: set[str] = set()

    def stop(self, job: str) -> None:
        """Ask the job under way to stop after its step; one that has not begun yet will not."""
        self._stopped.add(job)
        if self._id == job and self._execution is not None:
            self._execution.stop()

    def run(self, asked: Mapping[str, Any]) -> None:
        """Make a job and report how it ended."""
        from pareidolia.memory import no_memory
        from pareidolia.settings import PareidoliaError, one_line

        self._id, began = asked["id"], time.perf_counter()
        try:
            ended = self._make(asked)
        except PareidoliaError as error:
            ended = {"event": "failed", "message": str(error)}
        except OSError as error:
            ended = {"event": "failed", "message": f"{error.strerror or error}"}
        except Exception as error:
            traceback.print_exc()
            message = "there is not enough memory: choose a smaller size" if no_memory(error) else None
            ended = {"event": "failed", "message": message or one_line(error, named=True)}
        finally:
            self._execution = None
        self._stopped.discard(self._id)
        self._send(id=self._id, seconds=round(time.perf_counter() - began, 3), **ended)

    def _make(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        from pareidolia.execution import Execution, Target
        from pareidolia.operations import find_operation
        from pareidolia.requests import Request
        from pareidolia.safety import distrusting

        operation = find_operation(asked["operation"])
        out = Path(asked["out"]) if asked["out"] else None
        with distrusting("the studio's page"):
            settings = operation.settings_type.model_validate(asked["settings"])
            request = Request(operation, asked["inputs"], settings)
            self._execution = Execution(
                request, Target(out, resume=asked["resume"], overwrite=not asked["resume"])
            )
            if self._id in self._stopped:
                self._execution.stop()
            reports = Reports(self._send, self._id, out)
            for step in self._execution:
                reports(step)
            result = self._execution.result
        state = "done" if self._execution.finished else "stopped"
        return {
            "event": state,
            "caption": _of_the_page(result.caption, out),
            "rows": [dict(row) for row in result.rows[:_MOST_ROWS]],
            "losses": reports.losses,
            "record": result.record,
            **_shown(out, asked["thumbnail"]),
        }


class Reports:
    """Passes on how far a job is, with the picture as it stands: seldom enough to cost little.

    Args:
        send: sends a line to the server.
        job: its id.
        out: the result, beside which the preview lies.
    """

    def __init__(self, send: Send, job: str, out: Path | None) -> None:
        self._send, self._job = send, job
        self._preview = None if out is None else out.parent / "preview.jpg"
        self._next = self._next_preview = 0.0
        self._stage = ""
        self._losses: list[dict[str, float]] = []
        self._every, self._count = 1, 0

    @property
    def losses(self) -> list[dict[str, float]]:
        """The losses on the way, evenly thinned."""
        return self._losses

    def __call__(self, step: Any) -> None:
        """Report a step."""
        self._note_losses(step)
        now = time.perf_counter()
        if now < self._next and step.index < step.total and step.stage == self._stage and not step.notes:
            return
        self._next, self._stage = now + _LEAST_PAUSE, step.stage
        shown = self._show(step, now)
        self._send(
            event="progress",
            id=self._job,
            index=step.index,
            total=step.total,
            share=step.fraction,
            stage=step.stage,
            size=step.resolution,
            losses=dict(step.losses),
            notes=list(step.notes),
            preview=shown,
        )

    def _note_losses(self, step: Any) -> None:
        if not step.losses:
            return
        if self._count % self._every == 0:
            self._losses.append({"step": self._count, **step.losses})
        self._count += 1
        if len(self._losses) > _MOST_LOSSES:
            self._losses = self._losses[::2]
            self._every *= 2

    def _show(self, step: Any, now: float) -> bool:
        """Write the picture as it stands, unless previews have taken more than their share of the time."""
        if self._preview is None or step.preview is None or now < self._next_preview:
            return False
        from pareidolia.pictures.files import to_image

        began = time.perf_counter()  # after the import, which only the first preview pays for
        image = to_image(step.preview()).convert("RGB")
        image.thumbnail((_PREVIEW_SIDE, _PREVIEW_SIDE))
        part = self._preview.with_suffix(".part")
        image.save(part, "JPEG", quality=88)
        part.replace(self._preview)
        cost = time.perf_counter() - began
        self._next_preview = began + max(_LEAST_PAUSE, cost / _SHARE)
        return True


def _of_the_page(caption: str, out: Path | None) -> str:
    """A caption without the parts that name the result's place: the page shows the result itself."""
    return "; ".join(part for part in caption.split("; ") if out is None or str(out) not in part)


def _shown(out: Path | None, thumbnail_path: str) -> dict[str, Any]:
    """What the page shows of a result: its size, its pictures if it is a folder, and a thumbnail."""
    import hashlib

    from pareidolia.pictures.reading import read_upright
    from pareidolia.pictures.video_reading import Video, is_video
    from pareidolia.studio.uploads import thumbnail

    if out is None or not out.exists():
        return {"file": ""}
    files = list(_pictures_in(out)) if out.is_dir() else []
    shown = out / files[-1] if files else out
    found: dict[str, Any] = {"file": out.name, "files": files}
    if out.is_file():
        with out.open("rb") as file:
            found["digest"] = hashlib.file_digest(file, "sha256").hexdigest()
    if shown.is_dir() or shown.suffix == ".onnx":
        return found
    if is_video(shown):
        from pareidolia.pictures.files import to_image

        image = to_image(next(Video(shown).frames()))
    else:
        image = read_upright(shown)
    thumbnail(image, Path(thumbnail_path))
    return {**found, "width": image.width, "height": image.height}


def _pictures_in(folder: Path) -> Iterator[str]:
    """The pictures that an operation left in its folder, as the page may ask for them."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".png", ".webp", ".jpg") and path.is_file() and not path.is_symlink():
            yield path.relative_to(folder).as_posix()


def finite(value: Any) -> Any:
    """The same, with numbers that are not finite as None: JSON has none of them."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [finite(each) for each in value]
    item = getattr(value, "item", None)
    return finite(item()) if item is not None and getattr(value, "ndim", 1) == 0 else value


if __name__ == "__main__":
    main()
