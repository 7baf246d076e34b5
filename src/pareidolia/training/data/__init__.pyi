from .opening import (
    open_pictures as open_pictures,
)
from .order import (
    Pictures as Pictures,
)
from .pictureset import (
    PictureSet as PictureSet,
)
