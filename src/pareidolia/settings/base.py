"""The base of all settings objects."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from pareidolia.settings.default_networks import SHIPPED, Need, best_network
from pareidolia.settings.network_sources import follow_sources, network_forms

Device = Annotated[
    Literal["auto", "cpu", "cuda", "mps"], Field(description="Where to compute: auto takes a GPU if any.")
]


class Settings(BaseModel):
    """Options of one operation: frozen, validated, and written into what the operation makes.

    A field's type, range and description are stated here once; the command line, the studio and
    `pareidolia again` read them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    @field_validator("*", mode="before")
    @classmethod
    def _one_of_several(cls, given: Any, info: ValidationInfo) -> Any:
        """One where there may be several is a tuple of one: aim="conv2", unit=12."""
        declared = cls.model_fields[str(info.field_name)].annotation
        kinds = get_args(declared) if get_origin(declared) is not tuple else (declared,)
        several = any(get_origin(kind) is tuple and get_args(kind)[-1:] == (...,) for kind in kinds)
        return (given,) if several and isinstance(given, str | int | float) else given


def _describe(forms: str) -> str:
    return f"{forms} (default: the best that is installed for the work)."


class NetworkSettings(Settings):
    """Which network looks, and how pictures are prepared for it.

    Where none is named, the best that is installed for what the settings `need` is taken when the object is
    made: it holds a name from then on, and so does whatever is written of it.
    """

    need: ClassVar[Need] = "maps"

    network: Annotated[
        str,
        Field(description=_describe(network_forms())),
    ] = ""
    weights: Annotated[
        str,
        Field(description="published, random, or the path of a .safetensors or .pth file."),
    ] = "published"
    mean: Annotated[
        tuple[float, ...] | None, Field(description="Mean a channel that the network subtracts.")
    ] = None
    std: Annotated[
        tuple[float, ...] | None, Field(description="Standard deviation a channel that it divides by.")
    ] = None
    classes: Annotated[
        Path | None, Field(description="A text file with one class name a line, in the order of the outputs.")
    ] = None
    input: Annotated[
        str | None,
        Field(pattern=r"^\d+x\d+x\d+$", description="What the network takes, as CxHxW, e.g. 3x224x224."),
    ] = None
    device: Device = "auto"

    @model_validator(mode="before")
    @classmethod
    def _name_the_best(cls, given: Any) -> Any:
        """Weights and preparations are of a certain network: with them, the shipped one is meant."""
        if not isinstance(given, dict) or given.get("network"):
            return given
        of_a_certain_one = any(given.get(name) not in (None, "published") for name in _OF_A_NETWORK)
        return {**given, "network": SHIPPED if of_a_certain_one else best_network(cls.need_of(given))}

    @classmethod
    def need_of(cls, given: Mapping[str, Any]) -> Need:
        """What these settings need; layers by name are of a certain network, so with them it is "maps"."""
        return cls.need


_OF_A_NETWORK = ("weights", "mean", "std", "classes", "input")


def _describe_sources(settings: type[NetworkSettings] = NetworkSettings) -> None:
    """Let the option, here and in all settings made from these, name every source."""
    settings.model_fields["network"].description = _describe(network_forms())
    for each in settings.__subclasses__():
        _describe_sources(each)


follow_sources(_describe_sources)


class OperationSettings(NetworkSettings):
    """What every operation that makes a picture can be told."""

    seed: Annotated[
        int, Field(ge=0, description="The same seed on the same machine gives the same bytes.")
    ] = 0
    size: Annotated[int, Field(ge=16, le=16384, description="Longer side of the result, in pixels.")] = 512
