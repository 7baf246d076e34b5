"""Settings of Deep Dream. No torch here."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from pareidolia.painting.settings import PaddingOption, PoolingOption, SeamlessOption
from pareidolia.settings import OperationSettings
from pareidolia.settings.default_networks import Need, need_of_aims
from pareidolia.settings.groups import ADVANCED, WHAT


class DreamSettings(OperationSettings):
    """Strengthen in a picture what a network sees in it (Mordvintsev, Olah and Tyka 2015)."""

    need: ClassVar[Need] = "pictures"

    aim: Annotated[
        tuple[str, ...] | None,
        Field(
            min_length=1,
            description="What to dream of: LAYER, LAYER:CHANNEL, class:NAME, random-class (another class at "
            "every step) or another objective, and sums such as '0.5*L:12 - L2:3@middle'; several are added "
            "up (default: a deep layer of the network).",
            json_schema_extra=WHAT,
        ),
    ] = None
    start: Annotated[
        Literal["photo", "noise", "nothing"],
        Field(
            description="What the dream begins from; noise and nothing (plain grey) are square.",
            json_schema_extra=WHAT,
        ),
    ] = "photo"
    octaves: Annotated[
        int,
        Field(ge=1, le=20, description="How many sizes; those under 32 pixels on a side are left out."),
    ] = 4
    octave_scale: Annotated[
        float,
        Field(
            gt=1,
            le=4,
            description="How much larger each size is.",
            json_schema_extra=ADVANCED,
        ),
    ] = 1.4
    steps: Annotated[int, Field(ge=1, description="Steps at each size.")] = 10
    step_size: Annotated[
        float, Field(gt=0, le=255, description="Mean change of a pixel in one step, on the scale 0 to 255.")
    ] = 1.5
    jitter: Annotated[
        int,
        Field(
            ge=0,
            le=512,
            description="Pixels the picture is shifted by at random before each look.",
            json_schema_extra=ADVANCED,
        ),
    ] = 32
    smoothing: Annotated[
        float, Field(ge=0, le=20, description="Pixels by which the gradient is blurred; 0 keeps every grain.")
    ] = 0.0
    gray: Annotated[bool, Field(description="Dream in black and white.")] = False
    frames: Annotated[
        int | None,
        Field(
            ge=1,
            description="How many frames; more than one is a video, to a .mp4 or .gif "
            "(default: 1; of a video all).",
        ),
    ] = None
    zoom: Annotated[
        float | None,
        Field(ge=0.5, le=2, description="How much nearer each frame of a photo's video is (default: 1.05)."),
    ] = None
    rotate: Annotated[
        float, Field(ge=-90, le=90, description="Degrees by which each frame of a photo's video is turned.")
    ] = 0.0
    persistence: Annotated[
        float,
        Field(ge=0, le=1, description="How much of a frame's dream the next frame of a video keeps."),
    ] = 0.9
    fps: Annotated[
        int | None,
        Field(ge=1, le=240, description="Frames in a second (default: 15; of a video its own)."),
    ] = None
    frame_steps: Annotated[
        int,
        Field(
            ge=1,
            description="Steps of each frame but the first, at the two largest sizes.",
            json_schema_extra=ADVANCED,
        ),
    ] = 3
    tile: Annotated[
        int | None,
        Field(
            ge=64,
            description="Look in tiles of this many pixels: the same picture in less memory.",
            json_schema_extra=ADVANCED,
        ),
    ] = None
    seamless: SeamlessOption = None
    pooling: PoolingOption = "max"
    padding: PaddingOption = "replicate"

    @classmethod
    def need_of(cls, given: Mapping[str, Any]) -> Need:
        """Aims are of the shipped network where none is named: others dream grain of classes."""
        return "maps" if given.get("aim") else cls.need


class DreamExplanationSettings(DreamSettings):
    """Say what dreams of many beginnings end in; classes need names."""

    need: ClassVar[Need] = "classes"

    @classmethod
    def need_of(cls, given: Mapping[str, Any]) -> Need:
        """Aims at classes need names; aims at layers are of the shipped network where none is named."""
        return "maps" if need_of_aims(given.get("aim"), cls.need) == "maps" else cls.need
