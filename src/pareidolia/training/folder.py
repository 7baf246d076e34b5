"""The folder that keeps a training: checkpoints, weights, the log, sheets drawn on the way.

At whatever moment the process dies, the folder holds a whole checkpoint: the newest is written beside and
renamed, and the one before it is kept.
"""

import json
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save as to_safetensors

from pareidolia.networks.weights import fit_state_dict
from pareidolia.pictures import write_atomically
from pareidolia.pictures.ownership import KEY, RUN, claim, clear
from pareidolia.pictures.targets import make_folder
from pareidolia.progress import Progress
from pareidolia.safety import require_file
from pareidolia.settings import PareidoliaError, migrate
from pareidolia.training.log import Log
from pareidolia.training.run import TrainingRun
from pareidolia.version import __version__

SETTINGS, WEIGHTS, LOG, SAMPLES = "settings.json", "model.safetensors", "log.jsonl", "samples"
_FREE = {
    "pareidolia",
    *(f"settings.{name}" for name in ("device", "previews", "checkpoint_seconds", "log_every")),
}
_CHECKPOINT, _PREVIOUS = "checkpoint.pt", "checkpoint.previous.pt"

Preview = Callable[[TrainingRun, Path], None]
"""Draws a sheet of what the run's model makes, into a file."""


class TrainingFolder:
    """A folder that a `TrainingRun` is kept in.

    Args:
        path: of the folder.
        record: what is trained and how, as JSON has it; a run of another record is not resumed.
        tensorboard: whether TensorBoard's event files are written too.
    """

    def __init__(self, path: Path, record: Mapping[str, Any], *, tensorboard: bool = False) -> None:
        # The version is the mark that the folder is ours (see `pictures/ownership.py`).
        self.path, self.record = path, {KEY: __version__, **record}
        self._log = Log(path / LOG, path / "tensorboard" if tensorboard else None)

    @property
    def begun(self) -> bool:
        """Whether there is a run of ours already."""
        return RUN.is_ours(self.path)

    def check(self) -> None:
        """Raise PareidoliaError where the path is a file, or the folder holds other things than a run."""
        claim(self.path, RUN)

    def begin(self, run: TrainingRun) -> None:
        """Make the folder for a new run; what another run wrote there is removed, and nothing else.

        Raises PareidoliaError as `check` does, before anything is changed.
        """
        if run.process_group.rank != 0:
            return
        self.check()
        clear(self.path, RUN, keep=(SETTINGS, LOG))
        make_folder(self.path)
        # The record comes first: it marks the folder as ours, whenever the process dies.
        self._write_record()
        make_folder(self.path / SAMPLES)
        self._log.cut_after(0)

    def resume(self, run: TrainingRun) -> None:
        """Bring the run to where the folder's newest whole checkpoint left it.

        What does not change the weights may differ, and where the learning rate is constant the epochs too.
        Raises PareidoliaError where the folder's run is another one, no checkpoint can be read, or the one
        there is of networks that the same settings do not make any more; and as `check` does.
        """
        free = _FREE | ({"settings.epochs"} if run.settings.schedule == "constant" else set())
        check_record(self.path, self.record, free)
        self.check()
        state = self._read_newest()
        if state is not None:
            fit_state_dict(run.model, state["model"], self.path, "this version's networks")
            run.load_state_dict(state)
        if run.process_group.rank == 0:
            make_folder(self.path / SAMPLES)
            self._log.cut_after(run.index)
            self._write_record()

    def steps(self, run: TrainingRun, preview: Preview | None = None) -> Iterator[Progress]:
        """Step to the end, logging, drawing and saving on the way; whoever stops early may call `save`."""
        settings = run.settings
        saved = time.monotonic()
        drawn = _spread(run.total, settings.previews)
        for step in run:
            if step.index % settings.log_every == 0 or run.finished:
                self._note(run)
            if run.process_group.rank == 0 and preview is not None and step.index in drawn:
                preview(run, self.path / SAMPLES / f"{step.index:07d}.png")
            if time.monotonic() - saved >= settings.checkpoint_seconds or run.finished:
                self.save(run)
                saved = time.monotonic()
            yield step

    def save(self, run: TrainingRun) -> None:
        """Write checkpoint and weights, each whole or not at all; the checkpoint before is kept."""
        if run.process_group.rank != 0:
            return
        state = {"record": self.record, "state": run.state_dict()}
        newest = self.path / _CHECKPOINT
        if newest.exists():
            newest.replace(self.path / _PREVIOUS)
        with write_atomically(newest) as file:
            torch.save(state, file)
        tensors = {key: value.cpu().contiguous() for key, value in run.result.state_dict().items()}
        with write_atomically(self.path / WEIGHTS) as file:
            file.write(to_safetensors(tensors))

    def _write_record(self) -> None:
        with write_atomically(self.path / SETTINGS) as file:
            file.write(json.dumps(self.record, indent=1).encode())

    def _read_newest(self) -> dict[str, Any] | None:
        """The state in the newest checkpoint that can be read; None where none was written yet."""
        broken = []
        for path in (self.path / _CHECKPOINT, self.path / _PREVIOUS):
            if not path.exists():
                continue
            try:
                state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)["state"]
                return state
            except Exception:  # the reader meets broken bytes with errors of all kinds
                broken.append(path)
        if broken:
            raise PareidoliaError(
                f"{broken[0]} is not a checkpoint that can be read: --overwrite begins anew"
            )
        return None

    def _note(self, run: TrainingRun) -> None:
        means = run.metrics.take()
        if run.process_group.rank == 0:
            self._log.write(run.index, run.epoch, means)


def read_record(path: Path) -> dict[str, Any]:
    """What the run in the folder `path` is; PareidoliaError where there is none or it cannot be read."""
    file = path / SETTINGS
    if not file.is_file():
        raise PareidoliaError(f"{path} holds no {SETTINGS}: it is not a run of pareidolia train")
    try:
        record = json.loads(require_file(file).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise PareidoliaError(f"{file} cannot be read: {error}") from error
    if not isinstance(record, dict):
        raise PareidoliaError(f"{file} is not a run's: it holds no object")
    return migrate(record)


def check_record(path: Path, record: Mapping[str, Any], free: Collection[str]) -> None:
    """Refuse to go on with a run of another model, other settings or other data, naming what differs.

    free: names, as "settings.previews", of what may differ.
    """
    ours, theirs = _flat(migrate(record)), _flat(read_record(path))
    keys = [key for key in theirs | ours if key not in free and ours.get(key) != theirs.get(key)]
    if keys:
        differing = "; ".join(f"{key} is {theirs.get(key)} there, {ours.get(key)} now" for key in keys[:3])
        raise PareidoliaError(
            f"{path} holds another run ({differing}): name another folder, or --overwrite to begin anew"
        )


def _flat(record: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in record.items():
        name = f"{prefix}{key}"
        flat |= _flat(value, f"{name}.") if isinstance(value, Mapping) else {name: value}
    return flat


def _spread(total: int, count: int) -> set[int]:
    """`count` step numbers spread over the run, the last of them its end."""
    return {round(total * (k + 1) / count) for k in range(count)}
