"""Pictures as files and as tensors: opening, saving, the settings kept inside, resizing, colour, sheets.

A picture is a float32 tensor N×3×H×W in [0, 1], sRGB (N×1×H×W for greyscale, N×4×H×W with alpha).
`reading.py` turns a file into an upright Pillow image within the size limit, `decoding.py` turns that into a
tensor (colour profiles, alpha, 16 bits), `files.py` is what everyone calls, `levels.py` who opens thousands;
`targets.py` writes files whole or not at all. `videos.py` writes videos, `video_reading.py` reads them,
`frames.py` keeps those in the making, `flow.py` tells what moved between two frames.
"""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports

if TYPE_CHECKING:
    from pareidolia.pictures.blurring import gaussian_blur
    from pareidolia.pictures.color import (
        from_oklch,
        from_yiq,
        luminance,
        over_white,
        split_alpha,
        symmetric,
        to_yiq,
    )
    from pareidolia.pictures.figures import check_plots, figure_picture, new_figure
    from pareidolia.pictures.files import PictureLike, as_picture, open_picture, save_picture
    from pareidolia.pictures.flow import carried, optical_flow, trusted
    from pareidolia.pictures.folders import PictureFiles, find_pictures
    from pareidolia.pictures.frames import FrameFolder, VideoFrames
    from pareidolia.pictures.masks import as_mask, as_weights
    from pareidolia.pictures.records import read_record
    from pareidolia.pictures.resizing import check_shorter_side, fit, resize, resize_picture, size_of
    from pareidolia.pictures.samples import sample_names, sample_painting, sample_photo
    from pareidolia.pictures.sheets import sheet
    from pareidolia.pictures.targets import check_target, write_atomically
    from pareidolia.pictures.uint8 import from_uint8, open_uint8
    from pareidolia.pictures.video_reading import Video, is_video
    from pareidolia.pictures.videos import write_video

# No module here bears the name of a function it holds: importing it would hide the function.
__all__ = [
    "FrameFolder",
    "PictureFiles",
    "PictureLike",
    "Video",
    "VideoFrames",
    "as_mask",
    "as_picture",
    "as_weights",
    "carried",
    "check_plots",
    "check_shorter_side",
    "check_target",
    "figure_picture",
    "find_pictures",
    "fit",
    "from_oklch",
    "from_uint8",
    "from_yiq",
    "gaussian_blur",
    "is_video",
    "luminance",
    "new_figure",
    "open_picture",
    "open_uint8",
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
    "write_video",
]
__getattr__ = lazy_exports(
    __name__,
    {
        "Video": "video_reading",
        "VideoFrames": "frames",
        "FrameFolder": "frames",
        "PictureFiles": "folders",
        "PictureLike": "files",
        "as_mask": "masks",
        "as_weights": "masks",
        "as_picture": "files",
        "carried": "flow",
        "check_plots": "figures",
        "check_shorter_side": "resizing",
        "check_target": "targets",
        "figure_picture": "figures",
        "find_pictures": "folders",
        "fit": "resizing",
        "from_oklch": "color",
        "from_yiq": "color",
        "gaussian_blur": "blurring",
        "is_video": "video_reading",
        "luminance": "color",
        "new_figure": "figures",
        "from_uint8": "uint8",
        "open_uint8": "uint8",
        "open_picture": "files",
        "optical_flow": "flow",
        "over_white": "color",
        "read_record": "records",
        "resize": "resizing",
        "resize_picture": "resizing",
        "sample_names": "samples",
        "sample_painting": "samples",
        "sample_photo": "samples",
        "save_picture": "files",
        "sheet": "sheets",
        "size_of": "resizing",
        "split_alpha": "color",
        "symmetric": "color",
        "to_yiq": "color",
        "trusted": "flow",
        "write_atomically": "targets",
        "write_video": "videos",
    },
)
