"""Uploaded pictures and samples."""

from functools import lru_cache
from pathlib import PurePath
from urllib.parse import unquote

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from pareidolia.settings import BadPicture, PareidoliaError
from pareidolia.studio.job import VIDEO_SUFFIXES, Picture
from pareidolia.studio.job_queue import NotFound
from pareidolia.studio.routes.parsing import client_of, name_of, queue_of
from pareidolia.studio.samples import sample_names, sample_path, small_sample
from pareidolia.studio.store import Store
from pareidolia.studio.uploads import clean_name, keep, keep_video, receive

_FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}
_MEDIA = {".avif": "image/avif", ".mkv": "video/x-matroska", ".m4v": "video/mp4"}


async def upload(request: Request) -> Response:
    """Take a picture or a video; if a job of this studio made it, the answer says which."""
    job_queue, client = queue_of(request), client_of(request)
    name = clean_name(unquote(request.query_params.get("name", "")), "")
    received = await receive(request.stream(), job_queue.store, job_queue.limits)
    known = job_queue.store.picture(received.digest)
    if known is not None:
        received.path.unlink(missing_ok=True)
    elif PurePath(name).suffix.lower() in VIDEO_SUFFIXES:
        thumbnail = job_queue.store.thumbnails / f"{received.digest}.webp"
        try:
            about = {"path": str(received.path), "thumbnail": str(thumbnail)}
            found = await job_queue.worker.ask("video", about)
            size = found["width"], found["height"]
            known = keep_video(received, name, client, job_queue.store, size)
        except PareidoliaError as error:
            raise BadPicture(str(error).replace(str(received.path), name)) from error
        finally:
            received.path.unlink(missing_ok=True)
    else:
        known = await to_thread.run_sync(keep, received, name, client, job_queue.store, job_queue.limits)
    job_queue.store.put_picture(known)
    made = job_queue.store.made(known.id)
    return JSONResponse({**known.public, "job": None if made is None else made.public}, 201)


async def latest(request: Request) -> Response:
    """The pictures that were uploaded last."""
    return JSONResponse([each.public for each in queue_of(request).store.latest_pictures()])


async def file(request: Request) -> Response:
    """A picture's file, byte for byte."""
    picture = _find(request)
    path = queue_of(request).store.path_of(picture)
    return FileResponse(
        path, media_type=_MEDIA.get(picture.suffix), filename=picture.name, headers=_FOREVER,
        content_disposition_type="inline",
    )  # fmt: skip


async def small(request: Request) -> Response:
    """It, small."""
    picture = _find(request)
    path = queue_of(request).store.thumbnails / f"{picture.id}.webp"
    return FileResponse(path, headers=_FOREVER) if path.exists() else Response(status_code=404)


async def remove(request: Request) -> Response:
    """Remove a picture."""
    queue_of(request).store.remove_picture(_find(request))
    return JSONResponse({})


async def origin(request: Request) -> Response:
    """How a picture was made: the job, if it was one of this studio; else what the record in it says."""
    job_queue, picture = queue_of(request), _find(request)
    made = job_queue.store.made(picture.id)
    if made is not None:
        return JSONResponse(
            {
                "operation": made.operation,
                "settings": made.settings,
                "inputs": made.inputs,
                "job": made.public,
            }
        )
    answer = await job_queue.worker.ask("record", {"picture": str(job_queue.store.path_of(picture))})
    inputs = {name: _references(job_queue.store, entry) for name, entry in answer["inputs"].items()}
    return JSONResponse({**answer, "inputs": {name: each for name, each in inputs.items() if each}})


def _references(store: Store, entry: object) -> object:
    """What a record's input is in this studio: a picture of the same content, or the name that it had."""
    if isinstance(entry, list):
        found = [_references(store, each) for each in entry]
        return found if all(found) else None
    assert isinstance(entry, dict)
    digest = entry.get("sha256")
    if digest is None:
        return entry.get("path")
    if store.picture(digest) is not None:
        return f"picture:{digest}"
    made = store.made(digest)
    return None if made is None else f"job:{made.id}"


async def sample(request: Request) -> Response:
    """A sample picture, small unless ?whole."""
    name = name_of(request)
    if name not in sample_names():
        raise NotFound(f"there is no sample '{name[:40]}'")
    if "whole" in request.query_params:
        return FileResponse(sample_path(name), headers=_FOREVER)
    data = await to_thread.run_sync(_small, name)
    return Response(data, media_type="image/webp", headers=_FOREVER)


@lru_cache(maxsize=32)
def _small(name: str) -> bytes:
    return small_sample(name)


def _find(request: Request) -> Picture:
    found = queue_of(request).store.picture(name_of(request))
    if found is None:
        raise NotFound("there is no such picture")
    return found
