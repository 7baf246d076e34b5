import errno
import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from tests.training import train_small
from tests.training.small_models import SETTINGS as SMALL
from tests.training.small_models import TwoPhases, source

from pareidolia.pictures.locking import LOCK
from pareidolia.settings import PareidoliaError
from pareidolia.training import TrainingFolder, TrainingRun, saving
from pareidolia.training.folder import _CHECKPOINT, _PREVIOUS, LOG, SAMPLES, WEIGHTS
from pareidolia.training.log import OF_THE_MACHINE, Log
from pareidolia.training.records import SETTINGS

EVERY_STEP = SMALL.model_copy(update={"checkpoint_seconds": 0.0, "average": 0.9})
RECORD = {"pareidolia": "1", "model": "small", "settings": {"latent": 4}}


def make(path, settings=EVERY_STEP, record=RECORD):
    return TrainingRun(TwoPhases(), source(settings), settings), TrainingFolder(path, record)


def train(path, settings=EVERY_STEP):
    run, folder = make(path, settings)
    if folder.begun:
        folder.resume(run)
    else:
        folder.begin(run)
    for _ in folder.steps(run):
        pass
    return run


def metrics(path):
    lines = [json.loads(line) for line in (path / LOG).read_text().splitlines()]
    return [{key: value for key, value in line.items() if key not in OF_THE_MACHINE} for line in lines]


def test_a_run_leaves_settings_weights_checkpoints_and_a_log(tmp_path):
    run = train(tmp_path / "run")
    weights = load_file(tmp_path / "run" / WEIGHTS)
    for key, value in run.average.module.state_dict().items():
        assert torch.equal(weights[key], value)
    assert json.loads((tmp_path / "run" / SETTINGS).read_text()) == {
        **RECORD,
        "threads": torch.get_num_threads(),
    }
    assert [line["step"] for line in metrics(tmp_path / "run")] == [5, 10, 15]
    assert set(metrics(tmp_path / "run")[0]) == {
        "step",
        "epoch",
        "denoise/loss",
        "denoise/code",
        "critic/loss",
    }
    assert (tmp_path / "run" / _PREVIOUS).exists()


class Killed(BaseException):
    """What a test raises where a process might die."""


@pytest.mark.parametrize("survived", range(9))
def test_wherever_a_run_dies_it_ends_with_the_same_weights(tmp_path, monkeypatch, survived):
    """Dying at each rename of the first three saves: before, between and after checkpoint and weights."""
    whole = train(tmp_path / "whole")
    renames, replace = [], Path.replace

    def dying(self, target):
        renames.append(target)
        if len(renames) > survived + 2:  # the folder's own settings come first
            raise Killed
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", dying)
    with pytest.raises(Killed):
        train(tmp_path / "run")
    monkeypatch.setattr(Path, "replace", replace)
    train(tmp_path / "run")
    assert (tmp_path / "run" / WEIGHTS).read_bytes() == (tmp_path / "whole" / WEIGHTS).read_bytes()
    assert metrics(tmp_path / "run") == metrics(tmp_path / "whole")
    assert whole.finished


@pytest.mark.slow
def test_kill_9_at_random_moments_then_resumed_ends_with_the_same_bytes(tmp_path):
    subprocess.run(command(tmp_path / "whole"), check=True, cwd=Path(__file__).parents[2])
    chance = random.Random(time.time_ns())
    kills = 0
    while kills < 3:
        process = begin(tmp_path / "run")
        time.sleep(chance.uniform(0, 1.5))
        process.kill()
        if process.wait() == 0:
            break
        kills += 1
    subprocess.run(command(tmp_path / "run"), check=True, cwd=Path(__file__).parents[2])
    assert kills >= 1
    assert (tmp_path / "run" / WEIGHTS).read_bytes() == (tmp_path / "whole" / WEIGHTS).read_bytes()
    assert metrics(tmp_path / "run") == metrics(tmp_path / "whole")


@pytest.mark.slow
def test_sigterm_saves_after_the_step_under_way(tmp_path):
    process = begin(tmp_path / "run")
    time.sleep(0.3)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0
    run, folder = train_small.make(tmp_path / "run")
    folder.resume(run)
    assert 0 < run.index < run.total
    assert all(line["step"] <= run.index for line in metrics(tmp_path / "run"))


def command(path):
    return [sys.executable, "-m", "tests.training.train_small", str(path)]


def begin(path):
    """A training under way in a process of its own."""
    process = subprocess.Popen(
        command(path), stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    )
    assert "begun" in process.stdout.readline()
    return process


@pytest.mark.parametrize("full_at", [_CHECKPOINT, WEIGHTS])
def test_a_full_disk_leaves_a_whole_checkpoint(tmp_path, monkeypatch, full_at):
    run, folder = make(tmp_path / "run")
    folder.begin(run)
    steps = folder.steps(run)
    for _ in range(4):
        next(steps)
    fsync = os.fsync

    def refuse(number):
        name = Path(f"/proc/self/fd/{number}").readlink().name
        if name.startswith(".pareidolia") and full_at == due[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        due.pop(0)
        return fsync(number)

    due = [_CHECKPOINT, WEIGHTS]
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(PareidoliaError, match="No space left"):
        next(steps)
    monkeypatch.setattr(os, "fsync", fsync)
    assert not list((tmp_path / "run").glob(".pareidolia*"))
    again, folder = make(tmp_path / "run")
    folder.resume(again)
    assert again.index in (4, 5)


def test_a_broken_checkpoint_gives_way_to_the_one_before(tmp_path):
    train(tmp_path / "run")
    (tmp_path / "run" / _CHECKPOINT).write_bytes(b"PK broken")
    run, folder = make(tmp_path / "run")
    folder.resume(run)
    assert run.index == 14
    (tmp_path / "run" / _PREVIOUS).write_bytes(b"")
    with pytest.raises(PareidoliaError, match="not a checkpoint that can be read"):
        folder.resume(run)


def test_a_run_killed_before_its_first_checkpoint_begins_at_the_beginning(tmp_path):
    run, folder = make(tmp_path / "run")
    folder.begin(run)
    again, folder = make(tmp_path / "run")
    assert folder.begun
    folder.resume(again)
    assert again.index == 0


def test_another_run_is_not_resumed_and_what_differs_is_named(tmp_path):
    train(tmp_path / "run")
    run, folder = make(tmp_path / "run", record={"model": "small", "settings": {"latent": 8}})
    with pytest.raises(PareidoliaError, match=r"settings\.latent is 4 there, 8 now"):
        folder.resume(run)
    with pytest.raises(PareidoliaError, match=r"no settings\.json"):
        make(tmp_path / "nothing")[1].resume(run)
    (tmp_path / "run" / SETTINGS).write_text("{")
    with pytest.raises(PareidoliaError, match="cannot be read"):
        folder.resume(run)


def test_a_checkpoint_of_other_networks_is_refused_and_kept(tmp_path):
    train(tmp_path / "run")
    checkpoint = (tmp_path / "run" / _CHECKPOINT).read_bytes()
    run, folder = make(tmp_path / "run")
    run.model.decoder = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Linear(8, 36))
    with pytest.raises(PareidoliaError, match=r"not of this version's networks: missing decoder\.0\.weight"):
        folder.resume(run)
    assert (tmp_path / "run" / _CHECKPOINT).read_bytes() == checkpoint


def test_more_epochs_go_on_where_the_learning_rate_is_constant(tmp_path):
    record = {"pareidolia": "1", "settings": {"epochs": 3.0, "previews": 10, "latent": 4}}
    longer = {"pareidolia": "1", "settings": {"epochs": 5.0, "previews": 2, "latent": 4}}
    run, folder = make(tmp_path / "run", record=record)
    folder.begin(run)
    for _ in folder.steps(run):
        pass
    cosine = EVERY_STEP.model_copy(update={"schedule": "cosine"})
    run, folder = make(tmp_path / "run", cosine, longer)
    with pytest.raises(PareidoliaError, match=r"settings\.epochs is 3\.0 there, 5\.0 now"):
        folder.resume(run)
    run, folder = make(tmp_path / "run", EVERY_STEP.model_copy(update={"epochs": 5.0}), longer)
    folder.resume(run)
    assert (run.index, run.total) == (15, 25)
    assert json.loads((tmp_path / "run" / SETTINGS).read_text()) == {
        **longer,
        "threads": torch.get_num_threads(),
    }


def test_beginning_anew_removes_what_the_old_run_left(tmp_path):
    train(tmp_path / "run")
    (tmp_path / "run" / SAMPLES / "0000001.png").touch()
    (tmp_path / "run" / "notes.txt").write_text("the user's own")
    run, folder = make(tmp_path / "run")
    folder.begin(run)
    left = {path.relative_to(tmp_path / "run").as_posix() for path in (tmp_path / "run").rglob("*")}
    assert left == {SETTINGS, LOG, SAMPLES, LOCK, "notes.txt"}
    assert metrics(tmp_path / "run") == []


def test_weights_that_are_no_numbers_leave_the_last_good_checkpoint(tmp_path):
    run, folder = make(tmp_path / "run")
    folder.begin(run)
    steps = folder.steps(run)
    for _ in range(3):
        next(steps)
    run.model.critic.bias.data.fill_(float("nan"))
    with pytest.raises(PareidoliaError, match="became NaN or infinite"):
        for _ in steps:
            pass
    again, folder = make(tmp_path / "run")
    folder.resume(again)
    assert again.index == 3


def test_the_log_drops_lines_beyond_the_checkpoint_and_lines_cut_short(tmp_path):
    log = Log(tmp_path / LOG)
    for step in (5, 10, 15):
        log.write(step, step / 5, {"loss": 1.0})
    with (tmp_path / LOG).open("a") as file:
        file.write('{"step": 20, "ep')
    log.cut_after(10)
    assert [line["step"] for line in metrics(tmp_path)] == [5, 10]


def test_previews_are_spread_over_the_run_and_the_last_is_its_end(tmp_path):
    settings = SMALL.model_copy(update={"previews": 4})
    run, folder = make(tmp_path / "run", settings)
    folder.begin(run)
    drawn = []
    for _ in folder.steps(run, lambda run, path: drawn.append((run.index, path.name))):
        pass
    assert [index for index, _ in drawn] == [4, 8, 11, 15]
    assert drawn[-1][1] == "0000015.png"


def test_snapshots_are_the_weights_as_they_were_and_no_obstacle_to_a_new_run(tmp_path):
    settings = SMALL.model_copy(update={"snapshots": 3})
    run, folder = make(tmp_path / "run", settings)
    folder.begin(run)
    seen = {}
    for step in folder.steps(run):
        seen[f"{step.index:07d}.safetensors"] = {
            name: value.clone() for name, value in run.result.state_dict().items()
        }
    kept = sorted((tmp_path / "run/snapshots").iterdir())
    assert [file.name for file in kept] == [f"{step:07d}.safetensors" for step in (5, 10, 15)]
    for file in kept:
        held = load_file(file)
        assert held and all(torch.equal(held[name], seen[file.name][name]) for name in held)
    assert kept[-1].read_bytes() == (tmp_path / "run/model.safetensors").read_bytes()
    make(tmp_path / "run", settings)[1].begin(make(tmp_path / "other", settings)[0])
    assert not list((tmp_path / "run").glob("snapshots/*"))


def test_a_second_training_in_the_folder_is_refused_and_a_dead_one_s_place_taken(tmp_path):
    process = begin(tmp_path / "run")
    run, folder = train_small.make(tmp_path / "run")
    for start in (folder.begin, folder.resume):
        with pytest.raises(PareidoliaError, match="is in use by another training"):
            start(run)
    process.kill()
    process.wait()
    folder.resume(run)
    with pytest.raises(PareidoliaError, match="is in use by another training"):
        train_small.make(tmp_path / "run")[1].resume(run)
    folder.release()
    train_small.make(tmp_path / "run")[1].resume(run)


@pytest.mark.parametrize("name", [f"{SAMPLES}/cat.png", LOG, WEIGHTS, _CHECKPOINT, "notes.txt", "a/b.png"])
def test_a_folder_of_the_user_s_is_refused_and_left_alone(tmp_path, name):
    own = tmp_path / "proj" / name
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text("the user's own")
    run, folder = make(tmp_path / "proj")
    assert not folder.begun
    with pytest.raises(PareidoliaError, match="holds other things than a run: name another folder"):
        folder.begin(run)
    assert [path for path in (tmp_path / "proj").rglob("*") if path.is_file()] == [own]
    assert own.read_text() == "the user's own"


def test_sheets_of_the_user_s_own_stay_when_a_run_begins_anew(tmp_path):
    train(tmp_path / "run")
    for name in ("cat.png", "0000001.png"):
        (tmp_path / "run" / SAMPLES / name).touch()
    make(tmp_path / "run")[1].begin(make(tmp_path / "run")[0])
    assert [path.name for path in (tmp_path / "run" / SAMPLES).iterdir()] == ["cat.png"]


@pytest.mark.parametrize("left", [None, b"weights of an earlier step"])
def test_a_finished_run_that_died_before_its_weights_gets_them_on_resume(tmp_path, left):
    train(tmp_path / "run")
    whole = (tmp_path / "run" / WEIGHTS).read_bytes()
    (tmp_path / "run" / WEIGHTS).unlink()
    if left is not None:
        (tmp_path / "run" / WEIGHTS).write_bytes(left)
    train(tmp_path / "run")
    assert (tmp_path / "run" / WEIGHTS).read_bytes() == whole


def test_what_a_killed_process_left_half_written_is_cleared(tmp_path):
    train(tmp_path / "run")
    for name in (SETTINGS, WEIGHTS, LOG, _CHECKPOINT, f"{SAMPLES}/0000001.png"):
        target = tmp_path / "run" / name
        target.with_name(f".pareidolia-{target.name}-0123456789ab.part").write_bytes(b"half")
    train(tmp_path / "run")
    assert not list((tmp_path / "run").rglob(".pareidolia*"))


def test_a_checkpoint_of_another_record_than_the_folder_s_is_refused(tmp_path):
    train(tmp_path / "run")
    other = {"pareidolia": "0", "model": "small", "settings": {"latent": 4, "seed": 9}}
    (tmp_path / "run" / SETTINGS).write_text(json.dumps(other))
    run, folder = make(tmp_path / "run", record=other)
    with pytest.raises(
        PareidoliaError, match=r"checkpoint\.pt holds another run \(settings\.seed is None there, 9"
    ):
        folder.resume(run)


@pytest.mark.parametrize(
    "change", [{"phases": {}}, {"metrics": None}, {"average": {"updates": 3}}, {"index": "x"}]
)
def test_a_checkpoint_of_another_version_is_one_line(tmp_path, change):
    train(tmp_path / "run")
    held = torch.load(tmp_path / "run" / _CHECKPOINT, weights_only=True)
    held["state"] |= change
    torch.save(held, tmp_path / "run" / _CHECKPOINT)
    run, folder = make(tmp_path / "run")
    with pytest.raises(PareidoliaError, match=r"not of this version's trainings.*--overwrite begins anew"):
        folder.resume(run)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_within_a_checkpoint_is_the_system_s_own_word(tmp_path, monkeypatch):
    """Torch's writer would say "unexpected pos" instead."""

    @contextmanager
    def onto_a_full_disk(path):
        try:
            with Path("/dev/full").open("wb", buffering=0) as file:
                yield file
        except OSError as error:
            raise PareidoliaError(f"cannot write '{path}': {error.strerror}") from error

    monkeypatch.setattr(saving, "write_atomically", onto_a_full_disk)
    with pytest.raises(PareidoliaError, match=r"cannot write .*state\.pt': No space left on device"):
        saving.write_state(tmp_path / "state.pt", {"weights": torch.zeros(100_000)})


def test_any_number_of_previews_takes_no_memory(tmp_path):
    run, folder = make(tmp_path / "run", SMALL.model_copy(update={"previews": 10**12}))
    folder.begin(run)
    drawn = []
    for _ in folder.steps(run, lambda run, path: drawn.append(run.index)):
        pass
    assert drawn == list(range(1, 16))


def test_a_run_that_another_process_made_meanwhile_is_not_begun_anew(tmp_path):
    train(tmp_path / "run")
    before = (tmp_path / "run" / WEIGHTS).read_bytes()
    run, folder = make(tmp_path / "run")
    with pytest.raises(PareidoliaError, match="holds a run"):
        folder.begin(run, overwrite=False)
    assert (tmp_path / "run" / WEIGHTS).read_bytes() == before
    folder.begin(run)


def test_equal_states_are_equal_bytes(tmp_path):
    """Whether strings in them are one object or several: those of a resumed training are read from a file."""
    read = "".join(["weight", "_decay"])
    for name, key in (("one", "weight_decay"), ("two", read)):
        saving.write_state(tmp_path / name, {"record": {"weight_decay": 0.0}, "groups": [{key: 0.0}]})
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
