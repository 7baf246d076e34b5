"""The operations `style-figures`, a paper's figures, and `style-sheet`, presets and strokes."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pareidolia.execution import Execution, Job, Target
from pareidolia.execution.saving import is_made
from pareidolia.networks import NetworkLike, network_for
from pareidolia.operations import PAINT, find_operation, operation
from pareidolia.pictures import check_target, open_picture, save_picture, sheet
from pareidolia.pictures.locking import Lock
from pareidolia.pictures.ownership import check_own
from pareidolia.pictures.result import Result
from pareidolia.pictures.targets import make_folder, remove_leftovers
from pareidolia.progress import Progress, Work
from pareidolia.requests import Request
from pareidolia.settings import OperationSettings
from pareidolia.settings.comparing import of_the_work
from pareidolia.style.contact_sheets import contact_sheets
from pareidolia.style.figure_settings import StyleFiguresSettings, StyleSheetSettings
from pareidolia.style.figures import Cell, StyleFigure, style_figures
from pareidolia.style.operation_inputs import CONTENT, STYLES


class FigureSeries(Work):
    """Figures of painted cells in a folder: iterate to the end. Cells that are there already are kept.

    Args:
        content: a file or `sample:NAME`.
        styles: the same, at least one.
        figures: what is painted.
        settings: of all; their size is that of each cell.
        network: the network that looks; by default the one the settings name.
        out: the folder; made if need be.
        overwrite: whether sheets that are there may be replaced.
        operation: whose sheets these are.
    """

    def __init__(
        self,
        content: str | Path,
        styles: Sequence[str | Path],
        figures: Sequence[StyleFigure],
        settings: OperationSettings,
        network: NetworkLike,
        *,
        out: str | Path,
        overwrite: bool,
        operation: str,
    ) -> None:
        self._settings, self._network, self._operation = settings, network, operation
        self._out, self._cells, self._overwrite = Path(out), Path(out) / "cells", overwrite
        for path in (content, *styles):
            open_picture(path)  # A picture that cannot be read is refused at once, not once for every cell.
        self._content = str(content)
        self.figures = list(figures)
        make_folder(self._cells)
        for figure in self.figures:
            there = self._sheet(figure)
            begun = there.exists() and is_made(there, self._mark(figure))  # by a stopped run of the same
            check_target(there, overwrite or begun)
            check_own(there)

    def __iter__(self) -> Iterator[Progress]:
        """Cell by cell, with the steps of each; another process that paints there meanwhile is refused."""
        cells = [cell for figure in self.figures for cell in figure.cells]
        with Lock.of_folder(self._cells):
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
        if job.is_made:
            job.tidy()
        else:
            resume = job.request.operation.proceeds == "in steps"
            yield from Execution(job.request, Target(job.out, overwrite=self._overwrite, resume=resume))

    def _request(self, cell: Cell) -> Request:
        inputs = {"content": self._content, "styles": cell.paintings}
        return Request(
            find_operation(cell.operation),
            inputs,
            cell.settings,
            network=self._network if cell.operation == "style" else None,
        )

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
        remove_leftovers(self._sheet(figure))
        save_picture(picture, self._sheet(figure), record=self._mark(figure), overwrite=True)

    def _mark(self, figure: StyleFigure) -> dict[str, Any]:
        """The record of a sheet: of its first cell, as each carries its own, and a digest of all of them."""
        records = [self._request(cell).record(self._out.absolute()) for cell in figure.cells]
        told = json.dumps([of_the_work(each) for each in records], sort_keys=True)
        digest = hashlib.sha256(told.encode()).hexdigest()
        return {**records[0], "operation": self._operation, "cells": digest}

    def _sheet(self, figure: StyleFigure) -> Path:
        return self._out / f"{figure.file}.png"

    def _file(self, cell: Cell) -> Path:
        return self._cells / f"{cell.file}.png"


_CELLS = (
    "Each cell is a picture of its own below the folder, which `pareidolia again` paints once more. Run "
    "again, the command goes on where it was stopped."
)
_SHOWN = replace(CONTENT, kind="file", help="What the pictures show: a file, or sample:chelsea and the like.")


@operation(
    "style-figures",
    group=PAINT,
    help="Show content layer by layer, style by layers, layers by weights, and a photo in several styles.\n\n"
    + _CELLS,
    settings=StyleFiguresSettings,
    inputs=(
        _SHOWN,
        replace(
            STYLES, kind="file", help="Files, or sample:waves and the like; the first is the one looked into."
        ),
    ),
    proceeds="in a folder",
    out="folder",
    network=True,
)
class StyleFigures(FigureSeries):
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
        settings = settings or StyleFiguresSettings()
        layers = network_for(settings, network).style_layers
        figures = style_figures(str(content), [str(style) for style in styles], layers, settings)
        super().__init__(
            content, styles, figures, settings, network,
            out=out, overwrite=overwrite, operation="style-figures",
        )  # fmt: skip


@operation(
    "style-sheet",
    group=PAINT,
    help="Show one photo in all presets, and in strokes of several sizes by each method.\n\n" + _CELLS,
    settings=StyleSheetSettings,
    inputs=(
        _SHOWN,
        replace(
            STYLES, kind="file", help="What they are painted like: a file, or sample:waves and the like."
        ),
    ),
    proceeds="in a folder",
    out="folder",
    network=True,
)
class StyleSheet(FigureSeries):
    """Contact sheets of presets and of sizes of strokes in a folder: iterate to the end.

    Args:
        content: a file or `sample:NAME`.
        styles: the same; several are blended in each cell.
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
        settings: StyleSheetSettings | None = None,
        network: NetworkLike = None,
        *,
        out: str | Path,
        overwrite: bool = False,
        resume: bool = True,
    ) -> None:
        settings = settings or StyleSheetSettings()
        figures = contact_sheets(str(content), [str(style) for style in styles], settings)
        super().__init__(
            content, styles, figures, settings, network,
            out=out, overwrite=overwrite, operation="style-sheet",
        )  # fmt: skip
