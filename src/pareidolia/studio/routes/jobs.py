"""Jobs and the queue."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from pareidolia.settings import PareidoliaError
from pareidolia.studio.job_queue import NotFound
from pareidolia.studio.routes.parsing import client_of, name_of, posted, queue_of
from pareidolia.studio.snippets import snippets


async def queue(request: Request) -> Response:
    """The queue."""
    return JSONResponse(queue_of(request).queue())


async def arrange(request: Request) -> Response:
    """Pause the queue, let it go on, or put it into order."""
    job_queue, asked = queue_of(request), await posted(request)
    if "paused" in asked:
        job_queue.pause(bool(asked["paused"]))
    if "order" in asked:
        names = asked["order"]
        if not isinstance(names, list):
            raise PareidoliaError("order is a list of ids")
        job_queue.order([str(name) for name in names])
    return JSONResponse(job_queue.queue())


async def submit(request: Request) -> Response:
    """Ask for a job, or a grid of them."""
    jobs = queue_of(request).submit(await posted(request), client_of(request))
    return JSONResponse([job.public for job in jobs], 201)


async def one(request: Request) -> Response:
    """A job."""
    return JSONResponse(queue_of(request).job(name_of(request)).public)


async def edit(request: Request) -> Response:
    """Change a job."""
    return JSONResponse(queue_of(request).edit(name_of(request), await posted(request)).public)


async def remove(request: Request) -> Response:
    """Remove a job."""
    queue_of(request).remove(name_of(request))
    return JSONResponse({})


async def stop(request: Request) -> Response:
    """Stop a job."""
    return JSONResponse(queue_of(request).stop(name_of(request)).public)


async def go_on(request: Request) -> Response:
    """Go on with a job."""
    return JSONResponse(queue_of(request).go_on(name_of(request), client_of(request)).public)


async def code(request: Request) -> Response:
    """The command line and the Python of a job."""
    job_queue = queue_of(request)
    job = job_queue.job(name_of(request))
    return JSONResponse(snippets(job, job_queue.references, job_queue.store.folder_of(job)))


async def preview(request: Request) -> Response:
    """The picture as it stands."""
    job_queue = queue_of(request)
    return _file(job_queue.store.folder_of(job_queue.job(name_of(request))) / "preview.jpg")


async def small(request: Request) -> Response:
    """The result, small."""
    job_queue = queue_of(request)
    return _file(job_queue.store.thumbnails / f"{job_queue.job(name_of(request)).id}.webp")


async def result(request: Request) -> Response:
    """What a job made: its file, or a picture of its folder."""
    job_queue = queue_of(request)
    job = job_queue.job(name_of(request))
    path = job_queue.store.result_of(job)
    if path is not None and path.is_dir():
        name = request.query_params.get("name", "")
        path = path / name if name in job.files else None  # only what the worker found there
    if path is None:
        raise NotFound("it has made nothing")
    title = f"{job.operation.replace(' ', '-')}-{job.id[:6]}{path.suffix}"
    disposition = "attachment" if "download" in request.query_params else "inline"
    return _file(path, title, disposition)


def _file(path: Path, name: str | None = None, disposition: str = "inline") -> Response:
    if not path.is_file():
        return Response(status_code=404)
    headers = {"Cache-Control": "private, no-cache"}
    return FileResponse(path, filename=name, headers=headers, content_disposition_type=disposition)
