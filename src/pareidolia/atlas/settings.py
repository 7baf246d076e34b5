"""Settings of an activation atlas. No torch here."""

from typing import Annotated, Literal, TypeVar

from pydantic import Field, model_validator

from pareidolia.collecting.settings import CollectingSettings
from pareidolia.settings import Settings

Part = TypeVar("Part", bound=Settings)


class LayoutSettings(Settings):
    """How activations are laid out on the map."""

    layout: Annotated[
        Literal["umap", "pca", "tsne"], Field(description="How 2-D places are found for activations.")
    ] = "umap"
    neighbors: Annotated[
        int, Field(ge=2, le=500, description="UMAP's neighbours, and t-SNE's perplexity times three.")
    ] = 50
    min_dist: Annotated[
        float,
        Field(
            ge=0, lt=1, description="UMAP's smallest distance of points; a smaller one makes denser clumps."
        ),
    ] = 0.05
    metric: Annotated[
        Literal["cosine", "euclidean"], Field(description="What makes activations neighbours.")
    ] = "cosine"
    fit_on: Annotated[
        int,
        Field(
            ge=100,
            description="The layout is fitted on so many activations; more are placed among them.",
        ),
    ] = 100_000

    @property
    def nearness(self) -> Literal["cosine", "euclidean"]:
        """What makes activations neighbours on the map: PCA keeps lengths apart, whatever the metric."""
        return "euclidean" if self.layout == "pca" else self.metric


class IconSettings(Settings):
    """How the icon of a cell is painted."""

    icon_size: Annotated[int, Field(ge=16, le=512, description="Side of an icon in pixels.")] = 80
    icon_steps: Annotated[int, Field(ge=1, description="Steps an icon is painted in.")] = 80
    icons_at_once: Annotated[int, Field(ge=1, le=4096, description="Icons painted in one batch.")] = 32
    cosine_power: Annotated[
        float,
        Field(ge=0, description="n in dot · max(0.1, cos)^n: larger keeps closer to the cell's direction."),
    ] = 2.0
    whiten: Annotated[
        bool, Field(description="Measure directions in whitened space, where common ones weigh less.")
    ] = True


class AtlasSettings(IconSettings, LayoutSettings, CollectingSettings):
    """Make an activation atlas of a folder of photos (Carter et al. 2019)."""

    layer: Annotated[
        tuple[str, ...],
        Field(min_length=1, description="The layers, as `pareidolia networks NAME` lists them."),
    ]
    positions: Annotated[int, Field(ge=1, le=1000, description="Random positions of every photo.")] = 1
    border: Annotated[
        int,
        Field(
            ge=0,
            description="Outermost rings of the map without positions: the zeros beyond, which they see, set "
            "them apart.",
        ),
    ] = 1
    seed: Annotated[int, Field(ge=0, description="The same seed on the same CPU gives the same atlas.")] = 0
    grids: Annotated[
        tuple[Annotated[int, Field(ge=2, le=500)], ...] | None,
        Field(
            min_length=1,
            description="Cells a side of each grid (default: those of 5 10 20 40 80 160 in which most "
            "activations have neighbours).",
        ),
    ] = None
    fewest: Annotated[int, Field(ge=1, description="Cells of fewer activations are left out.")] = 6
    attributed: Annotated[
        int,
        Field(ge=1, description="How many activations of a cell are attributed to classes."),
    ] = 8
    patches: Annotated[int, Field(ge=1, le=24, description="Pieces of real photos behind a cell.")] = 6
    patch_size: Annotated[int, Field(ge=16, le=256, description="Side of these pieces, in pixels.")] = 64
    title: Annotated[str | None, Field(description="What stands above the map (default: the network).")] = (
        None
    )

    @model_validator(mode="after")
    def _named_once(self) -> "AtlasSettings":
        if len(set(self.layer)) < len(self.layer):
            raise ValueError("a layer is named twice")
        if self.grids is not None and list(self.grids) != sorted(set(self.grids)):
            raise ValueError("grids go from coarse to fine, each once")
        return self

    def part(self, kind: type[Part]) -> Part:
        """The options that belong to one of the classes this one is made of.

        Args:
            kind: that class.

        Returns:
            Its settings, with the values of these.
        """
        return kind(**{name: getattr(self, name) for name in kind.model_fields})
