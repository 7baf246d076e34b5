"""One layer of an atlas up to its grids: whitening, places, cells, averages."""

from functools import cached_property

from pareidolia.atlas.collected import CollectedActivations
from pareidolia.atlas.grid import Grid, grid_over, suiting_sides
from pareidolia.atlas.layout import lay_out
from pareidolia.atlas.settings import AtlasSettings, LayoutSettings
from pareidolia.atlas.stages import StageCache, key_of
from pareidolia.atlas.whitening import second_moment, whitening
from pareidolia.collecting.specs import Array
from pareidolia.settings import PareidoliaError


class LayerLayout:
    """A layer's map; each of its stages is worked out when it is first used, or found where it was kept.

    Args:
        layer: its name.
        collected: the activations, of all layers.
        settings: of the atlas.
        stages: where finished stages are kept.
        before: the map of the layer that this one is aligned with; None for the first.
    """

    def __init__(
        self,
        layer: str,
        collected: CollectedActivations,
        settings: AtlasSettings,
        stages: StageCache,
        before: "LayerLayout | None" = None,
    ) -> None:
        self.layer, self.collected, self.before = layer, collected, before
        self._settings, self._stages = settings, stages
        chosen = settings.part(LayoutSettings).model_dump()
        previous = before and before.places_key
        self.places_key: str = key_of("layout", collected.key, layer, chosen, settings.seed, previous)

    @cached_property
    def moment(self) -> Array:
        """The uncentred second moment of the layer's activations, C×C."""
        key = key_of("moment", self.collected.key, self.layer)
        kept = self._stages.kept(f"{self.layer}/moment", key)
        if kept is not None:
            return kept["moment"]
        moment = second_moment(self.collected.vectors(self.layer), self.layer)
        self._stages.keep(f"{self.layer}/moment", key, {"moment": moment})
        return moment

    @cached_property
    def places(self) -> Array:
        """The place of each activation, M×2 in [0, 1]."""
        kept = self._stages.kept(f"{self.layer}/layout", self.places_key)
        if kept is not None:
            return kept["places"]
        self.moment  # noqa: B018 (refuses activations that are all alike, and names the layer)
        places = lay_out(
            lambda: self.collected.vectors(self.layer),
            len(self.collected),
            self._settings,
            self._settings.seed,
            None if self.before is None else self.before.places,
        )
        self._stages.keep(f"{self.layer}/layout", self.places_key, {"places": places})
        return places

    @cached_property
    def grids(self) -> tuple[Grid, ...]:
        """The grids.

        Returns:
            One for each side, from coarse to fine.

        Raises:
            PareidoliaError: If one of them has no cell with enough activations.
        """
        fewest = self._settings.fewest
        sides = self._settings.grids or suiting_sides(self.places, fewest)
        grids = tuple(grid_over(self.places, side, fewest) for side in sides)
        for grid in grids:
            if not len(grid):
                raise PareidoliaError(
                    f"{len(self.places)} activations are too few for a grid of {grid.side} x {grid.side}: "
                    f"none of its cells holds {fewest}; take a coarser grid, more photos, or more --positions"
                )
        return grids

    def means(self, grid: Grid) -> Array:
        """The mean activation of each cell, cells×C float64."""
        name = f"{self.layer}/means-{grid.side}"
        key = key_of("means", self.places_key, grid.side, self._settings.fewest)
        kept = self._stages.kept(name, key)
        if kept is not None:
            return kept["means"]
        means = grid.means_of_pieces(self.collected.vectors(self.layer))
        self._stages.keep(name, key, {"means": means})
        return means

    def directions(self, grid: Grid) -> Array:
        """What each cell's icon is painted towards, cells×C float32: its mean, whitened if so asked."""
        means = self.means(grid)
        if self._settings.whiten:
            means = means @ whitening(self.moment)
        return means.astype("float32")
