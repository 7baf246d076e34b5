"""`python -m reliability [KIND ...] [--share 1] [--seed N] [--docs FILE]`: kinds of faults, and a table."""

import argparse
import secrets
import sys
from pathlib import Path

from reliability.runner import KINDS, kind_here, table, try_kinds, write_table


def main() -> int:
    """Try the kinds that are named, or all, and print the table; 1 if anything is lost."""
    parser = argparse.ArgumentParser(prog="python -m reliability", description=__doc__)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"of {', '.join(KINDS)}; all by default")
    parser.add_argument("--share", type=float, default=1.0, help="how much of each kind is tried, up to 1")
    parser.add_argument("--seed", type=int, default=None, help="of all chance; printed")
    parser.add_argument("--at-once", type=int, default=3, help="kinds that are tried beside each other")
    parser.add_argument("--docs", type=Path, default=None, help="a Markdown file whose table is replaced")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    seed = secrets.randbelow(10**9) if options.seed is None else options.seed
    unknown = [kind for kind in options.kinds if kind not in KINDS]
    if unknown:
        parser.error(f"there is no kind {unknown[0]}: there are {', '.join(KINDS)}")
    if options.here:
        kind_here(options.kinds[0], seed, options.share)
        return 0
    print(f"seed {seed}", flush=True)
    rows = try_kinds(options.kinds or KINDS, seed, options.share, options.at_once)
    print(table(rows))
    if options.docs is not None:
        write_table(options.docs, rows, seed, options.share)
    return 1 if any(row.lost for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
