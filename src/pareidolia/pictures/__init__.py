"""Pictures as files and as tensors: opening, saving, the settings kept inside, resizing, colour, sheets.

A picture is a float32 tensor N×3×H×W in [0, 1], sRGB (N×1×H×W for greyscale, N×4×H×W with alpha).
`reading.py` turns a file into an upright Pillow image within the size limit, `decoding.py` turns that into a
tensor (colour profiles, alpha, 16 bits), `files.py` is what everyone calls, `levels.py` who opens thousands;
`targets.py` writes files whole or not at all. `films.py` writes films, `film_reading.py` reads them,
`frames.py` keeps those in the making, `flow.py` tells what moved between two frames.
"""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports

if TYPE_CHECKING:
    from pareidolia.pictures.accepting import PictureLike, PicturesLike, as_picture, as_pictures, check_range
    from pareidolia.pictures.colour import (
        from_oklch,
        from_yiq,
        luminance,
        over_white,
        split_alpha,
        symmetric,
        to_yiq,
    )
    from pareidolia.pictures.figures import check_plots, figure_picture, new_figure
    from pareidolia.pictures.files import open_picture, save_picture
    from pareidolia.pictures.film_reading import Film, is_film
    from pareidolia.pictures.films import write_film
    from pareidolia.pictures.flow import carried, optical_flow, trusted
    from pareidolia.pictures.folders import PictureFiles, find_pictures
    from pareidolia.pictures.frames import FilmFrames, FrameFolder
    from pareidolia.pictures.levels import from_levels, open_levels
    from pareidolia.pictures.masks import as_mask
    from pareidolia.pictures.records import read_record
    from pareidolia.pictures.resizing import check_shorter_side, fit, resize, resize_picture, size_of
    from pareidolia.pictures.samples import sample_names, sample_painting, sample_photo
    from pareidolia.pictures.sheets import sheet
    from pareidolia.pictures.targets import check_target, write_atomically

# No module here bears the name of a function it holds: importing it would hide the function.
__all__ = [
    "Film",
    "FilmFrames",
    "FrameFolder",
    "PictureFiles",
    "PictureLike",
    "PicturesLike",
    "as_mask",
    "as_picture",
    "as_pictures",
    "carried",
    "check_plots",
    "check_range",
    "check_shorter_side",
    "check_target",
    "figure_picture",
    "find_pictures",
    "fit",
    "from_levels",
    "from_oklch",
    "from_yiq",
    "is_film",
    "luminance",
    "new_figure",
    "open_levels",
    "open_picture",
    "optical_flow",
    "over_white",
    "read_record",
    "resize",
    "resize_picture",
    "sample_names",
    "sample_painting",
    "sample_photo",
    "save_picture",
    "sheet",
    "size_of",
    "split_alpha",
    "symmetric",
    "to_yiq",
    "trusted",
    "write_atomically",
    "write_film",
]
__getattr__ = lazy_exports(
    __name__,
    {
        "Film": "film_reading",
        "FilmFrames": "frames",
        "FrameFolder": "frames",
        "PictureFiles": "folders",
        "PictureLike": "accepting",
        "PicturesLike": "accepting",
        "as_mask": "masks",
        "as_picture": "accepting",
        "as_pictures": "accepting",
        "carried": "flow",
        "check_plots": "figures",
        "check_range": "accepting",
        "check_shorter_side": "resizing",
        "check_target": "targets",
        "figure_picture": "figures",
        "find_pictures": "folders",
        "fit": "resizing",
        "from_oklch": "colour",
        "from_yiq": "colour",
        "is_film": "film_reading",
        "luminance": "colour",
        "new_figure": "figures",
        "from_levels": "levels",
        "open_levels": "levels",
        "open_picture": "files",
        "optical_flow": "flow",
        "over_white": "colour",
        "read_record": "records",
        "resize": "resizing",
        "resize_picture": "resizing",
        "sample_names": "samples",
        "sample_painting": "samples",
        "sample_photo": "samples",
        "save_picture": "files",
        "sheet": "sheets",
        "size_of": "resizing",
        "split_alpha": "colour",
        "symmetric": "colour",
        "to_yiq": "colour",
        "trusted": "flow",
        "write_atomically": "targets",
        "write_film": "films",
    },
)
