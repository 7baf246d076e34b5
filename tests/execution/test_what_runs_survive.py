"""What a run does about others that write there, full disks, lack of memory, and the number of threads."""

import subprocess
import sys

import pytest
import torch
from tests.execution.test_execution import PHOTO, STEPS
from tests.inspection.conftest import classifier

from pareidolia.execution import Execution, Target
from pareidolia.execution.memory import NotEnoughMemory
from pareidolia.operations import find_operation
from pareidolia.painting import Checkpoint, Painting
from pareidolia.painting.checkpoint import checkpoint_path
from pareidolia.pictures import read_record, save_picture, write_atomically
from pareidolia.pictures.locking import Lock
from pareidolia.requests import Request, threads_in
from pareidolia.settings import PareidoliaError

HOLDING = """
import sys, time
from pathlib import Path
from pareidolia.pictures.locking import Lock
lock = Lock.of_file(Path(sys.argv[1]))
lock.take()
print("held", flush=True)
time.sleep(600)
"""


def style(**changes) -> Request:
    operation = find_operation("style")
    inputs = {"content": PHOTO, "styles": [PHOTO]}
    return Request(operation, inputs, operation.settings_type(**STEPS, **changes), network=classifier())


def names(folder):
    return [path.name for path in folder.iterdir()]


@pytest.fixture
def held(tmp_path):
    """A process that holds the right to write out.png."""
    holding = subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(tmp_path / "out.png")], stdout=subprocess.PIPE, text=True
    )
    assert holding.stdout.readline() == "held\n"
    yield holding
    holding.kill()
    holding.wait()
    holding.stdout.close()


def test_a_file_in_use_is_refused_and_a_dead_one_s_lock_taken_over(tmp_path, held):
    out = tmp_path / "out.png"
    with pytest.raises(PareidoliaError, match="in use by another process"):
        Execution(style(), Target(out)).run()
    held.kill()
    held.wait()
    assert names(tmp_path) == [".pareidolia-out.png.lock"], "a killed process leaves it"
    Execution(style(), Target(out)).run()
    assert names(tmp_path) == ["out.png"]


def test_a_lock_is_held_by_one_and_leaves_nothing(tmp_path):
    with Lock.of_folder(tmp_path) as lock:
        lock.take()
        with pytest.raises(PareidoliaError, match="in use"):
            Lock.of_folder(tmp_path).take()
    assert not names(tmp_path)
    Lock.of_folder(tmp_path / "missing").take()
    assert not names(tmp_path), "the folder is not made for the lock"


def test_a_picture_that_appeared_meanwhile_stays(tmp_path):
    out = tmp_path / "out.png"
    execution = Execution(style(), Target(out))
    with pytest.raises(PareidoliaError, match="exists already"):
        for step in execution:
            if step.index == 4:
                save_picture(torch.zeros(1, 3, 8, 8), out)
    assert read_size(out) == (8, 8)
    assert checkpoint_path(out).exists() is False, "nothing was checkpointed that soon"


def read_size(path):
    from PIL import Image

    with Image.open(path) as image:
        return image.size


def test_a_file_that_appears_while_it_is_written_stays(tmp_path):
    with (
        pytest.raises(PareidoliaError, match="exists already"),
        write_atomically(tmp_path / "a", overwrite=False) as file,
    ):
        file.write(b"ours")
        (tmp_path / "a").write_bytes(b"theirs")
    assert (tmp_path / "a").read_bytes() == b"theirs" and names(tmp_path) == ["a"]


def test_a_users_picture_is_not_replaced_by_a_resumed_run(tmp_path):
    out = tmp_path / "out.png"
    stopped = Execution(style(), Target(out))
    for step in stopped:
        if step.index == 2:
            stopped.stop()
    save_picture(torch.ones(1, 3, 8, 8), out, overwrite=True)
    with pytest.raises(PareidoliaError, match="exists already"):
        Execution(style(), Target(out, resume=True)).run()
    assert read_size(out) == (8, 8) and checkpoint_path(out).exists()


def test_what_is_whole_is_not_painted_again_on_resume(tmp_path):
    out = tmp_path / "out.png"
    Execution(style(), Target(out)).run()
    whole = out.read_bytes()
    checkpoint_path(out).write_bytes(b"left by a process that died before it removed it")
    again = Execution(style(), Target(out, resume=True))
    assert not list(again) and again.finished and "made already" in again.result.caption
    assert out.read_bytes() == whole and names(tmp_path) == ["out.png"]


def test_a_painting_goes_on_where_its_checkpoint_cannot_be_written(tmp_path, monkeypatch):
    def full(path, state):
        raise PareidoliaError(f"cannot write '{path}': No space left on device")

    monkeypatch.setattr("pareidolia.painting.checkpoint.write_state", full)
    monkeypatch.setattr(Checkpoint.__init__, "__defaults__", (-1.0,))
    steps = list(Execution(style(), Target(tmp_path / "out.png")))
    assert all("No space left on device; the painting goes on" in step.notes[0] for step in steps)
    monkeypatch.undo()
    Execution(style(), Target(tmp_path / "whole.png")).run()
    assert (tmp_path / "out.png").read_bytes() == (tmp_path / "whole.png").read_bytes()


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:121] DefaultCPUAllocator: can't allocate memory"),
        RuntimeError("MPS backend out of memory (MPS allocated: 4 GB)"),
    ],
)
def test_lack_of_memory_names_what_would_take_less(tmp_path, monkeypatch, error):
    def step(self):
        raise error

    monkeypatch.setattr(Painting, "step", step)
    with pytest.raises(NotEnoughMemory, match="not enough memory: a smaller --size") as raised:
        Execution(style(), Target(tmp_path / "out.png")).run()
    assert len(str(raised.value).splitlines()) == 1 and not names(tmp_path)


def test_an_error_of_another_kind_stays_what_it_is(monkeypatch):
    def step(self):
        raise RuntimeError("something else")

    monkeypatch.setattr(Painting, "step", step)
    with pytest.raises(RuntimeError, match="something else"):
        Execution(style()).run()


class TestThreads:
    @pytest.fixture(autouse=True)
    def restored(self):
        before = torch.get_num_threads()
        yield
        torch.set_num_threads(before)

    def test_the_record_has_them_and_again_uses_them(self, tmp_path):
        torch.set_num_threads(2)
        saliency = find_operation("saliency")
        save_picture(PHOTO, tmp_path / "photo.png")
        settings = saliency.settings_type(method="gradient", target="0", network="retina")
        request = Request(saliency, {"photo": str(tmp_path / "photo.png")}, settings)
        record = request.record(tmp_path)
        assert record["threads"] == 2
        torch.set_num_threads(1)
        again = Request.from_record(record, tmp_path, {})
        assert again.threads == 2 and again.record(tmp_path)["threads"] == 2
        seen = []
        monitored = Execution(again)
        for _ in monitored:
            seen.append(torch.get_num_threads())
        assert set(seen) <= {2} and torch.get_num_threads() == 1
        older = {name: value for name, value in record.items() if name != "threads"}
        assert Request.from_record(older, tmp_path, {}).threads is None

    def test_a_resumed_painting_has_those_it_began_with(self, tmp_path):
        out = tmp_path / "out.png"
        torch.set_num_threads(1)
        Execution(style(), Target(tmp_path / "whole.png")).run()
        stopped = Execution(style(), Target(out))
        for step in stopped:
            if step.index == 3:
                stopped.stop()
        torch.set_num_threads(2)
        resumed = Execution(style(), Target(out, resume=True))
        seen = {torch.get_num_threads() for _ in resumed}
        assert seen == {1} and resumed.finished and torch.get_num_threads() == 2
        assert out.read_bytes() == (tmp_path / "whole.png").read_bytes()
        assert read_record(out)["threads"] == 1

    @pytest.mark.parametrize("threads", [0, -1, 10**9, "2", True, 1.0, [1]])
    def test_a_number_that_is_none_is_refused(self, threads):
        with pytest.raises(PareidoliaError, match="threads"):
            threads_in({"threads": threads})


def test_only_a_dead_process_s_lock_is_tidied(tmp_path):
    lock = Lock.of_folder(tmp_path)
    (tmp_path / ".lock").touch()
    lock.tidy()
    assert not names(tmp_path)
    with lock:
        Lock.of_folder(tmp_path).tidy()
        assert names(tmp_path) == [".lock"]
