"""Guards between what files say and what is done: which code runs, which files are read, what is printed.

A picture's record, a run's settings and an atlas come from anywhere. `trust.py` decides which code they may
name, `ordinary.py` which files may be opened, `paths.py` and `portable.py` how a record names files,
`terminal.py` what may be printed. No torch here.
"""

from pareidolia.safety.ordinary import require_file
from pareidolia.safety.paths import expanded, named_from, reveals_home, whole
from pareidolia.safety.portable import files_named, located, places, portable
from pareidolia.safety.terminal import printable
from pareidolia.safety.trust import distrusted, distrusting, require_trust, trusting

__all__ = [
    "distrusted",
    "distrusting",
    "expanded",
    "files_named",
    "located",
    "named_from",
    "places",
    "portable",
    "printable",
    "require_file",
    "require_trust",
    "reveals_home",
    "trusting",
    "whole",
]
