"""Pictures as files and as tensors: opening, saving, the settings kept inside, resizing, colour, sheets.

A picture is a float32 tensor N×3×H×W in [0, 1], sRGB (N×1×H×W for greyscale, N×4×H×W with alpha).
`reading.py` turns a file into an upright Pillow image within the size limit, `decoding.py` turns that into a
tensor (colour profiles, alpha, 16 bits), `files.py` opens and saves single pictures, `levels.py` opens
thousands; `targets.py` writes files whole or not at all. `videos.py` writes videos, `video_reading.py` reads
them, `frames.py` keeps the frames of one that is being made, `flow.py` computes what moved between two
frames.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
