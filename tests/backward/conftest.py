import pytest
import torch


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


@pytest.fixture
def pictures() -> torch.Tensor:
    return torch.randn(2, 3, 16, 16)
