"""The Hugging Face hub's client without its minute of retries, and without its lines about each of them."""

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlparse
from urllib.request import getproxies


@contextmanager
def hub_client() -> Iterator[None]:
    """Within it the client is silent, and looks into its cache alone where the hub cannot be reached."""
    logger = logging.getLogger("huggingface_hub")
    level, offline = logger.level, _Offline()
    logger.setLevel(logging.CRITICAL)
    try:
        offline.switch_where_unreachable()
        yield
    finally:
        logger.setLevel(level)
        offline.restore()


class _Offline:
    """The client's own switch, as HF_HUB_OFFLINE sets it."""

    def __init__(self) -> None:
        self._constants: Any = None

    def switch_where_unreachable(self) -> None:
        try:
            from huggingface_hub import constants
        except ImportError:  # an older timm's own matter
            return
        if not constants.HF_HUB_OFFLINE and not _reachable(str(constants.ENDPOINT)):
            self._constants, constants.HF_HUB_OFFLINE = constants, True

    def restore(self) -> None:
        if self._constants is not None:
            self._constants.HF_HUB_OFFLINE = False


def _reachable(address: str) -> bool:
    """Whether the name of a host is known; through a proxy nobody can say."""
    if getproxies():
        return True
    try:
        socket.getaddrinfo(urlparse(address).hostname, None)
    except OSError:
        return False
    return True
