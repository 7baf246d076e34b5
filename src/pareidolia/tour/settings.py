"""Settings of the tour. No torch here."""

from typing import Annotated, Literal

from pydantic import Field

from pareidolia.settings import Device, Settings

Language = Literal["en", "ru"]


class TourSettings(Settings):
    """Options of the tour."""

    photo: Annotated[str, Field(description="The photo that the tour shows: a file or sample:NAME.")] = (
        "sample:chelsea"
    )
    painting: Annotated[
        str, Field(description="The painting whose style is borrowed: a file or sample:NAME.")
    ] = "sample:strokes"
    language: Annotated[Language, Field(description="English or Russian.")] = "en"
    quick: Annotated[bool, Field(description="Smaller pictures and fewer steps, for a first look.")] = False
    size: Annotated[
        int | None,
        Field(
            ge=64,
            le=2048,
            description="Longer side of dreams and paintings, in pixels (default: 512, with --quick 256).",
        ),
    ] = None
    device: Device = "auto"
    seed: Annotated[int, Field(ge=0, description="The same seed on the same CPU gives the same bytes.")] = 0

    def pace(self, whole: int, quick: int) -> int:
        """One of two numbers (of steps, pixels, pictures): that of the whole tour, or of the quick one."""
        return quick if self.quick else whole

    @property
    def large(self) -> int:
        """Longer side of dreams and paintings."""
        return self.size or self.pace(512, 256)
