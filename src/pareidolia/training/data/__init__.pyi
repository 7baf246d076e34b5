from .given import (
    as_picture_set as as_picture_set,
)
from .opening import (
    open_pictures as open_pictures,
)
from .order import (
    Pictures as Pictures,
)
from .pictureset import (
    PictureSet as PictureSet,
)
