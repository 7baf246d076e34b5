"""The application: which commands there are, and how errors are told."""

import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError, Group, Parameter
from pydantic import ValidationError

import pareidolia
from pareidolia.cli.commands import COMMANDS
from pareidolia.safety import printable
from pareidolia.settings import PareidoliaError

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


def _validation_line(error: ValidationError) -> str:
    return "; ".join(_told(e["loc"], e["msg"], e["input"]) for e in error.errors())


def _told(place: tuple[int | str, ...], message: str, given: object) -> str:
    reason = message.removeprefix("Value error, ")
    if not place:
        return reason
    option = f"--{str(place[0]).replace('_', '-')}"
    return f"{option}: {reason[0].lower()}{reason[1:]}, not '{given}'"
