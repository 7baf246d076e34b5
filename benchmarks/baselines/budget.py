"""As much time for a recipe as another took, by the processor's clock: what else runs costs nothing."""

import time


class Budget:
    """Seconds of this process, given out in parts.

    Args:
        seconds: in all.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds, self._until = seconds, time.process_time()

    def give(self, share: float) -> None:
        """Allow a further share of the seconds; what a part did not use goes to the next."""
        self._until += share * self._seconds

    def spent(self) -> bool:
        """Whether what was given is used up."""
        return time.process_time() >= self._until
