"""How an operation is stated, beside the function that does it. No torch here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pareidolia.settings.errors import PareidoliaError
from pareidolia.settings.registry import Registry

if TYPE_CHECKING:
    from pareidolia.settings import Settings

PAINT, LOOK, TRAIN, EXPLORE, BEGIN = (
    "Paint",
    "Look inside",
    "Train",
    "Explore a trained model",
    "Begin",
)
GROUPS = (PAINT, LOOK, TRAIN, EXPLORE, BEGIN)
"""The groups of operations, in the order in which help lists them."""

Kind = Literal["picture", "photos", "run", "atlas", "latent point", "sum", "data", "weights", "file", "text"]
Proceeding = Literal["at once", "in steps", "in stages", "in a folder"]
Out = Literal["picture", "optional picture", "folder", "file", "none"]
Defined = TypeVar("Defined", bound=Callable[..., Any])


@dataclass(frozen=True)
class Input:
    """Something an operation is given, beside its settings.

    Attributes:
        name: of the function's argument, and of the command's.
        help: one line for people.
        kind: "picture" (a file or `sample:NAME`; where the command is given a folder, each of its pictures
            is one), "photos" (a folder of pictures), "run" (a trained model), "atlas" (the folder of one),
            "latent point" (a picture or a place in a latent space), "sum" (of latent points), "data" (to
            train on), "weights" (files, or a folder of them), "file", or "text".
        many: whether there may be several; they come as a tuple.
        required: whether it must be given.
        default: what it is where it is not given.
        weights: the settings field that has a weight for each of several, if there is one.
        keyword: whether the command takes it as an option.
        each: whether the command takes several, of which each makes a result of its own.
    """

    name: str
    help: str
    kind: Kind = "picture"
    many: bool = False
    required: bool = True
    default: str | None = None
    weights: str = ""
    keyword: bool = False
    each: bool = False


@dataclass(frozen=True)
class Operation:
    """One thing the library does; command, `again`, batches, tour and `pareidolia.NAME` derive from it.

    Attributes:
        name: as the command line and a picture's record have it; a space parts a command from its subcommand.
        group: which of `GROUPS` it belongs to.
        help: its first line for people; more may follow after an empty line.
        function: "module:name" of what does it, called as function(*inputs, settings=..., **options).
        settings: "module:class" of its options, a `Settings`.
        inputs: what it is given.
        proceeds: "at once": the function gives a `Result`. "in steps": it gives a `Painting`, which is saved
            between two steps and resumed. "in stages": it gives `Work`; what may serve another time lies
            in a folder, `index`. "in a folder": it gives `Work` that keeps itself in the folder `out`.
        out: what it writes: a picture, a picture if asked for, a folder, a file, or nothing.
        suffixes: of the file it writes, where that is not a picture.
        options: other settings objects that the function takes, "module:class" by argument: how it computes,
            not what. They are not part of a record.
        video: "module:name" of the same for a video, if there is one, called as video(folder, record, inputs,
            settings, network).
        network: whether the function takes a `network`.
        objects: settings that from Python may be objects too: the function takes them by the same name.
        command: the command it belongs to, where several operations share one; the option --method chooses.
        method: what --method calls it there.
        arguments: what the function is called with beside, by name, where operations share one function.
    """

    name: str
    group: str
    help: str
    function: str
    settings: str
    inputs: tuple[Input, ...] = ()
    proceeds: Proceeding = "at once"
    out: Out = "picture"
    suffixes: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    video: str | None = None
    network: bool = False
    objects: tuple[str, ...] = ()
    command: str = ""
    method: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """The first line of its help."""
        return self.help.partition("\n")[0]

    @property
    def settings_type(self) -> "type[Settings]":
        """The class of its settings; importing it imports no torch."""
        return _settings_type(self.settings)

    @property
    def option_types(self) -> "dict[str, type[Settings]]":
        """The classes of its further options, by argument."""
        return {name: _settings_type(place) for name, place in self.options.items()}

    def input(self, name: str) -> Input:
        """Find an input by name.

        Args:
            name: of the input.

        Returns:
            The input.

        Raises:
            PareidoliaError: If there is none of that name.
        """
        for each in self.inputs:
            if each.name == name:
                return each
        raise PareidoliaError(f"{self.name} takes no {name}; it takes {self._input_names}")

    def call(self, *arguments: Any, **keywords: Any) -> Any:
        """Call the function that does it; its module is imported now."""
        return find(self.function)(*arguments, **self.arguments, **keywords)

    @property
    def _input_names(self) -> str:
        return ", ".join(each.name for each in self.inputs) or "no inputs"


#: Of an operation without options.
_NO_OPTIONS = "pareidolia.settings.base:Settings"

STATED: Registry[Operation] = Registry("operation")
"""The operations stated in modules imported so far, and those of plug-ins."""


def operation(
    name: str,
    *,
    group: str,
    help: str,
    settings: "type[Settings] | None" = None,
    inputs: tuple[Input, ...] = (),
    proceeds: Proceeding = "at once",
    out: Out = "picture",
    suffixes: tuple[str, ...] = (),
    options: "Mapping[str, type[Settings]] | None" = None,
    video: str | None = None,
    network: bool = False,
    objects: tuple[str, ...] = (),
    command: str = "",
    method: str = "",
    arguments: Mapping[str, Any] | None = None,
) -> Callable[[Defined], Defined]:
    """State an operation where its function or class is defined; see `Operation` for the arguments.

    The package's own operations are also listed in `index.json`, so that help needs to import none of them:
    `python -m recipes.public_face` writes it, a test holds it to the statements.
    """

    def state(defined: Defined) -> Defined:
        place = f"{defined.__module__}:{defined.__qualname__}"
        stated = Operation(
            name,
            group,
            help,
            place,
            _NO_OPTIONS if settings is None else place_of(settings),
            inputs,
            proceeds,
            out,
            suffixes,
            {key: place_of(kind) for key, kind in (options or {}).items()},
            video,
            network,
            objects,
            command or name,
            method,
            arguments or {},
        )
        STATED.add(name, stated, defined.__module__)
        return defined

    return state


def place_of(defined: Any) -> str:
    """Where a class or a function is defined, as "module:name"."""
    return f"{defined.__module__}:{defined.__qualname__}"


def find(place: str) -> Any:
    """What is defined at "module:name"; the module is imported."""
    module, name = place.split(":")
    return getattr(import_module(module), name)


def _settings_type(place: str) -> "type[Settings]":
    found: type[Settings] = find(place)
    return found
