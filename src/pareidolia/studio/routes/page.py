"""The page, what it begins with, what happens meanwhile, and small questions."""

from functools import lru_cache
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse

from pareidolia.operations.statement import Input
from pareidolia.settings import PareidoliaError
from pareidolia.studio import openapi as described
from pareidolia.studio.forms import forms, networks
from pareidolia.studio.job_queue import NotFound
from pareidolia.studio.references import SHIPPED
from pareidolia.studio.routes.parsing import name_of, posted, queue_of
from pareidolia.studio.samples import sample_names
from pareidolia.version import __version__

_ASKED_BY_PAGES = (
    *("layers", "names", "classes", "units", "unit"),
    *("plane", "decode", "encode", "decoder"),
)
_MOST_PICTURES = 24


async def index(request: Request) -> Response:
    """The page itself, with the token that its changes carry."""
    from pareidolia.studio.application import PAGE

    text = (PAGE / "index.html").read_text(encoding="utf-8")
    return HTMLResponse(
        text.replace("{{token}}", request.app.state.rules.token).replace("{{version}}", __version__)
    )


async def openapi(request: Request) -> Response:
    """The description of the API."""
    return JSONResponse(described.description())


async def token(request: Request) -> Response:
    """The token, for programs."""
    return JSONResponse({"token": request.app.state.rules.token})


async def all_forms(request: Request) -> Response:
    """Every operation, and what can be named."""
    return JSONResponse(_forms())


@lru_cache(maxsize=1)
def _forms() -> dict[str, Any]:
    return {
        "operations": forms(),
        "networks": networks(),
        "runs": list(SHIPPED),
        "samples": sample_names(),
        "version": __version__,
    }


async def state(request: Request) -> Response:
    """What a page begins with."""
    job_queue = queue_of(request)
    return JSONResponse(
        {
            "queue": job_queue.queue(),
            "history": [job.public for job in job_queue.store.history()],
            "pictures": [picture.public for picture in job_queue.store.latest_pictures()],
            "session": job_queue.store.note("session", {}),
        }
    )


async def keep_session(request: Request) -> Response:
    """Keep what the page holds."""
    queue_of(request).store.put_note("session", await posted(request))
    return JSONResponse({})


async def events(request: Request) -> Response:
    """What happens, as it happens."""
    job_queue = queue_of(request)
    stream = job_queue.events.stream(job_queue.scheduler.event())
    return StreamingResponse(stream, media_type="text/event-stream")


async def question(request: Request) -> Response:
    """Ask the worker a small question; pictures and runs are references."""
    job_queue, name = queue_of(request), name_of(request)
    if name not in _ASKED_BY_PAGES:
        raise NotFound(f"there is no question '{name[:40]}'")
    about = dict(await posted(request))
    for key, kind in (("picture", "picture"), ("run", "run")):
        if key in about:
            about[key] = job_queue.references.path(Input(key, "", kind), str(about[key]))  # type: ignore[arg-type]
    if "pictures" in about:
        listed = about["pictures"]
        if not isinstance(listed, list) or not 1 <= len(listed) <= _MOST_PICTURES:
            raise PareidoliaError(f"pictures is a list of 1 to {_MOST_PICTURES} references")
        stated = Input("pictures", "", "picture")
        about["pictures"] = [job_queue.references.path(stated, str(each)) for each in listed]
    if "network" in about and about["network"] not in networks():
        raise PareidoliaError(f"'{str(about['network'])[:60]}' is no network of the studio")
    return JSONResponse(await job_queue.worker.ask(name, about))
