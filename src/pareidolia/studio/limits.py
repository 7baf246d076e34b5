"""What the studio takes at most."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pareidolia.settings import PareidoliaError

MEGABYTE = 1 << 20


def _largest() -> dict[str, float]:
    return {
        "size": 4096,
        "painting_size": 4096,
        "steps": 10_000,
        "coarse_steps": 10_000,
        "frame_steps": 1_000,
        "frames": 2_000,
        "seconds": 120,
        "count": 10_000,
        "samples": 1_000,
        "masks": 20_000,
        "copies": 16,
        "starts": 20,
        "epochs": 10_000,
        "latent": 1_024,
        "width": 256,
    }


@dataclass(frozen=True)
class Limits:
    """What is taken at most.

    Attributes:
        upload_bytes: of one uploaded file.
        upload_pixels: of one uploaded picture.
        kept_bytes: of all uploaded files together.
        waiting: jobs in the queue.
        waiting_of_one: jobs of one visitor in the queue.
        grid: jobs that one grid over settings may make.
        values: the largest value of settings, by their names.
        length: of lists and texts in a request.
    """

    upload_bytes: int = 64 * MEGABYTE
    upload_pixels: int = 50_000_000
    kept_bytes: int = 8 * 1024 * MEGABYTE
    waiting: int = 400
    waiting_of_one: int = 100
    grid: int = 36
    values: Mapping[str, float] = field(default_factory=_largest)
    length: int = 200

    def check(self, settings: Mapping[str, Any]) -> None:
        """Refuse settings that are larger than the studio takes.

        Args:
            settings: by name.

        Raises:
            PareidoliaError: If one of them is too large, or a list or text is too long.
        """
        for name, value in settings.items():
            most = self.values.get(name)
            if most is not None and isinstance(value, int | float) and value > most:
                raise PareidoliaError(f"{name}: the studio takes at most {most:g}, not {value:g}")
            if isinstance(value, str | list | tuple) and len(value) > self.length:
                raise PareidoliaError(f"{name}: too long, {self.length} is the most")
