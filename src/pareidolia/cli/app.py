"""The application: which commands there are, and how errors are reported."""

import os
import select
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from cyclopts import App, CycloptsError, Group, Parameter

from pareidolia.cli.listing import AGAIN, OTHERS, SUBJECTS
from pareidolia.cli.printing import complain
from pareidolia.operations import GROUPS, OPERATIONS, PAINT, Operation
from pareidolia.safety import any_console
from pareidolia.settings import BadFile, BadSetting, PareidoliaError, PareidoliaWarning
from pareidolia.version import __version__

#: What shells call a program that SIGPIPE ended.
_NOBODY_READS = 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    It is 0, 2 for bad input, 130 when interrupted, and 141 when nobody reads what is printed.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    with any_console(), _plain_warnings():
        return _run(words)


def _run(words: list[str]) -> int:
    try:
        result = application(words)(words, exit_on_error=False, print_error=False)
        print(end="", flush=True)
    except CycloptsError as error:
        return _refuse(_validation_line(error.__cause__) or str(error), BadSetting)
    except PareidoliaError as error:
        return _refuse(str(error), type(error))
    except OSError as error:
        if isinstance(error, BrokenPipeError) and _nobody_reads():
            return _NOBODY_READS
        return _refuse(f"{error.filename or 'the system'}: {error.strerror or error}", BadFile)
    except ValueError as error:  # after OSError: some are both
        line = _validation_line(error)
        if line is None:
            raise
        return _refuse(line, BadSetting)
    except KeyboardInterrupt:
        return 130
    return result if isinstance(result, int) else 0


def _nobody_reads() -> bool:
    """Whether standard output's reader left, as `head` does; nothing more is then written, also at exit."""
    try:
        output = sys.stdout.fileno()
        watched = select.poll()
    except (OSError, AttributeError):  # a stream that is no file; Windows
        return False
    watched.register(output, select.POLLOUT)
    if not any(event & select.POLLERR for _, event in watched.poll(0)):
        return False
    os.dup2(os.open(os.devnull, os.O_WRONLY), output)
    return True


def application(words: Sequence[str]) -> App:
    """The application for these words: the command they name whole, of all others their line of help."""
    app = App(
        name="pareidolia",
        help="Look inside neural networks and make pictures with them.",
        version=__version__,
        default_parameter=Parameter(consume_multiple=True, negative_iterable=()),
        result_action="return_value",
        suppress_keyboard_interrupt=False,  # `main` gives it its exit code
        # Markdown in help would cost a fifth of a second of imports.
        help_format="plaintext",
    )
    groups = {title: Group.create_ordered(title) for title in GROUPS}
    subjects: dict[str, App] = {}
    for name, (title, line) in SUBJECTS.items():
        subjects[name] = App(name=name, help=line, group=groups[title])
        app.command(subjects[name])
    for command, operations in sorted(commands().items(), key=_order):
        subject, _, rest = command.rpartition(" ")
        within = subjects.get(subject, app)
        first = next(iter(operations.values()))
        group = groups.setdefault(first.group, Group.create_ordered(first.group))
        asked = tuple(words[: command.count(" ") + 1]) == tuple(command.split())
        call = _command_for(operations, words) if asked else _unasked
        line = (call.__doc__ if asked else None) or first.line
        within.command(call, name=rest, help=line, group=group if within is app else None)
    painting_again = _again_command(words) if words[:1] == ["again"] else _unasked
    app.command(painting_again, name="again", help=AGAIN, group=groups[PAINT])
    for command, (title, place, line) in OTHERS.items():
        subject, _, rest = command.rpartition(" ")
        within = subjects.get(subject, app)
        within.command(
            f"pareidolia.cli.{place}", name=rest, help=line, group=groups[title] if within is app else None
        )
    return app


def commands() -> dict[str, dict[str, Operation]]:
    """The operations of each command, by what --method calls them; most have one."""
    found: dict[str, dict[str, Operation]] = {}
    for operation in OPERATIONS.values():
        found.setdefault(operation.command, {})[operation.method] = operation
    return found


def all_commands() -> Iterator[tuple[str, str, str]]:
    """Group, name and line of help of every command."""
    yield from ((title, name, line) for name, (title, line) in SUBJECTS.items())
    yield PAINT, "again", AGAIN
    yield from ((title, name, line) for name, (title, _, line) in OTHERS.items())
    for name, operations in commands().items():
        first = next(iter(operations.values()))
        yield first.group, name, first.line


def _order(entry: tuple[str, Mapping[str, Operation]]) -> int:
    """The position of a command's group; within it commands keep the order of the index."""
    group = next(iter(entry[1].values())).group
    return GROUPS.index(group) if group in GROUPS else len(GROUPS)


def _command_for(operations: Mapping[str, Operation], words: Sequence[str]) -> Callable[..., Any]:
    """The command of operations; what it is made with takes an eighth of a second to import."""
    from pareidolia.cli.deriving import command_for

    return command_for(operations, words)


def _again_command(words: Sequence[str]) -> Any:
    from pareidolia.cli.again import again_command

    return again_command(words)


def _unasked() -> None:
    """A command that these words do not call."""


def _refuse(message: str, kind: type[PareidoliaError]) -> int:
    complain(message, kind)
    return 2


@contextmanager
def _plain_warnings() -> Iterator[None]:
    """Within it, a `PareidoliaWarning` is one line, without the place in the code."""
    with warnings.catch_warnings():
        shown = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
            if issubclass(category, PareidoliaWarning):
                complain(str(message))
            else:
                shown(message, category, *place, **more)

        warnings.showwarning = show
        yield


def _validation_line(error: BaseException | None) -> str | None:
    """What pydantic found wrong with options, each by its name; None of other errors."""
    from pydantic import ValidationError

    if not isinstance(error, ValidationError):
        return None
    return "; ".join(_in_words(e["loc"], e["msg"], e["input"]) for e in error.errors())


def _in_words(place: tuple[int | str, ...], message: str, given: object) -> str:
    reason = message.removeprefix("Value error, ")
    if not place:
        return reason
    option = f"--{str(place[0]).replace('_', '-')}"
    return f"{option}: {reason[0].lower()}{reason[1:]}, not '{given}'"
