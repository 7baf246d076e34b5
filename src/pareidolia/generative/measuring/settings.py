"""Settings of the measurements. No torch here."""

from typing import Annotated, Literal

from pydantic import Field

from pareidolia.generative.settings import Components, Sampler
from pareidolia.settings import Device, NetworkSettings, Settings

Measure = Literal[
    "elbo",
    "likelihood",
    "ais",
    "reconstruction",
    "active-units",
    "errors",
    "parzen",
    "fid",
    "kid",
    "precision-recall",
    "labels",
]


class EvaluateSettings(NetworkSettings):
    """Measure how well a trained model does."""

    measures: Annotated[
        tuple[Measure | Literal["all"], ...],
        Field(min_length=1, description="What is measured; all: everything that the model can be asked."),
    ] = ("all",)
    data: Annotated[
        str | None, Field(description="Other pictures than those the model was trained with.")
    ] = None
    split: Annotated[
        Literal["test", "train"], Field(description="Which of them; figures worth telling are of the test.")
    ] = "test"
    pictures: Annotated[
        int, Field(ge=10, description="How many pictures are measured (or all, where there are fewer).")
    ] = 1000
    samples: Annotated[
        int, Field(ge=1, description="Codes a picture, k, of importance sampling and of the bound.")
    ] = 1000
    precision: Annotated[
        Literal["float32", "mixed"],
        Field(
            description="mixed: codes are decoded in bfloat16, and those that carry the estimate once more "
            "in float32; faster where the hardware has it."
        ),
    ] = "float32"
    annealed: Annotated[
        int, Field(ge=1, description="How many of the pictures annealed importance sampling takes.")
    ] = 100
    chains: Annotated[
        int, Field(ge=2, description="Chains of annealed importance sampling for each picture.")
    ] = 8
    temperatures: Annotated[int, Field(ge=2, description="Its steps between prior and posterior.")] = 300
    ode_steps: Annotated[
        int, Field(ge=1, le=10_000, description="Steps along which a flow's likelihood is integrated.")
    ] = 100
    sampler: Sampler = "prior"
    components: Components = 20
    windows: Annotated[
        int, Field(ge=2, description="Samples that Parzen windows are put on, and centroids beside them.")
    ] = 10_000
    layer: Annotated[
        str | None,
        Field(description="The layer that FID, KID, precision and recall compare (default: the last map)."),
    ] = None
    size: Annotated[
        int, Field(ge=16, le=1024, description="Longer side of the pictures as that network sees them.")
    ] = 64
    neighbors: Annotated[
        int, Field(ge=1, description="How many neighbours wide the balls of precision and recall are.")
    ] = 3
    sure: Annotated[
        float, Field(gt=0, lt=1, description="Probability from which on the classifier of labels is sure.")
    ] = 0.9
    seed: Annotated[int, Field(ge=0, description="The same seed on the same CPU gives the same figures.")] = 0


class DoctorSettings(Settings):
    """Look for what is wrong with a training."""

    pictures: Annotated[
        int, Field(ge=10, description="How many pictures, and samples, are looked at (or all there are).")
    ] = 500
    data: Annotated[
        str | None, Field(description="The run's pictures, where they have moved (default: where they were).")
    ] = None
    device: Device = "auto"
    seed: Annotated[int, Field(ge=0, description="The same seed on the same CPU gives the same figures.")] = 0
