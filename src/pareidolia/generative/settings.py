"""Settings of the generative models. No torch here."""

from typing import Annotated, Literal

from pydantic import Field

from pareidolia.training.settings import TrainingSettings

Prior = Annotated[
    str,
    Field(
        description="normal, uniform, mixture (of ten Gaussians in the plane), swiss-roll, or a sampler of your own "
        "as package.module:function or file.py:function, called with (count, generator)."
    ),
]


class ModelSettings(TrainingSettings):
    """What every generative model can be told."""

    latent: Annotated[int, Field(ge=1, le=4096, description="Length of the code.")] = 16
    network: Annotated[
        Literal["auto", "mlp", "convolutional"],
        Field(description="auto: fully connected layers up to 28 px, convolutions above."),
    ] = "auto"
    hidden: Annotated[
        tuple[int, ...],
        Field(description="Widths of the fully connected layers, from the picture's side to the code's."),
    ] = (400,)
    width: Annotated[int, Field(ge=1, description="Channels of the convolutions at full size.")] = 16
    activation: Annotated[
        Literal["relu", "leaky-relu", "tanh", "silu"], Field(description="Between the layers.")
    ] = "relu"
    size: Annotated[
        int | None,
        Field(
            ge=4,
            le=256,
            description="Pictures are cut to squares of this many pixels (default: as they are).",
        ),
    ] = None
    colour: Annotated[
        Literal["auto", "grey", "rgb"], Field(description="auto: grey where all pictures are grey.")
    ] = "auto"


class VAESettings(ModelSettings):
    """A variational autoencoder (Kingma and Welling 2014)."""

    likelihood: Annotated[
        Literal["auto", "bernoulli", "gaussian", "discretised-logistic"],
        Field(description="p(x|z). auto: bernoulli for grey pictures, gaussian for colour."),
    ] = "auto"
    binarise: Annotated[
        Literal["dynamic", "threshold", "no"],
        Field(
            description="What a bernoulli likelihood sees of grey values: pixels drawn anew at each step, pixels "
            "above one half, or (no density any more, and no bound) the grey values themselves."
        ),
    ] = "dynamic"
    sigma: Annotated[
        Literal["optimal", "learned"],
        Field(description="A gaussian's σ: the best one for each batch (Rybkin 2021), or a parameter."),
    ] = "optimal"
    beta: Annotated[float, Field(ge=0, description="Weight of the KL term (Higgins 2017).")] = 1.0
    kl_warm_up: Annotated[
        float, Field(ge=0, description="Epochs in which the KL term's weight rises linearly to beta.")
    ] = 0.0
    free_bits: Annotated[
        float, Field(ge=0, description="Nats of KL a latent dimension that cost nothing (Kingma 2016).")
    ] = 0.0
    samples: Annotated[
        int, Field(ge=1, description="Samples k a picture; above 1 the bound is IWAE's (Burda 2016).")
    ] = 1
