"""Work that is watched: lines on standard error, and in a notebook a picture that paints itself."""

import sys
from types import SimpleNamespace

import pytest
import torch

from pareidolia import watching
from pareidolia.progress import Progress


def steps(count=4, preview=None):
    for index in range(1, count + 1):
        yield Progress(
            index, count, "size 1 of 1", (30, 40), {"style": 2.0}, share=index / count, preview=preview
        )


def test_lines_have_stage_losses_and_share(capsys):
    assert [step.index for step in watching.watched(steps())] == [1, 2, 3, 4]
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("size 1 of 1, style 2, 25 %") and "100 %" in lines[-1]


def test_stages_are_counted_where_steps_cost_alike(capsys):
    work = [Progress(index, 2, stage) for stage in ("looking", "painting") for index in (1, 2)]
    list(watching.watched(work))
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(", about")[0] for line in lines] == [
        "looking, 1 of 2",
        "looking, 2 of 2",
        "painting, 1 of 2",
        "painting, 2 of 2",
    ]


def test_notes_come_with_their_step(capsys):
    list(watching.watched([Progress(0, 3, notes=("1 of 4 left out: b.png",)), Progress(3, 3)]))
    assert capsys.readouterr().err.splitlines() == ["1 of 4 left out: b.png", "3 of 3"]


@pytest.fixture
def notebook(monkeypatch):
    """What IPython is in a notebook: a shell with a kernel, and a display that can be brought up to date."""
    shown = []
    display = SimpleNamespace(
        HTML=lambda text: text,
        display=lambda first, display_id: SimpleNamespace(update=shown.append),
    )
    shell = SimpleNamespace(kernel=object())
    ipython = SimpleNamespace(get_ipython=lambda: shell, display=display)
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    return SimpleNamespace(shown=shown, shell=shell, monkeypatch=monkeypatch)


def test_a_notebook_shows_the_picture_in_place(notebook, capsys):
    rendered = []

    def preview():
        rendered.append(1)
        return torch.zeros(1, 3, 4, 6)

    list(watching.watched(steps(500, preview)))
    assert capsys.readouterr().err == ""
    assert len(rendered) == len(notebook.shown) < 10, "about once a second, not once a step"
    assert '<progress value="1.0" max="1"' in notebook.shown[-1]
    assert "data:image/png;base64," in notebook.shown[-1]


def test_a_terminals_ipython_is_no_notebook(notebook):
    del notebook.shell.kernel
    assert not watching.in_notebook()


@pytest.mark.parametrize(("seconds", "words"), [(3.4, "3 s"), (99.4, "99 s"), (130, "2 min")])
def test_durations(seconds, words):
    assert watching.duration(seconds) == words
