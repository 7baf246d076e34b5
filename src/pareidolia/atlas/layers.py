"""One layer of an atlas from its grids on: icons, classes, and what is to be written of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pareidolia.atlas.batches import (
    CachedStage,
    attribute_missing,
    attribution_stage,
    icon_stage,
    paint_missing,
)
from pareidolia.atlas.grid import Grid
from pareidolia.atlas.icons import IconJob
from pareidolia.atlas.mapping import LayerLayout
from pareidolia.atlas.publishing import GridContents, cell_patches, grid_contents
from pareidolia.atlas.settings import AtlasSettings, IconSettings
from pareidolia.atlas.stages import StageCache
from pareidolia.collecting import EngineSettings
from pareidolia.collecting.chunks import CollectJob
from pareidolia.collecting.specs import Array
from pareidolia.networks import Network


@dataclass(frozen=True)
class BuildContext:
    """What every layer's stages work with.

    Attributes:
        stages: what was made before.
        network: looks at photos.
        icon_network: the same network as it looks at icons, with another padding.
        class_names: of its classes; empty where it has none.
        job: what was collected.
        settings: of the atlas.
        engine: where icons are painted.
    """

    stages: StageCache
    network: Network
    icon_network: Network
    class_names: tuple[str, ...]
    job: CollectJob
    settings: AtlasSettings
    engine: EngineSettings


class LayerContents:
    """What an atlas shows of a layer whose layout is known."""

    def __init__(self, layout: LayerLayout, context: BuildContext) -> None:
        self.layout, self._context = layout, context
        self._grids = layout.grids  # made here: that a grid has no cells is found before icons are painted

    @property
    def name(self) -> str:
        """The layer's name."""
        return self.layout.layer

    def batched_stages(self) -> Iterator[tuple[CachedStage, Iterator[int]]]:
        """The stages of many parts, each with an iterator that works out what is missing."""
        context = self._context
        for grid in self._grids:
            stage, wanted = self._icons(grid), self.layout.directions(grid)
            yield stage, paint_missing(stage, context.icon_network, self._icon_job, wanted, context.engine)
        if context.class_names:
            stage = self._attributions
            yield (
                stage,
                attribute_missing(stage, context.network, self.name, self.layout.collected, self._points),
            )

    def contents(self, grid: Grid, others: Sequence[LayerLayout]) -> GridContents:
        """What is to be written of a grid, with where its cells' activations lie on the maps of `others`."""
        settings = self._context.settings
        return grid_contents(
            grid,
            self._icons(grid).values(),
            cell_patches(
                self.layout.collected,
                self._context.network.layer(self.name),
                self._chosen(grid),
                size=settings.patch_size,
                each=settings.patches,
            ),
            self._class_table(grid),
            labels=len(self.layout.collected.labels),
            moves={other.layer: grid.means(other.places) for other in others},
        )

    @cached_property
    def _icon_job(self) -> IconJob:
        job, settings = self._context.job, self._context.settings
        return IconJob(job.network, job.identity, self.name, settings.part(IconSettings), settings.seed)

    def _icons(self, grid: Grid) -> CachedStage:
        name = f"icons of {self.name}, {grid.side} x {grid.side}"
        place = f"{self.name}/icons-{grid.side}"
        return icon_stage(self._context.stages, name, place, self._icon_job, self.layout.directions(grid))

    def _chosen(self, grid: Grid) -> list[Array]:
        """For each cell the activations that are looked at again: for classes, for patches, or for both."""
        settings = self._context.settings
        return grid.chosen(max(settings.attributed, settings.patches), settings.seed)

    def _asked(self, grid: Grid) -> list[Array]:
        return [points[: self._context.settings.attributed] for points in self._chosen(grid)]

    @cached_property
    def _points(self) -> Array:
        """The activations of all grids that are asked for classes, rising; grids share most of them."""
        return np.unique(np.concatenate([points for grid in self._grids for points in self._asked(grid)]))

    @cached_property
    def _attributions(self) -> CachedStage:
        return attribution_stage(
            self._context.stages,
            f"classes of {self.name}",
            f"{self.name}/classes",
            self.layout.collected,
            self._points,
        )

    def _class_table(self, grid: Grid) -> Array | None:
        """The mean class attribution of each cell, cells×K; None where the network has no classes."""
        if not self._context.class_names:
            return None
        values = self._attributions.values()
        asked = self._asked(grid)
        return np.stack([values[np.searchsorted(self._points, points)].mean(axis=0) for points in asked])
