"""Settings of the inspections. No torch here."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from pareidolia.settings import NetworkSettings
from pareidolia.settings.default_networks import Need

MethodName = Literal[
    "gradient",
    "gradient-x-input",
    "smoothgrad",
    "vargrad",
    "integrated-gradients",
    "guided-backpropagation",
    "deconvnet",
    "grad-cam",
    "guided-grad-cam",
    "occlusion",
    "rise",
]


class InspectionSettings(NetworkSettings):
    """How a network looks at a photo that is explained."""

    seed: Annotated[
        int, Field(ge=0, description="The same seed on the same machine gives the same bytes.")
    ] = 0
    size: Annotated[
        int | None,
        Field(
            ge=16,
            le=16384,
            description="Longer side of the photo as the network sees it (default: its shorter side as the "
            "network was made for; networks of one size see the middle square).",
        ),
    ] = None


class AttributionSettings(InspectionSettings):
    """Options of the attribution methods; each method reads its own."""

    need: ClassVar[Need] = "classes"

    target: Annotated[
        str,
        Field(
            description="What is explained: top, a class by name, part of a name or number, or a unit "
            "layer:channel or layer:channel@row,column."
        ),
    ] = "top"
    layer: Annotated[
        str | None, Field(description="Grad-CAM's layer (default: the last that has rows and columns).")
    ] = None
    samples: Annotated[int, Field(ge=2, description="Noisy copies for SmoothGrad and VarGrad.")] = 25
    noise: Annotated[
        float, Field(gt=0, le=1, description="Their noise, as a share of the photo's range of values.")
    ] = 0.15
    steps: Annotated[int, Field(ge=2, description="Nodes of integrated gradients.")] = 50
    baseline: Annotated[
        float, Field(ge=0, le=1, description="Grey value that integrated gradients start from; 0 is black.")
    ] = 0.0
    window: Annotated[
        int | None, Field(ge=1, description="Side of the occluding window (default: a seventh of the photo).")
    ] = None
    stride: Annotated[
        int | None, Field(ge=1, description="How far the window moves (default: half of it).")
    ] = None
    fill: Annotated[float, Field(ge=0, le=1, description="Grey value of the occluding window.")] = 0.5
    masks: Annotated[int, Field(ge=2, description="Random masks for RISE.")] = 1000

    @classmethod
    def need_of(cls, given: Mapping[str, Any]) -> Need:
        """A layer, or a unit of one, is of the shipped network where none is named."""
        return "maps" if given.get("layer") or ":" in str(given.get("target", "")) else cls.need


class SaliencySettings(AttributionSettings):
    """Show which pixels made a network say so."""

    method: Annotated[MethodName, Field(description="The attribution method.")] = "gradient"
    methods: Annotated[
        tuple[MethodName | Literal["all"], ...] | None,
        Field(description="Several methods side by side on a sheet, or all."),
    ] = None


class DeconvnetSettings(InspectionSettings):
    """Send units of a layer back to the pixels (Zeiler and Fergus 2014)."""

    layer: Annotated[
        str | None,
        Field(
            description="The layer, as `pareidolia networks NAME` lists them (default: the last that has "
            "rows and columns)."
        ),
    ] = None
    unit: Annotated[
        tuple[str, ...],
        Field(
            min_length=1,
            description="A channel (12), a position (12@3,4), its strongest position (12@strongest), or "
            "strongest: of all.",
        ),
    ] = ("strongest",)
    rule: Annotated[
        Literal["deconvnet", "guided", "gradient"], Field(description="How rectifiers send the signal back.")
    ] = "deconvnet"


class FaithfulnessSettings(AttributionSettings):
    """Measure how far attribution methods tell the truth about a network."""

    methods: Annotated[
        tuple[MethodName | Literal["all"], ...], Field(min_length=1, description="The methods, or all.")
    ] = ("gradient", "integrated-gradients", "guided-backpropagation", "grad-cam")
    curve_steps: Annotated[
        int, Field(ge=2, description="Steps in which pixels are deleted and inserted.")
    ] = 28
