"""The base of all settings objects."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self, get_args, get_origin

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from pareidolia.settings.default_networks import SHIPPED, Need, best_network
from pareidolia.settings.errors import BadSetting, PareidoliaError
from pareidolia.settings.faults import in_one_line
from pareidolia.settings.network_sources import follow_sources, network_forms

Device = Annotated[
    Literal["auto", "cpu", "cuda", "mps"], Field(description="Where to compute: auto takes a GPU if any.")
]

Pooling = Literal["max", "average", "l2"]
"""What takes the place of a network's max pooling while it paints."""

Padding = Literal["zeros", "reflect", "replicate"]
"""What takes the place of its convolutions' zero padding."""

if TYPE_CHECKING:
    from pydantic._internal._model_construction import ModelMetaclass
else:
    ModelMetaclass = type(BaseModel)


class _MadeByHand(ModelMetaclass):
    """Says in one line what is wrong where settings are called; validation by name stays pydantic's."""

    def __call__(self, *given: Any, **values: Any) -> Any:
        try:
            return super().__call__(*given, **values)
        except ValidationError as error:
            known: Mapping[str, Any] = getattr(self, "model_fields", {})
            raise BadSetting(f"{self.__name__}: {in_one_line(error, known)}") from error


class Settings(BaseModel, metaclass=_MadeByHand):
    """Options of one operation: frozen, validated, and written into the operation's result.

    A field's type, range and description are stated here once; the command line, the studio and
    `pareidolia again` read them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _one_of_several(cls, given: Any, info: ValidationInfo) -> Any:
        """One where there may be several is a tuple of one: aim="conv2", unit=12."""
        declared = cls.model_fields[str(info.field_name)].annotation
        kinds = get_args(declared) if get_origin(declared) is not tuple else (declared,)
        several = any(get_origin(kind) is tuple and get_args(kind)[-1:] == (...,) for kind in kinds)
        return (given,) if several and isinstance(given, str | int | float) else given

    @classmethod
    def of(cls, given: Self | None) -> Self:
        """The settings that are given, or the defaults.

        Args:
            given: settings of this class, or None.

        Returns:
            Them.

        Raises:
            PareidoliaError: it is something else, e.g. because arguments stand in another order.
        """
        if given is None:
            return cls()
        if not isinstance(given, cls):
            raise PareidoliaError(
                f"settings={type(given).__name__} is not settings: give {cls.__name__}(...)"
            )
        return given

    @classmethod
    def changed(cls, values: Mapping[str, Any], changes: Mapping[str, Any]) -> Self:
        """Settings with some changed.

        Args:
            values: by name, such as a record has them.
            changes: those that count before them.

        Returns:
            The validated settings.
        """
        return cls.model_validate({**values, **changes})


class NetworkSettings(Settings):
    """Which network is used, and how pictures are prepared for it.

    Where none is named, the best that is installed for what the settings `need` is taken when the object is
    made: it holds a name from then on, and so does whatever is written of it.
    """

    need: ClassVar[Need] = "maps"

    network: Annotated[
        str,
        Field(description="Its name."),  # `describe_sources` names all forms that it may have
    ] = ""
    weights: Annotated[
        str,
        Field(description="published, random, or the path of a .safetensors or .pth file."),
    ] = "published"
    mean: Annotated[
        tuple[float, ...] | None, Field(description="Mean of each channel, subtracted from pictures.")
    ] = None
    std: Annotated[
        tuple[float, ...] | None,
        Field(description="Standard deviation of each channel, which divides them."),
    ] = None
    classes: Annotated[
        Path | None, Field(description="A text file with one class name a line, in the order of the outputs.")
    ] = None
    input: Annotated[
        str | None,
        Field(pattern=r"^\d+x\d+x\d+$", description="What the network takes, as CxHxW, e.g. 3x224x224."),
    ] = None
    concepts: Annotated[
        Path | None,
        Field(description="A file that `pareidolia concepts` made; LAYER.concepts:7 is then a unit."),
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


_OF_A_NETWORK = ("weights", "mean", "std", "classes", "input", "concepts")


class OperationSettings(NetworkSettings):
    """Options of every operation that makes a picture."""

    seed: Annotated[int, Field(ge=0, description="The same seed on the same CPU gives the same bytes.")] = 0
    size: Annotated[int, Field(ge=16, le=16384, description="Longer side of the result, in pixels.")] = 512


def describe_sources(settings: type[NetworkSettings] = NetworkSettings) -> None:
    """Let the option that names a network, here and in all settings made from these, name every source."""
    settings.model_fields[
        "network"
    ].description = f"{network_forms()} (default: the best that is installed for the work)."
    settings.model_rebuild(force=True)  # its JSON schema is made from the fields when the class is built
    for each in settings.__subclasses__():
        describe_sources(each)


follow_sources(describe_sources)
# Last: the sources' own files import settings.
describe_sources()
