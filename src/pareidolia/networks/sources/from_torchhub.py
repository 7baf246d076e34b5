"""Networks of torch.hub: what a repository's hubconf.py makes. Its code runs: the gate of trust applies."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pareidolia.safety.paths import expanded
from pareidolia.safety.trust import require_trust, trusting
from pareidolia.settings.errors import BadNetwork, one_line
from pareidolia.settings.network_sources import network_source

if TYPE_CHECKING:
    from pareidolia.networks.sources.origin import Origin

_HUBCONF = "hubconf.py"
_REPOSITORY = re.compile(r"(?P<owner>[\w.-]+)/(?P<repository>[\w.-]+)(?::(?P<ref>[\w./-]+))?")


@network_source(
    "torchhub",
    help="What the hubconf.py of a repository on GitHub, or of a folder, makes: its code runs.",
    forms=("torchhub:OWNER/REPO:NAME",),
)
def build(name: str, weights: str, class_count: int | None) -> Origin:
    """Call the entry `name` of a hubconf.py.

    Args:
        name: "OWNER/REPOSITORY:NAME", "OWNER/REPOSITORY:REF:NAME" of a branch or tag, or "FOLDER:NAME". What
            torch.hub has in its cache is not fetched again.
        weights: "published" asks the entry for its weights where it can be asked, "random" for none; or the
            path of a file.
        class_count: not used: the entry decides.

    Returns:
        The network.

    Raises:
        BadNetwork: there is no such repository or it cannot be fetched, or the entry fails.
        UnknownName: the hubconf.py has no such entry.
        PareidoliaError: only a file that nobody trusts names it.
    """
    from pareidolia.networks.sources.callables import find_callable, made_by
    from pareidolia.networks.sources.origin import PUBLISHED

    whole = f"torchhub:{name}"
    require_trust(whole)
    repository, _, entry = name.rpartition(":")
    with trusting():
        make = find_callable(str(_folder(repository, whole) / _HUBCONF), entry)
    published = weights == PUBLISHED
    return made_by(lambda: make(**_asking(make, published=published)), whole, weights, called=whole)


def _asking(make: Callable[..., Any], *, published: bool) -> dict[str, Any]:
    """The argument by which hubconf files are asked for weights, where the entry has one."""
    parameters = inspect.signature(make).parameters
    if "pretrained" in parameters:
        return {"pretrained": published}
    return {"weights": "DEFAULT" if published else None} if "weights" in parameters else {}


def _folder(repository: str, whole: str) -> Path:
    """The folder of a repository: the one that is named, or torch.hub's copy, which is fetched if need be."""
    named = expanded(repository) if repository else Path()
    if repository and (named / _HUBCONF).is_file():
        return named
    match = _REPOSITORY.fullmatch(repository)
    if match is None:
        raise BadNetwork(
            f"{whole} names no repository: write torchhub:OWNER/REPOSITORY:NAME, "
            f"or torchhub:FOLDER:NAME of a folder with a {_HUBCONF}"
        )
    return _cached(**match.groupdict()) or _fetched(repository, match.groupdict())


def _cached(owner: str, repository: str, ref: str | None) -> Path | None:
    """Where torch.hub keeps the repository; None if it does not have it."""
    from torch import hub

    refs = ("main", "master") if ref is None else (ref.replace("/", "_"),)
    folders = (Path(hub.get_dir()) / f"{owner}_{repository}_{each}" for each in refs)
    return next((folder for folder in folders if (folder / _HUBCONF).is_file()), None)


def _fetched(repository: str, parts: dict[str, str | None]) -> Path:
    from torch import hub

    reason = f"it has no {_HUBCONF}"
    try:
        hub.list(repository, trust_repo=True, verbose=False)  # type: ignore[no-untyped-call]
    except Exception as error:  # the client's, the system's, or the repository's own
        reason = one_line(error)
    found = _cached(**parts)  # type: ignore[arg-type]
    if found is None:
        raise BadNetwork(
            f"torchhub:{repository} could not be fetched ({reason}): download the repository elsewhere and "
            "name its folder as torchhub:FOLDER:NAME"
        )
    return found
