"""The variational autoencoder, and the three lines of its bound, measured."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from pareidolia.generative import open_run
from pareidolia.generative.bound import (
    bound_of_joint,
    bound_with_closed_divergence,
    bound_with_sampled_divergence,
    importance_weighted,
)
from pareidolia.generative.capabilities import HasDensity
from pareidolia.randomness import seeded_generator
from pareidolia.tour.drawing import figures_table
from pareidolia.tour.guide import Exhibit, Guide
from pareidolia.tour.sections.latent import VAE
from pareidolia.tour.words import formulas

Line = Callable[[HasDensity, Tensor, Tensor], Tensor]
LINES: dict[str, Line] = {
    "vae_joint": bound_of_joint,
    "vae_sampled": bound_with_sampled_divergence,
    "vae_closed": bound_with_closed_divergence,
}
# The bound needs pictures, and those of the small digits come with scikit-learn.
_MEASURED = "digits-vae"
_PICTURES, _SAMPLES = 64, 200


def tell(guide: Guide) -> Iterator[Exhibit]:
    """Codes by digit, new digits, and the bound three times over."""
    yield guide.show("codes", "latent", {"run": VAE}, span=6, size=800)
    yield guide.show("samples", "sample", {"run": VAE}, span=6, count=49)
    yield guide.draw("bound", _bound(guide), pictures=_PICTURES, samples=_SAMPLES)


@torch.no_grad()
def _bound(guide: Guide) -> str:
    """The three lines with the value of each on the same test pictures and codes, and its spread."""
    run = open_run(_MEASURED)
    generator = seeded_generator(guide.settings.seed)
    x = run.model.observe(run.pictures("test").pictures(slice(_PICTURES)), generator)
    z = run.model.posterior(x).sample(generator, _SAMPLES)
    note, number = guide.words.note, guide.words.number
    rows = []
    for key, line in LINES.items():
        values = line(run.model, x, z)
        mean, spread = float(values.mean()), float(values.std(dim=0).mean())
        rows.append([formulas()[key][0], number(mean, 2), number(spread, 2)])
    weighted = importance_weighted(bound_of_joint(run.model, x, z)).mean()
    rows.append([note("vae", "evidence", samples=_SAMPLES), number(float(weighted), 2), ""])
    return figures_table([note("vae", "line"), note("vae", "nats"), note("vae", "spread")], rows)
