"""The application: which commands there are, and how errors are told."""

import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError, Parameter
from pydantic import ValidationError

import pareidolia
from pareidolia.cli.again import again
from pareidolia.cli.doctor import doctor
from pareidolia.cli.dream import dream
from pareidolia.cli.inspection import deconvnet, faithfulness, saliency
from pareidolia.cli.networks import networks
from pareidolia.cli.style import style
from pareidolia.cli.style_figures import style_figures
from pareidolia.cli.tour import tour
from pareidolia.cli.training import train
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
for command in (
    style,
    style_figures,
    dream,
    saliency,
    deconvnet,
    faithfulness,
    train,
    networks,
    again,
    tour,
    doctor,
):
    app.command(command)


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
    print(f"pareidolia: {' '.join(message.split())}", file=sys.stderr)
    return 2


def _validation_line(error: ValidationError) -> str:
    return "; ".join(_told(e["loc"], e["msg"], e["input"]) for e in error.errors())


def _told(place: tuple[int | str, ...], message: str, given: object) -> str:
    reason = message.removeprefix("Value error, ")
    if not place:
        return reason
    option = f"--{str(place[0]).replace('_', '-')}"
    return f"{option}: {reason[0].lower()}{reason[1:]}, not '{given}'"
