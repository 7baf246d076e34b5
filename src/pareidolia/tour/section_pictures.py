"""The operation `tour-section`: one section of the tour, its pictures made with one's own photo."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pareidolia.operations import BEGIN, Input, operation
from pareidolia.pictures import as_picture, open_picture, write_atomically
from pareidolia.pictures.locking import Lock
from pareidolia.pictures.ownership import TOUR, claim_beside
from pareidolia.pictures.result import Result
from pareidolia.pictures.targets import make_folder
from pareidolia.progress import Progress, Work
from pareidolia.settings import PareidoliaError
from pareidolia.tour.guide import Exhibit, Figure, Guide, Tour
from pareidolia.tour.page import RenderedSection, render_page
from pareidolia.tour.section import Section
from pareidolia.tour.sections import SECTIONS
from pareidolia.tour.settings import SectionSettings, TourSettings
from pareidolia.tour.telling import PICTURES, beside
from pareidolia.tour.words import words

_PAGE = "index.html"


@operation(
    "tour-section",
    group=BEGIN,
    help="Make the pictures of one section of the tour, with a photo of your own if you give one.",
    settings=SectionSettings,
    inputs=(
        Input("photo", "A file, or sample:chelsea and the like.", required=False, default="sample:chelsea"),
        Input(
            "painting",
            "A painting whose style is borrowed, likewise.",
            required=False,
            default="sample:strokes",
            keyword=True,
        ),
    ),
    proceeds="in a folder",
    out="folder",
)
class SectionPictures(Work):
    """A section of the tour being made: a step an exhibit, the page at the end.

    New pictures replace those of an earlier time at the end, so a stop leaves everything as it was.

    Args:
        photo: a file, or `sample:NAME`.
        painting: likewise.
        settings: which section, and how.
        out: the folder of the page.
        overwrite: whether an earlier page there is replaced.
        resume: likewise; a section that was stopped begins again.

    Raises:
        BadPicture: If the photo or the painting cannot be opened.
        PareidoliaError: If they are no files, or the folder holds something else.
    """

    def __init__(
        self,
        photo: str | Path = "sample:chelsea",
        painting: str | Path = "sample:strokes",
        settings: SectionSettings | None = None,
        *,
        out: Path,
        overwrite: bool = False,
        resume: bool = False,
    ) -> None:
        settings = SectionSettings.of(settings)
        for given in (photo, painting):
            if not isinstance(given, str | Path):
                raise PareidoliaError("the tour takes a picture by the name of its file")
            as_picture(given)
        claim_beside(out, TOUR, (_PAGE, PICTURES))
        if (out / _PAGE).exists() and not (overwrite or resume):
            raise PareidoliaError(f"{out / _PAGE} is there already: give --overwrite or another --out")
        shared = settings.model_dump(exclude={"section"})
        self._settings = TourSettings(photo=str(photo), painting=str(painting), **shared)
        self._section = next(each for each in SECTIONS if each.key == settings.section)
        self._words, self._out = words(settings.language), out
        self._exhibits: list[Exhibit] = []
        self._commands: list[str] = []

    @property
    def section(self) -> Section:
        """The section that is made."""
        return self._section

    def __iter__(self) -> Iterator[Progress]:
        key, title = self._section.key, self._title
        total = len(self._words.sections[key].get("figures", ())) + 1
        make_folder(self._out)
        self._exhibits.clear()
        with Lock.of_folder(self._out), beside(self._out / PICTURES) as making:
            guide = Guide(key, Tour(self._settings, self._words, making), lambda share: None)
            for number, exhibit in enumerate(self._section.tell(guide), 1):
                self._exhibits.append(exhibit)
                yield Progress(min(number, total - 1), total, title, preview=_preview(exhibit, making))
        self._commands = guide.commands
        self._write_page()
        yield Progress(total, total, title)

    @property
    def result(self) -> Result:
        """A row an exhibit, and one a command: what a page needs to show them."""
        commands = [{"kind": "command", "text": each} for each in self._commands]
        return Result(None, self._title, [*map(_row, self._exhibits), *commands])

    @property
    def _title(self) -> str:
        return str(self._words.sections[self._section.key]["title"])

    def _write_page(self) -> None:
        section = self._section
        rendered = RenderedSection(
            section.key, section.part, self._exhibits, self._commands, section.source, section.papers
        )
        sample = self._settings.photo.startswith("sample:")
        with write_atomically(self._out / _PAGE) as file:
            file.write(render_page(self._words, [rendered], PICTURES, sample=sample).encode())


def _row(exhibit: Exhibit) -> Mapping[str, Any]:
    """An exhibit as JSON has it; the file of a figure as seen from the page."""
    kind = "figure" if isinstance(exhibit, Figure) else "drawing"
    found = {"kind": kind, **asdict(exhibit)}
    return {**found, "file": f"{PICTURES}/{exhibit.file}"} if isinstance(exhibit, Figure) else found


def _preview(exhibit: Exhibit, folder: Path) -> Any:
    return (lambda: open_picture(folder / exhibit.file)) if isinstance(exhibit, Figure) else None
