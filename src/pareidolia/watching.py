"""Watching work from Python: lines on standard error, or in a notebook a picture that paints itself.

IPython is used where it runs already and never imported otherwise. No torch here.
"""

import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any

from pareidolia.progress import Progress

_SECONDS, _LINE_SECONDS = 1.0, 5.0
"""How often a notebook's picture is brought up to date, and how seldom a line may come."""
_ROOM = 60
"""Letters that the losses of a step may take."""


def watched(work: Iterable[Progress]) -> Iterator[Progress]:
    """The steps of some work, shown as they come: in a notebook with the picture, else as lines."""
    show = Live() if in_notebook() else Lines()
    for step in work:
        for note in step.notes:
            print(note, file=sys.stderr, flush=True)
        show(step)
        yield step


def in_notebook() -> bool:
    """Whether this runs in a notebook of Jupyter, VS Code or Colab."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and hasattr(shell, "kernel")


def in_words(step: Progress) -> str:
    """A step for people: its stage, and its losses, or their sum where there is no room for them."""
    losses = ", ".join(f"{name} {loss:.4g}" for name, loss in step.losses.items())
    if len(losses) > _ROOM:
        losses = f"loss {step.loss:.4g}"
    return ", ".join(part for part in (step.stage, losses) if part)


class Lines:
    """A line for each stage, each tenth of the way and every few seconds, with the time left."""

    def __init__(self) -> None:
        self._stage, self._tenth = "", -1
        self._first = Progress(0, 1)
        self._began = self._printed = time.monotonic()

    def __call__(self, step: Progress) -> None:
        """Print what there is to say of a step."""
        now = time.monotonic()
        if self._tenth < 0 or (step.stage != self._stage and step.share is None):
            self._first, self._began, self._tenth = step, now, -1
        tenth = int(10 * step.fraction)
        waited = now - self._printed >= _LINE_SECONDS
        if step.index == 0 or (tenth == self._tenth and step.stage == self._stage and not waited):
            return
        self._stage, self._tenth, self._printed = step.stage, tenth, now
        words = ", ".join(part for part in (in_words(step), _how_far(step)) if part)
        print(f"{words}{self._left(step, now)}", file=sys.stderr, flush=True)

    def _left(self, step: Progress, now: float) -> str:
        done = step.fraction - self._first.fraction
        left = (now - self._began) / done * (1 - step.fraction) if done > 0 else 0
        return f", about {duration(left)} left" if left >= 1 else ""


def _how_far(step: Progress) -> str:
    """The steps made where they cost alike, else the share of the work."""
    return f"{step.index} of {step.total}" if step.share is None else f"{100 * step.share:.0f} %"


def duration(seconds: float) -> str:
    """A length of time as people say it."""
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


class Live:
    """A notebook's output that is brought up to date in place: the picture as it stands under a bar."""

    def __init__(self) -> None:
        display: Any = sys.modules["IPython"].display
        self._display = display
        self._handle = display.display(display.HTML(""), display_id=True)
        self._shown = 0.0

    def __call__(self, step: Progress) -> None:
        """Show a step, at most about once a second; the last one always."""
        now = time.monotonic()
        if now - self._shown < _SECONDS and step.index < step.total:
            return
        self._shown = now
        self._handle.update(self._display.HTML(_html(step)))


def _html(step: Progress) -> str:
    """A bar, in words what it stands for, and the picture as it stands if there is one."""
    import html

    bar = f'<progress value="{step.fraction}" max="1" style="width:20em"></progress>'
    words = html.escape(f"{step.index} of {step.total}  {in_words(step)}")
    return f"<div>{bar} {words}</div>{_image(step)}"


def _image(step: Progress) -> str:
    if step.preview is None:
        return ""
    from base64 import b64encode

    from pareidolia.pictures.result import Result

    png = Result(step.preview())._repr_png_() or b""
    return f'<img src="data:image/png;base64,{b64encode(png).decode()}">'
