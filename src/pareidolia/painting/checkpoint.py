"""The checkpoint beside a painting's result, from which a killed run continues."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pareidolia.painting.painting import Painting
from pareidolia.pictures.targets import beside, remove_leftovers
from pareidolia.progress import Progress
from pareidolia.settings import BadRecord, PareidoliaError, differences, migrate
from pareidolia.settings.comparing import of_the_work
from pareidolia.training.saving import read_state, write_state


class Checkpoint:
    """`OUT.resume`: the state of a painting between two steps, and the record of what it paints.

    Args:
        out: the result's path.
        record: what is painted (operation, settings, inputs); another record is not resumed.
        seconds: how often a running painting is saved.
    """

    def __init__(self, out: Path, record: Mapping[str, Any], seconds: float = 10.0) -> None:
        self.path = checkpoint_path(out)
        self._record = dict(record)
        self._seconds = seconds

    def steps(self, painting: Painting) -> Iterator[Progress]:
        """Step to the end, saving every few seconds. After stopping early, call `save`.

        A checkpoint that cannot be written is noted, and the painting goes on.

        Args:
            painting: what steps.

        Yields:
            Each step after it was made.
        """
        saved = time.monotonic()
        for step in painting:
            if time.monotonic() - saved > self._seconds:
                try:
                    self.save(painting)
                except PareidoliaError as error:
                    note = f"{error}; the painting goes on, its checkpoint is as old as before"
                    step = replace(step, notes=(*step.notes, note))
                saved = time.monotonic()
            yield step

    def save(self, painting: Painting) -> None:
        """Write the painting's state, whole or not at all."""
        write_state(self.path, {"record": self._record, "state": painting.state_dict()})

    def load(self, painting: Painting) -> None:
        """Restore a painting from the file.

        Args:
            painting: made with the same arguments.

        Raises:
            PareidoliaError: If the file is broken or holds a painting with another record.
        """
        try:
            held = read_state(self.path)
            record, state = migrate(held["record"]), held["state"]
        except Exception as error:
            raise BadRecord(
                f"{self.path} is not a checkpoint that can be read; delete it to begin anew"
            ) from error
        ours, theirs = of_the_work(self._record), of_the_work(record)
        if ours != theirs:
            differing = ", ".join(differences(ours, theirs))
            raise BadRecord(
                f"{self.path} belongs to another painting ({differing}); "
                "delete it or give --overwrite to begin anew"
            )
        try:
            painting.load_state_dict(state)
        except (KeyError, TypeError, ValueError, AttributeError, RuntimeError) as error:
            raise BadRecord(
                f"{self.path} is not one that this version goes on from; "
                "delete it or give --overwrite to begin anew"
            ) from error


def checkpoint_path(out: Path) -> Path:
    """The path of the checkpoint of the result `out`."""
    return beside(out, ".resume")


def remove_checkpoint(out: Path) -> None:
    """Delete the checkpoint of the result `out`, and what a killed process left half-written of it."""
    checkpoint_path(out).unlink(missing_ok=True)
    remove_leftovers(checkpoint_path(out))


def begun_record(out: Path) -> dict[str, Any] | None:
    """The record in the checkpoint of the result `out`; None where there is none that can be read."""
    try:
        record = read_state(checkpoint_path(out))["record"]
    except Exception:  # the reader meets broken bytes with errors of all kinds; `load` reports them
        return None
    return record if isinstance(record, dict) else None
