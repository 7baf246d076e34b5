"""The pages of a site: one a unit, one a layer, and the first."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from pareidolia.collecting.specs import Array, Arrays
from pareidolia.microscope.answers import LayerAnswers
from pareidolia.microscope.format import STAGES, Site, SiteLayer, SiteUnit
from pareidolia.microscope.patches import EACH, UnitExamples
from pareidolia.microscope.sections import LayerContext, unit_sections
from pareidolia.microscope.templates import as_json, listed, page, static
from pareidolia.microscope.tiling import in_rows, square_columns
from pareidolia.networks import Layer
from pareidolia.pictures import write_atomically
from pareidolia.pictures.folders import PictureFiles
from pareidolia.pictures.targets import make_folder, write_text
from pareidolia.settings.wording import counted

_QUALITY = 82
_CLASSES = 3  # of a unit, by which a layer's page is searched
_STATIC = ("microscope.css", "microscope.js")


@dataclass(frozen=True)
class LayerFindings:
    """What was found out of a layer's units.

    Attributes:
        layer: the layer.
        answers: of all of its units to all photos.
        units: those that have pages.
        arrays: what the stages gave, by name, an entry for each of `units`.
        tuning: curves of all of its units; empty where it has none.
        notes: what could not be found out, in sentences.
    """

    layer: Layer
    answers: LayerAnswers
    units: Sequence[UnitExamples]
    arrays: Arrays
    tuning: Arrays
    notes: tuple[str, ...] = ()

    @property
    def folder(self) -> str:
        """The folder of its pages."""
        name = re.sub(r"[^\w.~-]+", "-", self.layer.name).lstrip(".") or "layer"
        return f"{name}-layer" if name == STAGES else name


class LayerPages:
    """The pages of a layer, written one by one.

    Args:
        out: folder of the site.
        title: of the site.
        found: what they show.
        around: the layers before and after it, if there are any.
        classes: names of the classes.
        photos: the photos.
    """

    def __init__(
        self,
        out: Path,
        title: str,
        found: LayerFindings,
        around: tuple[LayerFindings | None, LayerFindings | None],
        classes: Sequence[str],
        photos: PictureFiles,
    ) -> None:
        self._out, self._title, self._found, self._classes = out, title, found, classes
        self._context = LayerContext(found, *around, classes, photos)
        #: Paths from the site's folder of what was written.
        self.written: set[str] = set()

    @property
    def entry(self) -> SiteLayer:
        """The layer as the manifest has it."""
        found = self._found
        units = [self._entry(number, unit) for number, unit in enumerate(found.units)]
        return SiteLayer(
            name=found.layer.name, folder=found.folder, channels=found.layer.shape[0], units=units
        )

    def write(self) -> Iterator[int]:
        """Write the layer's page, then its units' pages.

        Yields:
            Each unit's channel, once its page is written.
        """
        make_folder(self._out / self._found.folder)
        self._page("index", self._layer_page())  # first: it marks the folder as ours
        shown = [each.unit for each in self._found.units]
        for number, each in enumerate(self._found.units):
            self._pictures(number, each)
            before = shown[number - 1] if number else None
            after = shown[number + 1] if number + 1 < len(shown) else None
            self._page(str(each.unit), self._unit_page(number, each, before, after))
            yield each.unit

    def _entry(self, number: int, examples: UnitExamples) -> SiteUnit:
        answers, unit = self._found.answers, examples.unit
        return SiteUnit(
            number=unit,
            silent=bool(answers.silent[unit]),
            peak=_short(float(answers.values[:, unit].max())),
            share=_short(float(answers.share[unit])),
            sparseness=_short(float(answers.sparseness[unit])),
            classes=self._classes_of(number),
            strongest=len(examples.strongest),
            weakest=len(examples.spread[-1]) if examples.spread else 0,
        )

    def _classes_of(self, number: int) -> list[int]:
        table = self._found.arrays.get("classes")
        if table is None:
            return []
        order = np.argsort(-table[number], kind="stable")[:_CLASSES]
        return [int(each) for each in order if table[number, each] > 0]

    def _pictures(self, number: int, examples: UnitExamples) -> None:
        arrays, name = self._found.arrays, str(examples.unit)
        painted = arrays.get("painted")
        icon = painted[number, 0] if painted is not None else arrays["strongest"][number, 0]
        self._picture(name, icon)
        if painted is not None:
            self._picture(f"{name}-painted", in_rows(painted[number], len(painted[number])))
        if count := len(examples.strongest):
            self._picture(f"{name}-best", in_rows(arrays["best"][number], 2))
            shown = arrays["strongest"][number, :count]
            self._picture(f"{name}-strongest", in_rows(shown, square_columns(count)))
        if examples.spread:
            self._picture(f"{name}-spread", in_rows(arrays["spread"][number], EACH))

    def _picture(self, name: str, levels: Array) -> None:
        encoded = BytesIO()
        Image.fromarray(np.ascontiguousarray(levels)).save(encoded, "WEBP", quality=_QUALITY, method=4)
        self._write(f"{name}.webp", encoded.getvalue())

    def _page(self, name: str, text: str) -> None:
        self._write(f"{name}.html", text.encode())

    def _write(self, name: str, content: bytes) -> None:
        path = f"{self._found.folder}/{name}"
        self.written.add(path)
        with write_atomically(self._out / path) as file:
            file.write(content)

    def _layer_page(self) -> str:
        found = self._found
        rows = [
            [
                unit.number,
                unit.peak,
                unit.share,
                unit.sparseness,
                self._selectivity(unit.number),
                unit.classes,
            ]
            for unit in self.entry.units
        ]
        used = sorted({each for row in rows for each in row[-1]})  # type: ignore[attr-defined]
        data = {"units": rows, "classes": {each: self._classes[each] for each in used}}
        silent = sum(unit.silent for unit in self.entry.units)
        facts = [describe(found.layer), f"{counted(len(found.units), 'unit')} shown"]
        facts += [f"{silent} gave every photo the same answer"] if silent else []
        return page(
            "layer.html",
            title=f"{found.layer.name} · {self._title}",
            up="../",
            site=self._title,
            layer=found.layer.name,
            facts="; ".join(facts),
            notes=listed(found.notes),
            tuned="" if found.tuning else "hidden",
            links="".join(f'<a href="{each.unit}.html">{each.unit}</a> ' for each in found.units),
            data=as_json(data),
        )

    def _selectivity(self, unit: int) -> float:
        return _short(float(self._found.tuning["selectivity"][unit])) if self._found.tuning else 0.0

    def _unit_page(self, number: int, examples: UnitExamples, before: int | None, after: int | None) -> str:
        found = self._found
        return page(
            "unit.html",
            title=f"{found.layer.name}:{examples.unit} · {self._title}",
            up="../",
            site=self._title,
            layer=found.layer.name,
            unit=str(examples.unit),
            before=_link("prev", before, f"← {before}"),
            after=_link("next", after, f"{after} →"),
            notes=listed(found.notes),
            sections=unit_sections(self._context, number, examples),
        )


def write_top(out: Path, site: Site, layers: Sequence[Layer], skipped: int, credit: str) -> None:
    """Write the first page, and what all pages share."""
    rows = "".join(
        f'<li><a href="{each.folder}/index.html"><img src="{each.folder}/{each.units[0].number}.webp" alt="" '
        f'width="64" height="64" loading="lazy"><span><b>{escape(each.name)}</b> {escape(describe(layer))}; '
        f"{counted(len(each.units), 'unit')} shown</span></a></li>"
        for each, layer in zip(site.layers, layers, strict=True)
    )
    facts = [f"{site.photos} photos"]
    facts += [f"{skipped} could not be used"] if skipped else []
    facts += [f"{len(site.classes)} classes"] if site.classes else []
    first = page(
        "index.html",
        title=site.title,
        network=site.network,
        facts="; ".join(facts),
        credit=credit,
        layers=rows,
    )
    write_text(out / "index.html", first)
    for name in _STATIC:
        with write_atomically(out / name) as file:
            file.write(static(name))


def describe(layer: Layer) -> str:
    """A layer in words: its kind, its shape, what a position sees."""
    shape = "×".join(map(str, layer.shape))
    field = layer.receptive_field
    sees = f"; a position sees {field.size[0]}×{field.size[1]} pixels" if field is not None else ""
    return f"{layer.kind}, {shape}{sees if len(layer.shape) == 3 else ''}"


def _link(rel: str, unit: int | None, words: str) -> str:
    return f'<a rel="{rel}" href="{unit}.html">{words}</a>' if unit is not None else ""


def _short(value: float) -> float:
    return float(f"{value:.4g}")
