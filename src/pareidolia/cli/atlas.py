"""`pareidolia atlas view`: an atlas in this machine's browser."""

import webbrowser
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from pydantic import Field

from pareidolia.cli.outputs import Verbosity
from pareidolia.cli.printing import print_json, say


class ServingOptions(Verbosity):
    """How an atlas is shown."""

    port: Annotated[int, Field(ge=0, le=65535, description="Port on 127.0.0.1; 0 takes any.")] = 8000
    browser: Annotated[bool, Parameter(negative=()), Field(description="Open the browser, too.")] = False


def view(
    folder: Annotated[Path, Parameter(help="The atlas.")],
    /,
    *,
    serving: Annotated[ServingOptions, Parameter(name="*")] = ServingOptions(),
) -> int:
    """Serve an atlas to this machine's browser until Ctrl-C; any server of plain files does as well."""
    from pareidolia.atlas import serving as served

    with served(folder, serving.port) as server:
        address = f"http://127.0.0.1:{server.server_port}/"
        if serving.as_json:
            print_json({"address": address})
        say(f"{address} shows {folder}; Ctrl-C ends it", serving)
        if serving.browser:
            webbrowser.open(address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return 0
    return 0
