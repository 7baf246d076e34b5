"""The checkpoint beside a painting's result, from which a killed run continues."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pareidolia.painting.painting import Painting
from pareidolia.pictures.targets import beside, remove_leftovers
from pareidolia.progress import Progress
from pareidolia.settings import PareidoliaError, differences, migrate
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
        """Step to the end, saving every few seconds. After stopping early, call `save`."""
        saved = time.monotonic()
        for step in painting:
            if time.monotonic() - saved > self._seconds:
                self.save(painting)
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
            raise PareidoliaError(
                f"{self.path} is not a checkpoint that can be read; delete it to begin anew"
            ) from error
        if record != self._record:
            differing = ", ".join(differences(self._record, record))
            raise PareidoliaError(
                f"{self.path} belongs to another painting ({differing}); "
                "delete it or give --overwrite to begin anew"
            )
        painting.load_state_dict(state)

    def remove(self) -> None:
        """Delete the file, if there is one, and a partly written file of a killed process."""
        self.path.unlink(missing_ok=True)
        remove_leftovers(self.path)


def checkpoint_path(out: Path) -> Path:
    """The path of the checkpoint of the result `out`."""
    return beside(out, ".resume")
