from .addresses import (
    ClassName as ClassName,
)
from .addresses import (
    Position as Position,
)
from .addresses import (
    Unit as Unit,
)
from .addresses import (
    check_channel as check_channel,
)
from .addresses import (
    parse_address as parse_address,
)
from .addresses import (
    parse_unit as parse_unit,
)
from .base import (
    Device as Device,
)
from .base import (
    NetworkSettings as NetworkSettings,
)
from .base import (
    OperationSettings as OperationSettings,
)
from .base import (
    Padding as Padding,
)
from .base import (
    Pooling as Pooling,
)
from .base import (
    Settings as Settings,
)
from .comparing import (
    differences as differences,
)
from .errors import (
    BadData as BadData,
)
from .errors import (
    BadFile as BadFile,
)
from .errors import (
    BadNetwork as BadNetwork,
)
from .errors import (
    BadPicture as BadPicture,
)
from .errors import (
    BadRecord as BadRecord,
)
from .errors import (
    BadSetting as BadSetting,
)
from .errors import (
    BadTarget as BadTarget,
)
from .errors import (
    InUse as InUse,
)
from .errors import (
    MissingExtra as MissingExtra,
)
from .errors import (
    NotTrusted as NotTrusted,
)
from .errors import (
    PareidoliaError as PareidoliaError,
)
from .errors import (
    PareidoliaWarning as PareidoliaWarning,
)
from .errors import (
    UnknownName as UnknownName,
)
from .errors import (
    Unsuited as Unsuited,
)
from .errors import (
    check_kind as check_kind,
)
from .errors import (
    nearest as nearest,
)
from .errors import (
    one_line as one_line,
)
from .migrations import (
    VERSION as VERSION,
)
from .migrations import (
    migrate as migrate,
)
from .migrations import (
    migrate_state as migrate_state,
)
from .numbers import (
    UnitNumbers as UnitNumbers,
)
from .numbers import (
    read_numbers as read_numbers,
)
