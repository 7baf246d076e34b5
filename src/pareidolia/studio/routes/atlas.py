"""An atlas that was built here, as its viewer asks for it: the page, and plain files of its folder."""

from importlib.resources import files
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from pareidolia.atlas.viewing import plain_file
from pareidolia.studio.job_queue import NotFound
from pareidolia.studio.references import ATLAS
from pareidolia.studio.routes.parsing import name_of, queue_of

_PAGE = "index.html"
_HEADERS = {
    # The viewer is one file with its script in it; only the studio's own page may frame it.
    "Content-Security-Policy": "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src 'self' data: blob:; connect-src 'self' data: blob:; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
    "Cache-Control": "private, no-cache",
}


async def file(request: Request) -> Response:
    """The viewer, which is the package's own, or a file of the atlas."""
    jobs, name = queue_of(request), str(request.path_params["file"])
    job = jobs.job(name_of(request))
    folder = jobs.store.result_of(job)
    if job.operation != ATLAS or folder is None:
        raise NotFound("it is not an atlas")
    if name in ("", _PAGE):
        viewer = Path(str(files("pareidolia.atlas").joinpath("viewer", _PAGE)))
        return FileResponse(viewer, headers=_HEADERS)
    path = plain_file(folder, f"/{name}")
    if path is None or path.suffix not in (".json", ".webp", ".bin"):
        raise NotFound("there is no such file in the atlas")
    return FileResponse(path, headers=_HEADERS)
