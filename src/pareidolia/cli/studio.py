"""`pareidolia studio`: a page on this machine where everything can be used."""

import os
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from pydantic import Field

from pareidolia.cli.outputs import Verbosity
from pareidolia.cli.printing import print_json, say
from pareidolia.settings.extras import require

PASSWORD = "PAREIDOLIA_STUDIO_PASSWORD"


class StudioOptions(Verbosity):
    """How the studio is served."""

    port: Annotated[int, Field(ge=0, le=65535, description="Port; 0 takes any that is free.")] = 8765
    host: Annotated[
        str, Field(description="Address to listen at; any but this machine's own needs a password.")
    ] = "127.0.0.1"
    password: Annotated[
        str, Field(description=f"What visitors have to give; better in the environment, as {PASSWORD}.")
    ] = ""
    browser: Annotated[bool, Field(description="Open the browser.")] = True
    folder: Annotated[
        Path | None,
        Field(description="Where pictures and history are kept (default: the system's place for such data)."),
    ] = None


def studio(*, options: Annotated[StudioOptions, Parameter(name="*")] = StudioOptions()) -> int:
    """Open the studio: a page where every operation is used, watched, stopped and kept. Ctrl-C ends it."""
    for package in ("starlette", "uvicorn"):
        require(package, extra="studio")
    from pareidolia.studio.serving import default_folder, serve

    def began(address: str) -> None:
        if options.as_json:
            print_json({"address": address})
        say(f"{address} is the studio; Ctrl-C ends it", options)

    serve(
        options.folder or default_folder(),
        host=options.host,
        port=options.port,
        password=options.password or os.environ.get(PASSWORD, ""),
        browser=options.browser,
        began=began,
    )
    return 0
