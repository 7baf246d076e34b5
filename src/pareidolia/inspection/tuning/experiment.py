"""Hubel and Wiesel's experiment: responses of a layer's units to gratings and bars."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import log2, pi

import numpy as np
import torch
from torch import Tensor

from pareidolia.inspection.tuning.findings import LayerTuning, Portrait, Tuning
from pareidolia.inspection.tuning.measures import (
    TuningCurve,
    circular_variance,
    frequency_band,
    modulation,
    orientation_band,
    preferred_size,
)
from pareidolia.inspection.tuning.settings import TuningSettings
from pareidolia.inspection.tuning.site import Site, answers, find_site
from pareidolia.inspection.tuning.stimuli import as_pictures, bars, gratings
from pareidolia.networks import Network, NetworkLike, as_network
from pareidolia.settings import PareidoliaError, check_channel

# Steps of the drift at a unit's own best grating, where F1/F0 is measured: 32 keep the error below 0.4 %.
_FINE_PHASES = 32
# A response this small beside the layer's largest activation is rounding.
_ROUNDING = 1e-5
_SMALLEST_DISC = 2.0
SIGNS = (1.0, -1.0)
"""Light bars, then dark ones."""


def measure_tuning(
    network: NetworkLike,
    layer: str,
    portrayed: Sequence[int] = (),
    settings: TuningSettings | None = None,
) -> LayerTuning:
    """Show gratings of every orientation, frequency and phase, and bars, to all units of a layer at once.

    Then each unit of `portrayed` sees its own best grating in fine phases, and through discs of every
    diameter. After Hubel and Wiesel (1962); simple and complex after Skottun et al. (1991). Each unit is read
    at one position, with its receptive field filled by the stimulus; orientation is defined in `stimuli`.

    Args:
        network: the network.
        layer: name of the layer.
        portrayed: numbers of units.
        settings: of the stimuli.

    Returns:
        The measurements.

    Raises:
        UnknownName: If there is no such layer.
        BadNetwork: If the layer has no channels.
        PareidoliaError: If there is no such unit, or colours are wanted on a grey network.
    """
    settings = TuningSettings.of(settings)
    network = as_network(network)
    site = find_site(network, layer)
    for unit in portrayed:
        check_channel(unit, site.channels, layer)
    if settings.color != "gray" and network.input_shape[0] != 3:
        raise PareidoliaError(f"{network.name} sees no colours: leave out --color")
    return _Experiment(network, site, settings).run(portrayed)


class _Experiment:
    """The stimuli, and the blank whose activation is subtracted."""

    def __init__(self, network: Network, site: Site, settings: TuningSettings) -> None:
        self.network, self.site, self.settings = network, site, settings
        extent = site.extent
        lowest = settings.lowest_frequency or min(1 / extent, 0.04, settings.highest_frequency / 4)
        self.orientations = torch.arange(settings.orientations, dtype=torch.float64) * (
            180 / settings.orientations
        )
        self.frequencies = torch.logspace(
            log2(lowest), log2(settings.highest_frequency), settings.frequencies, base=2, dtype=torch.float64
        )
        self.phases = _cycle(settings.phases)
        # A disc as wide as the diagonal covers the whole square field.
        self.diameters = torch.logspace(
            log2(_SMALLEST_DISC),
            log2(max(1.5 * extent, 4.0)),
            settings.diameters,
            base=2,
            dtype=torch.float64,
        )
        step = extent / settings.positions
        self.positions = (torch.arange(settings.positions) - (settings.positions - 1) / 2).double() * step
        # No narrower than the step, so that no pixel of the field is left out.
        self.widths = max(1.0, step) * torch.tensor([1.0, 2.0], dtype=torch.float64)
        blank = torch.zeros(1, 1, *site.canvas.size)
        self.blank = self._activations(1, lambda part: blank)

    def run(self, portrayed: Sequence[int]) -> LayerTuning:
        waves, fields = self._gratings(portrayed)
        swept = self._bars()
        floor = _ROUNDING * max(float(self.blank.abs().max()), float(waves.max()), 1e-12)
        units = tuple(
            self._tuning(unit, waves[unit].numpy(), swept[unit].numpy(), floor)
            for unit in range(self.site.channels)
        )
        portraits = tuple(
            self._portrait(units[unit], field.numpy()) for unit, field in zip(portrayed, fields, strict=True)
        )
        return LayerTuning(
            self.site,
            self.orientations.numpy(),
            self.frequencies.numpy(),
            self.diameters.numpy(),
            self.positions.numpy(),
            units,
            portraits,
        )

    def _gratings(self, portrayed: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Responses U×orientations×frequencies×phases, and the reverse correlation of those portrayed.

        A grating counts in the correlation with the area f² that it stands for in the plane of frequencies.
        """
        shape = (len(self.orientations), len(self.frequencies), len(self.phases))
        orientation, frequency, phase = _combined(self.orientations, self.frequencies, self.phases)
        fields = torch.zeros(len(portrayed), *self.site.canvas.size, dtype=torch.float64)
        totals = torch.zeros(len(portrayed), 1, 1, dtype=torch.float64)
        patterns: list[Tensor] = []

        def draw(part: slice) -> Tensor:
            patterns[:] = [gratings(self.site.canvas, orientation[part], frequency[part], phase[part])]
            return self._as_pictures(patterns[0])

        found, done = [], 0
        for batch in answers(self.network, self.site, len(phase), draw):
            response = (batch - self.blank).clamp(min=0)
            weighted = response[:, list(portrayed)] * frequency[done : done + len(batch), None] ** 2
            fields += torch.einsum("nu,nhw->uhw", weighted, patterns[0][:, 0].double())
            totals += weighted.sum(dim=0)[:, None, None]
            found.append(response)
            done += len(batch)
        return torch.cat(found).T.reshape(-1, *shape), fields / totals.clamp(min=1e-300)

    def _bars(self) -> Tensor:
        """Responses U×2 signs×widths×orientations×positions."""
        signs = torch.tensor(SIGNS, dtype=torch.float64)
        sign, width, orientation, position = _combined(signs, self.widths, self.orientations, self.positions)
        found = self._responses(
            len(sign),
            lambda part: bars(self.site.canvas, orientation[part], position[part], width[part], sign[part]),
        )
        return found.T.reshape(-1, 2, len(self.widths), len(self.orientations), len(self.positions))

    def _tuning(self, unit: int, waves: TuningCurve, swept: TuningCurve, floor: float) -> Tuning:
        mean = waves.mean(axis=2)
        best, at = (int(place) for place in np.unravel_index(mean.argmax(), mean.shape))
        by_orientation, by_frequency = mean[:, at], mean[best]
        _, wide, along, _ = np.unravel_index(swept.argmax(), swept.shape)
        bar_curve = swept[:, wide].max(axis=(0, 2))
        orientations = self.orientations.numpy()
        return Tuning(
            unit,
            bool(waves.max() > floor),
            by_orientation,
            by_frequency,
            orientation_band(orientations, by_orientation),
            frequency_band(self.frequencies.numpy(), by_frequency),
            circular_variance(orientations, by_orientation),
            modulation(waves[best, at]),
            bar_curve,
            swept[:, wide, along],
            orientation_band(orientations, bar_curve),
        )

    def _portrait(self, tuning: Tuning, field: TuningCurve) -> Portrait:
        canvas, unit = self.site.canvas, tuning.unit
        orientation, frequency = (
            torch.tensor([value], dtype=torch.float64)
            for value in (tuning.orientation.peak, tuning.frequency.peak)
        )

        def shown(phase: Tensor, diameter: Tensor | None = None) -> Tensor:
            count = len(phase)
            return gratings(canvas, orientation.expand(count), frequency.expand(count), phase, diameter)

        fine = _cycle(_FINE_PHASES)
        phase_curve = self._responses(len(fine), lambda part: shown(fine[part]))[:, unit]
        diameter, phase = _combined(self.diameters, self.phases)
        sizes = self._responses(len(phase), lambda part: shown(phase[part], diameter[part]))[:, unit]
        size_curve = sizes.reshape(len(self.diameters), -1).mean(dim=1).numpy()
        width, suppression = preferred_size(self.diameters.numpy(), size_curve)
        best = shown(fine[phase_curve.argmax()][None], torch.tensor([width]))[0, 0].numpy()
        refined = replace(tuning, modulation=modulation(phase_curve.numpy()))
        return Portrait(refined, field, best, phase_curve.numpy(), size_curve, width, suppression)

    def _responses(self, count: int, draw: Callable[[slice], Tensor]) -> Tensor:
        """How far `count` patterns drive the units above the blank, N×U."""
        return (self._activations(count, draw) - self.blank).clamp(min=0)

    def _activations(self, count: int, draw: Callable[[slice], Tensor]) -> Tensor:
        found = answers(self.network, self.site, count, lambda part: self._as_pictures(draw(part)))
        return torch.cat(list(found))

    def _as_pictures(self, patterns: Tensor) -> Tensor:
        return as_pictures(patterns, self.settings.contrast, self.settings.color)


def _cycle(steps: int) -> Tensor:
    return torch.arange(steps, dtype=torch.float64) * (2 * pi / steps)


def _combined(*axes: Tensor) -> list[Tensor]:
    """Every combination of the axes' values, the last axis fastest; one flat tensor an axis."""
    return [grid.flatten() for grid in torch.meshgrid(*axes, indexing="ij")]
