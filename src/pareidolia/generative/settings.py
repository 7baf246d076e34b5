"""Settings of the generative models. No torch here."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from pareidolia.generative.registry import model_settings
from pareidolia.training.settings import TrainingSettings


def _positive(widths: tuple[int, ...]) -> tuple[int, ...]:
    if min(widths, default=1) < 1:
        raise ValueError("widths are whole numbers from 1 on")
    return widths


Widths = Annotated[tuple[int, ...], AfterValidator(_positive)]
SamplerName = Literal["prior", "gmm", "two-stage"]
Sampler = Annotated[
    SamplerName,
    Field(
        description="Where codes are drawn from: the model's prior; a Gaussian mixture, or a second VAE (Dai "
        "2019), fitted to codes of pictures."
    ),
]
Components = Annotated[int, Field(ge=1, le=1000, description="Gaussians of a mixture that is fitted.")]
Condition = Annotated[
    Literal["none", "condition"],
    Field(description="condition: the model learns to make pictures of a label that is asked for."),
]
Augmentation = Literal["color", "translation", "cutout"]

PriorOption = Annotated[
    str,
    Field(
        description="normal, uniform, mixture (of Gaussians in the plane), swiss-roll, or a sampler of your "
        "own as package.module:function or file.py:function, called with (count, generator)."
    ),
]


class ModelSettings(TrainingSettings):
    """What every generative model takes: how it is trained, and on pictures of which size."""

    size: Annotated[
        int | None,
        Field(
            ge=4,
            le=256,
            description="Pictures are cut to squares of this many pixels (default: as they are).",
        ),
    ] = None
    color: Annotated[
        Literal["auto", "gray", "rgb"], Field(description="auto: grey where all pictures are grey.")
    ] = "auto"
    evaluate_every: Annotated[
        int,
        Field(ge=0, description="Steps between lines of the log with losses on test pictures; 0: none."),
    ] = 0


class ArchitectureSettings(ModelSettings):
    """The code's length and the layers of models that `networks.py` makes encoders and decoders for."""

    latent: Annotated[int, Field(ge=1, le=4096, description="Length of the code.")] = 16
    network: Annotated[
        Literal["auto", "mlp", "convolutional", "residual"],
        Field(
            description="auto: fully connected layers up to 28 px, convolutions above. residual: "
            "convolutions twice as deep, for colour."
        ),
    ] = "auto"
    hidden: Annotated[
        Widths,
        Field(description="Widths of the fully connected layers, from the picture's side to the code's."),
    ] = (400,)
    width: Annotated[int, Field(ge=1, description="Channels of the convolutions at full size.")] = 16
    activation: Annotated[
        Literal["relu", "leaky-relu", "tanh", "silu"], Field(description="The function between the layers.")
    ] = "relu"


@model_settings("autoencoder", "pareidolia.generative.autoencoder:Autoencoder")
class AutoencoderSettings(ArchitectureSettings):
    """An autoencoder: plain, denoising (Vincent et al. 2008), or sparse (Ng 2011)."""

    noise: Annotated[
        float,
        Field(ge=0, description="Denoising: standard deviation of the noise on what the encoder sees."),
    ] = 0.0
    masked: Annotated[
        float, Field(ge=0, lt=1, description="Denoising: share of pixels that the encoder sees as 0.")
    ] = 0.0
    sparsity: Annotated[
        float,
        Field(ge=0, description="Sparse: weight of the mean activations' divergence from the target."),
    ] = 0.0
    active: Annotated[
        float, Field(gt=0, lt=1, description="Sparse: target of the mean activation, of sigmoid units.")
    ] = 0.05


@model_settings("vae", "pareidolia.generative.vae:make_vae")
class VAESettings(ArchitectureSettings):
    """A variational autoencoder (Kingma and Welling 2014)."""

    likelihood: Annotated[
        Literal["auto", "bernoulli", "gaussian", "discretized-logistic"],
        Field(description="p(x|z). auto: bernoulli for grey pictures, gaussian for colour."),
    ] = "auto"
    binarize: Annotated[
        Literal["dynamic", "threshold", "no"],
        Field(
            description="What a bernoulli likelihood sees of grey values: pixels drawn anew at each step, "
            "pixels above one half, or (no density any more, and no bound) the grey values themselves."
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
        float,
        Field(ge=0, le=1e6, description="Nats of KL a latent dimension that cost nothing (Kingma 2016)."),
    ] = 0.0
    samples: Annotated[
        int, Field(ge=1, description="Samples k a picture; above 1 the bound is IWAE's (Burda 2016).")
    ] = 1
    labels: Condition = "none"


@model_settings("aae", "pareidolia.generative.aae:make_aae")
class AAESettings(ArchitectureSettings):
    """An adversarial autoencoder (Makhzani et al. 2015): any prior, with labels or without."""

    hidden: Annotated[Widths, Field(description="Widths of the fully connected layers.")] = (
        1000,
        1000,
    )
    prior: PriorOption = "normal"
    labels: Annotated[
        Literal["none", "prior", "semi-supervised"],
        Field(
            description="none; prior: each label gets its part of the prior (figure 3); semi-supervised: the "
            "encoder tells class and style apart (figure 6)."
        ),
    ] = "none"
    labeled: Annotated[
        int | None,
        Field(ge=1, description="How many labels are used, evenly over the classes (default: all)."),
    ] = None
    augment: Annotated[
        tuple[Augmentation, ...],
        Field(
            description="Semi-supervised: how pictures are changed before they are seen; what comes in is "
            "black."
        ),
    ] = ()
    noise: Annotated[
        float, Field(ge=0, description="Standard deviation of noise on what the encoder sees.")
    ] = 0.0
    critic: Annotated[Widths, Field(description="Widths of the discriminators of codes.")] = (
        500,
        500,
    )
    adversarial: Annotated[
        float, Field(gt=0, description="Learning rate of the adversarial phases, relative to the run's.")
    ] = 0.5
    r1: Annotated[
        float, Field(ge=0, description="Weight γ of R1, ½γ‖∇D‖² on what is real (Mescheder 2018).")
    ] = 0.0


@model_settings("gan", "pareidolia.generative.gan:GAN")
class GANSettings(ArchitectureSettings):
    """A generative adversarial network (Goodfellow et al. 2014)."""

    latent: Annotated[int, Field(ge=1, le=4096, description="Length of the code.")] = 64
    activation: Annotated[
        Literal["relu", "leaky-relu", "tanh", "silu"], Field(description="The function between the layers.")
    ] = "leaky-relu"
    learning_rate: Annotated[float, Field(gt=0, description="Size of a step.")] = 5e-4
    average: Annotated[
        float,
        Field(ge=0, lt=1, description="Decay of the weights' moving average; 0 gives the last weights."),
    ] = 0.995
    discriminator: Annotated[
        Literal["own", "projected"],
        Field(
            description="own: it learns to see while it judges. projected: it looks through retina, which "
            "sees already (Sauer 2021)."
        ),
    ] = "own"
    augment: Annotated[
        tuple[Augmentation, ...],
        Field(description="How pictures, real and made, are changed for the discriminator (Zhao 2020)."),
    ] = ()
    prior: PriorOption = "normal"
    labels: Condition = "none"
    loss: Annotated[
        Literal["non-saturating", "minimax", "hinge"] | None,
        Field(
            description="The loss of generator and discriminator (default: non-saturating; against a "
            "projected discriminator hinge)."
        ),
    ] = None
    r1: Annotated[
        float | None,
        Field(
            ge=0,
            description="Weight γ of R1, ½γ‖∇D‖² on what is real (Mescheder 2018; default: 1; of a projected "
            "discriminator 0).",
        ),
    ] = None
    r1_every: Annotated[
        int,
        Field(ge=1, description="R1 in each n-th step, n times as strong (lazy, Karras 2020)."),
    ] = 4
    spectral_norm: Annotated[
        bool,
        Field(
            description="Discriminator's weights over their largest singular value (Miyato 2018), as a "
            "projected one's always are."
        ),
    ] = False
    beta1: Annotated[float, Field(ge=0, lt=1, description="Adam's first decay.")] = 0.0


@model_settings("flow", "pareidolia.generative.flow:RectifiedFlow")
class FlowSettings(ModelSettings):
    """A rectified flow (Liu et al. 2023): a learned velocity carries noise to pictures."""

    width: Annotated[int, Field(ge=1, description="Channels of the U-Net at full size.")] = 32
    blocks: Annotated[
        int, Field(ge=1, le=8, description="Residual blocks at each size, downwards and upwards.")
    ] = 1
    patch: Annotated[
        int | None,
        Field(
            ge=1,
            le=8,
            description="Side of the squares of pixels that the U-Net begins with (default: 2 from 14 px).",
        ),
    ] = None
    labels: Condition = "none"
    unlabeled: Annotated[
        float,
        Field(ge=0, le=1, description="Share of labels left out in training, which guidance needs."),
    ] = 0.1
    guidance: Annotated[
        float,
        Field(
            ge=0,
            le=20,
            description="How much more than in the data samples look like their label (Ho 2022).",
        ),
    ] = 1.0
    times: Annotated[
        Literal["uniform", "logit-normal"],
        Field(description="Which times are learned: all alike, or those in the middle more (Esser 2024)."),
    ] = "uniform"
    solver: Annotated[
        Literal["euler", "heun"],
        Field(description="How the equation is solved; heun asks for two velocities a step."),
    ] = "heun"
    steps: Annotated[int, Field(ge=1, le=1000, description="Steps from noise to a picture.")] = 20
    learning_rate: Annotated[float, Field(gt=0, description="Size of a step.")] = 1e-3
    average: Annotated[
        float,
        Field(ge=0, lt=1, description="Decay of the weights' moving average; 0 gives the last weights."),
    ] = 0.999


def _of_heads(width: int) -> int:
    if width % 32:
        raise ValueError("the prior's width is a multiple of 32")
    return width


@model_settings("vqvae", "pareidolia.generative.vqvae:VQVAE")
class VQVAESettings(ModelSettings):
    """A VQ-VAE (van den Oord et al. 2017): codes from a table, and a prior of their indices."""

    width: Annotated[int, Field(ge=1, description="Channels of the convolutions at full size.")] = 32
    halvings: Annotated[
        int, Field(ge=0, le=5, description="How often the picture's sides are halved to the map of codes.")
    ] = 2
    codes: Annotated[int, Field(ge=2, le=65536, description="Vectors in the table.")] = 128
    code_length: Annotated[int, Field(ge=2, le=1024, description="Numbers of each.")] = 8
    commitment: Annotated[
        float, Field(ge=0, description="Weight of the encoder's distance from the table (β).")
    ] = 0.25
    spread: Annotated[
        float,
        Field(
            ge=0,
            description="Weight of the table's distance from what is encoded, which moves vectors that are "
            "never chosen.",
        ),
    ] = 0.02
    labels: Condition = "none"
    prior_width: Annotated[
        int, AfterValidator(_of_heads), Field(ge=32, le=2048, description="Of the prior's transformer.")
    ] = 96
    prior_layers: Annotated[int, Field(ge=1, le=48, description="Of the prior's transformer.")] = 3
    learning_rate: Annotated[float, Field(gt=0, description="Size of a step.")] = 2e-3
