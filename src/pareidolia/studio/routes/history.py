"""The history: searched, and exported whole."""

import json
import zipfile
from tempfile import NamedTemporaryFile

from anyio import to_thread
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from pareidolia.settings import PareidoliaError
from pareidolia.studio.job import Job
from pareidolia.studio.routes.parsing import queue_of
from pareidolia.studio.store import Store

_MOST = 100_000


async def search(request: Request) -> Response:
    """Finished jobs, the latest first."""
    asked = request.query_params
    try:
        before = float(asked["before"]) if "before" in asked else None
        count = min(int(asked.get("count", 60)), 500)
    except ValueError as error:
        raise PareidoliaError("before and count are numbers") from error
    found = queue_of(request).store.history(
        asked.get("search", ""), before, count, asked.get("operation", "")
    )
    return JSONResponse([job.public for job in found])


async def export_json(request: Request) -> Response:
    """The whole history as JSON."""
    jobs = queue_of(request).store.history(count=_MOST)
    headers = {"Content-Disposition": 'attachment; filename="pareidolia-history.json"'}
    return JSONResponse([job.public for job in jobs], headers=headers)


async def export_zip(request: Request) -> Response:
    """The whole history with its pictures, as a ZIP archive."""
    store = queue_of(request).store
    jobs = store.history(count=_MOST)
    with NamedTemporaryFile(dir=store.folder, prefix=".export-", suffix=".zip", delete=False) as file:
        path = file.name
    await to_thread.run_sync(_pack, path, store, jobs)
    return FileResponse(path, filename="pareidolia-history.zip", background=BackgroundTask(_remove, path))


def _pack(path: str, store: Store, jobs: list[Job]) -> None:
    # Pictures are compressed already.
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("history.json", json.dumps([job.public for job in jobs], indent=1, default=str))
        for job in jobs:
            result = store.result_of(job)
            if result is not None and result.is_file():
                name = f"{job.operation.replace(' ', '-')}-{job.id}{result.suffix}"
                archive.write(result, name)


def _remove(path: str) -> None:
    from pathlib import Path

    Path(path).unlink(missing_ok=True)
