"""The folder that keeps a training: checkpoints, weights, the log, sheets drawn on the way.

Whenever the process dies, the folder holds a whole checkpoint: a new one is written beside it and
renamed, and the one before it is kept.
"""

import json
import math
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import torch
from safetensors.torch import save as to_safetensors

from pareidolia.networks.weights import fit_state_dict
from pareidolia.pictures import write_atomically
from pareidolia.pictures.locking import Lock
from pareidolia.pictures.ownership import KEY, RUN, claim, clear
from pareidolia.pictures.targets import LEFTOVERS, make_folder
from pareidolia.progress import Progress
from pareidolia.settings import BadRecord, BadTarget
from pareidolia.training.log import Log
from pareidolia.training.records import SETTINGS, may_differ, read_record, refuse_other
from pareidolia.training.run import TrainingRun
from pareidolia.training.saving import read_state, write_state
from pareidolia.version import __version__

WEIGHTS, LOG, SAMPLES, SNAPSHOTS = "model.safetensors", "log.jsonl", "samples", "snapshots"
_CHECKPOINT, _PREVIOUS = "checkpoint.pt", "checkpoint.previous.pt"

Preview = Callable[[TrainingRun, Path], None]
"""Draws a sheet of what the run's model makes, into a file."""
Measure = Callable[[TrainingRun], Mapping[str, float]]
"""Numbers of the run's model for the log."""


class TrainingFolder:
    """A folder that a `TrainingRun` is kept in, and in which one process at a time trains.

    Args:
        path: of the folder.
        record: what is trained and how, as JSON has it; a run of another record is not resumed.
        tensorboard: whether TensorBoard's event files are written too.
    """

    def __init__(self, path: Path, record: Mapping[str, Any], *, tensorboard: bool = False) -> None:
        # The version is the mark that the folder is ours (see `pictures/ownership.py`).
        threads = {"threads": torch.get_num_threads()}
        self.path, self.record = path, {KEY: __version__, **threads, **record}
        self._log = Log(path / LOG, path / "tensorboard" if tensorboard else None)
        self._lock = Lock.of_folder(path, by="another training")

    @property
    def begun(self) -> bool:
        """Whether there is a run of ours already."""
        return RUN.is_ours(self.path)

    def check(self) -> None:
        """Raise PareidoliaError where the path is a file, or the folder holds other things than a run."""
        claim(self.path, RUN)

    def refuse_begun(self) -> NoReturn:
        """Raise PareidoliaError because there is a run."""
        raise BadTarget(f"{self.path} holds a run: --resume goes on with it, --overwrite begins anew")

    def begin(self, run: TrainingRun, *, overwrite: bool = True) -> None:
        """Make the folder for a new run; what another run wrote there is removed, and nothing else.

        Args:
            run: the new run.
            overwrite: whether there may be a run, also one that another process began meanwhile.

        Raises:
            PareidoliaError: as `check`, the folder is in use, or holds a run that may not be replaced; before
                anything is changed.
        """
        if run.process_group.rank != 0:
            return
        self.check()
        with self._locked():
            if self.begun and not overwrite:
                self.refuse_begun()
            clear(self.path, RUN, keep=(SETTINGS, LOG))
            # The record comes first: it marks the folder as ours, whenever the process dies.
            self._write_record()
            make_folder(self.path / SAMPLES)
            self._log.cut_after(0)

    def resume(self, run: TrainingRun) -> None:
        """Bring the run to where the folder's newest whole checkpoint left it.

        What does not change the weights may differ, and where the learning rate is constant the epochs too.
        The weights are written once more from the checkpoint, as a process may have died between the two.

        Args:
            run: a run made with the same arguments.

        Raises:
            PareidoliaError: as `check`, or the folder is in use, its run is another one, no checkpoint can be
                read, or the one there is of networks that the same settings do not make any more.
        """
        held = read_record(self.path)
        free = may_differ(held, run.settings)
        refuse_other(self.path, self.record, held, free)
        self.check()
        if run.process_group.rank != 0:
            self._load_newest(run, free)
            return
        with self._locked():
            if self._load_newest(run, free):
                self._write_weights(run, self.path / WEIGHTS)
            make_folder(self.path / SAMPLES)
            self._log.cut_after(run.index)
            self._write_record()

    def release(self) -> None:
        """Let another process train in the folder."""
        self._lock.release()

    def steps(
        self,
        run: TrainingRun,
        preview: Preview | None = None,
        measure: Measure | None = None,
        measure_every: int = 0,
    ) -> Iterator[Progress]:
        """Step to the end, logging, drawing and saving on the way. After stopping early, call `save`.

        Args:
            run: what steps.
            preview: draws a sheet of what the model makes.
            measure: gives numbers of the model for the log.
            measure_every: steps between two times; 0 for never.

        Yields:
            Each step after it was made.
        """
        settings = run.settings
        saved = time.monotonic()
        try:
            for step in run:
                if step.index % settings.log_every == 0 or run.finished:
                    self._note(run)
                due = measure_every and step.index % measure_every == 0
                if run.process_group.rank == 0 and measure is not None and due:
                    self._measure(run, measure)
                if run.process_group.rank == 0 and preview is not None and _due(run, settings.previews):
                    preview(run, self.path / SAMPLES / f"{step.index:07d}.png")
                if run.process_group.rank == 0 and _due(run, settings.snapshots):
                    make_folder(self.path / SNAPSHOTS)
                    self._write_weights(run, self.path / SNAPSHOTS / f"{step.index:07d}.safetensors")
                if time.monotonic() - saved >= settings.checkpoint_seconds or run.finished:
                    self.save(run)
                    saved = time.monotonic()
                yield step
        finally:
            self.release()

    def save(self, run: TrainingRun) -> None:
        """Write checkpoint and weights, each whole or not at all; the checkpoint before is kept."""
        if run.process_group.rank != 0:
            return
        state = {"record": self.record, "state": run.state_dict()}
        newest = self.path / _CHECKPOINT
        if newest.exists():
            newest.replace(self.path / _PREVIOUS)
        write_state(newest, state)
        self._write_weights(run, self.path / WEIGHTS)

    def _write_weights(self, run: TrainingRun, file: Path) -> None:
        tensors = {key: value.cpu().contiguous() for key, value in run.result.state_dict().items()}
        with write_atomically(file) as out:
            out.write(to_safetensors(tensors))

    def _write_record(self) -> None:
        with write_atomically(self.path / SETTINGS) as file:
            file.write(json.dumps(self.record, indent=1).encode())

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Take the right to write here, and clear what a killed process left; an error gives it back."""
        make_folder(self.path)
        self._lock.take()
        try:
            for folder in (self.path, self.path / SAMPLES, self.path / SNAPSHOTS):
                for part in folder.glob(LEFTOVERS):
                    part.unlink(missing_ok=True)
            yield
        except BaseException:
            self._lock.release()
            raise

    def _load_newest(self, run: TrainingRun, free: Collection[str]) -> bool:
        """Load the newest checkpoint that can be read; whether one was written yet."""
        held = self._read_newest()
        if held is None:
            return False
        refuse_other(self.path / _CHECKPOINT, self.record, held["record"], free)
        fit_state_dict(run.model, held["state"]["model"], self.path, "this version's networks")
        try:
            run.load_state_dict(held["state"])
        except (KeyError, TypeError, ValueError, RuntimeError, AttributeError) as error:
            raise BadRecord(
                f"the checkpoint in {self.path} is not of this version's trainings ({error!r}): --overwrite "
                "begins anew"
            ) from error
        return True

    def _read_newest(self) -> dict[str, Any] | None:
        """The newest checkpoint that can be read, {"record", "state"}; None where none was written yet."""
        broken = []
        for path in (self.path / _CHECKPOINT, self.path / _PREVIOUS):
            if not path.exists():
                continue
            try:
                held = read_state(path)
                if isinstance(held["record"], dict) and isinstance(held["state"]["model"], dict):
                    return held
            except Exception:  # the reader meets broken bytes with errors of all kinds
                pass
            broken.append(path)
        if broken:
            raise BadRecord(f"{broken[0]} is not a checkpoint that can be read: --overwrite begins anew")
        return None

    def _note(self, run: TrainingRun) -> None:
        means = run.metrics.take()
        if run.process_group.rank == 0:
            self._log.write(run.index, run.epoch, means, run.settings.batch)

    def _measure(self, run: TrainingRun, measure: Measure) -> None:
        found = measure(run)
        if found:
            self._log.write(run.index, run.epoch, found)


def _due(run: TrainingRun, count: int) -> bool:
    """Whether one of so many times is now: they are spread evenly, the last at the run's end."""
    near = run.index * count / run.total
    sheets = (math.floor(near), math.ceil(near))
    return any(1 <= sheet <= count and round(run.total * sheet / count) == run.index for sheet in sheets)
