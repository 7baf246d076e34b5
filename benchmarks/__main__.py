"""`python -m benchmarks NAME | all | page [--out FOLDER] [options]`."""

import argparse
import sys
from importlib import import_module
from pathlib import Path

from benchmarks import everything, page
from benchmarks.everything import comparisons


def main() -> int:
    """Run one comparison and print its table; or run all; or write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    for name, module in (("all", everything), ("page", page)):
        command = _command(commands, name, module.__doc__)
        module.add_options(command)
        command.set_defaults(run=module.run)
    # A comparison imports torch and peers: only the one that is asked for.
    asked = [name for name in comparisons() if name in sys.argv[1:2]] or comparisons()
    for name in asked if sys.argv[1:2] not in (["all"], ["page"]) else ():
        comparison = import_module(f"benchmarks.{name}")
        command = _command(commands, name, comparison.__doc__)
        comparison.add_options(command)
        command.set_defaults(compare=comparison.compare)
    options = parser.parse_args()
    if "run" in options:
        return int(options.run(options))
    report = options.compare(options)
    part = getattr(options, "part", None)
    report.write(options.out, options.name if part is None else f"{options.name}_{part}")
    print(report.markdown())
    return 0


def _command(commands: argparse._SubParsersAction, name: str, about: str | None) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=(about or "").splitlines()[0])
    command.add_argument("--out", type=Path, default=Path("runs/benchmarks"), help="where results go")
    return command


if __name__ == "__main__":
    sys.exit(main())
