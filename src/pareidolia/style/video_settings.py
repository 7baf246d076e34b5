"""Settings of painted videos. No torch here."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from pareidolia.settings import Settings
from pareidolia.settings.groups import ADVANCED


class VideoControl(Settings):
    """Options of a video that is painted frame by frame."""

    persistence: Annotated[
        float,
        Field(ge=0, lt=1, description="How much of a frame the next frame of a video keeps, as things move."),
    ] = 0.6
    frames: Annotated[
        int | None, Field(ge=1, description="How many frames of a video are painted (default: all).")
    ] = None
    fps: Annotated[
        int | None, Field(ge=1, le=240, description="Frames in a second (default: the video's own).")
    ] = None


class OptimizedVideoControl(VideoControl):
    """Options of a video whose frames are painted by optimisation."""

    frame_steps: Annotated[
        int,
        Field(
            ge=1,
            description="Steps of each frame of a video but the first, at the full size.",
            json_schema_extra=ADVANCED,
        ),
    ] = 15
    passes: Annotated[
        int,
        Field(
            ge=1,
            le=10,
            description="How often a video is gone through, every other time backwards: calmer at borders "
            "and behind what moves.",
        ),
    ] = 1
    loop: Annotated[
        bool, Field(description="Let the end of a video meet its beginning; takes two passes at least.")
    ] = False

    @model_validator(mode="after")
    def _passes_that_meet(self) -> Self:
        if self.loop and self.passes < 2:
            raise ValueError("a loop needs passes of 2 at least: the first knows of no end")
        return self
