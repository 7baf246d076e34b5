"""Learning rates as functions of the share of steps made."""

import math
from collections.abc import Callable

_BURDA_STAGES = 8


def _constant(done: float) -> float:
    return 1.0


def _linear(done: float) -> float:
    return 1.0 - done


def _cosine(done: float) -> float:
    return 0.5 * (1 + math.cos(math.pi * done))


def _burda(done: float) -> float:
    """10^(−i/7) for 3^i of 3,280 epochs, i = 0 … 7 (Burda et al. 2016, section 5), of any total."""
    epochs = [3**i for i in range(_BURDA_STAGES)]
    stage = sum(done * sum(epochs) >= sum(epochs[: i + 1]) for i in range(_BURDA_STAGES - 1))
    return float(10 ** (-stage / (_BURDA_STAGES - 1)))


SCHEDULES: dict[str, Callable[[float], float]] = {
    "constant": _constant,
    "linear": _linear,
    "cosine": _cosine,
    "burda": _burda,
}


def factor(schedule: str, warm_up: int, step: int, total: int) -> float:
    """What the learning rate is multiplied by.

    Args:
        schedule: name of the schedule.
        warm_up: steps over which the rate rises from 0.
        step: from 0.
        total: number of steps.

    Returns:
        The factor, from 0 to 1.
    """
    rising = min(1.0, (step + 1) / warm_up) if warm_up else 1.0
    return rising * SCHEDULES[schedule](step / total)
