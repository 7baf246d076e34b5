"""Settings of networks that paint in one pass: how they are trained, and how they paint. No torch here."""

from typing import Annotated, Literal

from pydantic import Field

from pareidolia.painting.settings import PaddingOption, PoolingOption
from pareidolia.settings import Device, NetworkSettings
from pareidolia.style.settings import Match, OwnSize, StrokeSize, Tile
from pareidolia.style.video_settings import VideoControl
from pareidolia.training.settings import TrainingSettings


class StylizerSettings(TrainingSettings, NetworkSettings):
    """Train a network that paints any photo in one style, or in several (Johnson 2016, Dumoulin 2017)."""

    crop: Annotated[
        int, Field(ge=64, le=1024, multiple_of=4, description="Side of the squares it trains on, in pixels.")
    ] = 144
    painting_size: Annotated[
        int,
        Field(ge=64, le=4096, description="Longer side of the paintings, in pixels; larger strokes above."),
    ] = 320
    width: Annotated[int, Field(ge=4, le=128, description="Channels of the network at full size.")] = 24
    blocks: Annotated[int, Field(ge=1, le=16, description="Residual blocks of the network.")] = 4
    content_weight: Annotated[
        float, Field(ge=0, description="α: how much the picture keeps what the photo shows.")
    ] = 1.0
    style_weight: Annotated[float, Field(gt=0, description="β: how much it takes from the painting.")] = 10.0
    smoothness: Annotated[
        float, Field(ge=0, description="Weight of the total variation, which calms fine noise.")
    ] = 0.0
    content_layers: Annotated[
        tuple[str, ...] | None,
        Field(description="Layers whose activations the photo gives (default: the network's own)."),
    ] = None
    style_layers: Annotated[
        tuple[str, ...] | None,
        Field(description="Layers whose statistic the paintings give (default: the network's own)."),
    ] = None
    match: Match = ("gram",)
    pooling: PoolingOption = "max"
    padding: PaddingOption = "replicate"
    epochs: Annotated[float | None, Field(gt=0, description="How often each photo is seen.")] = None
    batch: Annotated[int, Field(ge=1, description="Pictures a step, over all devices together.")] = 4
    learning_rate: Annotated[float, Field(gt=0, description="Size of a step.")] = 2e-3
    schedule: Annotated[
        Literal["constant", "linear", "cosine", "burda"],
        Field(description="How the learning rate goes; cosine: down to 0 at the end."),
    ] = "cosine"
    average: Annotated[
        float, Field(ge=0, lt=1, description="Decay of the weights' moving average, which is what is kept.")
    ] = 0.99
    log_every: Annotated[int, Field(ge=1, description="Steps that a line of the log averages over.")] = 20


class PaintSettings(VideoControl):
    """Paint photos or a video with a trained network, in one pass."""

    size: OwnSize = None
    style_weights: Annotated[
        tuple[float, ...] | None,
        Field(description="A weight for each style it knows; they are blended (default: the first)."),
    ] = None
    strength: Annotated[
        float, Field(ge=0, le=1, description="How far from the photo (0) to what the network paints (1).")
    ] = 1.0
    stroke_size: StrokeSize = 1.0
    colors: Annotated[
        Literal["paintings", "luminance"],
        Field(description="Whose colours; luminance: only light and dark are painted."),
    ] = "paintings"
    tile: Tile = None
    device: Device = "auto"
