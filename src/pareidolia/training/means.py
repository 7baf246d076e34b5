"""Means of a training's numbers between two lines of the log."""

from typing import Any

from torch import Tensor


class Means:
    """Means of the phases' numbers since the last line of the log."""

    def __init__(self) -> None:
        self._sums: dict[str, Tensor] = {}
        self._counts: dict[str, int] = {}

    def add(self, phase: str, metrics: dict[str, Tensor]) -> None:
        """Include one step's numbers."""
        for name, value in metrics.items():
            key = f"{phase}/{name}"
            # Out of place: the first is the caller's tensor.
            self._sums[key] = self._sums[key] + value if key in self._sums else value
            self._counts[key] = self._counts.get(key, 0) + 1

    def take(self) -> dict[str, float]:
        """The means, in the order in which their names first appeared; begins anew."""
        means = {key: float(total) / self._counts[key] for key, total in self._sums.items()}
        self._sums, self._counts = {}, {}
        return means

    def state_dict(self) -> dict[str, Any]:
        """Everything `load_state_dict` needs."""
        return {"sums": dict(self._sums), "counts": dict(self._counts)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from a `state_dict`."""
        self._sums, self._counts = dict(state["sums"]), dict(state["counts"])
