"""What every route needs of a request: the queue, the visitor, the JSON that was posted."""

import json
import re
from typing import Any

from starlette.requests import Request

from pareidolia.settings import PareidoliaError
from pareidolia.studio.job_queue import JobQueue
from pareidolia.studio.limits import MEGABYTE

_CLIENT = re.compile(r"[\w-]{1,64}")


def queue_of(request: Request) -> JobQueue:
    """the studio's queue."""
    job_queue: JobQueue = request.app.state.job_queue
    return job_queue


def client_of(request: Request) -> str:
    """The visitor: what its page calls itself, else the address."""
    given = request.headers.get("x-studio-client", "")
    if _CLIENT.fullmatch(given):
        return given
    return request.client.host if request.client else "unknown"


def name_of(request: Request) -> str:
    """The id in the address."""
    return str(request.path_params["id"])


async def posted(request: Request) -> dict[str, Any]:
    """The object that was posted.

    Args:
        request: to the studio.

    Returns:
        The object.

    Raises:
        PareidoliaError: If it is too long, or is not an object in JSON.
    """
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MEGABYTE:
            raise PareidoliaError("the request is too long")
    try:
        found = json.loads(bytes(body) or b"{}")
    except (ValueError, RecursionError) as error:
        raise PareidoliaError("the request is not JSON") from error
    if not isinstance(found, dict):
        raise PareidoliaError("the request is not an object in JSON")
    return found
