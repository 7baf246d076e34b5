from .accepting import (
    PictureLike as PictureLike,
)
from .accepting import (
    PicturesLike as PicturesLike,
)
from .accepting import (
    as_picture as as_picture,
)
from .accepting import (
    as_pictures as as_pictures,
)
from .accepting import (
    check_range as check_range,
)
from .blurring import (
    gaussian_blur as gaussian_blur,
)
from .color import (
    from_oklch as from_oklch,
)
from .color import (
    from_yiq as from_yiq,
)
from .color import (
    luminance as luminance,
)
from .color import (
    over_white as over_white,
)
from .color import (
    split_alpha as split_alpha,
)
from .color import (
    symmetric as symmetric,
)
from .color import (
    to_yiq as to_yiq,
)
from .figures import (
    check_plots as check_plots,
)
from .figures import (
    figure_picture as figure_picture,
)
from .figures import (
    new_figure as new_figure,
)
from .files import (
    open_picture as open_picture,
)
from .files import (
    save_picture as save_picture,
)
from .flow import (
    carried as carried,
)
from .flow import (
    followed as followed,
)
from .flow import (
    optical_flow as optical_flow,
)
from .flow import (
    trusted as trusted,
)
from .folders import (
    PictureFiles as PictureFiles,
)
from .folders import (
    find_pictures as find_pictures,
)
from .frames import (
    FrameByFrame as FrameByFrame,
)
from .frames import (
    FrameFolder as FrameFolder,
)
from .frames import (
    VideoFrames as VideoFrames,
)
from .masks import (
    as_mask as as_mask,
)
from .masks import (
    as_weights as as_weights,
)
from .records import (
    read_record as read_record,
)
from .resizing import (
    check_shorter_side as check_shorter_side,
)
from .resizing import (
    fit as fit,
)
from .resizing import (
    resize as resize,
)
from .resizing import (
    resize_picture as resize_picture,
)
from .resizing import (
    size_of as size_of,
)
from .samples import (
    sample_names as sample_names,
)
from .samples import (
    sample_painting as sample_painting,
)
from .samples import (
    sample_photo as sample_photo,
)
from .sheets import (
    sheet as sheet,
)
from .targets import (
    check_target as check_target,
)
from .targets import (
    write_atomically as write_atomically,
)
from .uint8 import (
    from_uint8 as from_uint8,
)
from .uint8 import (
    open_uint8 as open_uint8,
)
from .video_pace import (
    Pace as Pace,
)
from .video_reading import (
    Video as Video,
)
from .video_reading import (
    is_moving as is_moving,
)
from .video_reading import (
    is_video as is_video,
)
from .videos import (
    write_video as write_video,
)
