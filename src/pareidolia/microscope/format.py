"""A microscope's site on disk: `microscope.json` at its top lists what its pages show."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from pareidolia.pictures.ownership import MICROSCOPE_FORMAT
from pareidolia.safety import require_file
from pareidolia.settings import PareidoliaError

MANIFEST = "microscope.json"
STAGES = "stages"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SiteUnit(_Part):
    """A unit that has a page.

    Attributes:
        number: of the channel.
        silent: whether its answer was the same to every photo.
        peak: its largest answer.
        share: of the photos to which its answer was above 0.
        sparseness: its lifetime sparseness.
        classes: numbers of those that it speaks for most.
        strongest: how many strongest patches its page shows.
        weakest: how many weakest ones.
    """

    number: int
    silent: bool
    peak: float
    share: float
    sparseness: float
    classes: list[int]
    strongest: int
    weakest: int


class SiteLayer(_Part):
    """A layer's pages.

    Attributes:
        name: of the layer.
        folder: where its pages lie.
        channels: how many it has.
        units: those that have pages.
    """

    name: str
    folder: str
    channels: int
    units: list[SiteUnit]


class Site(_Part):
    """What a site shows.

    Attributes:
        format: always "pareidolia-microscope".
        version: of the format.
        made_by: which version of Pareidolia wrote it.
        title: above the pages.
        network: its name.
        photos: how many were seen.
        classes: names of the network's classes.
        painted: pictures painted of each unit: none, or most, different ones of that, and least.
        layers: the layers, from the picture on.
    """

    format: Literal["pareidolia-microscope"] = MICROSCOPE_FORMAT
    version: Literal[1] = 1
    made_by: str
    title: str
    network: str
    photos: int
    classes: list[str]
    painted: int
    layers: list[SiteLayer]


def read_site(folder: Path) -> Site:
    """Read the manifest of a microscope's site.

    Args:
        folder: of the site.

    Returns:
        What it shows.

    Raises:
        PareidoliaError: it is no such site, or one of another version.
    """
    path = folder / MANIFEST
    try:
        require_file(path)
        return Site.model_validate_json(path.read_bytes())
    except OSError as error:
        raise PareidoliaError(f"{folder} holds no microscope's site: {error.strerror}") from error
    except ValidationError as error:
        raise PareidoliaError(f"{path} is not of a microscope's site, or of another version") from error
