"""The operation `tuning`: a page of units' preferences, after Hubel and Wiesel."""

from typing import Any

import numpy as np

from pareidolia.inspection.tuning.experiment import measure_tuning
from pareidolia.inspection.tuning.findings import LayerTuning, Portrait
from pareidolia.inspection.tuning.measures import SIMPLE_ABOVE, half_width, octaves
from pareidolia.inspection.tuning.orientation_map import draw_key, draw_map, full_color
from pareidolia.inspection.tuning.settings import TuningSettings
from pareidolia.networks import NetworkLike, network_for
from pareidolia.operations import LOOK, operation
from pareidolia.pictures import check_plots, figure_picture, new_figure
from pareidolia.pictures.result import Result
from pareidolia.settings import PareidoliaError
from pareidolia.settings.numbers import read_numbers
from pareidolia.settings.wording import counted

_WIDTH, _HEAD, _ROW, _FOOT = 16.0, 4.5, 1.75, 0.55
_MOST_ROWS = 200
_DEFAULT_ROWS = 16
# The remains of a complex cell's linear field are not enhanced to full contrast.
_FAINT = 0.2
_LIGHT, _DARK, _LINE = "#d98200", "#30527c", "#1f4e9c"
_TITLES = (
    "",
    "receptive field\n(reverse correlation)",
    "best grating",
    "orientation\n(line: gratings, dots: bars)",
    "spatial frequency\n(cycles a pixel)",
    "phase of drift",
    "diameter (pixels)",
    "sweep of a bar (pixels)",
)


@operation(
    "tuning",
    group=LOOK,
    help="Show gratings and bars to a layer's units, as Hubel and Wiesel did: what do they prefer?",
    settings=TuningSettings,
    network=True,
)
def tuning_page(settings: TuningSettings | None = None, network: NetworkLike = None) -> Result:
    """Show gratings and bars to a layer: a map of all units' orientations, and a row for some of them.

    A row has the receptive field by reverse correlation, the best grating, the tuning curves for orientation
    (as a polar plot), frequency, phase, diameter, and the sweep of a light and a dark bar. `rows` of the
    result are `Portrait.numbers`.

    Args:
        settings: layer, units and stimuli.
        network: the network; the one that the settings name if None.

    Returns:
        The page.

    Raises:
        UnknownName: If there is no such layer.
        BadNetwork: If the layer has no channels.
        PareidoliaError: If there are no such units, or more than a page holds.
        MissingExtra: If matplotlib is not installed.
    """
    settings = TuningSettings.of(settings)
    check_plots()
    network = network_for(settings, network)
    layer = settings.layer or network.first_feature_layer
    count = network.unit_shape(layer)[0]
    if settings.units is None:
        units = tuple(range(min(count, _DEFAULT_ROWS)))
    else:
        units = read_numbers(settings.units, count, layer)
    if len(units) > _MOST_ROWS:
        raise PareidoliaError(
            f"a page holds {_MOST_ROWS} units, not {len(units)}: ask for fewer with --units"
        )
    found = measure_tuning(network, layer, units, settings)
    return Result(
        figure_picture(_figure(found, network.name)),
        describe(found),
        tuple(portrait.numbers() for portrait in found.portraits),
    )


def describe(found: LayerTuning) -> str:
    """In one line: how many units are simple, complex, or do not respond."""
    kinds = [unit.kind for unit in found.units]
    parts = [f"{kinds.count(kind)} {kind}" for kind in ("simple", "complex") if kind in kinds]
    if "no response" in kinds:
        parts.append(f"{kinds.count('no response')} without response")
    told = f"{found.site.layer}, {counted(len(kinds), 'unit')}: {', '.join(parts)}"
    return f"{told}; {found.site.caution}" if found.site.caution else told


def _figure(found: LayerTuning, name: str) -> Any:
    rows = len(found.portraits)
    height = _HEAD + rows * _ROW + (_FOOT if rows else 0.0)
    figure = new_figure(_WIDTH, height)
    figure.text(
        0.02,
        1 - 0.52 / height,
        "Responses are activations above the one to plain mid-grey. Orientations are those of the stripes, "
        "counter-clockwise from horizontal.",
        fontsize=9,
        va="top",
        color="0.35",
    )
    figure.text(0.02, 1 - 0.22 / height, f"{name}: {describe(found)}", fontsize=13, weight="bold", va="top")
    _head(figure, found, height)
    grid = figure.add_gridspec(
        max(rows, 1),
        len(_TITLES),
        left=0.015,
        right=0.985,
        top=1 - _HEAD / height,
        bottom=_FOOT / height,
        wspace=0.28,
        hspace=0.3,
        width_ratios=(1.05, 0.9, 0.9, 1.1, 1.2, 1.2, 1.2, 1.2),
    )
    for row, portrait in enumerate(found.portraits):
        panels = [
            figure.add_subplot(grid[row, column], projection="polar" if column == 3 else None)
            for column in range(len(_TITLES))
        ]
        _draw_row(panels, portrait, found)
        if row == 0:
            _titles(figure, panels, 1 - (_HEAD - 0.3) / height)
    return figure


def _titles(figure: Any, panels: list[Any], height: float) -> None:
    for axes, title in zip(panels, _TITLES, strict=True):
        box = axes.get_position()
        figure.text((box.x0 + box.x1) / 2, height, title, ha="center", va="bottom", fontsize=9)


def _head(figure: Any, found: LayerTuning, height: float) -> None:
    """The map of the layer, its key, and how F1/F0 and the frequencies are spread."""
    low, tall = 1 - (_HEAD - 1.25) / height, (_HEAD - 2.3) / height
    units = [unit for unit in found.units if unit.responds]
    saturated = full_color(found.units)
    chart = figure.add_axes((0.02, low, 0.4, tall))
    draw_map(chart, found.units, saturated)
    chart.set_anchor("W")
    chart.set_title("preferred orientation of every unit", fontsize=10, loc="left")
    draw_key(figure.add_axes((0.425, low, 0.14, tall)), saturated)
    spread = figure.add_axes((0.61, low + 0.12 * tall, 0.16, 0.85 * tall))
    spread.hist([min(unit.modulation, 2.0) for unit in units], bins=np.linspace(0, 2, 21), color=_LINE)
    spread.axvline(SIMPLE_ABOVE, color="0.3", linewidth=1, linestyle="--")
    spread.set_title("complex | simple", fontsize=10)
    spread.set(xlabel="F1/F0 (2 and above together)", ylabel="units", xlim=(0, 2))
    spectrum = figure.add_axes((0.82, low + 0.12 * tall, 0.16, 0.85 * tall))
    edges = np.geomspace(found.frequencies[0] * 0.9, found.frequencies[-1] * 1.1, 16)
    spectrum.hist([unit.frequency.peak for unit in units], bins=edges, color=_LINE)
    spectrum.set_title("preferred spatial frequency", fontsize=10)
    spectrum.set(xlabel="cycles a pixel", ylabel="units", xscale="log", xlim=(edges[0], edges[-1]))
    _mark_frequencies(spectrum, found.frequencies)
    for axes in (spread, spectrum):
        axes.tick_params(labelsize=8)
        axes.spines[["top", "right"]].set_visible(False)
        axes.yaxis.get_major_locator().set_params(integer=True)


def _draw_row(panels: list[Any], portrait: Portrait, found: LayerTuning) -> None:
    words, field, best, polar, frequency, phase, size, sweep = panels
    tuning = portrait.tuning
    words.axis("off")
    words.text(0.0, 0.98, f"unit {tuning.unit}", fontsize=11, weight="bold", va="top")
    words.text(0.0, 0.78, _words(portrait), fontsize=8, va="top", linespacing=1.35)
    if not tuning.responds:
        for axes in panels[1:]:
            axes.axis("off")
        field.text(0, 0.5, "no grating drives it above its answer to plain grey", fontsize=9, va="center")
        return
    limit = max(float(np.abs(portrait.field).max()), _FAINT)
    for axes, shown, most in ((field, portrait.field, limit), (best, portrait.best, 1.0)):
        axes.imshow(shown, cmap="gray", vmin=-most, vmax=most, interpolation="nearest")
        axes.set(xticks=[], yticks=[])
    _polar(polar, portrait, found)
    _curve(frequency, found.frequencies, tuning.frequency_curve)
    frequency.set_xscale("log")
    _mark_frequencies(frequency, found.frequencies)
    frequency.axvline(tuning.frequency.peak, color="0.5", linewidth=0.8, linestyle="--")
    degrees = np.arange(len(portrait.phase_curve) + 1) * (360.0 / len(portrait.phase_curve))
    _curve(phase, degrees, np.append(portrait.phase_curve, portrait.phase_curve[0]), marker="")
    phase.set_xticks([0, 90, 180, 270, 360], ["0°", "90°", "180°", "270°", "360°"])
    _curve(size, found.diameters, portrait.size_curve)
    size.axvline(portrait.diameter, color="0.5", linewidth=0.8, linestyle="--")
    for curve, color, label in zip(tuning.sweeps, (_LIGHT, _DARK), ("light", "dark"), strict=True):
        _curve(sweep, found.positions, curve, color=color, label=label, marker="")
    sweep.set_ylim(0, 1.25 * max(float(tuning.sweeps.max()), 1e-9))
    sweep.legend(fontsize=7, frameon=False, loc="upper right", ncols=2, handlelength=1.2, columnspacing=0.8)


def _words(portrait: Portrait) -> str:
    tuning = portrait.tuning
    if not tuning.responds:
        return "no response"
    wide, band = half_width(tuning.orientation), octaves(tuning.frequency)
    width = "broad" if wide is None else f"± {wide:.0f}°"
    if band is not None:
        extent = f"{band:.1f} octaves"
    elif tuning.frequency.high is None:
        extent = "broad" if tuning.frequency.low is None else "high-pass"
    else:
        extent = "low-pass"
    return "\n".join(
        (
            f"{tuning.kind}, F1/F0 {tuning.modulation:.2f}",
            f"{tuning.orientation.peak:.0f}° {width}",
            f"selectivity {tuning.selectivity:.2f}",
            f"{tuning.frequency.peak:.3f} c/px, {extent}",
            f"{portrait.diameter:.0f} px, suppression {100 * portrait.suppression:.0f} %",
        )
    )


def _polar(axes: Any, portrait: Portrait, found: LayerTuning) -> None:
    """Both curves as shares of their largest value, drawn twice: a stripe at 0 is one at 180 too."""
    angles = np.deg2rad(np.concatenate([found.orientations, found.orientations + 180, [360]]))
    for curve, style in (
        (portrait.tuning.orientation_curve, {"color": _LINE, "linewidth": 1.4}),
        (portrait.tuning.bar_curve, {"color": _LIGHT, "linewidth": 1.1, "linestyle": ":"}),
    ):
        share = curve / max(float(curve.max()), 1e-12)
        axes.plot(angles, np.concatenate([share, share, share[:1]]), **style)
    axes.set_ylim(0, 1.05)
    axes.set_yticks([0.5, 1.0], ["", ""])
    axes.set_xticks(np.deg2rad([0, 45, 90, 135, 180, 225, 270, 315]), ["0°", "", "90°", "", "", "", "", ""])
    axes.tick_params(labelsize=7, pad=-3)
    axes.grid(linewidth=0.4)
    axes.spines["polar"].set_linewidth(0.5)


def _curve(
    axes: Any, places: Any, values: Any, *, color: str = _LINE, label: str | None = None, marker: str = "."
) -> None:
    axes.plot(places, values, color=color, linewidth=1.3, marker=marker, markersize=4, label=label)
    axes.set_ylim(0, 1.12 * max(float(values.max()), 1e-9))
    axes.tick_params(labelsize=7)
    axes.spines[["top", "right"]].set_visible(False)
    axes.locator_params(axis="y", nbins=3)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")


def _mark_frequencies(axes: Any, frequencies: Any) -> None:
    """Plain numbers on a logarithmic axis, which matplotlib would write as powers of ten."""
    wide = frequencies[-1] > 20 * frequencies[0]
    steps = (0.003, 0.01, 0.03, 0.1, 0.3) if wide else (0.01, 0.02, 0.05, 0.1, 0.2, 0.4)
    marks = [mark for mark in steps if frequencies[0] <= mark <= frequencies[-1]]
    axes.set_xticks(marks, [f"{mark:g}" for mark in marks])
    axes.minorticks_off()
