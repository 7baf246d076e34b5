"""Networks of timm's form on the Hugging Face hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pareidolia.networks.sources import from_timm
from pareidolia.safety.trust import require_trust
from pareidolia.settings.installing import with_extra
from pareidolia.settings.network_sources import network_source

if TYPE_CHECKING:
    from pareidolia.networks.sources.origin import Origin


@network_source(
    "hf-hub",
    help=f"Networks of timm's form on the Hugging Face hub; {with_extra('timm')} installs what reads them.",
    forms=("hf-hub:OWNER/NAME",),
)
def build(name: str, weights: str, class_count: int | None) -> Origin:
    """The network of the repository `name` (OWNER/NAME, or OWNER/NAME@REVISION); see `from_timm.build`."""
    require_trust(f"hf-hub:{name}", what="a network of a hub", done="fetched")
    return from_timm.build(f"{from_timm.HUB}{name}", weights, class_count)
