"""The application: which commands there are, and how errors are told."""

import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from cyclopts import App, CycloptsError, Group, Parameter
from pydantic import ValidationError

import pareidolia
from pareidolia.cli.commands import COMMANDS
from pareidolia.safety import printable
from pareidolia.settings import PareidoliaError, PareidoliaWarning

app = App(
    name="pareidolia",
    help="Look inside neural networks and make pictures with them.",
    version=pareidolia.__version__,
    default_parameter=Parameter(consume_multiple=True, negative_iterable=()),
    result_action="return_value",
    # Markdown in help would cost a fifth of a second of imports.
    help_format="plaintext",
)
for title, commands in COMMANDS.items():
    group = Group.create_ordered(title)
    for command in commands:
        app.command(f"pareidolia.cli.{command.place}", name=command.name, help=command.help, group=group)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0, 2 for bad input, 130 when interrupted."""
    with _plain_warnings():
        return _run(arguments)


def _run(arguments: Sequence[str] | None) -> int:
    try:
        result = app(arguments, exit_on_error=False, print_error=False)
    except ValidationError as error:
        return _refuse(_validation_line(error))
    except CycloptsError as error:
        cause = error.__cause__
        return _refuse(_validation_line(cause) if isinstance(cause, ValidationError) else str(error))
    except PareidoliaError as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(f"{error.filename or 'the system'}: {error.strerror or error}")
    except KeyboardInterrupt:
        return 130
    return result if isinstance(result, int) else 0


def _refuse(message: str) -> int:
    print(f"pareidolia: {printable(' '.join(message.split()))}", file=sys.stderr)
    return 2


@contextmanager
def _plain_warnings() -> Iterator[None]:
    """Within it, what `PareidoliaWarning` says is one line, without the place in the code."""
    with warnings.catch_warnings():
        shown = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
            if issubclass(category, PareidoliaWarning):
                print(f"pareidolia: {printable(' '.join(str(message).split()))}", file=sys.stderr)
            else:
                shown(message, category, *place, **more)

        warnings.showwarning = show
        yield


def _validation_line(error: ValidationError) -> str:
    return "; ".join(_told(e["loc"], e["msg"], e["input"]) for e in error.errors())


def _told(place: tuple[int | str, ...], message: str, given: object) -> str:
    reason = message.removeprefix("Value error, ")
    if not place:
        return reason
    option = f"--{str(place[0]).replace('_', '-')}"
    return f"{option}: {reason[0].lower()}{reason[1:]}, not '{given}'"
