"""Settings of style transfer. No torch here."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pareidolia.painting.settings import PaintingSettings
from pareidolia.settings import Settings

Layers = tuple[str, ...] | None
Weights = tuple[float, ...] | None
Colours = Literal["paintings", "matched", "luminance"]


class StyleControl(Settings):
    """What can be said about style whatever the method that paints it."""

    painting_weights: Annotated[Weights, Field(description="A weight for each painting.")] = None
    strength: Annotated[
        float,
        Field(
            ge=0, le=1, description="How far the style goes from the photo's own (0) to the paintings' (1)."
        ),
    ] = 1.0
    colours: Annotated[
        Colours,
        Field(
            description="Whose colours: the paintings'; matched: the paintings are recoloured to the "
            "photo's mean and covariance first; luminance: only light and dark are painted, the photo keeps "
            "its chroma."
        ),
    ] = "paintings"


class StyleSettings(StyleControl, PaintingSettings):
    """Paint a photo in the style of one or several paintings (Gatys, Ecker and Bethge 2015)."""

    content_weight: Annotated[
        float, Field(ge=0, description="α: how much the picture keeps what the photo shows.")
    ] = 1.0
    style_weight: Annotated[float, Field(ge=0, description="β: how much it takes from the paintings.")] = 40.0
    smoothness: Annotated[
        float, Field(ge=0, description="Weight of the total variation, which calms fine noise.")
    ] = 0.0
    content_layers: Annotated[
        Layers, Field(description="Layers whose activations the photo gives (default: the network's own).")
    ] = None
    style_layers: Annotated[
        Layers,
        Field(description="Layers whose Gram matrices the paintings give (default: the network's own)."),
    ] = None
    content_layer_weights: Annotated[Weights, Field(description="A weight for each content layer.")] = None
    style_layer_weights: Annotated[Weights, Field(description="A weight for each style layer.")] = None
    balance: Annotated[
        Literal["relative", "lecture"],
        Field(
            description="relative: each layer's loss is 1 for an empty map, so all layers count alike; "
            "lecture: the sums exactly as in the formulas, where a few layers outweigh the rest."
        ),
    ] = "relative"
    start: Annotated[
        Literal["content", "noise", "style"], Field(description="What the canvas holds at first.")
    ] = "content"
    style_size: Annotated[
        float,
        Field(
            gt=0,
            le=8,
            description="Longer side of the paintings relative to the result; larger strokes above 1.",
        ),
    ] = 1.0
    bleed: Annotated[
        float,
        Field(
            ge=0,
            le=0.25,
            description="Margin painted beyond each border and cut off, as a share of the longer side: "
            "what networks do at borders stays outside.",
        ),
    ] = 0.03125
    coarse_to_fine: Annotated[
        bool, Field(description="Paint small first, then larger: strokes of every size in less time.")
    ] = True
    coarsest: Annotated[int, Field(ge=16, description="Longer side of the first, smallest canvas.")] = 128
    coarse_steps: Annotated[int, Field(ge=1, description="Steps at each size but the last.")] = 100
    steps: Annotated[int, Field(ge=1, description="Steps at the full size.")] = 50

    @model_validator(mode="after")
    def _something_to_aim_for(self) -> Self:
        if self.content_weight == 0 and self.style_weight == 0:
            raise ValueError("content_weight and style_weight cannot both be 0")
        return self
