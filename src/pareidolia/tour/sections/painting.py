"""Artistic style: content, style, and their blend."""

import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from torch import Tensor

from pareidolia.networks import load_network
from pareidolia.painting import Painting
from pareidolia.pictures import as_picture, over_white
from pareidolia.requests import Request
from pareidolia.tour.drawing import line_plot
from pareidolia.tour.guide import NETWORK, Exhibit, Guide


def _pair(guide: Guide) -> dict[str, Any]:
    return {"content": guide.photo, "styles": (guide.settings.painting,)}


def tell_content(guide: Guide) -> Iterator[Exhibit]:
    """The photo painted back from each of five layers alone."""
    size, steps = guide.pace(192, 128), guide.pace(200, 100)
    yield guide.show("layers", "invert", {"photo": guide.photo}, size=size, steps=steps)


def tell_style(guide: Guide) -> Iterator[Exhibit]:
    """The painting, and textures from the Gram matrices of its first layers."""
    size, steps = guide.pace(256, 160), guide.pace(150, 60)
    layers = load_network(NETWORK).style_layers
    painting = over_white(as_picture(guide.settings.painting, size=size))
    yield guide.keep_plain("painting", painting, span=3)
    for count in (1, 3, 5):
        options: dict[str, Any] = {"match": ["gram"], "balance": "relative", "content_weight": 0.0}
        options |= {"smoothness": 0.0, "color_smoothness": 0.0, "start": "noise", "coarse_to_fine": False}
        yield guide.show(
            f"texture{count}",
            "style",
            _pair(guide),
            span=3,
            style_layers=layers[:count],
            size=size,
            steps=steps,
            **options,
        )


def tell_blend(guide: Guide) -> Iterator[Exhibit]:
    """The photo painted like the painting, with the canvas at the end of every size, and the losses."""
    request = _blend(guide)
    painting = request.begin()
    for name, source in (("photo", guide.photo), ("painting", guide.settings.painting)):
        shown = over_white(as_picture(source, size=guide.settings.large))
        yield guide.keep_plain(name, shown, span=guide.pace(6, 4))
    losses: dict[str, list[float]] = defaultdict(list)
    marks: dict[str, int] = {}
    snapshots: list[tuple[int, Tensor]] = []
    began = time.perf_counter()
    for step in painting:
        guide.beat(step.index, step.total)
        marks.setdefault(step.resolution, step.index - 1)
        for name, loss in step.losses.items():
            losses[name].append(loss)
        if _ends_a_size(painting, len(marks), step.index):
            snapshots.append((step.index, painting.picture))
    guide.measured["blend"] = time.perf_counter() - began
    values = {"steps": painting.total, "seconds": guide.measured["blend"]}
    yield guide.keep("painted", request, painting.picture, span=guide.pace(12, 4), values=values)
    for number, (steps, picture) in enumerate(snapshots, 1):
        size = {"steps": steps, "width": picture.shape[-1], "height": picture.shape[-2]}
        span = 12 // max(3, len(snapshots))
        yield guide.keep_plain(f"canvas{number}", picture, caption="canvas", span=span, values=size)
    named = {guide.words.note("blend", name): values for name, values in losses.items()}
    yield guide.draw("losses", line_plot(named, marks, guide.words.note("blend", "losses")))


def _blend(guide: Guide) -> Request:
    coarse, steps = guide.pace(40, 30), guide.pace(50, 30)
    return guide.request("style", _pair(guide), size=guide.settings.large, coarse_steps=coarse, steps=steps)


def _ends_a_size(painting: Painting, sizes: int, index: int) -> bool:
    """Whether step `index` is the last of the `sizes`-th size, and not of all."""
    return not painting.finished and index == sum(stage.steps for stage in painting.stages[:sizes])
