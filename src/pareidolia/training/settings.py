"""Settings that every training takes. No torch here."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from pareidolia.settings import Device, Settings

Schedule = Annotated[
    Literal["constant", "linear", "cosine", "burda"],
    Field(
        description="How the learning rate goes: constant; linear or cosine down to 0 at the end; burda: "
        "eight steps down to a tenth, each three times as long as the one before (Burda 2016)."
    ),
]


class TrainingSettings(Settings):
    """How a network is trained, whatever the network."""

    model_config = ConfigDict(allow_inf_nan=False)

    epochs: Annotated[
        float | None,
        Field(gt=0, description="How often each picture is seen (default: more often the fewer there are)."),
    ] = None
    batch: Annotated[int, Field(ge=1, description="Pictures a step, over all devices together.")] = 100
    learning_rate: Annotated[float, Field(gt=0, description="Size of a step.")] = 1e-3
    schedule: Schedule = "constant"
    warm_up: Annotated[int, Field(ge=0, description="Steps in which the learning rate rises from 0.")] = 0
    clip: Annotated[
        float, Field(ge=0, description="Largest norm of a phase's gradient; 0 leaves gradients as they are.")
    ] = 0.0
    average: Annotated[
        float,
        Field(
            ge=0,
            lt=1,
            description="Decay of the weights' moving average, which is what the run gives; 0 keeps none.",
        ),
    ] = 0.0
    average_half_life: Annotated[
        float,
        Field(
            ge=0,
            description="Pictures after which weights count half in the moving average, whatever the batch; "
            "above 0 it takes the place of --average.",
        ),
    ] = 0.0
    optimizer: Annotated[
        Literal["auto", "adam", "sgd"],
        Field(description="auto: as each phase of the model wants; sgd: with a momentum of 0.9."),
    ] = "auto"
    weight_decay: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            description="Share of matrices and kernels that a learning rate of 1 takes away a step "
            "(Loshchilov and Hutter 2019).",
        ),
    ] = 0.0
    accumulate: Annotated[
        int,
        Field(ge=1, description="Parts of a batch that are computed one after the other, to save memory."),
    ] = 1
    precision: Annotated[
        Literal["float32", "bfloat16"],
        Field(description="bfloat16: mixed precision, faster where the hardware has it."),
    ] = "float32"
    seed: Annotated[int, Field(ge=0, description="The same seed on the same CPU gives the same weights.")] = 0
    device: Device = "auto"
    previews: Annotated[int, Field(ge=0, description="How many sheets are drawn on the way.")] = 10
    snapshots: Annotated[
        int, Field(ge=0, description="How often the weights are kept on the way, to choose from.")
    ] = 0
    checkpoint_seconds: Annotated[
        float, Field(ge=0, description="How often the run is saved; 0 saves after every step.")
    ] = 30.0
    log_every: Annotated[int, Field(ge=1, description="Steps that a line of the log averages over.")] = 100


class TrainingOptions(Settings):
    """What computes a training, and what it writes beside itself."""

    devices: Annotated[int, Field(ge=1, description="Devices on this machine (extra [cluster]).")] = 1
    nodes: Annotated[
        int,
        Field(
            ge=1,
            description="Machines; start this on each, with MASTER_ADDR, MASTER_PORT and NODE_RANK set.",
        ),
    ] = 1
    tensorboard: Annotated[bool, Field(description="Write TensorBoard's files too, to RUN/tensorboard.")] = (
        False
    )
