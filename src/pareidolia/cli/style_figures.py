"""`pareidolia style-figures`: what content and style are, as the sheets of a paper."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from pydantic import Field

from pareidolia.cli.batch import BatchJob, run_jobs
from pareidolia.cli.output import OverwriteOptions, make_folder, print_json, say
from pareidolia.operations import find_operation
from pareidolia.requests import Request
from pareidolia.style.settings import StyleFiguresSettings

if TYPE_CHECKING:
    from pareidolia.style.figures import Cell, StyleFigure


class FolderOutput(OverwriteOptions):
    """The folder that figures go to."""

    out: Annotated[Path, Field(description="The folder to write into; it is made if need be.")]


def style_figures(
    photo: str,
    *paintings: str,
    settings: Annotated[StyleFiguresSettings, Parameter(name="*")] = StyleFiguresSettings(),  # noqa: B008
    output: Annotated[FolderOutput, Parameter(name="*")],
) -> int:
    """Show content layer by layer, style by layers, layers by weights, and a photo in several styles.

    Each cell is a picture of its own below the folder, which `pareidolia again` paints once more. Run again,
    the command goes on where it was stopped.

    Parameters
    ----------
    photo
        What the pictures show: a file, or sample:chelsea and the like.
    paintings
        Files, or sample:waves and the like; the first is the one looked into.
    """
    from pareidolia.networks import load_network_from
    from pareidolia.pictures import check_target, open_picture
    from pareidolia.pictures.ownership import check_own
    from pareidolia.style import style_figures as figures_of

    for path in (photo, *paintings):
        open_picture(path)  # A picture that cannot be read is told at once, not once for every cell.
    figures = figures_of(photo, paintings, load_network_from(settings).style_layers, settings)
    cells = output.out / "cells"
    make_folder(cells)
    for figure in figures:
        check_target(_sheet_path(output.out, figure), output.overwrite)
        check_own(_sheet_path(output.out, figure))
    jobs = [
        BatchJob(_request(photo, cell), _cell(cells, cell.file))
        for figure in figures
        for cell in figure.cells
    ]
    code = run_jobs(jobs, output)
    if code == 0:
        for figure in figures:
            _save_sheet(figure, output.out, cells, settings.size, _sheet_record(photo, figure, output.out))
        say(f"written to {output.out}", output)
        if output.as_json:
            print_json({"out": str(output.out), "figures": [figure.file for figure in figures]})
    return code


def _request(photo: str, cell: "Cell") -> Request:
    return Request(find_operation("style"), {"content": photo, "styles": cell.paintings}, cell.settings)


def _save_sheet(figure: "StyleFigure", folder: Path, cells: Path, size: int, record: dict[str, Any]) -> None:
    from pareidolia.pictures import open_picture, save_picture, sheet

    shown = [(open_picture(_cell(cells, cell.file)), "") for cell in figure.cells]
    columns = list(figure.columns)
    if figure.beside is not None:
        path, name = figure.beside
        shown.insert(0, (open_picture(path, size=size), ""))
        columns.insert(0, name)
    picture = sheet(
        shown,
        columns=len(columns),
        title=figure.title,
        row_titles=figure.rows,
        column_titles=columns,
    )
    save_picture(picture, _sheet_path(folder, figure), record=record, overwrite=True)


def _sheet_record(photo: str, figure: "StyleFigure", folder: Path) -> dict[str, Any]:
    """The mark of a sheet, and what it is of; its cells carry the records that they are painted from."""
    record = _request(photo, figure.cells[0]).record(folder.absolute())
    return {**record, "operation": "style-figures"}


def _sheet_path(folder: Path, figure: "StyleFigure") -> Path:
    return folder / f"{figure.file}.png"


def _cell(folder: Path, name: str) -> Path:
    return folder / f"{name}.png"
