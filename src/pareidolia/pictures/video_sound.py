"""The sound of a video, copied into another packet by packet: nothing of it is decoded."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

from pareidolia.pictures.video_containers import opened_video, until_broken
from pareidolia.pictures.video_reading import Video, is_video


class Sound:
    """The sound of a video on its way into another file; `notes` says what of it is left out.

    Args:
        source: the video's container; None has no sound.
        target: the container that it goes to.
        start: when the first frame is shown, in seconds of the source's clock.
        end: how many seconds of it are wanted.
    """

    def __init__(self, source: Any, target: Any, start: Fraction, end: Fraction) -> None:
        self._target, self._start, self._end = target, start, end
        given = () if source is None else source.streams.audio
        able = [stream for stream in given if _codec(stream) in target.supported_codecs]
        others = sorted({_codec(stream) for stream in given if stream not in able})
        self.notes = tuple(f"the sound ({name}) is left out: an MP4 cannot hold it" for name in others)
        self._streams = {stream.index: target.add_stream_from_template(stream) for stream in able}
        self._packets = self._wanted(source.demux(*able)) if able else iter(())
        self._ahead: Any = next(self._packets, None)

    def copy_until(self, time: Fraction) -> None:
        """Copy what is heard up to `time`, in seconds from the first frame."""
        while self._ahead is not None and self._ahead.pts * self._ahead.time_base <= time:
            self._target.mux(self._ahead)
            self._ahead = next(self._packets, None)

    def _wanted(self, packets: Iterator[Any]) -> Iterator[Any]:
        """The packets that are heard between start and end, on the target's clock."""
        for packet in until_broken(packets):
            if packet.pts is None or packet.dts is None:
                continue
            shift = round(self._start / packet.time_base)
            begins, lasts = packet.pts - shift, packet.duration or 0
            # What ends where the first frame begins is not heard, but decoders run up on it.
            if begins + lasts < 0 or begins * packet.time_base >= self._end:
                continue
            packet.pts, packet.dts = begins, packet.dts - shift
            packet.stream = self._streams[packet.stream_index]
            yield packet


@contextmanager
def sound_of(video: Video | None, target: Any, end: Fraction) -> Iterator[Sound]:
    """The sound of a video as it goes into `target`, up to `end` seconds; none of an animation."""
    if video is None or not is_video(video.path):
        yield Sound(None, target, Fraction(0), end)
        return
    with opened_video(video.path) as (source, _):
        yield Sound(source, target, video.start, end)


def has_sound(video: Video) -> bool:
    """Whether a video has sound."""
    if not is_video(video.path):
        return False
    with opened_video(video.path) as (source, _):
        return bool(source.streams.audio)


def _codec(stream: Any) -> str:
    return str(stream.codec_context.codec.canonical_name)
