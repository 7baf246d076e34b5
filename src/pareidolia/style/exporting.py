"""The operation `export`: brush or a trained style network as ONNX."""

from collections.abc import Sequence
from pathlib import Path

from pareidolia.operations import PAINT, Input, operation
from pareidolia.pictures import PictureLike
from pareidolia.pictures.naming import names_of
from pareidolia.pictures.result import Result
from pareidolia.settings import PareidoliaError
from pareidolia.settings.wording import counted
from pareidolia.style.brush import BrushSettings, load_brush
from pareidolia.style.brush.export import export_brush
from pareidolia.style.brush.settings import ExportSettings
from pareidolia.style.feedforward import open_stylizer
from pareidolia.style.feedforward.export import export_onnx

BRUSH = "brush"
"""What the shipped network is called where a run may be named."""


@operation(
    "export",
    group=PAINT,
    help="Write brush or a trained style network as ONNX, for other programs, phones and browsers.",
    settings=ExportSettings,
    inputs=(
        Input("run", "brush, or the folder of a style network's training.", "run"),
        Input(
            "styles",
            "Of brush: with paintings the file paints like them; without, it takes one as an input.",
            "file",
            many=True,
            required=False,
        ),
    ),
    out="file",
    suffixes=(".onnx",),
)
def export(
    run: str | Path,
    styles: Sequence[PictureLike] = (),
    settings: ExportSettings | None = None,
    *,
    out: str | Path | None = None,
) -> Result:
    """Write a network that paints in one pass as an ONNX file.

    Args:
        run: "brush", or the folder of a style network's training.
        styles: of brush, paintings that the file paints like; if empty, it takes a painting as an input.
        settings: the weights of the paintings.
        out: the .onnx file.

    Returns:
        A result without a picture; a row for each style.

    Raises:
        PareidoliaError: If there is no `out`, or paintings or weights are given to a network that does not
            take them.
    """
    settings = settings or ExportSettings()
    if out is None:
        raise PareidoliaError("say where to: --out network.onnx")
    if str(run) == BRUSH:
        names = _export_brush(styles, settings.painting_weights, Path(out))
    elif styles or settings.painting_weights:
        raise PareidoliaError(f"a trained network knows its styles: paintings go with {BRUSH} alone")
    else:
        painter = open_stylizer(run, "cpu")
        export_onnx(painter, Path(out))
        names = list(painter.paintings)
    caption = f"{counted(len(names), 'style')}, {', '.join(names)}" if names else "any style"
    return Result(None, caption, [{"style": name} for name in names])


def _export_brush(styles: Sequence[PictureLike], weights: tuple[float, ...] | None, out: Path) -> list[str]:
    brush = load_brush("cpu")
    if weights and not styles:
        raise PareidoliaError("--painting-weights go with paintings: name them behind brush")
    code = None
    if styles:
        # The photo has no part in a code that takes the paintings' colours at full strength.
        code = brush.code(styles[0], styles, BrushSettings(painting_weights=weights))
    export_brush(brush, out, code, names_of(styles))
    return names_of(styles)
