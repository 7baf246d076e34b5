"""The baseline at 64 px is the example's: its number of parameters, and it learns."""

import pytest
import torch
from benchmarks.baselines import dcgan_example


def test_the_networks_have_the_examples_numbers_of_parameters():
    count = [
        sum(each.numel() for each in network.parameters())
        for network in (dcgan_example.generator(), dcgan_example.encoder(1))
    ]
    # As printed by the example's users: 3,576,704 and 2,765,568.
    assert count == [3_576_704, 2_765_568]


@pytest.mark.slow
@pytest.mark.parametrize("make", [dcgan_example.gan_step, dcgan_example.vae_step])
def test_a_step_learns(make):
    step, batch = make(), torch.rand(4, 3, 64, 64) * 2 - 1
    losses = [step(batch) for _ in range(4)]
    first, last = ((each[0] if isinstance(each, tuple) else each) for each in (losses[0], losses[-1]))
    assert last < first
