"""`python -m pareidolia_lite`."""

import sys

from pareidolia_lite.command import main

sys.exit(main())
