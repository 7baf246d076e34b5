"""Checking a target before the work, and saving a result after it."""

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

from pareidolia.execution.target import Target
from pareidolia.pictures import check_target, read_record, save_picture, write_atomically
from pareidolia.pictures.printing import Print, carried_exif
from pareidolia.pictures.result import Result
from pareidolia.requests import Request
from pareidolia.settings import PareidoliaError, migrate
from pareidolia.settings.comparing import of_the_work


def check_out(request: Request, target: Target, *, unfinished: bool = False) -> None:
    """Refuse a target that the result cannot go to, before the work.

    Args:
        request: what is made.
        target: where it goes.
        unfinished: whether what is there is an unfinished run of it that may be replaced.

    Raises:
        PareidoliaError: If `check_target` refuses the target.
    """
    if target.table is not None:
        check_target(target.table, target.overwrite, (".csv",))
    if target.out is None:
        return
    suffixes = request.operation.suffixes if request.operation.out == "file" else None
    overwrite = target.overwrite or unfinished
    if suffixes:
        check_target(target.out, overwrite, suffixes)
    else:
        check_target(target.out, overwrite)


def is_made(out: Path, record: Mapping[str, Any], *, unfinished: bool = False) -> bool:
    """Whether the result of this very work is there.

    Args:
        out: its file.
        record: of the work.
        unfinished: ask for its picture as it stood when it was stopped, instead of the whole one.

    Returns:
        Whether the file carries that record.
    """
    try:
        held = read_record(out)
        return ("unfinished" in held) == unfinished and of_the_work(migrate(held)) == of_the_work(record)
    except PareidoliaError:  # it carries none, or a later version wrote it
        return False


def save_result(
    made: Result, request: Request, target: Target, *, record: dict[str, Any] | None = None
) -> Result:
    """Save the picture and the table of a result if the target has names for them.

    Args:
        made: the result.
        request: the request that it answers.
        target: where it is written.
        record: the record that the picture carries; the request's own if None.

    Returns:
        The result with its record and its path.
    """
    record = record if record is not None else request.record(target.folder)
    if target.out is not None and made.picture is not None:
        overwrite, printing = target.overwrite or target.resume, _printing(request, target)
        save_picture(made.picture, target.out, record=record, overwrite=overwrite, printing=printing)
    if target.table is not None:
        write_table(made.rows, target.table)
    return replace(made, record=record, path=target.out)


def _printing(request: Request, target: Target) -> Print:
    """What the file takes over from the photo, which is the first picture that was given."""
    photo = next((each.name for each in request.operation.inputs if each.kind == "picture"), "")
    given = request.inputs.get(photo)
    exif, dpi = carried_exif(str(given)) if isinstance(given, str | Path) else (None, None)
    return Print(target.bits, target.dpi or dpi, exif)


def write_table(rows: Sequence[Mapping[str, object]], path: Path) -> None:
    """Write rows of the same names as CSV, whole or not at all.

    Lists and mappings are left out; a number that is not finite is an empty field.
    """
    first = rows[0] if rows else {}
    names = [name for name in first if not any(isinstance(row[name], list | dict) for row in rows)]
    text = StringIO(newline="")
    table = csv.DictWriter(text, names, extrasaction="ignore")
    table.writeheader()
    table.writerows({name: _finite(value) for name, value in row.items()} for row in rows)
    with write_atomically(path) as file:
        file.write(text.getvalue().encode("utf-8"))


def _finite(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value
