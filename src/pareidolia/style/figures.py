"""Style understood: the figures of Gatys, Ecker and Bethge (2015), each cell a style transfer of its own.

What a layer keeps of a photo is seen by painting the photo back from that layer alone; what its Gram matrix
keeps of a painting, by painting that alone. So every cell is an ordinary `StyleTransfer` with certain
settings, and this module only chooses them. A painting that begins from noise keeps the grain that its layers
do not see.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pareidolia.pictures.naming import path_of
from pareidolia.settings import PareidoliaError, Settings
from pareidolia.style.figure_settings import StyleFiguresSettings


@dataclass(frozen=True)
class Cell:
    """One picture of a figure.

    Attributes:
        file: its file's name.
        paintings: the styles.
        settings: of the operation.
        operation: by its name.
    """

    file: str
    paintings: tuple[str, ...]
    settings: Settings
    operation: str = "style"


@dataclass(frozen=True)
class StyleFigure:
    """A sheet of cells, row by row.

    Attributes:
        file: its name, without ending.
        title: what it shows.
        rows: a title for each row, or nothing.
        columns: a title for each column of cells.
        cells: rows × columns.
        beside: a picture as it is, shown before the cells of a figure of one row, and its title.
    """

    file: str
    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[Cell, ...]
    beside: tuple[str, str] | None = None


def style_figures(
    photo: str, paintings: Sequence[str], layers: Sequence[str], settings: StyleFiguresSettings
) -> list[StyleFigure]:
    """The four figures: content by layer, style by layers, layers by α/β, and one photo in every style.

    Args:
        photo: a file or `sample:NAME`.
        paintings: likewise, at least one; the first is shown layer by layer.
        layers: of the network, shallow to deep.
        settings: size, steps and seed of every cell, and the weights of the matrix.

    Returns:
        The figures, to be painted.

    Raises:
        PareidoliaError: If there is no painting.
    """
    if not paintings:
        raise PareidoliaError("style figures need at least one painting")
    first = paintings[0]
    return [
        _contents(photo, first, layers, settings),
        _styles(first, layers, settings),
        _matrix(first, layers, settings),
        _paintings(photo, paintings, settings),
    ]


def _contents(
    photo: str, painting: str, layers: Sequence[str], settings: StyleFiguresSettings
) -> StyleFigure:
    """Figure 1 of the paper, below: the photo painted back from one layer's activations alone."""
    cells = [
        Cell(
            f"content-{number}",
            (painting,),
            settings.reconstructing(content_layers=(layer,), style_weight=0.0),
        )
        for number, layer in enumerate(layers, start=1)
    ]
    title = "Content: the photo painted back from one layer's activations"
    return StyleFigure("1-content", title, (), tuple(layers), tuple(cells), (photo, "the photo"))


def _styles(painting: str, layers: Sequence[str], settings: StyleFiguresSettings) -> StyleFigure:
    """Figure 1 of the paper, above: a texture painted from the Gram matrices of the first layers alone."""
    cells = [
        Cell(
            f"style-{number}",
            (painting,),
            settings.reconstructing(style_layers=tuple(layers[:number]), content_weight=0.0),
        )
        for number in range(1, len(layers) + 1)
    ]
    title = "Style: a texture painted from the Gram matrices of the first layers"
    return StyleFigure("2-style", title, (), _up_to(layers), tuple(cells), (painting, "the painting"))


def _matrix(painting: str, layers: Sequence[str], settings: StyleFiguresSettings) -> StyleFigure:
    """Figure 3 of the paper: more layers downwards, more content to the right."""
    cells = [
        Cell(
            f"matrix-{number}-{column}",
            (painting,),
            settings.painting(style_layers=tuple(layers[:number]), style_weight=weight),
        )
        for number in range(1, len(layers) + 1)
        for column, weight in enumerate(settings.style_weights, start=1)
    ]
    columns = tuple(f"α/β = 1/{weight:g}" for weight in settings.style_weights)
    return StyleFigure(
        "3-matrix", "Style layers by the weight of content", _up_to(layers), columns, tuple(cells)
    )


def _paintings(photo: str, paintings: Sequence[str], settings: StyleFiguresSettings) -> StyleFigure:
    """Figure 2 of the paper: one photo in several styles."""
    cells = [
        Cell(f"painting-{number}", (painting,), settings.painting())
        for number, painting in enumerate(paintings, start=1)
    ]
    names = tuple(path_of(painting, "a painting").stem for painting in paintings)
    title = "One photo, several styles"
    return StyleFigure("4-paintings", title, (), names, tuple(cells), (photo, "the photo"))


def _up_to(layers: Sequence[str]) -> tuple[str, ...]:
    return (layers[0], *(f"to {layer}" for layer in layers[1:]))
