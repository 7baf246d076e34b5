"""Distributions fitted to the codes of pictures after training, to draw from in place of the prior.

Codes of pictures never fill the prior evenly; where they leave it empty a decoder was never asked for
anything (Dai and Wipf 2019). A Gaussian mixture (Ghosh et al. 2020; pythae's `GaussianMixtureSampler`) or a
second, small VAE over the codes (Dai and Wipf's second stage) draws where the codes are. An autoencoder,
which has no prior, can be drawn from in this way too.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from pareidolia.generative.building import build, settings_of
from pareidolia.generative.capabilities import Decodes, Encodes, HasDensity, Prior
from pareidolia.generative.codes import LabeledCodes, worth_encoding
from pareidolia.generative.likelihoods import Gaussian
from pareidolia.generative.settings import SamplerName
from pareidolia.generative.vae import VAE
from pareidolia.randomness import seeded_generator
from pareidolia.settings import PareidoliaError
from pareidolia.settings.extras import require
from pareidolia.training import Batch, TrainingRun, seeded
from pareidolia.training.data import PictureSet
from pareidolia.training.process_group import ProcessGroup

_MOST = 20_000
_SECOND_STAGE_STEPS = 1500
_AT_ONCE = 500
_RIDGE = 1e-4
_CODES_A_NUMBER = 5


@dataclass(frozen=True)
class FittedMixture:
    """K Gaussians with full covariances.

    Attributes:
        weights: K, of sum 1.
        means: K×L.
        roots: K×L×L, lower triangular R of covariances R Rᵀ.
    """

    weights: Tensor
    means: Tensor
    roots: Tensor

    @property
    def latent(self) -> int:
        """L."""
        return self.means.shape[1]

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        """count×L."""
        device = generator.device
        chosen = torch.multinomial(self.weights.to(device), count, True, generator=generator)
        noise = torch.randn(count, self.latent, 1, generator=generator, device=device)
        drawn: Tensor = self.means.to(device)[chosen] + (self.roots.to(device)[chosen] @ noise)[..., 0]
        return drawn


@dataclass(frozen=True)
class SecondStage:
    """A VAE over codes; its samples have its likelihood's noise, as Dai and Wipf's do.

    Attributes:
        vae: of codes as pictures 1×1×L, standardised.
        mean: L.
        deviation: L.
    """

    vae: VAE
    mean: Tensor
    deviation: Tensor

    @property
    def latent(self) -> int:
        """L."""
        return len(self.mean)

    @torch.no_grad()
    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        """count×L."""
        device = generator.device
        vae = self.vae.to(device)
        means = vae.raw(vae.prior.sample(count, generator)).flatten(1)
        noise = torch.randn(means.shape, generator=generator, device=device)
        assert isinstance(vae.likelihood, Gaussian)
        codes: Tensor = means + vae.likelihood.log_sigma.exp() * noise
        return codes * self.deviation.to(device) + self.mean.to(device)


def codes_to_fit(model: Any, pictures: PictureSet, seed: int) -> LabeledCodes:
    """Codes of pictures, drawn from the posterior if there is one, as a decoder sees them in training.

    Args:
        model: opened.
        pictures: that it was trained on.
        seed: of the draws.

    Returns:
        The codes of at most 20,000 pictures, on the CPU.
    """
    chosen = worth_encoding(model, len(pictures), _MOST)
    device = next(model.parameters(), torch.empty(0)).device
    generator = seeded(torch.Generator(device), seed, "codes to fit")
    found = []
    with torch.no_grad():
        for part in torch.split(chosen, _AT_ONCE):
            seen = pictures.pictures(part).to(device)
            if isinstance(model, HasDensity):
                found.append(model.posterior(model.observe(seen, generator)).sample(generator).cpu())
            else:
                found.append(model.encode(seen).cpu())
    labels = None if pictures.labels is None else pictures.labels[chosen]
    return LabeledCodes(torch.cat(found), labels, f"{len(chosen):,} training pictures")


def check_sampler(name: SamplerName, model: Any, described: str) -> None:
    """Refuse a sampler that is fitted to codes for a model that has none.

    Args:
        name: of the sampler.
        model: opened.
        described: the model in words.

    Raises:
        PareidoliaError: it cannot be fitted.
    """
    if name != "prior" and not (isinstance(model, Encodes) and isinstance(model, Decodes)):
        raise PareidoliaError(
            f"--sampler {name} is fitted to codes of pictures, and {described} has no encoder: leave it out"
        )


def fit_sampler(name: SamplerName, codes: Tensor, components: int, seed: int) -> Prior:
    """Fit a distribution to codes.

    Args:
        name: "gmm" or "two-stage".
        codes: N×L.
        components: of the mixture.
        seed: of the fit.

    Returns:
        The distribution.

    Raises:
        PareidoliaError: there are too few codes for their length.
        MissingExtra: scikit-learn is not installed, which fits mixtures.
    """
    count, latent = codes.shape
    if count < _CODES_A_NUMBER * latent:
        raise PareidoliaError(
            f"--sampler {name} cannot be fitted to {count} codes of {latent} numbers each: "
            f"it needs {_CODES_A_NUMBER} codes a number"
        )
    fit = {"gmm": _fit_mixture, "two-stage": _fit_second_stage}[name]
    return fit(codes.float(), min(components, count // (_CODES_A_NUMBER * latent)), seed)


def _fit_mixture(codes: Tensor, components: int, seed: int) -> Prior:
    """By scikit-learn's expectation maximisation."""
    mixture = require("sklearn.mixture", extra="samples").GaussianMixture
    fitted = mixture(components, reg_covar=_RIDGE, max_iter=200, random_state=seed).fit(
        codes.double().numpy()
    )
    roots = torch.linalg.cholesky(torch.from_numpy(fitted.covariances_))
    weights, means = torch.from_numpy(fitted.weights_), torch.from_numpy(fitted.means_)
    return FittedMixture(weights.float(), means.float(), roots.float())


def _fit_second_stage(codes: Tensor, components: int, seed: int) -> Prior:
    mean, deviation = codes.mean(0), codes.std(0).clamp(min=1e-6)
    standard = (codes - mean) / deviation
    latent = codes.shape[1]
    settings = settings_of(
        "vae",
        {
            "latent": latent,
            "hidden": (256, 256),
            "activation": "silu",
            "network": "mlp",
            "likelihood": "gaussian",
            "learning_rate": 5e-3,
            "schedule": "cosine",
            "average": 0.99,
            "batch": 200,
            "device": "cpu",
            "seed": seed,
        },
    )
    model = build("vae", settings, (1, 1, latent), 0)
    source = _Codes(standard, settings.batch, seed)
    run = TrainingRun(model, source, settings, epochs=_SECOND_STAGE_STEPS * settings.batch / len(codes))
    for _ in run:
        pass
    fitted = run.result
    assert isinstance(fitted, VAE)
    return SecondStage(fitted.eval(), mean, deviation)


class _Codes:
    """A `Source` of codes as pictures 1×1×L."""

    def __init__(self, codes: Tensor, batch: int, seed: int) -> None:
        self._codes, self._batch, self._seed = codes, batch, seed

    @property
    def count(self) -> int:
        return len(self._codes)

    @property
    def size(self) -> tuple[int, int]:
        return 1, self._codes.shape[1]

    def batch(self, step: int, process_group: ProcessGroup) -> Batch:
        generator = seeded(seeded_generator(0), self._seed, "second stage", step)
        chosen = torch.randint(len(self._codes), (self._batch,), generator=generator)
        return Batch(process_group.rows(self._codes[chosen])[:, None, None])
