"""Paint photos like paintings in one pass, and decode codes to pictures, without torch.

A picture is a float32 array 3×H×W in [0, 1], sRGB, or 4×H×W with alpha. `pictures.py` opens and saves them,
`brush.py` paints, `decoders.py` decodes, `videos.py` paints videos, `command.py` is the command line.
"""

from pareidolia_lite.brush import Brush, Colors
from pareidolia_lite.decoders import Decoder, decoder_names
from pareidolia_lite.errors import LiteError
from pareidolia_lite.pictures import Picture, open_picture, save_picture
from pareidolia_lite.version import __version__

__all__ = [
    "Brush",
    "Colors",
    "Decoder",
    "LiteError",
    "Picture",
    "__version__",
    "decoder_names",
    "open_picture",
    "save_picture",
]
