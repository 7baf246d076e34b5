"""The operation `style-figures`: what content and style are, as the sheets of a paper."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pareidolia.execution import Execution, Job, Target
from pareidolia.networks import NetworkLike, network_for
from pareidolia.operations import PAINT, find_operation, operation
from pareidolia.pictures import check_target, open_picture, save_picture, sheet
from pareidolia.pictures.ownership import check_own
from pareidolia.pictures.result import Result
from pareidolia.pictures.targets import make_folder
from pareidolia.progress import Progress, Work
from pareidolia.requests import Request
from pareidolia.style.figures import Cell, StyleFigure, style_figures
from pareidolia.style.operation_inputs import CONTENT, STYLES
from pareidolia.style.settings import StyleFiguresSettings


@operation(
    "style-figures",
    group=PAINT,
    help="Show content layer by layer, style by layers, layers by weights, and a photo in several styles.\n\n"
    "Each cell is a picture of its own below the folder, which `pareidolia again` paints once more. Run "
    "again, the command goes on where it was stopped.",
    settings=StyleFiguresSettings,
    inputs=(
        replace(CONTENT, kind="file", help="What the pictures show: a file, or sample:chelsea and the like."),
        replace(
            STYLES, kind="file", help="Files, or sample:waves and the like; the first is the one looked into."
        ),
    ),
    proceeds="in a folder",
    out="folder",
    network=True,
)
class StyleFigures(Work):
    """The figures of a paper in a folder: iterate to the end. Cells that are there already are kept.

    Args:
        content: a file or `sample:NAME`.
        styles: the same, at least one; the first is the one looked into.
        settings: every option.
        network: the network that looks; by default the one the settings name.
        out: the folder; made if need be.
        overwrite: whether sheets that are there may be replaced.
        resume: nothing needs to be asked for: cells that are there already are kept.
    """

    def __init__(
        self,
        content: str | Path,
        styles: Sequence[str | Path],
        settings: StyleFiguresSettings | None = None,
        network: NetworkLike = None,
        *,
        out: str | Path,
        overwrite: bool = False,
        resume: bool = True,
    ) -> None:
        self._settings, self._network = settings or StyleFiguresSettings(), network
        self._out, self._cells, self._overwrite = Path(out), Path(out) / "cells", overwrite
        for path in (content, *styles):
            open_picture(path)  # A picture that cannot be read is refused at once, not once for every cell.
        self._content = str(content)
        layers = network_for(self._settings, network).style_layers
        self.figures = style_figures(self._content, [str(style) for style in styles], layers, self._settings)
        make_folder(self._cells)
        for figure in self.figures:
            check_target(self._sheet(figure), overwrite)
            check_own(self._sheet(figure))

    def __iter__(self) -> Iterator[Progress]:
        """Cell by cell, with the steps of each."""
        cells = [cell for figure in self.figures for cell in figure.cells]
        for number, cell in enumerate(cells):
            stage = f"{cell.file}, {number + 1} of {len(cells)}"
            for step in self._painting(cell):
                yield replace(step, stage=stage)
        for figure in self.figures:
            self._save_sheet(figure)

    @property
    def result(self) -> Result:
        """Which sheets were made."""
        rows = [{"figure": figure.file, "title": figure.title} for figure in self.figures]
        return Result(None, f"{len(rows)} figures", rows)

    def _painting(self, cell: Cell) -> Iterator[Progress]:
        """The steps of a cell's painting; none where it is there already, whole, with the same record."""
        job = Job(self._request(cell), self._file(cell))
        if not job.is_made:
            yield from Execution(job.request, Target(job.out, overwrite=self._overwrite, resume=True))

    def _request(self, cell: Cell) -> Request:
        inputs = {"content": self._content, "styles": cell.paintings}
        return Request(find_operation("style"), inputs, cell.settings, network=self._network)

    def _save_sheet(self, figure: StyleFigure) -> None:
        shown = [(open_picture(self._file(cell)), "") for cell in figure.cells]
        columns = list(figure.columns)
        if figure.beside is not None:
            path, name = figure.beside
            shown.insert(0, (open_picture(path, size=self._settings.size), ""))
            columns.insert(0, name)
        picture = sheet(
            shown,
            columns=len(columns),
            title=figure.title,
            row_titles=figure.rows,
            column_titles=columns,
        )
        # The mark of a sheet; its cells carry the records that they are painted from.
        record = {**self._request(figure.cells[0]).record(self._out.absolute()), "operation": "style-figures"}
        save_picture(picture, self._sheet(figure), record=record, overwrite=True)

    def _sheet(self, figure: StyleFigure) -> Path:
        return self._out / f"{figure.file}.png"

    def _file(self, cell: Cell) -> Path:
        return self._cells / f"{cell.file}.png"
