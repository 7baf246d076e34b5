"""Settings of the looks into a latent space. No torch here."""

from typing import Annotated, Literal

from pydantic import Field

from pareidolia.generative.settings import Components, Sampler
from pareidolia.settings import Device, Settings


class LookSettings(Settings):
    """Options of every look."""

    device: Device = "auto"
    seed: Annotated[int, Field(ge=0, description="The same seed on the same CPU gives the same bytes.")] = 0


class DataLookSettings(LookSettings):
    """Settings of every look that may need the run's pictures."""

    data: Annotated[
        str | None,
        Field(description="The run's pictures, where they have moved (default: where they were)."),
    ] = None


class SampleSettings(DataLookSettings):
    """Draw codes and decode them."""

    count: Annotated[int, Field(ge=1, le=10_000, description="How many pictures.")] = 64
    columns: Annotated[
        int | None, Field(ge=1, description="Pictures a row (default: as many as rows, or about).")
    ] = None
    sampler: Sampler = "prior"
    components: Components = 20
    label: Annotated[
        str | None,
        Field(
            description="The label of all pictures: of models trained with --labels condition, or with a "
            "sampler that is fitted to codes."
        ),
    ] = None
    truncation: Annotated[
        float | None,
        Field(
            gt=0,
            description="Greatest size of a normal code's numbers: clearer, less varied (Brock 2019).",
        ),
    ] = None
    solver: Annotated[
        Literal["euler", "heun"] | None, Field(description="Of a flow (default: as it was trained with).")
    ] = None
    steps: Annotated[
        int | None, Field(ge=1, le=1000, description="Of a flow's solver (default: as it was trained with).")
    ] = None
    guidance: Annotated[
        float | None,
        Field(ge=0, le=20, description="How much a flow follows labels (default: as it was trained with)."),
    ] = None


class ReconstructSettings(DataLookSettings):
    """Send pictures through their codes and back."""

    count: Annotated[
        int, Field(ge=1, le=200, description="Test pictures to take where no pictures are given.")
    ] = 8


class InterpolateSettings(DataLookSettings):
    """Walk from one code to another."""

    path: Annotated[
        Literal["linear", "spherical", "both"],
        Field(
            description="linear: a straight line; spherical: along a great circle, on which codes keep the "
            "length that codes from a normal prior have."
        ),
    ] = "both"
    steps: Annotated[int, Field(ge=2, le=1000, description="Pictures on the strip, both ends with them.")] = (
        10
    )
    fps: Annotated[int, Field(ge=1, le=60, description="Frames a second of a video.")] = 24
    seconds: Annotated[float, Field(gt=0, le=600, description="Length of a video, there and back.")] = 4.0


class ManifoldSettings(DataLookSettings):
    """Decode a grid of codes, two units of them, through the prior's inverse distribution function."""

    side: Annotated[int, Field(ge=2, le=100, description="Pictures along each side of the grid.")] = 20
    units: Annotated[
        tuple[int, int] | None,
        Field(description="The two units (default: those in which pictures differ most; the others stay 0)."),
    ] = None


class LatentSettings(DataLookSettings):
    """Show where a model's codes lie, by label, against its prior."""

    count: Annotated[int, Field(ge=10, description="How many pictures to encode (or all there are).")] = 2000
    split: Annotated[Literal["test", "train"], Field(description="Which pictures.")] = "test"
    size: Annotated[int, Field(ge=300, le=4000, description="Longer side of the result, in pixels.")] = 1000


class WalkSettings(DataLookSettings):
    """Walk from a code along the direction of a label."""

    towards: Annotated[str, Field(description="The label to walk to.")]
    away: Annotated[
        str | None, Field(description="The label to walk away from (default: from all others).")
    ] = None
    method: Annotated[
        Literal["mean", "logistic"],
        Field(
            description="The direction: between the mean codes of both, or the one in which a logistic "
            "regression tells them apart best."
        ),
    ] = "mean"
    steps: Annotated[int, Field(ge=2, le=100, description="Pictures on the strip.")] = 9
    reach: Annotated[
        float,
        Field(gt=0, description="How far to walk each way; 1 is as far as the two means lie apart."),
    ] = 1.0


class DirectionsSettings(DataLookSettings):
    """Walk along directions that no label names."""

    method: Annotated[
        Literal["auto", "pca", "sefa"],
        Field(
            description="pca: in which codes of pictures vary most; sefa: that the decoder's first layer "
            "stretches most, which needs no pictures; auto: pca where there is an encoder."
        ),
    ] = "auto"
    count: Annotated[int, Field(ge=1, le=100, description="How many directions.")] = 6
    steps: Annotated[int, Field(ge=2, le=100, description="Pictures in a row.")] = 7
    reach: Annotated[
        float, Field(gt=0, description="How far to walk each way, in standard deviations of codes.")
    ] = 2.0
