"""The base of all settings objects, addresses of units, and errors. No torch here."""

from pareidolia.settings.addresses import ClassName, Position, Unit, check_channel, parse_address, parse_unit
from pareidolia.settings.base import (
    Device,
    NetworkSettings,
    OperationSettings,
    Padding,
    Pooling,
    Settings,
    describe_sources,
)
from pareidolia.settings.comparing import differences
from pareidolia.settings.errors import (
    BadData,
    BadFile,
    BadNetwork,
    BadPicture,
    BadRecord,
    BadSetting,
    BadTarget,
    InUse,
    MissingExtra,
    NotTrusted,
    PareidoliaError,
    PareidoliaWarning,
    UnknownName,
    Unsuited,
    check_kind,
    nearest,
    one_line,
)
from pareidolia.settings.migrations import VERSION, migrate, migrate_state
from pareidolia.settings.numbers import UnitNumbers, read_numbers

__all__ = [
    "VERSION",
    "BadData",
    "BadFile",
    "BadNetwork",
    "BadPicture",
    "BadRecord",
    "BadSetting",
    "BadTarget",
    "ClassName",
    "Device",
    "InUse",
    "MissingExtra",
    "NetworkSettings",
    "NotTrusted",
    "OperationSettings",
    "Padding",
    "PareidoliaError",
    "PareidoliaWarning",
    "Pooling",
    "Position",
    "Settings",
    "Unit",
    "UnitNumbers",
    "UnknownName",
    "Unsuited",
    "check_channel",
    "check_kind",
    "differences",
    "migrate",
    "migrate_state",
    "nearest",
    "one_line",
    "parse_address",
    "parse_unit",
    "read_numbers",
]

# Last: the sources' own files import settings.
describe_sources()
