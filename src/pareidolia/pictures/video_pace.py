"""The pace of a video: when each of its frames is shown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

_ROUNDING = Fraction(1, 1000)  # containers that count in milliseconds
_GIF_CLOCK = 100  # a GIF counts in hundredths of a second
_SHORTEST_IN_GIF = 2  # programs show what is shorter for a tenth of a second


@dataclass(frozen=True)
class Pace:
    """When the frames of a video are shown.

    Attributes:
        fps: frames in a second; of an uneven video their mean.
        times: seconds from the first frame to each frame, and to the end; None where frames follow evenly.
    """

    fps: Fraction
    times: tuple[Fraction, ...] | None = None

    @classmethod
    def of(cls, times: Sequence[Fraction | None], last: Fraction | None, fps: Fraction) -> "Pace":
        """The pace of frames shown at certain times.

        Args:
            times: of the frames, in seconds from anywhere; None where the file does not state it.
            last: how long the last frame is shown, in seconds; None is as long as the mean.
            fps: what the file states; kept where the times agree with it within a millisecond.

        Returns:
            The pace; an even one where times are missing or do not grow.
        """
        stated = [time for time in times if time is not None]
        if len(stated) < len(times) or any(after <= before for before, after in pairwise(stated)):
            return cls(fps)
        shown = [time - stated[0] for time in stated]
        if all(abs(time - index / fps) <= _ROUNDING for index, time in enumerate(shown)):
            return cls(fps)
        mean = shown[-1] / (len(shown) - 1)
        end = shown[-1] + (last or mean)
        return cls(len(shown) / end, (*shown, end))

    def of_first(self, count: int) -> "Pace":
        """The pace of the first `count` frames alone."""
        return self if self.times is None else replace(self, times=self.times[: count + 1])

    def at(self, index: int) -> Fraction:
        """When frame `index` is shown, in seconds; the index after the last one is the end."""
        return index / self.fps if self.times is None else self.times[index]

    def in_gif(self, count: int) -> list[tuple[int, int]]:
        """How a GIF shows so many frames: their numbers, and how long each is shown in ms.

        A GIF counts in hundredths of a second and shows no frame for less than two: frames are shown for
        unequal times so that the whole lasts as long, and of more than 50 in a second some are left out.
        """
        shown: list[tuple[int, int]] = []
        begin = 0
        for index in range(count):
            end = round(self.at(index + 1) * _GIF_CLOCK)
            if end > begin or not shown:
                lasting = max(_SHORTEST_IN_GIF, end - begin)
                shown.append((index, 1000 // _GIF_CLOCK * lasting))
                begin += lasting
        return shown
