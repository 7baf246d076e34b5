"""WGAN with gradient penalty (Gulrajani et al. 2017): a model as a plug-in adds it, in one file."""

from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor

from pareidolia.generative import GenerativeModel, generative_model
from pareidolia.generative.networks import Shape, make_decoder, make_encoder, set_output
from pareidolia.generative.priors import StandardNormal
from pareidolia.generative.settings import ArchitectureSettings
from pareidolia.training import Batch, Losses, Phase, StepContext, adam


class WGANSettings(ArchitectureSettings):
    """A Wasserstein GAN with gradient penalty (Gulrajani et al. 2017)."""

    penalty: Annotated[float, Field(ge=0, description="Weight λ of E (‖∇D‖ − 1)².")] = 10.0
    critic_steps: Annotated[int, Field(ge=1, description="Critic's steps for one of the generator's.")] = 5


@generative_model("wgan", WGANSettings)
class WGAN(GenerativeModel[WGANSettings]):
    """A generator, and a critic whose means differ by the earth mover's distance. Can: HasPrior."""

    def __init__(self, settings: WGANSettings, shape: Shape, classes: int = 0) -> None:
        super().__init__(settings, shape, classes)
        self.latent, self.prior = settings.latent, StandardNormal(settings.latent)
        self.generator = make_decoder(settings, self.latent, shape, whole=True)
        self.critic = make_encoder(settings, shape, 1, whole=True)

    def init_output_bias(self, mean: Tensor) -> None:
        set_output(self.generator, mean.clamp(0.01, 0.99).logit())

    def decode(self, z: Tensor) -> Tensor:
        return self.generator(z).sigmoid()

    def phases(self) -> list[Phase]:
        every, optimizer = self.settings.critic_steps, adam((0.0, 0.9))
        return [
            Phase("critic", self.critic.parameters(), self.criticize, optimizer=optimizer),
            Phase("generator", self.generator.parameters(), self.generate, every, optimizer=optimizer),
        ]

    def criticize(self, batch: Batch, moment: StepContext) -> Losses:
        """−(E D(x) − E D(G(z))) + λ E (‖∇D(x̂)‖ − 1)², x̂ on the lines between (equation 3)."""
        made = self.decode(moment.draw(self.prior.sample)).detach()
        between = torch.lerp(made, batch.pictures, moment.uniform(1, 1, 1)).requires_grad_()
        (slope,) = torch.autograd.grad(self.critic(between).sum(), between, create_graph=True)
        penalty = (slope.flatten(1).norm(dim=1) - 1).square().mean()
        distance = self.critic(batch.pictures).mean() - self.critic(made).mean()
        return Losses(self.settings.penalty * penalty - distance, {"distance": distance.detach()})

    def generate(self, batch: Batch, moment: StepContext) -> Losses:
        return Losses(-self.critic(self.decode(moment.draw(self.prior.sample))).mean())
