"""What an attribution method is, and how one registers itself with its own options. No torch here.

A method is a function of (network, pictures, target, options) that gives a map. It stands in one file with
its options and is decorated there; `attribute`, sheets of methods and the commands find it by its name:

    class PowerOptions(MethodOptions):
        power: Annotated[float, Field(gt=0, description="Exponent of the gradient.")] = 2.0

    @attribution_method("gradient-power", options=PowerOptions)
    def gradient_power(network, pictures, target, options):
        return send_back(network, pictures, target).abs().pow(options.power).sum(dim=1, keepdim=True)

The package's own methods (`methods/`) import torch inside their functions, so that `--help` lists their
options without it. A plug-in may import torch where it likes.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from inspect import isgenerator
from typing import TYPE_CHECKING, Annotated, Any, Self, TypeVar

from pydantic import Field, ValidationError

from pareidolia.settings import PareidoliaError, Settings
from pareidolia.settings.registry import Registry

if TYPE_CHECKING:
    from torch import Tensor

    from pareidolia.inspection.framing import FramedPhoto
    from pareidolia.inspection.targets import Target
    from pareidolia.networks import Network
    from pareidolia.progress import Progress

Returned = TypeVar("Returned")
#: What a function that may take long gives: steps, and at the end its result.
Steps = Generator["Progress", None, Returned]
Function = Callable[..., Any]
F = TypeVar("F", bound=Function)


class MethodOptions(Settings):
    """Options of one attribution method; a method inherits from it and adds its own."""

    def settled(self, network: Network, photo: FramedPhoto) -> Self:
        """These options, with what depends on the network filled in from the one look at the photo."""
        return self

    seed: Annotated[int, Field(ge=0, description="The same seed on the same CPU gives the same bytes.")] = 0


class BatchOptions(MethodOptions):
    """Options of a method that shows the network many changed copies of a picture."""

    batch_size: Annotated[
        int | None,
        Field(ge=1, description="Copies that the network sees at once (default: by the photo's size)."),
    ] = None


@dataclass(frozen=True)
class Method:
    """An attribution method.

    Attributes:
        name: as the command line and `attribute` name it.
        function: called as function(network, pictures, target, options) with a `Network`, pictures N×C×H×W in
            [0, 1] on its device and a `Target`; returns a map N×1×H×W, or N×C×H×W where `colored`. A slow one
            may be a generator that yields `Progress` and returns the map.
        options: the class of its options.
        signed: the sign means for and against the target.
        colored: the map has the picture's channels, and its colors are to be seen.
        caution: what is known against the method, e.g. by the sanity checks of Adebayo et al. (2018).
    """

    name: str
    function: Function
    options: type[MethodOptions] = MethodOptions
    signed: bool = False
    colored: bool = False
    caution: str = ""

    def steps(
        self, network: Network, pictures: Tensor, target: Target, options: MethodOptions
    ) -> Steps[Tensor]:
        """Yields how far the map is, where the method says so, and returns it."""
        found = self.function(network, pictures, target, options)
        result: Tensor = (yield from found) if isgenerator(found) else found
        return result

    def own_options(self, options: MethodOptions | None = None, **values: object) -> MethodOptions:
        """Its options: an object of its class, or from values by name.

        Args:
            options: an object of its class; None takes the defaults.
            **values: options by name.

        Returns:
            The options.

        Raises:
            PareidoliaError: the object belongs to another method, or a value is not one that it takes.
        """
        if options is None:
            try:
                return self.options.model_validate(values)
            except ValidationError as error:
                raise PareidoliaError(f"{self.name}: {options_in_one_line(error, self.options)}") from error
        if values:
            raise PareidoliaError(f"give {self.name} its options as an object or by name, not both")
        if not isinstance(options, self.options):
            wanted, given = self.options.__name__, type(options).__name__
            raise PareidoliaError(f"{self.name} takes options of the class {wanted}, not {given}")
        return options


_HOMES = tuple(
    f"pareidolia.inspection.attribution.methods.{name}"
    for name in (
        "gradient",
        "noisy_gradients",
        "integrated_gradients",
        "deep_lift",
        "expected_gradients",
        "blurred_integrated_gradients",
        "full_grad",
        "rectified",
        "grad_cam",
        "grad_cam_plus_plus",
        "hires_cam",
        "layer_cam",
        "eigen_cam",
        "finer_cam",
        "score_cam",
        "rolled_attention",
        "occlusion",
        "rise",
    )
)
METHODS: Registry[Method] = Registry("attribution method", _HOMES)
#: Stands for every method where several may be named.
ALL = "all"
_followers: list[Callable[[], None]] = []


def attribution_method(
    name: str,
    *,
    options: type[MethodOptions] = MethodOptions,
    signed: bool = False,
    colored: bool = False,
    caution: str = "",
) -> Callable[[F], F]:
    """Register the function below as an attribution method; the parameters are those of `Method`.

    Args:
        name: see `Method`.
        options: see `Method`.
        signed: see `Method`.
        colored: see `Method`.
        caution: see `Method`.

    Returns:
        The decorator, which returns the function as it is.

    Raises:
        PareidoliaError: another module has registered the name.
    """

    def register(function: F) -> F:
        if function.__module__ not in _HOMES:  # those of the package come first, and keep their names
            for home in _HOMES:
                import_module(home)
        METHODS.add(name, Method(name, function, options, signed, colored, caution), function.__module__)
        for follower in _followers:
            follower()
        return function

    return register


def follow_methods(follower: Callable[[], None]) -> None:
    """Call `follower` now, when all methods that are installed are there, and after each later one."""
    len(METHODS)
    _followers.append(follower)
    follower()


def options_for(method: str) -> type[MethodOptions]:
    """The options class of a method by its name; its fields are the options that go with the method.

    Args:
        method: its name.

    Returns:
        The class.

    Raises:
        UnknownName: there is no such method.
    """
    return METHODS[method].options


def method_names(asked: Iterable[str]) -> list[str]:
    """The methods asked for, each once and in their order; `all` stands for every one."""
    return list(dict.fromkeys(name for each in asked for name in (METHODS if each == ALL else [each])))


def stands_for_all(asked: Iterable[str] | None, name: str) -> bool:
    """Whether a method was asked for as one of `all`, and not by its name."""
    names = tuple(asked or ())
    return ALL in names and name not in names


def left_out_in_words(names: Sequence[str], network: str) -> str:
    """The end of a caption: which of all methods do not suit a network; nothing where all do."""
    return f"; left out, as {network} does not suit them: {', '.join(names)}" if names else ""


def finished(steps: Steps[Returned]) -> Returned:
    """Run to the end and return the result."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: Returned = end.value
            return result


def options_in_one_line(error: ValidationError, options: type[MethodOptions]) -> str:
    """What is wrong with the options given, each named; of one that is not there, which are."""
    reasons = []
    for each in error.errors():
        name, reason = ".".join(map(str, each["loc"])), each["msg"]
        if each["type"] == "extra_forbidden":
            reasons.append(f"there is no option '{name}', there are {', '.join(options.model_fields)}")
        else:
            reasons.append(f"{name}: {reason[0].lower()}{reason[1:]}, not {each['input']!r}")
    return "; ".join(reasons)
