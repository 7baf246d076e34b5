"""Settings of the inspections. No torch here."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from pareidolia.backward.rules import RuleName
from pareidolia.inspection.attribution.offering import MethodsSettings, offer_options
from pareidolia.inspection.attribution.registry import ALL, METHODS, method_names
from pareidolia.settings import NetworkSettings
from pareidolia.settings.default_networks import Need


def _known(method: str) -> str:
    """The method's name; UnknownName where there is no such method."""
    return METHODS[method].name


def _known_or_all(method: str) -> str:
    return method if method == ALL else _known(method)


MethodName = Annotated[str, AfterValidator(_known)]
MethodNameOrAll = Annotated[str, AfterValidator(_known_or_all)]


class InspectionSettings(NetworkSettings):
    """How a network sees a photo that is explained."""

    seed: Annotated[int, Field(ge=0, description="The same seed on the same CPU gives the same bytes.")] = 0
    size: Annotated[
        int | None,
        Field(
            ge=16,
            le=16384,
            description="Longer side of the photo as the network sees it (default: its shorter side as the "
            "network was made for; networks of one size see the middle square).",
        ),
    ] = None


class AttributionSettings(InspectionSettings, MethodsSettings):
    """What all attribution methods share; the options of each stand beside it, in its own file."""

    need: ClassVar[Need] = "classes"

    target: Annotated[
        str,
        Field(
            description="What is explained: top, a class by name, part of a name or number, a unit "
            "layer:channel or layer:channel@row,column, segment:CLASS or detection:RANK."
        ),
    ] = "top"

    @classmethod
    def need_of(cls, given: Mapping[str, Any]) -> Need:
        """A layer, or a unit of one, is of the shipped network where none is named."""
        return "maps" if given.get("layer") or ":" in str(given.get("target", "")) else cls.need


@offer_options
class SaliencySettings(AttributionSettings):
    """Show which pixels made a network say so."""

    method: Annotated[MethodName, Field(description="The attribution method: {methods}.")] = "gradient"
    methods: Annotated[
        tuple[MethodNameOrAll, ...] | None,
        Field(description="Several methods side by side on a sheet, or all."),
    ] = None
    colormap: Annotated[
        str | None,
        Field(
            description="Lay the map over the photo itself, in its own colors and size, through a colormap "
            "of matplotlib such as turbo or viridis (default: red for the target, blue against it, over a "
            "faded photo as the network saw it)."
        ),
    ] = None
    alpha: Annotated[
        float | None,
        Field(
            ge=0,
            le=1,
            description="Lay the map over the photo itself, with this share of the map's colors (default: "
            "0.5 with a colormap).",
        ),
    ] = None

    @property
    def over_photo(self) -> bool:
        """The map is to be laid over the photo itself, not over what the network saw of it."""
        return self.colormap is not None or self.alpha is not None

    @property
    def asked_methods(self) -> Sequence[str]:
        """The one method, or those of the sheet."""
        return [self.method] if self.methods is None else method_names(self.methods)


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
        RuleName,
        Field(
            description="How rectifiers send the signal back: deconvnet, guided, gradient, or a rule of a "
            "plug-in."
        ),
    ] = "deconvnet"


@offer_options
class FaithfulnessSettings(AttributionSettings):
    """Measure how faithful attribution methods are to a network."""

    methods: Annotated[
        tuple[MethodNameOrAll, ...], Field(min_length=1, description="The methods, or all: {methods}.")
    ] = ("gradient", "integrated-gradients", "guided-backpropagation", "grad-cam")
    curve_steps: Annotated[
        int, Field(ge=2, description="Steps in which pixels are deleted and inserted.")
    ] = 28
    superpixels: Annotated[
        int,
        Field(
            ge=0,
            le=1000,
            description="About how many parts of a photo IROF removes in turn; 0 leaves IROF out (it needs "
            "scikit-image).",
        ),
    ] = 0

    @property
    def asked_methods(self) -> Sequence[str]:
        """The methods that are measured."""
        return method_names(self.methods)


@offer_options
class SaliencySheetSettings(AttributionSettings):
    """One sheet about a photo: maps, their scores, and what random weights would have drawn."""

    methods: Annotated[
        tuple[MethodNameOrAll, ...], Field(min_length=1, description="The methods, or all: {methods}.")
    ] = ("gradient", "integrated-gradients", "guided-backpropagation", "grad-cam")
    views: Annotated[
        int,
        Field(
            ge=1, le=32, description="Views of the photo, mirrored and cut a little, behind the intervals."
        ),
    ] = 4
    curve_steps: Annotated[
        int, Field(ge=2, description="Steps in which pixels are deleted and inserted.")
    ] = 14

    @property
    def asked_methods(self) -> Sequence[str]:
        """The methods that are shown."""
        return method_names(self.methods)
