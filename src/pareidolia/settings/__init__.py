"""The base of all settings objects, addresses of units, and errors. No torch here."""

from pareidolia.settings.addresses import ClassName, Unit, parse_address
from pareidolia.settings.base import Device, NetworkSettings, OperationSettings, Settings
from pareidolia.settings.comparing import differences
from pareidolia.settings.errors import (
    BadNetwork,
    BadPicture,
    MissingExtra,
    PareidoliaError,
    UnknownName,
    nearest,
)

__all__ = [
    "BadNetwork",
    "BadPicture",
    "ClassName",
    "Device",
    "MissingExtra",
    "NetworkSettings",
    "OperationSettings",
    "PareidoliaError",
    "Settings",
    "Unit",
    "UnknownName",
    "differences",
    "nearest",
    "parse_address",
]
