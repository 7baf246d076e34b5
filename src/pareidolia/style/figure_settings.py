"""Settings of figures and sheets of style. No torch here."""

from typing import Annotated, Any

from pydantic import Field

from pareidolia.settings import OperationSettings
from pareidolia.style.settings import StrokeSize, StyleSettings


class StyleSheetSettings(OperationSettings):
    """Show one photo in all presets, and one painting at several sizes of strokes, as contact sheets."""

    size: Annotated[int, Field(ge=32, le=4096, description="Longer side of each picture, in pixels.")] = 256
    presets: Annotated[
        tuple[str, ...] | None, Field(min_length=1, description="Which presets (default: all).")
    ] = None
    stroke_sizes: Annotated[
        tuple[StrokeSize, ...], Field(min_length=1, description="The sizes of strokes of the second sheet.")
    ] = (0.5, 1.0, 2.0)
    coarse_steps: Annotated[
        int | None, Field(ge=1, description="Steps at each size but the last (default: each preset's own).")
    ] = None
    steps: Annotated[
        int | None, Field(ge=1, description="Steps at the full size (default: each preset's own).")
    ] = None

    def painting(self, **changes: Any) -> StyleSettings:
        """A style transfer at this size."""
        common = self.model_dump(exclude={"presets", "stroke_sizes"}, exclude_none=True)
        return StyleSettings.model_validate({**common, **changes})


class StyleFiguresSettings(OperationSettings):
    """Show what content and style are, layer by layer (Gatys, Ecker and Bethge 2015, figures 1 to 3)."""

    size: Annotated[int, Field(ge=32, le=4096, description="Longer side of each picture, in pixels.")] = 256
    style_weights: Annotated[
        tuple[Annotated[float, Field(gt=0)], ...],
        Field(min_length=1, description="β of each column of the matrix; α is 1."),
    ] = (640.0, 160.0, 40.0, 10.0)
    reconstruction_steps: Annotated[
        int, Field(ge=1, description="Steps of each picture that is painted back from noise.")
    ] = 150
    coarse_steps: Annotated[
        int, Field(ge=1, description="Steps of each other picture at each size but the last.")
    ] = 60
    steps: Annotated[int, Field(ge=1, description="Steps of each other picture at the full size.")] = 40

    def painting(self, **changes: Any) -> StyleSettings:
        """A style transfer at this size by the paper's own loss."""
        common = self.model_dump(exclude={"style_weights", "reconstruction_steps"})
        paper = {"match": ("gram",), "balance": "relative", "content_weight": 1.0}
        paper |= {"smoothness": 0.0, "color_smoothness": 0.0}
        return StyleSettings.model_validate({**paper, **common, **changes})

    def reconstructing(self, **changes: Any) -> StyleSettings:
        """A style transfer that begins from noise, at one size, so that a layer's own scale is seen."""
        return self.painting(start="noise", coarse_to_fine=False, steps=self.reconstruction_steps, **changes)
