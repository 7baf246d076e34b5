"""Make the tour: every section's pictures, then the page."""

import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pareidolia.pictures import as_picture, write_atomically
from pareidolia.pictures.locking import Lock
from pareidolia.pictures.ownership import ATLAS
from pareidolia.pictures.targets import LEFTOVERS, make_folder
from pareidolia.settings import PareidoliaError
from pareidolia.tour.guide import Exhibit, Guide, Tour
from pareidolia.tour.page import RenderedSection, render_page
from pareidolia.tour.progress import Report, Stop
from pareidolia.tour.section import Section
from pareidolia.tour.sections import SECTIONS
from pareidolia.tour.settings import TourSettings
from pareidolia.tour.words import words

PICTURES = "pictures"


def tell(
    folder: Path,
    settings: TourSettings,
    report: Report | None = None,
    sections: Sequence[Section] | None = None,
) -> list[RenderedSection]:
    """Make the tour.

    A section that fails leaves a line on the page, and the rest goes on. New files replace the old ones at
    the end, the page last, so that it never shows a picture that is not there. A stop by Ctrl-C leaves a
    page that is there as it was; where there is none, it leaves one of the sections that are finished.

    Args:
        folder: where the pictures and `index.html` are written.
        settings: of the tour.
        report: called on the way.
        sections: those wanted; None makes all.

    Returns:
        The finished sections.

    Raises:
        BadPicture: If the photo or the painting cannot be opened.
        KeyboardInterrupt: If it was stopped, once what is kept is written.
    """
    report = report or Report()
    sections = SECTIONS if sections is None else sections
    for picture in (settings.photo, settings.painting):
        as_picture(picture)
    make_folder(folder)
    page, rendered, stopped = folder / "index.html", [], None
    with Lock.of_folder(folder), beside(folder / PICTURES) as making:
        tour = Tour(settings, words(settings.language), making)
        try:
            for each in _told(tour, sections, report):
                rendered.append(each)
        except KeyboardInterrupt as interrupt:
            if page.exists() or not rendered:
                raise
            stopped = interrupt
    with write_atomically(page) as file:
        sample = settings.photo.startswith("sample:")
        file.write(render_page(tour.words, rendered, PICTURES, sample=sample).encode())
    if stopped:
        raise stopped
    return rendered


def _told(tour: Tour, sections: Sequence[Section], report: Report) -> Iterator[RenderedSection]:
    """The sections, one after the other."""
    for index, section in enumerate(sections, 1):
        stop = Stop(index, len(sections), tour.words.sections[section.key]["title"])
        report.begin(stop)
        rendered = _rendered(section, Guide(section.key, tour, report.beat))
        report.end(Stop(stop.index, stop.total, stop.title, rendered.failure))
        yield rendered


def _rendered(section: Section, guide: Guide) -> RenderedSection:
    """A finished section, or as much of it as worked."""
    exhibits: list[Exhibit] = []
    failure = ""
    try:
        for exhibit in section.tell(guide):
            exhibits.append(exhibit)  # one by one: exhibits made before a failure are shown
    except PareidoliaError as error:
        failure = str(error)
    except Exception as error:  # whatever it was, the other sections can still be made
        failure = f"{type(error).__name__}: {error}"
    return RenderedSection(
        section.key, section.part, exhibits, guide.commands, section.source, section.papers, failure
    )


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """A folder to work in; at the end its files go to `target`, replacing those of the same name.

    What a killed process left of such a folder is removed: the name says whose it was.
    """
    for left in target.parent.glob(LEFTOVERS):
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)
    making = Path(tempfile.mkdtemp(prefix=".pareidolia-tour-", suffix=".part", dir=target.parent))
    try:
        yield making
        target.mkdir(exist_ok=True)
        for made in sorted(making.iterdir()):
            _replace(made, target / made.name)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _replace(made: Path, target: Path) -> None:
    """Put what was made in its place; a folder takes the place of one that a tour made, else it joins it."""
    if not made.is_dir():
        made.replace(target)
        return
    if target.is_dir() and not target.is_symlink() and _is_of_a_tour(target):
        shutil.rmtree(target)
    target.mkdir(exist_ok=True)
    for each in sorted(made.iterdir()):
        _replace(each, target / each.name)


def _is_of_a_tour(folder: Path) -> bool:
    """Whether it is an atlas, or pieces of photos and nothing else."""
    files = (path for path in folder.rglob("*") if not path.is_dir())
    return ATLAS.is_ours(folder) or all(re.fullmatch(r"\d+-\d+\.jpg", path.name) for path in files)
