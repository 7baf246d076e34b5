"""`python -m pareidolia` is the command line too."""

import sys

from pareidolia.cli import main

if __name__ == "__main__":
    sys.exit(main())
