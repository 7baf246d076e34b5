"""A studio as people start it, `pareidolia studio`, with a tiny operation of a plug-in."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import httpx
from tests.plugin_packages import install_plugin

#: Steps that wait, show a picture, and may end their process.
PLUGIN = '''
import os, signal, time
from typing import Annotated, Literal
from pydantic import Field
from pareidolia.operations import PAINT, operation
from pareidolia.operations.inputs import PHOTO
from pareidolia.operations.statement import Input
from pareidolia.progress import Progress, Work
from pareidolia.settings import PareidoliaError, Settings

class TinySettings(Settings):
    """Count."""
    steps: Annotated[int, Field(ge=1, description="How many.")] = 3
    pause: Annotated[float, Field(ge=0, description="Seconds of each.")] = 0.0
    preview: Annotated[float, Field(ge=0, description="Seconds that a preview takes.")] = 0.0
    gray: Annotated[float, Field(ge=0, le=1, description="How light.")] = 0.5
    end: Annotated[Literal["", "refuse", "raise", "exit", "kill", "kill once"],
        Field(description="How it ends.")] = ""

class Counting(Work):
    def __init__(self, settings):
        self.settings = settings
    def __iter__(self):
        s = self.settings
        print("a word that is not for the server", flush=True)
        for index in range(1, s.steps + 1):
            time.sleep(s.pause)
            if index == 2:
                self.end()
            yield Progress(index, s.steps, "counting", losses={"left": float(s.steps - index)},
                           preview=lambda: self.preview(index / s.steps))
    def preview(self, gray):
        import torch
        time.sleep(self.settings.preview)
        return torch.full((1, 3, 8, 8), gray)
    def end(self):
        end = self.settings.end
        once = os.path.join(os.environ["TINY"], "once")
        first = end == "kill once" and not os.path.exists(once)
        if end == "refuse": raise PareidoliaError("it is refused")
        if end == "raise": raise KeyError("a bug")
        if end == "exit": os._exit(3)
        if end == "kill" or first:
            if first: open(once, "w").close()
            os.kill(os.getpid(), signal.SIGKILL)
    @property
    def result(self):
        import torch
        from pareidolia.pictures.result import Result
        rows = [{"count": self.settings.steps, "bad": float("nan")}]
        return Result(torch.full((1, 3, 12, 16), self.settings.gray), "counted", rows)

@operation("tiny", group=PAINT, help="Count.", settings=TinySettings,
           inputs=(Input("photo", "Any.", required=False),))
def tiny(photo=None, settings=None):
    return Counting(settings)
'''

# A job that goes on until it is stopped, however slow the machine is that watches it.
ENDLESS = {"steps": 10_000, "pause": 0.2}


def _hear_interrupts() -> None:
    """Ctrl-C counts also where the tests run in the background of a shell, which ignores it for them."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


class Studio:
    """The command in a process of its own, and a client of its API; with the tiny operation or as it is."""

    def __init__(self, folder: Path, tiny: bool = True) -> None:
        self.folder = folder
        self.site = folder.parent / f"{folder.name}-site"
        if tiny and not self.site.exists():
            install_plugin(self.site, "tiny_plugin", PLUGIN)
        self.start()

    def start(self) -> None:
        paths = os.pathsep.join([str(self.site), *filter(None, sys.path)])
        words = ["studio", "--json", "--port", "0", "--no-browser", "--folder", str(self.folder)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pareidolia", *words],
            env={**os.environ, "PYTHONPATH": paths, "TINY": str(self.site), "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=_hear_interrupts,
        )
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        self.address = json.loads(line)["address"]
        self.client = httpx.Client(base_url=f"{self.address}api", timeout=60)
        self.client.headers["X-Studio-Token"] = self.client.get("/token").json()["token"]

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.client.close()

    def close(self) -> None:
        self.client.close()
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(60)
        finally:
            self.process.kill()
            self.process.communicate()

    def ask(self, method: str, path: str, **what) -> httpx.Response:
        return self.client.request(method, path, **what)

    def submit(self, operation: str = "tiny", inputs=None, client: str = "one", **settings) -> str:
        return self.submit_all(operation, inputs, client, settings=settings)[0]["id"]

    def submit_all(self, operation="tiny", inputs=None, client="one", **rest) -> list[dict]:
        asked = {"operation": operation, "inputs": inputs or {}, **rest}
        answer = self.ask("POST", "/jobs", json=asked, headers={"X-Studio-Client": client})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def job(self, name: str) -> dict:
        return self.ask("GET", f"/jobs/{name}").json()

    def wait(self, name: str, *states: str, seconds: float = 120) -> dict:
        """The job once it is in one of these states; finished ones by default."""
        wanted = states or ("done", "stopped", "failed")
        for _ in range(int(seconds / 0.05)):
            job = self.job(name)
            if job["state"] in wanted:
                return job
            time.sleep(0.05)
        raise AssertionError(f"still {job['state']}: {job}")

    def until(self, holds, seconds: float = 60):
        for _ in range(int(seconds / 0.05)):
            found = holds()
            if found:
                return found
            time.sleep(0.05)
        raise AssertionError("it never came")

    @property
    def worker(self) -> int:
        """The process id of the worker, once there is one."""
        return self.until(self._worker)

    def _worker(self) -> int | None:
        import psutil

        for each in psutil.Process(self.process.pid).children():
            with suppress(psutil.Error):  # one that has just ended has no words any more
                if "pareidolia.studio.worker" in " ".join(each.cmdline()):
                    return each.pid
        return None

    def until_ready(self) -> None:
        self.until(lambda: self.ask("GET", "/queue").json()["worker"]["ready"])


class Listener:
    """What a page hears."""

    def __init__(self, studio):
        self.heard = []
        self._opened = threading.Event()
        self._client = httpx.Client(base_url=f"{studio.address}api", timeout=60)
        threading.Thread(target=self._listen, daemon=True).start()
        assert self._opened.wait(20)

    def _listen(self):
        # The studio ends before its pages do.
        with suppress(httpx.HTTPError), self._client.stream("GET", "/events") as stream:
            for line in stream.iter_lines():
                if line.startswith("data: "):
                    self.heard.append(json.loads(line[6:]))
                    self._opened.set()

    def of(self, kind, name):
        return [each for each in self.heard if each["kind"] == kind and each.get("id") == name]
