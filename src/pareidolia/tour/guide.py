"""The guide, which makes a section's pictures and keeps them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor

from pareidolia.execution import Execution
from pareidolia.execution.command_line import command_line
from pareidolia.operations import find_operation
from pareidolia.pictures import save_picture
from pareidolia.requests import Request
from pareidolia.settings import NetworkSettings
from pareidolia.settings.default_networks import SHIPPED
from pareidolia.tour.settings import TourSettings
from pareidolia.tour.words import LANGUAGES, Words, words

#: What the tour looks into: its texts name this network's layers. Names come from the best that has names.
NETWORK = SHIPPED
NOTHING: Mapping[str, Any] = {}
Captions = Mapping[str, str]
"""By language."""
Heartbeat = Callable[[float], None]
"""Called now and then with how much of the picture being made is done, from 0 to 1."""


@dataclass(frozen=True)
class Figure:
    """A picture of the page.

    Attributes:
        file: its name below the folder of pictures.
        size: height and width in pixels.
        caption: also read aloud to those who do not see the picture.
        span: how many of the page's twelve columns it takes.
        captions: the caption in each language.
    """

    file: str
    size: tuple[int, int]
    caption: str
    span: int = 12
    captions: Captions = field(default_factory=dict)


@dataclass(frozen=True)
class Drawing:
    """HTML drawn with numbers (a table, a plot).

    Attributes:
        html: the drawing.
        caption: below it.
        span: how many of the page's twelve columns it takes.
        tall: whether it stands beside two others.
        captions: the caption in each language; the drawing's own words are in the tour's.
    """

    html: str
    caption: str
    span: int = 12
    tall: bool = False
    captions: Captions = field(default_factory=dict)


Exhibit = Figure | Drawing


@dataclass(frozen=True)
class Tour:
    """What all sections share.

    Attributes:
        settings: of the tour.
        words: in its language.
        folder: where pictures are written.
        measured: seconds that a section took for something that another compares with, by name.
        names: how commands name paths that only the tour uses.
    """

    settings: TourSettings
    words: Words
    folder: Path
    measured: dict[str, float] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


class Guide:
    """Makes one section's exhibits through the library's own operations, and notes the commands.

    Args:
        key: the section's.
        tour: what all sections share.
        heartbeat: called with the share done of the picture under way.
    """

    def __init__(self, key: str, tour: "Tour", heartbeat: Heartbeat) -> None:
        self.key, self.settings, self.words, self.folder = key, tour.settings, tour.words, tour.folder
        self.measured, self.names = tour.measured, tour.names
        self.commands: list[str] = []
        self._heartbeat = heartbeat

    @property
    def photo(self) -> str:
        """The user's picture."""
        return self.settings.photo

    def pace(self, whole: int, quick: int) -> int:
        """One of two numbers: of the whole tour, or of the quick one."""
        return self.settings.pace(whole, quick)

    def request(self, operation: str, inputs: Mapping[str, Any], **options: Any) -> Request:
        """An operation on inputs, with the tour's network, seed and device where it takes them.

        What names things goes without a network, and so takes the one that names best.
        """
        found = find_operation(operation)
        kind = found.settings_type
        shared = {"network": NETWORK, "seed": self.settings.seed, "device": self.settings.device}
        if issubclass(kind, NetworkSettings) and kind.need_of(options) == "classes":
            del shared["network"]
        common = {name: value for name, value in shared.items() if name in kind.model_fields}
        return Request(found, dict(inputs), kind.model_validate({**common, **options}))

    def show(
        self,
        name: str,
        operation: str,
        inputs: Mapping[str, Any],
        *,
        span: int = 12,
        values: Mapping[str, object] = NOTHING,
        **options: Any,
    ) -> Figure:
        """Make a picture by an operation and save it with its record, so that `again` makes it once more.

        Args:
            name: of the figure in the section's words.
            operation: its name.
            inputs: its inputs.
            span: how many of the page's twelve columns it takes.
            values: inserted into the caption, beside `network`, the name of the one that looked.
            **options: of the operation.

        Returns:
            The figure.
        """
        request = self.request(operation, inputs, **options)
        named = {"network": getattr(request.settings, "network", ""), **values}
        return self.keep(name, request, self.make(request), span=span, values=named)

    def make(self, request: Request) -> Tensor:
        """The result of a request, 1×3×H×W in [0, 1]."""
        execution = Execution(request)
        for step in execution:
            self.beat(step.index, step.total)
        picture: Tensor | None = execution.result.picture
        assert picture is not None, "the tour shows operations that make pictures"
        return picture

    def beat(self, index: int, total: int) -> None:
        """Report how far the picture under way is."""
        self._heartbeat(index / max(1, total))

    def keep(self, name: str, request: Request, picture: Tensor, **how: Any) -> Figure:
        """Save the picture of a request with its record, and note its command; `how` as in `keep_plain`."""
        self.note_command(command_line(request, f"{name}.png", self.names))
        return self.keep_plain(name, picture, record=request.record(self.folder.absolute()), **how)

    def keep_plain(
        self,
        name: str,
        picture: Tensor,
        *,
        caption: str = "",
        record: Mapping[str, Any] | None = None,
        span: int = 12,
        values: Mapping[str, object] = NOTHING,
    ) -> Figure:
        """Save a picture; `caption` is the name of its caption if that is not `name`."""
        file = f"{self.key}-{name}.png"
        save_picture(picture, self.folder / file, record=record, overwrite=True)
        found = self._captions(caption or name, values)
        size = (picture.shape[-2], picture.shape[-1])
        return Figure(file, size, found[self.words.language], span, found)

    def draw(self, name: str, html: str, *, span: int = 12, tall: bool = False, **values: object) -> Drawing:
        """A drawing with the caption of that name."""
        found = self._captions(name, values)
        return Drawing(html, found[self.words.language], span, tall, found)

    def _captions(self, name: str, values: Mapping[str, object]) -> Captions:
        """A caption in each language."""
        return {each: words(each).caption(self.key, name, **values) for each in LANGUAGES}

    def note_command(self, command: str) -> None:
        """Note a command for the reader, each once."""
        if command not in self.commands:
            self.commands.append(command)
