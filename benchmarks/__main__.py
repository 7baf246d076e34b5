"""`python -m benchmarks NAME [--out FOLDER] [options of the comparison]`."""

import argparse
import sys
from importlib import import_module
from pathlib import Path

NOT_COMPARISONS = {"__init__", "__main__", "networks", "pictures", "runner"}


def main() -> int:
    """Run one comparison and print its table."""
    names = sorted(
        path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in NOT_COMPARISONS
    )
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    for name in names:
        module = import_module(f"benchmarks.{name}")
        command = commands.add_parser(name, help=(module.__doc__ or "").splitlines()[0])
        command.add_argument("--out", type=Path, default=Path("runs/benchmarks"), help="where results go")
        module.add_options(command)
        command.set_defaults(compare=module.compare)
    options = parser.parse_args()
    report = options.compare(options)
    report.write(options.out, options.name)
    print(report.markdown())
    return 0


if __name__ == "__main__":
    sys.exit(main())
