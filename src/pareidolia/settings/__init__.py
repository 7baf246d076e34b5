"""The base of all settings objects, addresses of units, and errors. No torch here."""

from pareidolia.settings.addresses import ClassName, Unit, parse_address
from pareidolia.settings.base import Device, NetworkSettings, OperationSettings, Padding, Pooling, Settings
from pareidolia.settings.comparing import differences
from pareidolia.settings.errors import (
    BadNetwork,
    BadPicture,
    MissingExtra,
    PareidoliaError,
    PareidoliaWarning,
    UnknownName,
    nearest,
)
from pareidolia.settings.migrations import VERSION, migrate, migrate_state

__all__ = [
    "VERSION",
    "BadNetwork",
    "BadPicture",
    "ClassName",
    "Device",
    "MissingExtra",
    "NetworkSettings",
    "OperationSettings",
    "Padding",
    "PareidoliaError",
    "PareidoliaWarning",
    "Pooling",
    "Settings",
    "Unit",
    "UnknownName",
    "differences",
    "migrate",
    "migrate_state",
    "nearest",
    "parse_address",
]
