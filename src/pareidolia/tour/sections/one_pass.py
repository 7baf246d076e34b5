"""The speed-up: the same photo in many styles, each in one pass, with its time beside the optimiser's."""

import time
from collections.abc import Iterator
from pathlib import Path

from pareidolia.pictures.samples import PAINTINGS
from pareidolia.tour.drawing import figures_table
from pareidolia.tour.guide import Exhibit, Guide


def tell(guide: Guide) -> Iterator[Exhibit]:
    """The photo in the user's style and in the shipped ones, and seconds a picture."""
    shipped = [f"sample:{path.stem}" for path in sorted(PAINTINGS.glob("*.jpg"))]
    styles = list(dict.fromkeys([guide.settings.painting, *shipped]))[:6]
    times = []
    for number, painting in enumerate(styles, 1):
        inputs = {"content": guide.photo, "styles": (painting,)}
        request = guide.request("brush", inputs, size=guide.settings.large)
        began = time.perf_counter()
        picture = guide.make(request)
        times.append(time.perf_counter() - began)
        values = {"style": _style_name(guide, painting)}
        yield guide.keep(f"pass{number}", request, picture, caption="pass", span=4, values=values)
    # The first pass also reads the network from the disk.
    yield guide.draw("times", _times(guide, sorted(times[1:])[len(times[1:]) // 2]))


def _style_name(guide: Guide, painting: str) -> str:
    """The name of a shipped style in the tour's language, or of the user's file."""
    sample = painting.removeprefix("sample:")
    return guide.words.note("speed", sample) if sample != painting else Path(painting).stem


def _times(guide: Guide, one_pass: float) -> str:
    note, number = guide.words.note, guide.words.number
    rows = [[note("speed", "pass"), number(one_pass, 2), ""]]
    if "blend" in guide.measured:
        steps = guide.measured["blend"]
        rows = [[note("speed", "steps"), number(steps, 1), number(steps / one_pass)], [*rows[0][:2], "1"]]
    return figures_table([note("speed", "way"), note("speed", "seconds"), note("speed", "times")], rows)
