"""`llms.txt`: what assistants read first, made of the operations' statements. No torch here."""

from collections.abc import Iterator

from pareidolia.execution.functions import function_name
from pareidolia.operations import GROUPS, OPERATIONS, Operation
from pareidolia.settings.installing import install_line

_HEAD = f"""\
# Pareidolia

> A Python library and command line that look inside neural networks and make pictures with them: feature
> visualization, attribution, Deep Dream, activation atlases, style transfer, small generative models. It runs
> on a CPU; small networks come with it.

Install: `{install_line("tour")}`; `[studio]` adds a local page, `[mcp]` the tools for assistants.

- Pictures are files, or samples: `sample:chelsea`, `sample:coffee`, `sample:astronaut` (photos),
  `sample:waves`, `sample:ink`, `sample:strokes`, `sample:mosaic`, `sample:rectangles` (paintings).
- `--out FILE` is where a result goes; nothing is overwritten without `--overwrite`. `--json` prints numbers.
- Each picture carries how it was made: `pareidolia again PICTURE` makes it once more, with changed options if
  any are given.
- Bad input is one line on standard error and exit code 2. `pareidolia COMMAND --help` lists every option.
- In Python each command is a function of the same name, `pareidolia.NAME(inputs, **settings)`; it gives a
  `Result` with `picture`, `caption`, `rows` and `save(path)`.
- `pareidolia mcp` serves every operation as a tool of the Model Context Protocol; `pareidolia studio` opens a
  page with an HTTP API (`/openapi.json`).
"""
_PAGES = """\
## Documentation

- [Design](design.md): how it is built and why
- [Style transfer](style.md), [Deep Dream](dreaming.md), [Attribution](attribution.md),
  [Features](features.md)
- [Activation atlases](atlas.md), [Generative models](generative.md), [Networks](networks.md)
- [The studio](studio.md): the page, its API, ComfyUI nodes and the MCP server
- [Reference](reference/index.md): the Python API
"""


def overview() -> str:
    """The text, as `docs/llms.txt` holds it."""
    return "\n".join([_HEAD, *_groups(), _PAGES])


def _groups() -> Iterator[str]:
    for group in GROUPS:
        listed = [each for each in OPERATIONS.own.values() if each.group == group]
        if listed:
            lines = "\n".join(map(_line, listed))
            yield f"## {group}\n\n{lines}\n"


def _line(operation: Operation) -> str:
    given = " ".join(
        f"[{each.name.upper()}]" if not each.required else f"{each.name.upper()}{'...' if each.many else ''}"
        for each in operation.inputs
        if not each.keyword
    )
    method = (
        f" --method {operation.method}" if operation.method and operation.command != operation.name else ""
    )
    words = " ".join(part for part in ("pareidolia", operation.command, given) if part)
    return f"- `{words}{method}`, `pareidolia.{function_name(operation)}`: {operation.line}"
