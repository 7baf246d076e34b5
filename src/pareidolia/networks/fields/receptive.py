"""Receptive fields: which pixels a position of a layer can see, and the arithmetic of windows.

A window of k over inputs that are each s pixels wide, their neighbours j pixels apart, sees s + (k − 1)·j
pixels; a stride multiplies j; padding moves the first window outwards (Araujo, Norris, Sim 2019, "Computing
Receptive Fields of Convolutional Neural Networks", eq. 1-7).
"""

from dataclasses import dataclass

Pair = tuple[int, int]


@dataclass(frozen=True)
class ReceptiveField:
    """What each position of a feature map sees, in pixels of the picture, as (rows, columns).

    The position in row r, column c sees `size` pixels from `start` + (r, c)·`stride` on. With padding
    `start` is negative and a field reaches beyond the edge.

    Attributes:
        size: height and width of a field.
        stride: from one position's field to the next one's.
        start: of the field of position (0, 0).
    """

    size: Pair
    stride: Pair
    start: Pair

    def __str__(self) -> str:
        return f"{self.size[0]}x{self.size[1]} every {self.stride[0]}x{self.stride[1]}"

    def window(self, row: int, column: int) -> tuple[int, int, int, int]:
        """Top, left, bottom, right (the last two exclusive) of what a position sees, not clipped."""
        top = self.start[0] + row * self.stride[0]
        left = self.start[1] + column * self.stride[1]
        return top, left, top + self.size[0], left + self.size[1]


@dataclass(frozen=True)
class Extent:
    """A receptive field along one axis, in pixels."""

    size: int = 1
    stride: int = 1
    start: int = 0

    def slid(self, kernel: int, stride: int, padding: int, dilation: int = 1) -> "Extent":
        """The extent seen through a window of `kernel` taps slid over positions of this extent."""
        return Extent(
            self.size + dilation * (kernel - 1) * self.stride,
            self.stride * stride,
            self.start - padding * self.stride,
        )

    def joined(self, other: "Extent") -> "Extent | None":
        """The smallest extent that covers both; None if their strides differ, so that there is none."""
        if self.stride != other.stride:
            return None
        start = min(self.start, other.start)
        return Extent(max(self.start + self.size, other.start + other.size) - start, self.stride, start)
