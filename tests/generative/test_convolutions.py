"""Convolutional encoders and decoders."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from pareidolia.generative.building import build, settings_of
from pareidolia.generative.networks import enlarge, make_encoder
from pareidolia.generative.settings import ArchitectureSettings
from pareidolia.training import Batch, StepContext, seeded


@pytest.mark.parametrize("side", [(8, 12), (9, 12), (4, 6)])
def test_enlarging_is_nearest_neighbours_and_a_convolution_also_backward(side):
    torch.manual_seed(0)
    convolution = nn.Conv2d(3, 5, 3, padding=1).double()
    maps = torch.randn(2, 3, 4, 6, dtype=torch.float64, requires_grad=True)
    wanted = convolution(F.interpolate(maps, side, mode="nearest"))
    got = enlarge(maps, convolution, side)
    torch.testing.assert_close(got, wanted)
    weights, inputs = torch.randn_like(wanted), (maps, *convolution.parameters())
    torch.testing.assert_close(
        torch.autograd.grad((got * weights).sum(), inputs),
        torch.autograd.grad((wanted * weights).sum(), inputs),
    )


def test_a_discriminators_gradient_has_no_lattice():
    # Where all weights are alike and every rectifier passes, an inner pixel gets as much as it is seen.
    settings = ArchitectureSettings(network="convolutional", width=2)
    network = make_encoder(settings, (1, 32, 32), 1, whole=True)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.fill_(0.1)
    picture = torch.ones(1, 1, 32, 32, requires_grad=True)
    (gradient,) = torch.autograd.grad(network(picture).sum(), picture)
    inner = gradient[0, 0, 12:20, 12:20]
    assert (inner.max() / inner.min()).item() == pytest.approx(1, abs=1e-5)


def test_a_discriminator_judges_far_parts_of_a_picture_together():
    # Were its logit a sum over windows, what one corner adds would not depend on the other corner.
    torch.manual_seed(0)
    network = make_encoder(ArchitectureSettings(network="convolutional", width=4), (1, 28, 28), 1, whole=True)
    network.double()
    nothing, one, other = torch.zeros(3, 1, 1, 28, 28, dtype=torch.float64)
    one[..., :6, :6], other[..., -6:, -6:] = 1, 1
    together = network(one + other) + network(nothing)
    assert (together - network(one) - network(other)).abs().item() > 1e-3


def test_a_convolutional_vae_begins_at_the_mean_colour_and_keeps_its_code():
    # Begun at 0 the codes' mean takes the brightness; begun loud the code is shut out and KL stays at 0.
    torch.manual_seed(0)
    model = build("vae", settings_of("vae", {"network": "convolutional", "width": 8}), (3, 16, 16), 0)
    mean = torch.tensor([0.7, 0.6, 0.5]).view(3, 1, 1).expand(3, 16, 16)
    model.init_output_bias(mean)
    assert (model.decode(torch.randn(8, 16)) - mean).abs().max() < 0.3
    dark = torch.linspace(0, 0.5, 16)[:, None].expand(16, 16)
    ramps = torch.stack([dark, dark.T, dark.flip(0), dark.T.flip(1)]).repeat(8, 1, 1)
    batch = Batch((mean - ramps[:, None]).clamp(0, 1))
    optimizer = torch.optim.Adam(model.parameters(), 2e-3)
    for step in range(120):
        losses = model.loss(batch, StepContext(step, 120, step / 120, 32, seeded(torch.Generator(), step)))
        optimizer.zero_grad()
        losses.total.backward()
        optimizer.step()
    assert losses.metrics["kl"] > 3
