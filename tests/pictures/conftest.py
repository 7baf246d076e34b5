import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def noise() -> torch.Tensor:
    """A picture 1×3×40×56 of 8-bit noise: hard to compress, so that a cut file lacks much of it."""
    generator = torch.Generator().manual_seed(7)
    return torch.randint(0, 256, (1, 3, 40, 56), generator=generator).float() / 255
