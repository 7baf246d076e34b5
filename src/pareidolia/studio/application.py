"""The server: the page, the API under /api, and its description."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from pareidolia.settings import PareidoliaError
from pareidolia.studio.guard import Guard, Rules
from pareidolia.studio.job_queue import JobQueue, NotFound, QueueFull
from pareidolia.studio.limits import MEGABYTE, Limits
from pareidolia.studio.routes import atlas, history, jobs, page, pictures, texts
from pareidolia.studio.store import Store
from pareidolia.studio.uploads import TooLarge
from pareidolia.studio.worker_process import WorkerGone

PAGE = Path(__file__).parent / "page"
_MOST_JSON = MEGABYTE
_STATUS = {NotFound: 404, QueueFull: 429, TooLarge: 413, WorkerGone: 503}


def application(store: Store, rules: Rules | None = None, limits: Limits | None = None) -> Starlette:
    """The studio as an ASGI application.

    Args:
        store: what it keeps; closed when the application ends.
        rules: who may ask; by default this machine alone, with the store's token.
        limits: what is taken at most.

    Returns:
        The application.
    """
    rules = rules or Rules(store.token)
    job_queue = JobQueue(store, limits or Limits())

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await job_queue.open()
        yield
        await job_queue.close()
        store.close()

    app = Starlette(
        routes=[
            Route("/", page.index),
            Route("/openapi.json", page.openapi),
            Mount("/page", StaticFiles(directory=PAGE)),
            *(Route(f"/api{path}", call, methods=[method]) for method, path, call in _routes()),
        ],
        middleware=[Middleware(Guard, rules=rules)],
        exception_handlers={
            PareidoliaError: _refused,
            ClientDisconnect: _left,
        },
        lifespan=lifespan,
    )
    app.state.job_queue, app.state.rules = job_queue, rules
    return app


def _routes() -> list[tuple[str, str, Callable[[Request], Awaitable[Response]]]]:
    return [
        ("GET", "/token", page.token),
        ("GET", "/forms", page.all_forms),
        ("GET", "/state", page.state),
        ("GET", "/texts/{id}", texts.texts),
        ("PUT", "/session", page.keep_session),
        ("GET", "/events", page.events),
        ("POST", "/questions/{id}", page.question),
        ("GET", "/samples/{id}", pictures.sample),
        ("GET", "/pictures", pictures.latest),
        ("POST", "/pictures", pictures.upload),
        ("GET", "/pictures/{id}", pictures.file),
        ("DELETE", "/pictures/{id}", pictures.remove),
        ("GET", "/pictures/{id}/thumbnail", pictures.small),
        ("GET", "/pictures/{id}/origin", pictures.origin),
        ("GET", "/queue", jobs.queue),
        ("PATCH", "/queue", jobs.arrange),
        ("GET", "/jobs", history.search),
        ("POST", "/jobs", jobs.submit),
        ("GET", "/jobs/{id}", jobs.one),
        ("PATCH", "/jobs/{id}", jobs.edit),
        ("DELETE", "/jobs/{id}", jobs.remove),
        ("POST", "/jobs/{id}/stop", jobs.stop),
        ("POST", "/jobs/{id}/go-on", jobs.go_on),
        ("GET", "/jobs/{id}/preview", jobs.preview),
        ("GET", "/jobs/{id}/result", jobs.result),
        ("GET", "/jobs/{id}/thumbnail", jobs.small),
        ("GET", "/jobs/{id}/code", jobs.code),
        ("GET", "/jobs/{id}/atlas/{file:path}", atlas.file),
        ("GET", "/history.json", history.export_json),
        ("GET", "/history.zip", history.export_zip),
    ]


async def _refused(request: Request, error: Exception) -> Response:
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 422)
    return JSONResponse({"error": str(error)}, status)


async def _left(request: Request, error: Exception) -> Response:
    return Response(status_code=499)
