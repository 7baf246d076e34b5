"""Settings of style transfer. No torch here."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from pareidolia.painting.settings import PaintingSettings, SeamlessOption
from pareidolia.settings import Settings
from pareidolia.settings.default_networks import Need
from pareidolia.settings.groups import ADVANCED, WHAT
from pareidolia.style.presets import options_of, presets_in_words
from pareidolia.style.video_settings import OptimizedVideoControl

Layers = tuple[str, ...] | None
Weights = tuple[float, ...] | None
Colors = Literal["paintings", "matched", "luminance"]
Balance = Literal["shallow", "relative", "gatys"]
Match = Annotated[
    tuple[str, ...],
    Field(
        min_length=1,
        description="The statistic of the style layers that the picture takes over: gram, which channels "
        "go together; mean-std, each channel by itself; w2, both, as a transport of Gaussians; sliced, the "
        "whole distribution; histogram, that of each channel; neighbors, the nearest features; transport, "
        "nearest features both ways; or a plug-in's. Several with weights: gram histogram:0.2.",
    ),
]
StrokeSize = Annotated[
    float,
    Field(
        ge=0.125,
        le=8,
        description="How large strokes are, beside those of 1. By optimization the paintings are looked at "
        "so many times as large as the result; in one pass a copy so many times smaller is painted first.",
    ),
]
OwnSize = Annotated[
    int | None,
    Field(ge=16, le=16384, description="Longer side of the result, in pixels (default: the photo's)."),
]
Tile = Annotated[
    int | None,
    Field(
        ge=128,
        description="Paint in tiles of this many pixels, normalised like a small copy: less memory.",
        json_schema_extra=ADVANCED,
    ),
]


class StyleControl(Settings):
    """Options of style for every method that paints it."""

    painting_weights: Annotated[Weights, Field(description="A weight for each painting.")] = None
    stroke_size: StrokeSize = 1.0
    strength: Annotated[
        float,
        Field(
            ge=0, le=1, description="How far the style goes from the photo's own (0) to the paintings' (1)."
        ),
    ] = 1.0
    colors: Annotated[
        Colors,
        Field(
            description="Whose colours: the paintings'; matched: the paintings are recoloured to the "
            "photo's mean and covariance first; luminance: only light and dark are painted, the photo keeps "
            "its chroma."
        ),
    ] = "paintings"

    seamless: SeamlessOption = None
    region_edge: Annotated[
        float,
        Field(
            ge=0,
            le=0.25,
            description="Width of the soft edges between regions, as a share of the longer side.",
            json_schema_extra=ADVANCED,
        ),
    ] = 0.02


class StyleSettings(StyleControl, OptimizedVideoControl, PaintingSettings):
    """Paint a photo in the style of one or several paintings (Gatys, Ecker and Bethge 2015)."""

    need: ClassVar[Need] = "pictures"

    preset: Annotated[
        str | None,
        Field(
            description=f"Options by the name of what comes of them; those given beside it count before it. "
            f"{presets_in_words()}.",
            json_schema_extra=WHAT,
        ),
    ] = None
    size: Annotated[
        int,
        Field(
            ge=16,
            le=16384,
            description="Longer side of the result, in pixels; in one pass the photo's own unless given.",
        ),
    ] = 512
    content_weight: Annotated[
        float, Field(ge=0, description="α: how much the picture keeps what the photo shows.")
    ] = 0.5
    style_weight: Annotated[float, Field(ge=0, description="β: how much it takes from the paintings.")] = 40.0
    smoothness: Annotated[
        float, Field(ge=0, description="Weight of the total variation, which calms fine noise.")
    ] = 1.0
    color_smoothness: Annotated[
        float,
        Field(
            ge=0,
            description="Weight of the grain of color over the paintings', which calms colored fringes.",
            json_schema_extra=ADVANCED,
        ),
    ] = 0.0005
    content_layers: Annotated[
        Layers,
        Field(
            description="Layers whose activations the photo gives (default: the network's own).",
            json_schema_extra=ADVANCED,
        ),
    ] = None
    style_layers: Annotated[
        Layers,
        Field(
            description="Layers whose statistic the paintings give (default: the network's own).",
            json_schema_extra=ADVANCED,
        ),
    ] = None
    content_layer_weights: Annotated[
        Weights,
        Field(
            description="A weight for each content layer.",
            json_schema_extra=ADVANCED,
        ),
    ] = None
    style_layer_weights: Annotated[
        Weights,
        Field(
            description="A weight for each style layer.",
            json_schema_extra=ADVANCED,
        ),
    ] = None
    match: Match = ("w2",)
    content_match: Annotated[
        Literal["features", "self-similarity"],
        Field(
            description="What the photo gives: features, its activations; self-similarity, which of its "
            "places are like which, so that colors and shapes may change more."
        ),
    ] = "features"
    content_focus: Annotated[
        float,
        Field(
            ge=0,
            le=8,
            description="How far the photo's flat places are left to the painting: 0 holds all places to the "
            "photo alike, 2 hardly holds a sky or a wall.",
        ),
    ] = 0.0
    balance: Annotated[
        Balance,
        Field(
            description="How layers count. shallow: each style layer a quarter of the one before, so that "
            "strokes come before composition; relative: all alike; gatys: the sums exactly as in the "
            "formulas, where a few layers outweigh the rest.",
            json_schema_extra=ADVANCED,
        ),
    ] = "shallow"
    start: Annotated[
        Literal["content", "noise", "style", "brush"],
        Field(
            description="What the canvas holds at first; brush: the photo as the shipped network paints it."
        ),
    ] = "content"
    bleed: Annotated[
        float,
        Field(
            ge=0,
            le=0.25,
            description="Margin painted beyond each border and cut off, as a share of the longer side: "
            "what networks do at borders stays outside.",
            json_schema_extra=ADVANCED,
        ),
    ] = 0.03125
    coarse_to_fine: Annotated[
        bool,
        Field(
            description="Paint small first, then larger: strokes of every size in less time.",
            json_schema_extra=ADVANCED,
        ),
    ] = True
    coarsest: Annotated[
        int,
        Field(
            ge=16,
            description="Longer side of the first, smallest canvas.",
            json_schema_extra=ADVANCED,
        ),
    ] = 128
    coarse_steps: Annotated[
        int,
        Field(
            ge=1,
            description="Steps at each size but the last.",
            json_schema_extra=ADVANCED,
        ),
    ] = 40
    steps: Annotated[int, Field(ge=1, description="Steps at the full size.")] = 50
    tile: Annotated[
        int | None,
        Field(
            ge=64,
            description="Look in tiles of this many pixels: the same picture in less memory "
            "(default: 1024 at sizes above 3 megapixels, 256 above 8).",
            json_schema_extra=ADVANCED,
        ),
    ] = None

    @classmethod
    def need_of(cls, given: Mapping[str, Any]) -> Need:
        """Layers are of the shipped network where none is named."""
        return "maps" if given.get("content_layers") or given.get("style_layers") else cls.need

    @model_validator(mode="before")
    @classmethod
    def _with_its_preset(cls, given: Any) -> Any:
        """What is given counts before the options of the preset that is named."""
        if not isinstance(given, Mapping) or not isinstance(given.get("preset"), str):
            return given
        return {**options_of(given["preset"]), **given}

    @classmethod
    def changed(cls, values: Mapping[str, Any], changes: Mapping[str, Any]) -> Self:
        """Settings with changes; another preset takes the place of the options of the one before."""
        if "preset" in changes:
            before, after = options_of(values.get("preset")), options_of(changes["preset"])
            given = {name: value for name, value in values.items() if not _is_of(before, name, value)}
            values = {name: value for name, value in given.items() if name not in after}
        return super().changed(values, changes)

    @model_validator(mode="after")
    def _focus_on_features(self) -> Self:
        if self.content_focus > 0 and self.content_match != "features":
            raise ValueError("content_focus weighs features; leave it out, or take content_match features")
        return self

    @model_validator(mode="after")
    def _something_to_aim_for(self) -> Self:
        if self.content_weight == 0 and self.style_weight == 0:
            raise ValueError("content_weight and style_weight cannot both be 0")
        return self


def _is_of(preset: Mapping[str, Any], name: str, value: Any) -> bool:
    """Whether an option has the value that a preset gave it; a record has lists where a preset has tuples."""
    given = tuple(value) if isinstance(value, list) else value
    return name in preset and preset[name] == given
