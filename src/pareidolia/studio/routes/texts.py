"""What the page shows in a language: the lecture's words and formulas, and the help of settings."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pareidolia.studio.job_queue import NotFound
from pareidolia.studio.routes.parsing import name_of
from pareidolia.tour.contents import CONTENTS
from pareidolia.tour.words import LANGUAGES, formulas, words


async def texts(request: Request) -> Response:
    """The texts of a language."""
    found = next((each for each in LANGUAGES if each == name_of(request)), None)
    if found is None:
        raise NotFound(f"there are texts in {' and '.join(LANGUAGES)} alone")
    return JSONResponse({"help": translations(found), "lecture": _lecture(found)})


@cache
def translations(language: str) -> dict[str, str]:
    """The help of inputs and settings by its English text; empty where nothing is translated.

    Args:
        language: "en" or "ru".

    Returns:
        Each English text with its translation.
    """
    path = files("pareidolia.studio").joinpath("texts", f"{language}.json")
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found


@cache
def _lecture(language: Any) -> dict[str, Any]:
    """The parts and sections of the lecture as JSON has them, formulas as MathML."""
    told = words(language)
    return {
        "parts": dict(told.parts),
        "code": told.page["code"],
        "papers": told.page["papers"],
        "sections": [
            {
                "key": each.key,
                "part": each.part,
                "title": told.sections[each.key]["title"],
                "idea": told.sections[each.key]["idea"],
                "formulas": formulas().get(each.key, ()),
                "source": each.source,
                "papers": each.papers,
            }
            for each in CONTENTS
        ],
    }
