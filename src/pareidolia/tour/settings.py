"""Settings of the tour. No torch here."""

from typing import Annotated, Literal

from pydantic import Field

from pareidolia.settings import Device, Settings
from pareidolia.settings.groups import WHAT

Language = Literal["en", "ru"]
SectionKey = Literal[
    "latent",
    "autoencoder",
    "vae",
    "aae",
    "gan",
    "flow",
    "filters",
    "tuning",
    "transposed",
    "switches",
    "deconvnet",
    "classes",
    "dream",
    "saliency",
    "rules",
    "guided",
    "atlas",
    "content",
    "style",
    "blend",
    "speed",
]
"""The lecture's sections in order."""


class TourPictures(Settings):
    """What the tour is told with."""

    photo: Annotated[str, Field(description="The photo that the tour shows: a file or sample:NAME.")] = (
        "sample:chelsea"
    )
    painting: Annotated[
        str, Field(description="The painting whose style is borrowed: a file or sample:NAME.")
    ] = "sample:strokes"


class TellingSettings(Settings):
    """How the lecture is told."""

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


class TourSettings(TellingSettings, TourPictures):
    """Options of the tour."""


class SectionSettings(TellingSettings):
    """Make the pictures of one section of the tour."""

    section: Annotated[
        SectionKey, Field(description="Which section of the lecture.", json_schema_extra=WHAT)
    ] = "latent"
    quick: Annotated[
        bool, Field(description="Smaller pictures and fewer steps; without it a section can take minutes.")
    ] = True
