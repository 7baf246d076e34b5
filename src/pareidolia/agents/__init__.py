"""The operations for assistants: tools of the Model Context Protocol, and `llms.txt`.

`tools.py` derives a tool from the statement of each operation, `server.py` serves them over standard input
and output, `overview.py` writes the text that assistants read first (`docs/llms.txt`).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
