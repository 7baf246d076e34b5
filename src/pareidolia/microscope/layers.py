"""What is found out of a layer as a whole: which are shown, tuning, whether there are classes."""

from collections.abc import Sequence

import numpy as np
import torch

from pareidolia.collecting.specs import Arrays
from pareidolia.inspection.tuning import TuningSettings, measure_tuning
from pareidolia.microscope.connections import unit_classes
from pareidolia.networks import Network
from pareidolia.settings import NetworkSettings, PareidoliaError, Unit

# These give what they are given.
_COPIES = ("Flatten", "Dropout", "Identity")
# Half of the stimuli of the operation `tuning`: curves as smooth as a page shows, in half of the time.
_STIMULI = TuningSettings(orientations=12, frequencies=8, phases=6, positions=8)
SHOWN = _STIMULI.model_dump(mode="json", exclude=set(NetworkSettings.model_fields))
"""The stimuli, for a stage's key."""


def tuning_curves(network: Network, layer: str) -> Arrays:
    """The tuning of every unit of a layer.

    Args:
        network: the network.
        layer: name of a layer that has rows and columns.

    Returns:
        C of `responds`, `modulation` and `selectivity`; C×2 of `preferred`, orientation and frequency; the
        curves `orientation` and `frequency`, C×n; and the `orientations` and `frequencies` that were shown.

    Raises:
        BadNetwork: the layer has no channels.
    """
    measured = measure_tuning(network, layer, (), _STIMULI)
    units = measured.units
    return {
        "responds": np.array([unit.responds for unit in units]),
        "orientation": np.stack([unit.orientation_curve for unit in units]),
        "frequency": np.stack([unit.frequency_curve for unit in units]),
        "preferred": np.array([(unit.orientation.peak, unit.frequency.peak) for unit in units]),
        "modulation": np.array([unit.modulation for unit in units]),
        "selectivity": np.array([unit.selectivity for unit in units]),
        "orientations": measured.orientations,
        "frequencies": measured.frequencies,
    }


def default_layers(network: Network) -> tuple[str, ...]:
    """The layers that are shown where none is named: those of style, or all that give one number a unit."""
    if network.style_layers:
        return network.style_layers
    vectors = tuple(
        name
        for name, layer in network.layers.items()
        if len(layer.shape) == 1
        and layer.kind not in _COPIES
        and not any(network.module.get_submodule(name).children())
    )
    if not vectors:
        raise PareidoliaError(f"no layer of {network.name} has units: name one with --layer")
    return vectors


def no_classes(network: Network, layer: str, names: Sequence[str]) -> str:
    """Why units of a layer cannot be attributed to classes; empty where they can."""
    if not names:
        return f"{network.name} has no classes."
    try:
        gray = torch.full((1, *network.input_shape), 0.5)
        place = (0, 0) if len(network.unit_shape(layer)) == 3 else None
        unit_classes(network, [Unit(layer, 0, place)], gray)
    except PareidoliaError as error:
        return f"Classes cannot be attributed: {error}."
    return ""
