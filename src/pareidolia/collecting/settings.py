"""Settings of collecting. No torch here."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from pareidolia.settings import NetworkSettings, Settings


class CollectingSettings(NetworkSettings):
    """How a network sees a folder of pictures. Every option here can change what is collected."""

    size: Annotated[
        int | None,
        Field(
            ge=16,
            le=4096,
            description="Side of the square that the network sees of each photo (default: what it was made "
            "for).",
        ),
    ] = None
    batch: Annotated[
        int, Field(ge=1, le=4096, description="Pictures that the network looks at together.")
    ] = 8
    chunk: Annotated[
        int, Field(ge=1, description="Pictures a shard: what a stop or a lost worker costs at most.")
    ] = 64


class EngineSettings(Settings):
    """Where the network runs. No option here changes what is collected."""

    engine: Annotated[
        Literal["local", "ray"], Field(description="Look here, or as tasks of a Ray cluster.")
    ] = "local"
    address: Annotated[
        str | None,
        Field(description="The Ray cluster, as ray.init takes it (default: a running one, else one here)."),
    ] = None
    cpus: Annotated[float, Field(gt=0, description="CPUs that a Ray task reserves.")] = 1.0
    gpus: Annotated[float, Field(ge=0, description="GPUs that a Ray task reserves.")] = 0.0
    decoders: Annotated[
        int, Field(ge=1, le=64, description="Threads that decode ahead of a GPU or a Ray task.")
    ] = 2


class TopActivations(Settings):
    """Keep the strongest activations of every unit, each from another picture."""

    form: ClassVar[str] = "Strongest"
    """What manifests call it."""

    top: Annotated[int, Field(ge=1, le=1000, description="How many a unit.")] = 9


class SampledActivations(Settings):
    """Keep the activations of all channels at random positions of every picture."""

    form: ClassVar[str] = "Positions"
    """What manifests call it."""

    count: Annotated[int, Field(ge=1, le=10_000, description="Positions a picture.")] = 1
    border: Annotated[
        int, Field(ge=0, description="Outermost rings of the coarsest map from which none is drawn.")
    ] = 0
    seed: Annotated[
        int, Field(ge=0, description="The same seed draws the same positions of the same picture.")
    ] = 0
    precision: Annotated[
        Literal["float32", "float16"], Field(description="What the activations are stored as.")
    ] = "float32"
