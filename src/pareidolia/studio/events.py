"""What happens, as it happens, for every page that is open (server-sent events)."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

_ROOM = 256
_SILENCE = 15.0


class Events:
    """Passes what is published to all that listen; who is too slow is asked to look anew."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[str | None]] = set()

    def publish(self, kind: str, **what: Any) -> None:
        """Pass an event to all that listen.

        Args:
            kind: of the event.
            **what: its contents.
        """
        line = encode({"kind": kind, **what})
        for listener in self._listeners:
            if listener.full():
                while not listener.empty():
                    listener.get_nowait()
                listener.put_nowait(encode({"kind": "look anew"}))
            listener.put_nowait(line)

    def close(self) -> None:
        """End all streams."""
        for listener in self._listeners:
            listener.put_nowait(None) if not listener.full() else None

    async def stream(self, first: Mapping[str, Any]) -> AsyncIterator[str]:
        """The events from now on, in the form of `text/event-stream`; a comment in times of silence.

        Args:
            first: an event that comes at once.

        Yields:
            Lines.
        """
        listener: asyncio.Queue[str | None] = asyncio.Queue(_ROOM + 1)
        self._listeners.add(listener)
        try:
            yield encode(first)
            while True:
                try:
                    line = await asyncio.wait_for(listener.get(), _SILENCE)
                except TimeoutError:
                    line = ": still here\n\n"
                if line is None:
                    return
                yield line
        finally:
            self._listeners.discard(listener)


def encode(event: Mapping[str, Any]) -> str:
    """An event as a stream has it."""
    return f"data: {json.dumps(event, default=str)}\n\n"
