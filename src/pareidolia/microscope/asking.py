"""The operation `quiz`: which of two pictures drives the unit? One file, made of a microscope's site.

After Borowski et al., "Exemplary Natural Images Explain CNN Activations Better than State-of-the-Art Feature
Visualization" (2021): people are shown what drives a unit and what does not, painted or as patches of photos,
and choose between two patches that are not among these.
"""

import base64
import random
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, UnidentifiedImageError

from pareidolia.collecting.specs import Array
from pareidolia.microscope.format import Site, SiteLayer, SiteUnit, read_site
from pareidolia.microscope.patches import EACH, PERCENTILES
from pareidolia.microscope.settings import QuizSettings
from pareidolia.microscope.templates import as_json, filled
from pareidolia.microscope.tiling import cut_out, square_columns
from pareidolia.operations import LOOK, Input, operation
from pareidolia.pictures.result import Result
from pareidolia.pictures.targets import write_text
from pareidolia.safety import require_file
from pareidolia.settings import PareidoliaError, UnknownName

_MOST_SHOWN = 4  # patches of each kind beside the question
_FEWEST_STRONG, _FEWEST_WEAK = 3, 2
_QUALITY = 82


@dataclass(frozen=True)
class _Asked:
    """A unit to ask about, and what is shown of it."""

    layer: SiteLayer
    unit: SiteUnit
    painted: bool


@operation(
    "quiz",
    group=LOOK,
    help="Make a quiz of a microscope's site, one file: which of two pictures drives the unit?",
    settings=QuizSettings,
    inputs=(Input("site", "The folder of a microscope's site.", "file"),),
    out="file",
    suffixes=(".html",),
)
def quiz(site: str | Path, settings: QuizSettings | None = None, out: str | Path | None = None) -> Result:
    """Write a page of questions that holds its own pictures; results stay there, and may be saved from it.

    Args:
        site: the folder of a microscope's site.
        settings: every option.
        out: the .html file.

    Returns:
        A result without a picture; a row for each question.

    Raises:
        UnknownName: the site has no such layer.
        PareidoliaError: it is no site, or no unit of it has enough patches; there is no `out`.
    """
    settings, folder = QuizSettings.of(settings), Path(site)
    if out is None:
        raise PareidoliaError("say where to: --out quiz.html")
    held = read_site(folder)
    asked = _chosen(held, settings)
    drawing = random.Random(settings.seed)
    questions = [_question(folder, held, each, drawing) for each in asked]
    write_text(
        Path(out), filled("quiz.html", title=held.title, network=held.network, data=as_json(questions))
    )
    rows = [
        {
            "layer": each.layer.name,
            "unit": each.unit.number,
            "shown": "painted" if each.painted else "patches",
        }
        for each in asked
    ]
    return Result(None, f"{len(rows)} questions about {held.title}; open {out} in a browser", rows)


def _chosen(site: Site, settings: QuizSettings) -> list[_Asked]:
    """The units that are asked about, painted ones and patches by turns."""
    names = [layer.name for layer in site.layers]
    for name in settings.layer or ():
        if name not in names:
            raise UnknownName("layer", name, names)
    if settings.shown == "painted" and not site.painted:
        raise PareidoliaError(
            "this site was made without painted pictures: --shown patches asks without them"
        )
    units = [
        (layer, unit)
        for layer in site.layers
        if settings.layer is None or layer.name in settings.layer
        for unit in layer.units
        if unit.strongest >= _FEWEST_STRONG and unit.weakest >= _FEWEST_WEAK
    ]
    if not units:
        raise PareidoliaError(
            f"no unit of this site has {_FEWEST_STRONG} strongest and {_FEWEST_WEAK} weakest patches to ask "
            "about: make it of more photos"
        )
    random.Random(settings.seed).shuffle(units)
    both = settings.shown == "both" and site.painted > 0
    return [
        _Asked(layer, unit, number % 2 == 0 if both else settings.shown == "painted")
        for number, (layer, unit) in enumerate(units[: settings.questions])
    ]


def _question(folder: Path, site: Site, asked: _Asked, drawing: random.Random) -> dict[str, Any]:
    """A question as the page has it, with its pictures."""
    place, unit = folder / asked.layer.folder, asked.unit
    columns = square_columns(unit.strongest)
    strongest = _tiles(place / f"{unit.number}-strongest.webp", range(unit.strongest), columns)
    last = EACH * (len(PERCENTILES) - 1)
    weakest = _tiles(place / f"{unit.number}-spread.webp", range(last, last + unit.weakest), EACH)
    right, wrong = (
        strongest.pop(drawing.randrange(len(strongest))),
        weakest.pop(drawing.randrange(len(weakest))),
    )
    more, less = strongest[:_MOST_SHOWN], weakest[:_MOST_SHOWN]
    if asked.painted:
        painted = _tiles(place / f"{unit.number}-painted.webp", range(site.painted), site.painted)
        more, less = painted[:-1], painted[-1:]
    left = drawing.random() < 0.5
    return {
        "unit": f"{asked.layer.name}:{unit.number}",
        "shown": "painted" if asked.painted else "patches",
        "more": list(map(_address, more)),
        "less": list(map(_address, less)),
        "choices": [_address(each) for each in ((right, wrong) if left else (wrong, right))],
        "right": 0 if left else 1,
    }


def _tiles(path: Path, numbers: Sequence[int], columns: int) -> list[Array]:
    try:
        with Image.open(require_file(path)) as image:
            sheet = np.asarray(image.convert("RGB"))
    except (OSError, UnidentifiedImageError) as error:
        raise PareidoliaError(f"'{path}' of the site cannot be read: make the site once more") from error
    return [cut_out(sheet, number, columns) for number in numbers]


def _address(tile: Array) -> str:
    """A tile as an address that holds it."""
    encoded = BytesIO()
    Image.fromarray(np.ascontiguousarray(tile)).save(encoded, "WEBP", quality=_QUALITY, method=4)
    return f"data:image/webp;base64,{base64.b64encode(encoded.getvalue()).decode()}"
