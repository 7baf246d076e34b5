"""The operation `invariance`: Zeiler and Fergus's figure 5 for any network and photos."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pareidolia.inspection.invariance.measuring import TransformResponse, measure_invariance
from pareidolia.inspection.invariance.settings import InvarianceSettings
from pareidolia.networks import Network, NetworkLike, network_for
from pareidolia.operations import LOOK, operation
from pareidolia.operations.inputs import PHOTOS
from pareidolia.pictures import PictureLike, check_plots, figure_picture, new_figure
from pareidolia.pictures.naming import path_of
from pareidolia.pictures.result import Result
from pareidolia.settings import BadNetwork, PareidoliaError
from pareidolia.settings.wording import counted

_MOST_PHOTOS = 20
_EXAMPLES, _PANEL, _ROW, _HEAD, _FOOT = 3.9, 3.3, 2.5, 0.95, 0.75
_LABELS = {
    "shift": "shift down (pixels)",
    "scale": "scale",
    "turn": "turn, counter-clockwise (degrees)",
}


@operation(
    "invariance",
    group=LOOK,
    help="Measure how far a layer's activations move when photos are shifted, enlarged and turned.",
    settings=InvarianceSettings,
    inputs=(PHOTOS,),
    network=True,
)
def invariance_figure(
    photos: Sequence[PictureLike],
    settings: InvarianceSettings | None = None,
    network: NetworkLike = None,
) -> Result:
    """Plot how far layers' activations move while photos are shifted, enlarged and turned: a line a photo.

    See `measure_invariance` and, for the distance, `feature_distance`. The last column has the probability of
    the class that is each photo's likeliest, if the network has classes. Rows of the result: photo,
    transform, amount, the distance in each layer, and `probability`.

    Args:
        photos: at most 20.
        settings: layers and transforms.
        network: the network; the one that the settings name if None.

    Returns:
        The figure.

    Raises:
        UnknownName: If there is no such layer.
        BadPicture: If the network cannot take a photo.
        PareidoliaError: If there is no photo or more than 20.
        MissingExtra: If matplotlib is not installed.
    """
    settings = InvarianceSettings.of(settings)
    check_plots()
    if not 1 <= len(photos) <= _MOST_PHOTOS:
        raise PareidoliaError(f"a figure holds 1 to {_MOST_PHOTOS} photos, not {len(photos)}")
    network = network_for(settings, network)
    layers = settings.layers or _shallow_and_deep(network)
    found = {
        name: measure_invariance(network, photo, layers, settings)
        for name, photo in zip(_names(photos), photos, strict=True)
    }
    told = f"{network.name}: {', '.join(layers)} for {counted(len(found), 'photo')}"
    if next(iter(found.values()))[0].probabilities is None:
        told += "; the network has no classes, so no probability"
    drawn = figure_picture(_figure(found, layers, network.name))
    rows = tuple(row for name, courses in found.items() for course in courses for row in _rows(name, course))
    return Result(drawn, told, rows)


def _shallow_and_deep(network: Network) -> tuple[str, ...]:
    if not network.style_layers:
        raise BadNetwork(f"no layer of {network.name} is a feature map: say which to follow with --layers")
    return tuple(dict.fromkeys((network.style_layers[0], network.style_layers[-1])))


def _names(photos: Sequence[PictureLike]) -> list[str]:
    """File names without their suffix; whole paths if two are the same, numbers if there is no path."""
    plain = [path_of(photo, f"photo {number}").stem for number, photo in enumerate(photos, 1)]
    longer = [
        str(photo) if plain.count(name) > 1 and isinstance(photo, str | Path) else name
        for name, photo in zip(plain, photos, strict=True)
    ]
    return [
        name if longer.count(name) == 1 else f"{name} ({number})" for number, name in enumerate(longer, 1)
    ]


def _rows(name: str, course: TransformResponse) -> list[dict[str, object]]:
    return [
        {
            "photo": name,
            "transform": course.transform,
            "amount": amount,
            **{layer: values[place] for layer, values in course.distances.items()},
            "probability": None if course.probabilities is None else course.probabilities[place],
        }
        for place, amount in enumerate(course.amounts)
    ]


def _figure(found: dict[str, list[TransformResponse]], layers: Sequence[str], name: str) -> Any:
    from matplotlib import colormaps

    first = next(iter(found.values()))
    classes = first[0].probabilities is not None
    columns = len(layers) + classes
    legend = (len(found) + 4) // 5
    width, height = _EXAMPLES + _PANEL * columns, _HEAD + 3 * _ROW + _FOOT + 0.22 * legend
    figure = new_figure(width, height)
    figure.text(0.15 / width, 1 - 0.15 / height, name, fontsize=13, weight="bold", va="top")
    figure.text(
        0.15 / width,
        1 - 0.46 / height,
        "distance between the activations for a photo and for it moved: 0 equal, 1 nothing in common",
        fontsize=9,
        color="0.35",
        va="top",
    )
    grid = figure.add_gridspec(
        3,
        columns,
        left=(_EXAMPLES + 0.35) / width,
        right=1 - 0.15 / width,
        top=1 - _HEAD / height,
        bottom=(_FOOT + 0.22 * legend) / height,
        wspace=0.22,
        hspace=0.42,
    )
    palette = colormaps["tab10" if len(found) <= 10 else "tab20"](range(20))
    highest = max(1.0, *(max(v) for each in found.values() for c in each for v in c.distances.values()))
    for row, course in enumerate(first):
        panels = [figure.add_subplot(grid[row, column]) for column in range(columns)]
        _draw_examples(figure, course, panels[0].get_position(), width)
        for (photo, courses), color in zip(found.items(), palette, strict=False):
            moved = courses[row]
            for axes, layer in zip(panels, layers, strict=False):
                axes.plot(moved.amounts, moved.distances[layer], color=color, linewidth=1.5, label=photo)
            if moved.probabilities is not None:
                panels[-1].plot(moved.amounts, moved.probabilities, color=color, linewidth=1.5)
        for place, axes in enumerate(panels):
            is_layer = place < len(layers)
            axes.set_title(layers[place] if is_layer else "probability of the photo's class", fontsize=10)
            axes.set_xlabel(_LABELS[course.transform], fontsize=9)
            axes.set(
                xlim=(course.amounts[0], course.amounts[-1]), ylim=(0, highest * 1.04 if is_layer else 1.04)
            )
            axes.tick_params(labelsize=8)
            axes.grid(linewidth=0.4, color="0.88")
            axes.spines[["top", "right"]].set_visible(False)
            if course.transform == "turn":
                axes.locator_params(axis="x", steps=[1, 3, 4.5, 6, 9, 10])
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=min(5, len(found)), fontsize=9, frameon=False)
    return figure


def _draw_examples(figure: Any, course: TransformResponse, beside: Any, width: float) -> None:
    """Five of the first photo's transformed pictures at the left of a row of panels."""
    each = (_EXAMPLES - 0.3) / 5 / width
    for place, picture in enumerate(course.examples):
        axes = figure.add_axes((0.15 / width + place * each, beside.y0, 0.94 * each, beside.height))
        shown = picture.permute(1, 2, 0)
        axes.imshow(shown.expand(-1, -1, 3).numpy() if shown.shape[2] == 1 else shown.numpy())
        axes.axis("off")
        amount = course.amounts[round(place * (len(course.amounts) - 1) / 4)]
        axes.set_title(f"{amount:.3g}{'°' if course.transform == 'turn' else ''}", fontsize=8, pad=3)
