"""How a source is stated; settings hold what is stated, as the option that names a network reads it."""

from pareidolia.settings.network_sources import network_source

__all__ = ["network_source"]
