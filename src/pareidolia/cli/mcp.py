"""`pareidolia mcp`: the operations as tools for assistants."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from pydantic import Field

from pareidolia.settings import Settings
from pareidolia.settings.extras import require


class McpOptions(Settings):
    """Where results go."""

    out: Annotated[Path, Field(description="The folder that results go to; it is made if need be.")] = Path(
        "pareidolia-results"
    )


def mcp(*, options: Annotated[McpOptions, Parameter(name="*")] = McpOptions()) -> int:
    """Offer every operation as a tool to assistants: a Model Context Protocol server on standard input."""
    require("mcp", extra="mcp")
    from pareidolia.agents.server import serve

    serve(options.out)
    return 0
