"""Every operation: how one is stated beside its function, and all of them by name. No torch here.

`statement.py` holds the decorator, `listing.py` finds an operation by its name, `index.json` lists the
package's own so that help imports none of them.
"""

from pareidolia.operations.listing import OPERATIONS, find_operation
from pareidolia.operations.statement import (
    BEGIN,
    EXPLORE,
    GROUPS,
    LOOK,
    PAINT,
    TRAIN,
    Input,
    Operation,
    operation,
)

__all__ = [
    "BEGIN",
    "EXPLORE",
    "GROUPS",
    "LOOK",
    "OPERATIONS",
    "PAINT",
    "TRAIN",
    "Input",
    "Operation",
    "find_operation",
    "operation",
]
