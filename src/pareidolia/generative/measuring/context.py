"""What is measured: a run, its pictures, and what it draws."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from pareidolia.generative.capabilities import Prior
from pareidolia.generative.likelihoods import Bernoulli
from pareidolia.generative.measuring.features import FeatureNetwork
from pareidolia.generative.measuring.settings import EvaluateSettings
from pareidolia.generative.runs import Run
from pareidolia.generative.samplers import check_sampler, codes_to_fit, fit_sampler
from pareidolia.generative.sampling import draw_pictures
from pareidolia.networks import load_network_from
from pareidolia.settings import PareidoliaError
from pareidolia.training import seeded
from pareidolia.training.data import PictureSet


@dataclass
class EvaluationContext:
    """A run with everything that several measures need, each computed once.

    Every draw is from a generator of (seed, purpose), so that no figure depends on which others are computed.

    Attributes:
        run: what is measured.
        settings: how.
    """

    run: Run
    settings: EvaluateSettings

    @property
    def model(self) -> Any:
        """The model; each measure checks which protocols it fits."""
        return self.run.model

    def generator(self, purpose: str) -> torch.Generator:
        """A function of (seed, purpose), on the model's device."""
        return seeded(torch.Generator(self.device), self.settings.seed, purpose)

    @cached_property
    def device(self) -> torch.device:
        """The model's device."""
        parameter = next(self.run.model.parameters(), torch.empty(0))
        return parameter.device

    @cached_property
    def measured(self) -> PictureSet:
        """All pictures of the split that is measured.

        Returns:
            The pictures.

        Raises:
            PareidoliaError: If there are fewer than 10.
        """
        pictures = self.run.pictures(self.settings.split, self.settings.data)
        if len(pictures) < 10:
            raise PareidoliaError(
                f"{pictures.name} has {len(pictures)} pictures to measure with: fewer than 10 say nothing"
            )
        return pictures

    @cached_property
    def training(self) -> PictureSet:
        """The pictures that the model was trained on."""
        return self.run.pictures("train", moved_to=self.settings.data)

    @cached_property
    def pictures(self) -> Tensor:
        """As many of the measured pictures as the settings want, drawn by the seed: N×C×H×W in [0, 1]."""
        return self._some(self.measured, self.settings.pictures, "pictures")

    @cached_property
    def others(self) -> Tensor:
        """As many training pictures as `pictures`, or all: the samples of a perfect model."""
        return self._some(self.training, len(self.pictures), "others")

    @cached_property
    def observed(self) -> Tensor:
        """The pictures as the model's likelihood sees them."""
        x: Tensor = self.model.observe(self.pictures, self.generator("observe"))
        return x

    @cached_property
    def observation(self) -> str:
        """How the pictures were observed, as part of a sentence."""
        likelihood = getattr(self.model, "likelihood", None)
        if isinstance(likelihood, Bernoulli) and likelihood.binarize == "no":
            return "grey values, of which a Bernoulli likelihood is no density: cross-entropy, no bound"
        if torch.equal(self.observed, self.pictures):
            return "grey values as they are" if self.run.shape[0] == 1 else "colours as they are"
        anew = self.model.observe(self.pictures, self.generator("observe anew"))
        binary = bool((self.observed % 1 == 0).all())
        if torch.equal(self.observed, anew):
            return "binarised at one half" if binary else "in 256 levels"
        how = "binarised at random" if binary else "with noise as wide as one of 256 levels, drawn"
        return f"{how} once (seed {self.settings.seed})"

    def draw(self, count: int, purpose: str) -> Tensor:
        """`count` pictures that the model draws: mean pictures of codes, where it has a prior."""
        return draw_pictures(self.model, count, self.generator(purpose), self.fitted)

    @cached_property
    def fitted(self) -> Prior | None:
        """What is fitted to codes to draw from, if the settings want that.

        Returns:
            The distribution; None for the model's own prior.

        Raises:
            PareidoliaError: The model has no encoder.
        """
        settings = self.settings
        if settings.sampler == "prior":
            return None
        check_sampler(settings.sampler, self.model, self.run.name)
        codes = codes_to_fit(self.model, self.training, settings.seed).codes
        return fit_sampler(settings.sampler, codes, settings.components, settings.seed)

    @property
    def drawn(self) -> str:
        """Where the codes of what is drawn come from, in words."""
        return "the prior" if self.settings.sampler == "prior" else f"--sampler {self.settings.sampler}"

    @cached_property
    def made(self) -> Tensor:
        """As many drawn pictures as `pictures`."""
        return self.draw(len(self.pictures), "made")

    @cached_property
    def network(self) -> FeatureNetwork:
        """The network whose features FID, KID, precision and recall compare."""
        return FeatureNetwork(load_network_from(self.settings), self.settings.layer, self.settings.size)

    @cached_property
    def real_features(self) -> Tensor:
        """Features of `pictures`."""
        return self.network(self.pictures)

    @cached_property
    def made_features(self) -> Tensor:
        """Features of `made`."""
        return self.network(self.made)

    @cached_property
    def other_features(self) -> Tensor:
        """Features of `others`."""
        return self.network(self.others)

    def _some(self, pictures: PictureSet, count: int, purpose: str) -> Tensor:
        generator = seeded(torch.Generator(), self.settings.seed, purpose)
        chosen = torch.randperm(len(pictures), generator=generator)[:count].sort().values
        return pictures.pictures(chosen).to(self.device)
