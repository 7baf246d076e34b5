"""Contact sheets: one photo in every preset, and in strokes of several sizes by each method."""

from collections.abc import Sequence

from pareidolia.settings import PareidoliaError
from pareidolia.style.brush.settings import BrushSettings
from pareidolia.style.figure_settings import StyleSheetSettings
from pareidolia.style.figures import Cell, StyleFigure
from pareidolia.style.presets import STYLE_PRESETS, options_of


def contact_sheets(photo: str, paintings: Sequence[str], settings: StyleSheetSettings) -> list[StyleFigure]:
    """The two sheets.

    Args:
        photo: a file or `sample:NAME`.
        paintings: likewise, at least one; several are blended.
        settings: size, steps, which presets and which strokes.

    Returns:
        The sheets, to be painted.

    Raises:
        UnknownName: If there is no such preset.
        PareidoliaError: If there is no painting.
    """
    if not paintings:
        raise PareidoliaError("a style sheet needs at least one painting")
    names = settings.presets or tuple(STYLE_PRESETS)
    for name in names:
        options_of(name)
    return [_presets(photo, tuple(paintings), names, settings), _strokes(tuple(paintings), settings)]


def _presets(
    photo: str, paintings: tuple[str, ...], names: Sequence[str], settings: StyleSheetSettings
) -> StyleFigure:
    cells = [Cell(f"preset-{name}", paintings, settings.painting(preset=name)) for name in names]
    return StyleFigure("1-presets", "Presets", (), tuple(names), tuple(cells), (photo, "the photo"))


def _strokes(paintings: tuple[str, ...], settings: StyleSheetSettings) -> StyleFigure:
    sizes = settings.stroke_sizes
    painted = [Cell(f"strokes-{size:g}", paintings, settings.painting(stroke_size=size)) for size in sizes]
    one_pass = [
        Cell(
            f"strokes-one-pass-{size:g}",
            paintings,
            BrushSettings(size=settings.size, stroke_size=size, device=settings.device),
            "brush",
        )
        for size in sizes
    ]
    columns = tuple(f"--stroke-size {size:g}" for size in sizes)
    rows = ("optimization", "one pass")
    return StyleFigure("2-strokes", "Sizes of strokes", rows, columns, (*painted, *one_pass))
