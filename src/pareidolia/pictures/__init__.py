"""Pictures as files and as tensors: opening, saving, the settings kept inside, resizing, colour, sheets.

A picture is a float32 tensor N×3×H×W in [0, 1], sRGB (N×1×H×W for greyscale, N×4×H×W with alpha).
`reading.py` turns a file into an upright Pillow image within the size limit, `decoding.py` turns that into a
tensor (colour profiles, alpha, 16 bits), `files.py` is what everyone calls; `targets.py` writes files whole
or not at all.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pareidolia.pictures.colour import from_yiq as from_yiq
    from pareidolia.pictures.colour import luminance as luminance
    from pareidolia.pictures.colour import over_white as over_white
    from pareidolia.pictures.colour import split_alpha as split_alpha
    from pareidolia.pictures.colour import symmetric as symmetric
    from pareidolia.pictures.colour import to_yiq as to_yiq
    from pareidolia.pictures.files import PictureLike as PictureLike
    from pareidolia.pictures.files import as_picture as as_picture
    from pareidolia.pictures.files import open_picture as open_picture
    from pareidolia.pictures.files import save_picture as save_picture
    from pareidolia.pictures.records import read_record as read_record
    from pareidolia.pictures.resizing import fit as fit
    from pareidolia.pictures.resizing import resize as resize
    from pareidolia.pictures.resizing import resize_picture as resize_picture
    from pareidolia.pictures.samples import sample_names as sample_names
    from pareidolia.pictures.samples import sample_painting as sample_painting
    from pareidolia.pictures.samples import sample_photo as sample_photo
    from pareidolia.pictures.sheets import sheet as sheet
    from pareidolia.pictures.targets import check_target as check_target
    from pareidolia.pictures.targets import write_atomically as write_atomically

# No module here bears the name of a function it holds: importing it would hide the function.
_HOMES = {
    "PictureLike": "files",
    "as_picture": "files",
    "check_target": "targets",
    "fit": "resizing",
    "from_yiq": "colour",
    "luminance": "colour",
    "open_picture": "files",
    "over_white": "colour",
    "read_record": "records",
    "resize": "resizing",
    "resize_picture": "resizing",
    "sample_names": "samples",
    "sample_painting": "samples",
    "sample_photo": "samples",
    "save_picture": "files",
    "sheet": "sheets",
    "split_alpha": "colour",
    "symmetric": "colour",
    "to_yiq": "colour",
    "write_atomically": "targets",
}
__all__ = [
    "PictureLike",
    "as_picture",
    "check_target",
    "fit",
    "from_yiq",
    "luminance",
    "open_picture",
    "over_white",
    "read_record",
    "resize",
    "resize_picture",
    "sample_names",
    "sample_painting",
    "sample_photo",
    "save_picture",
    "sheet",
    "split_alpha",
    "symmetric",
    "to_yiq",
    "write_atomically",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that importing the room costs no torch."""
    if name not in _HOMES:
        raise AttributeError(f"module 'pareidolia.pictures' has no attribute '{name}'")
    return getattr(import_module(f"pareidolia.pictures.{_HOMES[name]}"), name)
