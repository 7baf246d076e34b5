"""Generators for seeds of any size."""

import torch

# Torch takes seeds below this, and raises an error for larger ones.
_SEEDS = 2**64


def seeded_generator(seed: int) -> torch.Generator:
    """A generator on the CPU; seeds beyond 64 bits are taken modulo 2^64."""
    return torch.Generator().manual_seed(seed % _SEEDS)


def step_generator(seed: int, step: int) -> torch.Generator:
    """The generator of one step, or one attempt: a function of (seed, step) alone."""
    return seeded_generator(seed * 1_000_003 + step)


def seed_torch(seed: int) -> None:
    """Seed torch's own generators, from which layers draw their weights; modulo 2^64 too."""
    torch.manual_seed(seed % _SEEDS)
