"""Guards between what files say and what is done: which code runs, which files are read, what is printed.

A picture's record, a run's settings and an atlas come from anywhere. `trust.py` decides which code they may
name, `ordinary.py` which files may be opened, `paths.py` and `portable.py` how a record names files,
`weights_files.py` which files are weights, `terminal.py` what may be printed, `letters.py` how what cannot be
written is spelled. No torch here.
"""

from pareidolia.safety.letters import any_console, folded, spelled
from pareidolia.safety.ordinary import read_text, require_file
from pareidolia.safety.paths import expanded, named_from, reveals_home, way_to, whole
from pareidolia.safety.portable import files_named, located, places, portable
from pareidolia.safety.terminal import printable
from pareidolia.safety.trust import distrusted, distrusting, require_trust, trusting

__all__ = [
    "any_console",
    "distrusted",
    "distrusting",
    "expanded",
    "files_named",
    "folded",
    "located",
    "named_from",
    "places",
    "portable",
    "printable",
    "read_text",
    "require_file",
    "require_trust",
    "reveals_home",
    "spelled",
    "trusting",
    "way_to",
    "whole",
]
