"""Settings of feature visualisation, class models, inversion and caricatures. No torch here."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from pareidolia.painting.settings import PaddingOption, PoolingOption
from pareidolia.settings import OperationSettings, UnitNumbers
from pareidolia.settings.default_networks import Need, need_of_aims
from pareidolia.settings.groups import ADVANCED, OUTPUT, WHAT

Columns = Annotated[
    int | None,
    Field(
        ge=1,
        description="Pictures a row of the sheet.",
        json_schema_extra=OUTPUT,
    ),
]
AtOnce = Annotated[
    int,
    Field(
        ge=1,
        description="Pictures looked at together; fewer take less memory, to the same result.",
        json_schema_extra=ADVANCED,
    ),
]
Robustness = Annotated[
    float,
    Field(
        ge=0,
        le=5,
        description="How far pictures are moved, or cropped, before each look; 1 is usual.",
    ),
]


PhotoSide = Annotated[
    int | None,
    Field(
        ge=16,
        le=4096,
        description="Longer side of each picture, in pixels (default: 224; the middle of the photo where the "
        "network was made for one size).",
    ),
]


def _side_made_for(usual: int) -> Any:
    return Field(
        ge=16,
        le=4096,
        description=f"Side of each picture, in pixels (default: {usual}; what the network was made for where "
        "that is one size).",
    )


class RobustSettings(OperationSettings):
    """How a robust picture is painted: random changes that must not spoil it."""

    robustness: Robustness = 1.0
    pooling: PoolingOption = "max"
    padding: PaddingOption = "replicate"


class FeatureSettings(RobustSettings):
    """Paint what units of a network respond to (Olah et al. 2017)."""

    layer: Annotated[
        str | None,
        Field(
            description="The layer (default: a deep one of the network).",
            json_schema_extra=WHAT,
        ),
    ] = None
    units: Annotated[
        UnitNumbers,
        Field(
            min_length=1,
            description="Channels of the layer: 12, or 0-63, or several.",
            json_schema_extra=WHAT,
        ),
    ] = ("0-15",)
    aim: Annotated[
        tuple[str, ...] | None,
        Field(
            min_length=1,
            description="Instead of layer and units: LAYER, LAYER:CHANNEL, class:NAME, random-class or "
            "another objective, and sums such as '0.5*L:12 - L2:3@middle'; a picture each.",
            json_schema_extra=WHAT,
        ),
    ] = None
    place: Annotated[
        Literal["everywhere", "middle"],
        Field(
            description="Where a unit is to respond: all over the picture, or in its middle.",
            json_schema_extra=WHAT,
        ),
    ] = "everywhere"
    copies: Annotated[int, Field(ge=1, le=64, description="Different pictures of each aim.")] = 1
    diversity: Annotated[
        float, Field(ge=0, description="How strongly the pictures of one aim are kept apart.")
    ] = 1.0
    canvas: Annotated[
        Literal["fourier", "maco"],
        Field(
            description="What is painted: a spectrum, or its phases alone, with natural magnitudes (MACO)."
        ),
    ] = "fourier"
    steps: Annotated[
        int, Field(ge=1, description="Steps, half of them at half the size where the network sees that.")
    ] = 256
    learning_rate: Annotated[
        float | None,
        Field(
            gt=0,
            description="Size of a step (default: 0.05, for MACO 1).",
            json_schema_extra=ADVANCED,
        ),
    ] = None
    starts: Annotated[
        int,
        Field(
            ge=1,
            le=20,
            description="How many starts a unit may try that does not fire.",
            json_schema_extra=ADVANCED,
        ),
    ] = 3
    at_once: AtOnce = 32
    columns: Columns = None
    size: Annotated[int | None, _side_made_for(128)] = None  # type: ignore[assignment]  # left to the network

    @classmethod
    def need_of(cls, given: Mapping[str, Any]) -> Need:
        """Aims at classes need names; all else is of the shipped network where none is named."""
        return need_of_aims(given.get("aim"), cls.need)


class CaricatureSettings(RobustSettings):
    """Paint a photo as a layer exaggerates it."""

    layer: Annotated[
        tuple[str, ...] | None,
        Field(min_length=1, description="The layers, a picture each (default: a deep one of the network)."),
    ] = None
    cosine_power: Annotated[
        float, Field(ge=0, le=16, description="How much likeness counts beside strength.")
    ] = 1.0
    steps: Annotated[int, Field(ge=1, description="Steps of painting.")] = 256
    learning_rate: Annotated[float, Field(gt=0, description="Size of a step.")] = 0.05
    columns: Columns = None
    size: PhotoSide = None  # type: ignore[assignment]  # left to the network


class MatchedFeatureSettings(RobustSettings):
    """Paint what units respond to, with activations distributed as those of real patches (VITAL 2025)."""

    layer: Annotated[
        str | None,
        Field(description="The layer (default: a deep one of the network).", json_schema_extra=WHAT),
    ] = None
    units: Annotated[
        UnitNumbers,
        Field(
            min_length=1,
            description="Channels of the layer: 12, or 0-63, or several.",
            json_schema_extra=WHAT,
        ),
    ] = ("0-3",)
    patches: Annotated[
        int, Field(ge=1, le=64, description="Patches of the photos that each picture is matched to.")
    ] = 4
    aim_weight: Annotated[
        float, Field(ge=0, description="How much the unit's own activation counts beside the distributions.")
    ] = 0.5
    steps: Annotated[
        int, Field(ge=1, description="Steps, half of them at half the size where the network sees that.")
    ] = 256
    learning_rate: Annotated[float, Field(gt=0, description="Size of a step.")] = 0.05
    at_once: AtOnce = 8
    size: Annotated[int | None, _side_made_for(128)] = None  # type: ignore[assignment]  # left to the network


class AccentuationSettings(RobustSettings):
    """Paint a photo so that what a unit answers to in it stands out (Hamblin et al. 2024)."""

    aim: Annotated[
        tuple[str, ...] | None,
        Field(
            min_length=1,
            description="Units, layers or classes, a picture each (default: the unit that responds most).",
            json_schema_extra=WHAT,
        ),
    ] = None
    keep: Annotated[
        str | None,
        Field(
            description="The layer in whose eyes the photo is to stay as it is (default: an early one).",
            json_schema_extra=WHAT,
        ),
    ] = None
    keep_weight: Annotated[
        float, Field(ge=0, description="How much that counts: more changes less.", json_schema_extra=WHAT)
    ] = 40.0
    steps: Annotated[int, Field(ge=1, description="Steps of painting.")] = 100
    learning_rate: Annotated[float, Field(gt=0, description="Size of a step.")] = 0.05
    size: PhotoSide = None  # type: ignore[assignment]  # left to the network

    @classmethod
    def need_of(cls, given: Mapping[str, Any]) -> Need:
        """A class needs names; a unit does not."""
        return need_of_aims(given.get("aim"), cls.need)


class ClassModelSettings(RobustSettings):
    """Paint what a network takes for a class (Simonyan et al. 2014)."""

    need: ClassVar[Need] = "class pictures"

    # Not "replicate": crops let no frame be painted, and other borders blur what a deep network sees.
    padding: PaddingOption = "zeros"
    regularize: Annotated[
        Literal["robust", "l2"],
        Field(
            description="robust: a Fourier canvas, seen in random crops; l2: the score less lambda times the "
            "squared norm, from zeros, as published."
        ),
    ] = "robust"
    penalty: Annotated[
        float | None,
        Field(
            ge=0,
            description="lambda, by which the squared norm of the picture counts (l2; default: by how strong "
            "the network's gradients are, about 0.5 for SqueezeNet, 0.03 for retina).",
        ),
    ] = None
    steps: Annotated[int, Field(ge=1, description="Steps of painting.")] = 256
    learning_rate: Annotated[
        float | None, Field(gt=0, description="Size of a step (default: 0.03 robust, 0.01/lambda for l2).")
    ] = None
    momentum: Annotated[
        float, Field(ge=0, lt=1, description="Share of the last step that the next repeats (l2).")
    ] = 0.9
    at_once: AtOnce = 8
    columns: Columns = None
    size: Annotated[int | None, _side_made_for(224)] = None  # type: ignore[assignment]  # left to the network

    @classmethod
    def need_of(cls, given: Mapping[str, Any]) -> Need:
        """As published they are fine noise through deep networks; the shipped one's have shapes."""
        return "maps" if given.get("regularize") == "l2" else cls.need


class InversionSettings(OperationSettings):
    """Paint a photo back from its activations at a layer (Mahendran and Vedaldi 2015)."""

    layers: Annotated[
        tuple[str, ...] | None,
        Field(min_length=1, description="The layers, a picture each (default: the network's style layers)."),
    ] = None
    alpha: Annotated[float, Field(ge=1, le=16, description="Power of the norm that bounds pixels.")] = 6.0
    alpha_weight: Annotated[
        float, Field(ge=0, description="Weight of that norm; 1 is the paper's balance.")
    ] = 1.0
    beta: Annotated[float, Field(ge=1, le=4, description="Power of the total variation.")] = 2.0
    variation_weight: Annotated[
        float, Field(ge=0, description="Weight of total variation; the paper's lambda of 5 is 17.")
    ] = 3.0
    steps: Annotated[int, Field(ge=1, description="Steps; the last third at a tenth of the rate.")] = 300
    learning_rate: Annotated[float, Field(gt=0, description="Size of a step.")] = 0.05
    pooling: PoolingOption = "max"
    padding: PaddingOption = "zeros"
    columns: Columns = None
    size: PhotoSide = None  # type: ignore[assignment]  # left to the network
