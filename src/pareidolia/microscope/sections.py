"""The sections of a unit's page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import numpy as np

from pareidolia.microscope.drawings import bars, curve, meters
from pareidolia.microscope.patches import EACH, PERCENTILES, Example, UnitExamples
from pareidolia.microscope.tiling import proportions, square_columns
from pareidolia.pictures.folders import PictureFiles

if TYPE_CHECKING:
    from pareidolia.microscope.pages import LayerFindings

_BINS, _NEAREST, _CONNECTED, _CLASSES = 24, 6, 8, 5
_SIMPLE_ABOVE = 1.0


@dataclass(frozen=True)
class LayerContext:
    """What the pages of a layer's units are made of.

    Attributes:
        found: of the layer itself.
        before: of the layer before it.
        after: of the layer after it.
        classes: names of the classes.
        photos: the photos.
    """

    found: LayerFindings
    before: LayerFindings | None
    after: LayerFindings | None
    classes: Sequence[str]
    photos: PictureFiles

    def name(self, example: Example) -> str:
        """A photo's path in the folder."""
        return str(self.photos.names[example.picture])


def unit_sections(context: LayerContext, number: int, examples: UnitExamples) -> str:
    """The sections of the page of the unit that stands at `number` among those shown, as HTML."""
    if not examples.spread:
        return _section(
            "Silent",
            f"<p>Every photo left this unit at {context.found.answers.values[0, examples.unit]:.3g}.</p>",
        ) + _painted(context, number, examples)
    parts = (
        _painted(context, number, examples),
        _strongest(context, examples),
        _best(context, examples),
        _spread(context, examples),
        _answers(context, examples),
        _classes(context, number),
        _connected(context, number, examples),
        _nearest(context, examples),
        _tuning(context, examples),
    )
    return "".join(parts)


def _painted(context: LayerContext, number: int, examples: UnitExamples) -> str:
    if "painted" not in context.found.arrays:
        return ""
    dead = context.found.arrays["dead"][number]
    others = len(dead) - 2
    words = ["most", *["another"] * others, "least"]
    captions = [
        f"{word} (nothing moves it)" if shut else word for word, shut in zip(words, dead, strict=True)
    ]
    picture = _img(
        f"{examples.unit}-painted", f"Painted: {', '.join(captions)}", len(captions), 1, lazy=False
    )
    return _section("Painted: what it responds to", _figure(picture, captions, 128))


def _strongest(context: LayerContext, examples: UnitExamples) -> str:
    shown = examples.strongest
    if not shown:
        return _section("Strongest patches", "<p>No photo gave it an answer other than 0.</p>")
    columns = square_columns(len(shown))
    rows = -(-len(shown) // columns)
    listed = "".join(f"<li>{_photo(context, each)}</li>" for each in shown)
    picture = _img(f"{examples.unit}-strongest", f"The {len(shown)} strongest patches", columns, rows)
    figure = f'<figure style="max-width:{columns * 112}px">{picture}</figure>'
    return _section(
        "Strongest patches", f"{figure}<details><summary>The photos</summary><ol>{listed}</ol></details>"
    )


def _best(context: LayerContext, examples: UnitExamples) -> str:
    if not examples.strongest:
        return ""
    picture = _img(f"{examples.unit}-best", "The best patch, and what the deconvnet sends back from it", 2, 1)
    return _section("Best patch, and what of it the unit saw", _figure(picture, ["patch", "deconvnet"], 168))


def _spread(context: LayerContext, examples: UnitExamples) -> str:
    rows = [
        f"<li><b>{_percentile(each)}</b> {', '.join(f'{example.value:.3g}' for example in part)}</li>"
        for each, part in zip(PERCENTILES, examples.spread, strict=True)
    ]
    alt = f"Patches about percentiles: {', '.join(_percentile(each) for each in PERCENTILES)}"
    picture = _img(f"{examples.unit}-spread", alt, EACH, len(PERCENTILES))
    body = f'<div class="rows"><figure>{picture}</figure><ul>{"".join(rows)}</ul></div>'
    return _section("Patches about percentiles of all photos", body)


def _answers(context: LayerContext, examples: UnitExamples) -> str:
    answers, unit = context.found.answers, examples.unit
    share, sparseness = answers.share[unit], answers.sparseness[unit]
    drawn = bars(*answers.histogram(unit, _BINS))
    labels = _labels(context, unit)
    shown = f"<p>On average strongest for {escape(', '.join(labels))}.</p>" if labels else ""
    facts = f"<p>Above 0 for {share:.0%} of the photos; lifetime sparseness {sparseness:.2f}.</p>"
    return _section("Answers to all photos", drawn + facts + shown)


def _labels(context: LayerContext, unit: int) -> list[str]:
    """The folders whose photos move a unit most on average, where photos lie in folders."""
    answers = context.found.answers
    homes = np.array([PurePosixPath(context.photos.names[each]).parent.name for each in answers.pictures])
    kinds = np.unique(homes)
    if len(kinds) < 2:
        return []
    means = [float(answers.values[homes == kind, unit].mean()) for kind in kinds]
    return [f"{kinds[each]} ({means[each]:.3g})" for each in np.argsort(means)[::-1][:3]]


def _classes(context: LayerContext, number: int) -> str:
    table = context.found.arrays.get("classes")
    if table is None:
        return ""
    order = np.argsort(-table[number], kind="stable")
    chosen = [*order[:_CLASSES], *order[max(_CLASSES, len(order) - 2) :]]
    rows = [(escape(context.classes[each]), float(table[number, each])) for each in chosen]
    if not any(value for _, value in rows):
        return ""
    lead = (
        "<p>Activation × gradient of each class, at its strongest photos; the last two it speaks against.</p>"
    )
    return _section("Classes it speaks for", lead + meters(rows))


def _connected(context: LayerContext, number: int, examples: UnitExamples) -> str:
    parts = []
    weights = context.found.arrays.get("weights")
    if weights is not None and context.before is not None:
        parts.append(_units("from", context.before, weights[number], examples.unit))
    after = context.after
    if after is not None and "weights" in after.arrays:
        column = after.arrays["weights"][:, examples.unit]
        scattered = np.zeros(after.layer.shape[0], column.dtype)
        scattered[[each.unit for each in after.units]] = column
        parts.append(_units("to", after, scattered, examples.unit))
    lead = "<p>How much the later unit changes as the earlier grows, at the later one's strongest photos.</p>"
    body = "".join(parts)
    return _section("Strongest weights", lead + body) if body else ""


def _units(way: str, other: LayerFindings, weights: np.ndarray, unit: int) -> str:
    order = np.argsort(-np.abs(weights), kind="stable")[:_CONNECTED]
    links = [
        _tile(other, int(each), f"{weights[each]:+.2g}", "less" if weights[each] < 0 else "more")
        for each in order
        if weights[each]
    ]
    if not links:
        return ""
    return f'<h3>{way} {escape(other.layer.name)}</h3><div class="tiles">{"".join(links)}</div>'


def _nearest(context: LayerContext, examples: UnitExamples) -> str:
    found = context.found.answers.nearest(examples.unit, _NEAREST)
    if not found:
        return ""
    links = "".join(_tile(context.found, unit, f"r {likeness:.2f}", "") for unit, likeness in found)
    lead = "<p>By the correlation of their answers over the photos.</p>"
    return _section("Nearest units of this layer", f'{lead}<div class="tiles">{links}</div>')


def _tile(other: LayerFindings, unit: int, words: str, kind: str) -> str:
    """A link to a unit with its icon; words alone where it has no page."""
    label = f'{unit} <small class="{kind}">{words}</small>'
    if unit not in {each.unit for each in other.units}:
        return f"<span>{label}</span>"
    place = f"../{other.folder}/{unit}"
    icon = f'<img src="{place}.webp" alt="" width="64" height="64" loading="lazy">'
    return f'<a href="{place}.html">{icon}{label}</a>'


def _tuning(context: LayerContext, examples: UnitExamples) -> str:
    tuning, unit = context.found.tuning, examples.unit
    if not tuning:
        return ""
    if not tuning["responds"][unit]:
        return _section("Tuning to gratings", "<p>No grating moved it above its answer to grey.</p>")
    orientation, frequency = tuning["preferred"][unit]
    modulation = float(tuning["modulation"][unit])
    kind = "simple" if modulation > _SIMPLE_ABOVE else "complex"
    words = (
        f"<p>Prefers {orientation:.0f}° and {frequency:.2g} cycles a pixel; {kind} "
        f"(F1/F0 {modulation:.2f}), orientation selectivity {float(tuning['selectivity'][unit]):.2f}.</p>"
    )
    step = 180 / len(tuning["orientations"])
    lowest, highest = (f"{each:.2g} cycles a pixel" for each in tuning["frequencies"][[0, -1]])
    drawn = curve(
        tuning["orientation"][unit], "0°", f"{180 - step:.0f}° orientation", "Response by orientation"
    )
    drawn += curve(tuning["frequency"][unit], lowest, highest, "Response by spatial frequency")
    return _section("Tuning to gratings", f'{words}<div class="curves">{drawn}</div>')


def _photo(context: LayerContext, example: Example) -> str:
    place = "" if example.position is None else " at row {}, column {}".format(*example.position)
    return f"{escape(context.name(example))}: {example.value:.3g}{place}"


def _percentile(each: int) -> str:
    return {0: "weakest", 50: "median"}.get(each, f"{each}th")


def _img(name: str, alt: str, columns: int, rows: int, *, lazy: bool = True) -> str:
    """A sheet of square tiles; its shape is known before it is loaded, so that nothing jumps."""
    loading = ' loading="lazy"' if lazy else ""
    width, height = proportions(columns, rows)
    return f'<img src="{name}.webp" alt="{escape(alt)}" width="{width}" height="{height}"{loading}>'


def _figure(picture: str, captions: Sequence[str], side: int) -> str:
    """A strip of tiles, each with its caption below."""
    columns = len(captions)
    below = "".join(f"<span>{escape(each)}</span>" for each in captions)
    return (
        f'<figure style="max-width:{columns * side}px">{picture}'
        f'<figcaption style="--columns:{columns}">{below}</figcaption></figure>'
    )


def _section(title: str, body: str) -> str:
    return f"<section><h2>{title}</h2>{body}</section>\n"
