"""One layer of an atlas from its grids on: icons, classes, and what is written of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from pareidolia.atlas.batches import (
    BatchedStage,
    attribute_missing,
    attribution_stage,
    icon_stage,
    paint_missing,
)
from pareidolia.atlas.grid import Grid
from pareidolia.atlas.icons import IconJob
from pareidolia.atlas.mapping import LayerMap
from pareidolia.atlas.publishing import behind, write_grid
from pareidolia.atlas.settings import AtlasSettings, IconSettings
from pareidolia.atlas.stages import Array, Stages
from pareidolia.collecting import EngineSettings
from pareidolia.collecting.chunks import CollectJob
from pareidolia.networks import Network


@dataclass(frozen=True)
class Tools:
    """What every layer's stages work with.

    Attributes:
        network: looks at photos; `painter` the same, as it looks at icons.
        class_names: of its classes; empty where it has none.
        job: what was collected.
    """

    stages: Stages
    network: Network
    painter: Network
    class_names: tuple[str, ...]
    job: CollectJob
    settings: AtlasSettings
    engine: EngineSettings


class LayerAtlas:
    """A layer whose map is known."""

    def __init__(self, layer_map: LayerMap, tools: Tools) -> None:
        self.map, self._tools = layer_map, tools
        self._grids = layer_map.grids  # worked out here: what has no cells is told before icons are painted

    @property
    def name(self) -> str:
        """The layer's name."""
        return self.map.layer

    def batched_stages(self) -> Iterator[tuple[BatchedStage, Iterator[int]]]:
        """The stages of many parts, each with an iterator that works out what is missing."""
        tools = self._tools
        for grid in self._grids:
            stage, wanted = self._icons(grid), self.map.directions(grid)
            yield stage, paint_missing(stage, tools.painter, self._icon_job, wanted, tools.engine)
        if tools.class_names:
            stage = self._attributions
            yield stage, attribute_missing(stage, tools.network, self.name, self.map.collected, self._points)

    def write(self, folder: Path, grid: Grid, others: Sequence[LayerMap]) -> None:
        """Write a grid into `folder`, with where its cells' activations lie on the maps of `others`."""
        settings = self._tools.settings
        write_grid(
            folder,
            self._tools.stages,
            grid,
            self._icons(grid).values(),
            behind(
                self.map.collected,
                self._tools.network.layer(self.name),
                self._chosen(grid),
                size=settings.patch_size,
                each=settings.patches,
            ),
            self._class_table(grid),
            labels=len(self.map.collected.labels),
            moves={other.layer: grid.means(other.places) for other in others},
        )

    @cached_property
    def _icon_job(self) -> IconJob:
        job, settings = self._tools.job, self._tools.settings
        return IconJob(job.network, job.identity, self.name, settings.part(IconSettings), settings.seed)

    def _icons(self, grid: Grid) -> BatchedStage:
        name = f"icons of {self.name}, {grid.side} x {grid.side}"
        place = f"{self.name}/icons-{grid.side}"
        return icon_stage(self._tools.stages, name, place, self._icon_job, self.map.directions(grid))

    def _chosen(self, grid: Grid) -> list[Array]:
        """For each cell the activations that are looked at again: for classes, for patches, or for both."""
        settings = self._tools.settings
        return grid.chosen(max(settings.attributed, settings.patches), settings.seed)

    def _asked(self, grid: Grid) -> list[Array]:
        return [points[: self._tools.settings.attributed] for points in self._chosen(grid)]

    @cached_property
    def _points(self) -> Array:
        """The activations of all grids that are asked for classes, rising; grids share most of them."""
        return np.unique(np.concatenate([points for grid in self._grids for points in self._asked(grid)]))

    @cached_property
    def _attributions(self) -> BatchedStage:
        return attribution_stage(
            self._tools.stages,
            f"classes of {self.name}",
            f"{self.name}/classes",
            self.map.collected,
            self._points,
        )

    def _class_table(self, grid: Grid) -> Array | None:
        """The mean class attribution of each cell, cells×K; None where the network has no classes."""
        if not self._tools.class_names:
            return None
        values = self._attributions.values()
        asked = self._asked(grid)
        return np.stack([values[np.searchsorted(self._points, points)].mean(axis=0) for points in asked])
