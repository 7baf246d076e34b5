"""A server of the Model Context Protocol over standard input and output: each operation is a tool.

Operations run one at a time in a thread, results are files in one folder, and whatever an assistant names, no
code runs and nothing is fetched for it (`safety/trust.py`).
"""

import json
import sys
from base64 import b64encode
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import anyio
from anyio import from_thread, to_thread
from mcp import types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from pareidolia.agents.overview import overview
from pareidolia.agents.tools import Tool, tools
from pareidolia.settings import PareidoliaError, one_line
from pareidolia.version import __version__

_SHOWN = 1024
_MOST_ROWS = 50
Report = Callable[[float, str], None]


def serve(folder: Path) -> None:
    """Serve until standard input ends.

    Args:
        folder: where results go; made if need be.
    """
    anyio.run(_serve, folder)


async def _serve(folder: Path) -> None:
    server = tool_server(folder)
    async with stdio_server() as (reading, writing):
        sys.stdout = sys.stderr  # what operations print is not for the assistant
        await server.run(reading, writing, server.create_initialization_options())


def tool_server(folder: Path) -> Server[Any]:
    """The server, for any transport.

    Args:
        folder: where results go.

    Returns:
        A server whose tools are the operations.
    """
    one_at_a_time = anyio.CapacityLimiter(1)

    async def list_tools(context: Any, params: Any) -> types.ListToolsResult:
        listed = [
            types.Tool(name=each.name, description=each.description, input_schema=dict(each.schema))
            for each in tools().values()
        ]
        return types.ListToolsResult(tools=listed)

    async def call_tool(context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        def report(share: float, stage: str) -> None:
            from_thread.run(context.session.report_progress, share, 1.0, stage)

        stopping = anyio.Event()
        try:
            return await to_thread.run_sync(
                _answer, params, folder, report, stopping, limiter=one_at_a_time, abandon_on_cancel=True
            )
        finally:
            stopping.set()

    return Server(
        "pareidolia",
        version=__version__,
        instructions=overview(),
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _answer(
    params: types.CallToolRequestParams, folder: Path, report: Report, stopping: anyio.Event
) -> types.CallToolResult:
    """Run a tool; what it refuses is said in one line."""
    try:
        tool = tools().get(params.name)
        if tool is None:
            raise PareidoliaError(f"there is no tool '{params.name[:60]}'")
        return _run(tool, params.arguments or {}, folder, report, stopping)
    except PareidoliaError as error:
        return _refused(str(error))
    except OSError as error:
        return _refused(f"{error.filename or 'the system'}: {error.strerror or error}")
    except Exception as error:
        return _refused(one_line(error, named=True))


def _run(
    tool: Tool, arguments: Mapping[str, Any], folder: Path, report: Report, stopping: anyio.Event
) -> types.CallToolResult:
    from pareidolia.execution import Execution, Target
    from pareidolia.execution.command_line import command_line
    from pareidolia.requests import Request
    from pareidolia.safety import distrusting

    inputs, settings = tool.parsed(arguments)
    out = _free_name(folder, tool)
    with distrusting("an assistant"):
        request = Request(tool.operation, inputs, tool.operation.settings_type.model_validate(settings))
        execution = Execution(request, Target(out))
        for step in execution:
            if stopping.is_set():
                execution.stop()
            else:
                report(step.fraction, step.stage)
    result = execution.result
    answer = {
        "caption": result.caption,
        "file": str(out) if out is not None and out.exists() else "",
        "command": command_line(request, out.name if out else "", {}),
        "rows": [dict(row) for row in result.rows[:_MOST_ROWS]],
    }
    content: list[Any] = [types.TextContent(type="text", text=json.dumps(answer, default=str, indent=1))]
    if result.picture is not None:
        content.append(_image(result.pil()))
    return types.CallToolResult(content=content)


def _free_name(folder: Path, tool: Tool) -> Path | None:
    """A name in the folder that nothing has yet; None where the operation writes nothing."""
    operation = tool.operation
    if operation.out == "none":
        return None
    folder.mkdir(parents=True, exist_ok=True)
    suffix = {"folder": "", "file": operation.suffixes[0] if operation.suffixes else ""}.get(
        operation.out, ".png"
    )
    number = 1
    while (path := folder / f"{tool.name}-{number}{suffix}").exists():
        number += 1
    return path


def _image(image: Any) -> types.ImageContent:
    """A picture as assistants see it: small, as JPEG."""
    small = image.convert("RGB")
    small.thumbnail((_SHOWN, _SHOWN))
    data = BytesIO()
    small.save(data, "JPEG", quality=88)
    return types.ImageContent(type="image", data=b64encode(data.getvalue()).decode(), mime_type="image/jpeg")


def _refused(why: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=why)], is_error=True)
