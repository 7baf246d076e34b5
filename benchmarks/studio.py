"""The studio: how soon its page is there, what a click takes, what previews cost, how the plane follows.

Each figure is measured several times on the command as people start it, in headless Chromium. The best
and the median are given with the machine's load meanwhile, as everything else that runs delays them.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page
from tests.atlas.browser import browser
from tests.plugin_packages import install_plugin
from tests.studio.served import Studio

from benchmarks.runner import Report
from pareidolia.studio.application import PAGE

#: Steps of half a second that show 512 pixels, with the time of each, and what passing them on took of all.
PLUGIN = '''
import time
from typing import Annotated
from pydantic import Field
from pareidolia.operations import PAINT, operation
from pareidolia.progress import Progress, Work
from pareidolia.settings import Settings

class ClockSettings(Settings):
    """Steps."""
    steps: Annotated[int, Field(ge=1, description="How many.")] = 30
    pause: Annotated[float, Field(ge=0, description="Seconds of each.")] = 0.5

class Clock(Work):
    def __init__(self, settings):
        self.settings, self.consumed, self.seconds = settings, 0.0, 0.0
    def __iter__(self):
        import torch
        picture, began = torch.rand(1, 3, 512, 512), time.perf_counter()
        for index in range(1, self.settings.steps + 1):
            time.sleep(self.settings.pause)
            given = time.perf_counter()
            now = {"at": time.time()}
            yield Progress(index, self.settings.steps, "clock", losses=now, preview=lambda: picture)
            self.consumed += time.perf_counter() - given
        self.seconds = time.perf_counter() - began
    @property
    def result(self):
        from pareidolia.pictures.result import Result
        return Result(None, "timed", [{"consumed": self.consumed, "seconds": self.seconds}])

@operation("clock", group=PAINT, help="Time.", settings=ClockSettings)
def clock(settings=None):
    return Clock(settings)
'''

BRUSH = {
    "inputs": {"content": "sample:coffee", "styles": ["sample:waves"]},
    "settings": {"size": 512},
    "video": False,
}

CLICK = """() => new Promise((done) => {
  const before = document.querySelector('.result')?.dataset.job;
  const began = performance.now();
  document.querySelector('#make').click();
  const look = () => {
    const result = document.querySelector('.result');
    const image = result?.querySelector('.canvas img');
    const there = result?.dataset.job !== before && result?.dataset.state === 'done' && image?.complete;
    there && image.naturalWidth ? done(performance.now() - began) : setTimeout(look, 10);
  };
  look();
})"""

DRAG = """() => new Promise((done) => {
  const plane = document.querySelector('.plane'), box = plane.getBoundingClientRect();
  plane.setPointerCapture = () => {}; plane.hasPointerCapture = () => true;
  const at = (type, x, y) => plane.dispatchEvent(new PointerEvent(type, { bubbles: true, pointerId: 1,
    clientX: box.left + x * box.width, clientY: box.top + y * box.height }));
  at('pointerdown', 0.5, 0.5);
  const began = performance.now(); let shown = 0, last = '';
  const tick = (now) => {
    const code = document.querySelector('.decoded').dataset.code;
    shown += code !== last; last = code;
    const turn = (now - began) / 300;
    at('pointermove', 0.5 + 0.4 * Math.cos(turn), 0.5 + 0.4 * Math.sin(1.3 * turn));
    now - began < 3000 ? requestAnimationFrame(tick) : done(1000 * shown / (now - began));
  };
  requestAnimationFrame(tick);
})"""

Best = Callable[[list[float]], float]

PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this comparison."""
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured")


def compare(options: argparse.Namespace) -> Report:
    """All of it."""
    report = Report("The studio", ("what", "best", "median", "promised", "load"))
    with tempfile.TemporaryDirectory() as folder, browser() as chromium:
        place = Path(folder)
        _add(report, "page after the command, s", _starts(place, options.rounds), 1.0)
        install_plugin(place / "kept-site", "clock_plugin", PLUGIN)
        studio = Studio(place / "kept")
        try:
            studio.until_ready()
            _add(report, "first paint, ms", _paints(chromium, studio, options.rounds), 300)
            _add(
                report,
                "512 px in one pass after the click, s",
                _clicks(chromium, studio, options.rounds),
                2.0,
            )
            _add(
                report,
                "pictures a second on the plane",
                _drags(chromium, studio, options.rounds),
                30,
                best=max,
            )
            late, share = _previews(studio)
            _add(report, "preview behind its step, ms", late, 200)
            _add(report, "previews' share of the time, %", share, 5)
        finally:
            studio.close()
    size = sum((PAGE / name).stat().st_size for name in ("index.html", "studio.js", "studio.css", "icon.svg"))
    _add(report, "bundle, KB", [size / 1000], 600)
    return report


def _add(report: Report, what: str, values: list[float], promised: float, best: Best = min) -> None:
    load, sign = os.getloadavg()[0], "<" if best is min else "≥"
    report.rows.append((what, best(values), statistics.median(values), f"{sign} {promised:g}", load))
    report.figures[what] = {"values": values, "load": load}
    print(what, *(f"{each:.3g}" for each in values), f"load {load:.1f}", flush=True)


def _starts(folder: Path, rounds: int) -> list[float]:
    """Seconds from the command to the page; the worker, which imports torch, is not ready by then."""
    found = []
    for number in range(rounds + 1):
        began = time.perf_counter()
        studio = Studio(folder / f"start{number}", tiny=False)
        page = httpx.get(studio.address).text
        found.append(time.perf_counter() - began)
        try:
            assert "studio.js" in page and not studio.ask("GET", "/queue").json()["worker"]["ready"]
        finally:
            studio.close()
    return found[1:]  # the first one reads the files from the disk


@contextmanager
def _opened(chromium: Browser, studio: Studio, room: str) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 860}, locale="en")
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{studio.address}#/{room}")
    page.wait_for_selector("body[data-ready]")
    yield page
    context.close()


def _paints(chromium: Browser, studio: Studio, rounds: int) -> list[float]:
    """Milliseconds from the navigation to the first contentful paint, nothing being cached."""
    found = []
    for _ in range(rounds):
        with _opened(chromium, studio, "paint") as page:
            page.wait_for_timeout(300)
            found.append(page.evaluate(PAINT))
    return found


def _clicks(chromium: Browser, studio: Studio, rounds: int) -> list[float]:
    """Seconds from the click to the picture on the page, the first one not counted."""
    studio.ask("PUT", "/session", json={"drafts": {"brush": BRUSH}, "chosen": {"paint": "brush"}})
    with _opened(chromium, studio, "paint") as page:
        return [page.evaluate(CLICK) / 1000 for _ in range(rounds + 1)][1:]


def _drags(chromium: Browser, studio: Studio, rounds: int) -> list[float]:
    """Different pictures that are shown in a second while the hand moves over the first model's plane."""
    with _opened(chromium, studio, "imagine") as page:
        page.wait_for_selector("canvas.decoded")
        page.locator(".plane").scroll_into_view_if_needed()
        return [page.evaluate(DRAG) for _ in range(rounds)]


def _previews(studio: Studio) -> tuple[list[float], list[float]]:
    """Milliseconds from a step to its picture at the page, and what showing takes of the time in percent."""
    name, late = studio.submit("clock"), []
    with studio.client.stream("GET", "/events") as stream:
        for line in stream.iter_lines():
            event = json.loads(line[6:]) if line.startswith("data: ") else {"kind": ""}
            if event["kind"] == "progress" and event["preview"]:
                if httpx.get(f"{studio.address}api/jobs/{name}/preview").status_code == httpx.codes.NOT_FOUND:
                    continue  # the job ended meanwhile, and the page shows its result
                late.append(1000 * (time.time() - event["losses"]["at"]))
            elif event["kind"] == "job" and event["job"]["id"] == name and event["job"]["state"] == "done":
                break
    (row,) = studio.wait(name)["rows"]
    return late, [100 * row["consumed"] / row["seconds"]]
