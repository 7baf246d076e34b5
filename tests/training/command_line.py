"""`python -m tests.training.command_line …`: the command line of this checkout, in a process of its own."""

import sys

from pareidolia.cli import main

if __name__ == "__main__":
    sys.exit(main())
