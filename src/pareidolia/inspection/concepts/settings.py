"""Settings of concepts and of their importance. No torch here."""

from typing import Annotated, Literal

from pydantic import Field

from pareidolia.collecting.settings import CollectingSettings
from pareidolia.settings import NetworkSettings
from pareidolia.settings.groups import ADVANCED, WHAT


class ConceptSettings(CollectingSettings):
    """Find concepts of a layer: directions that its activations are sums of."""

    layer: Annotated[
        str | None,
        Field(
            description="The layer, as `pareidolia networks NAME` lists them (default: the last that has "
            "rows and columns).",
            json_schema_extra=WHAT,
        ),
    ] = None
    method: Annotated[
        Literal["nmf", "top-k", "batch-top-k", "archetypal"],
        Field(
            description="nmf: non-negative factors (CRAFT, Fel 2023). Sparse autoencoders: the k largest "
            "codes of a place (Gao 2024), of a batch (Bussmann 2024), or with directions that are mixtures "
            "of the data (Fel 2025).",
            json_schema_extra=WHAT,
        ),
    ] = "nmf"
    count: Annotated[int, Field(ge=2, le=100_000, description="Concepts.", json_schema_extra=WHAT)] = 16
    positions: Annotated[int, Field(ge=1, le=1000, description="Random positions of every photo.")] = 8
    keep: Annotated[
        int,
        Field(ge=1, description="k of the autoencoders: codes that stay at a place, for a batch on average."),
    ] = 4
    epochs: Annotated[float, Field(gt=0, description="How often an autoencoder sees each activation.")] = 60.0
    learning_rate: Annotated[
        float, Field(gt=0, description="Of an autoencoder.", json_schema_extra=ADVANCED)
    ] = 2e-3
    rows: Annotated[
        int, Field(ge=2, description="Activations in a step of an autoencoder.", json_schema_extra=ADVANCED)
    ] = 256
    iterations: Annotated[int, Field(ge=1, description="Of nmf.", json_schema_extra=ADVANCED)] = 400
    slack: Annotated[
        float,
        Field(
            ge=0,
            le=10,
            description="How far an archetypal direction may leave the mixtures of the data, as a share of "
            "their usual length.",
            json_schema_extra=ADVANCED,
        ),
    ] = 0.1
    seed: Annotated[
        int, Field(ge=0, description="The same seed on the same CPU gives the same concepts.")
    ] = 0


class ImportanceSettings(NetworkSettings):
    """Measure how much each concept matters for a class."""

    target: Annotated[
        str,
        Field(description="A class, by name or number; top is each photo's own.", json_schema_extra=WHAT),
    ] = "top"
    photos_at_most: Annotated[
        int, Field(ge=1, description="Photos that are looked at, the first of the folder.")
    ] = 16
    designs: Annotated[
        int,
        Field(ge=2, le=4096, description="Sobol designs: (concepts + 2) looks each at every photo."),
    ] = 16
    seed: Annotated[int, Field(ge=0, description="The same seed on the same CPU gives the same figures.")] = 0
