"""The switch for the same bytes each time: set, restored, and a line where an operation cannot."""

import pytest
import torch

from pareidolia.cli import main
from pareidolia.networks.determinism import deterministic
from pareidolia.settings import PareidoliaError

FACTORY = """
import torch
from torch import nn

class Scatters(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 3)
    def forward(self, x):
        if torch.are_deterministic_algorithms_enabled():
            raise RuntimeError("scatter_cuda does not have a deterministic implementation, but you set ...")
        return self.conv(x).mean((2, 3))
"""


def test_it_holds_within_and_ends_with_its_block():
    assert not torch.are_deterministic_algorithms_enabled()
    with deterministic():
        assert torch.are_deterministic_algorithms_enabled()
        assert not torch.backends.cudnn.benchmark
        with deterministic(False):
            assert torch.are_deterministic_algorithms_enabled()
    assert not torch.are_deterministic_algorithms_enabled()


def test_what_torch_refuses_is_one_line():
    # The one operation that has no such algorithm on a CPU.
    with (
        pytest.raises(PareidoliaError, match=r"put_.* has no deterministic algorithm on this device"),
        deterministic(),
    ):
        torch.zeros(4).put_(torch.tensor([0, 1]), torch.ones(2))
    assert not torch.are_deterministic_algorithms_enabled()
    with pytest.raises(RuntimeError, match="other"), deterministic():
        raise RuntimeError("other")


def test_the_option_reaches_torch(tmp_path, monkeypatch, capsys):
    from PIL import Image

    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (32, 32), "gray").save("photo.png")
    (tmp_path / "net.py").write_text(FACTORY)
    command = ["saliency", "photo.png", "--network", "net.py:Scatters", "--input", "3x32x32", "--target", "0"]
    assert main([*command, "--deterministic", "--out", "a.png"]) == 2
    error = capsys.readouterr().err
    assert "scatter_cuda has no deterministic algorithm" in error and error.count("\n") == 1
    assert main([*command, "--out", "a.png"]) == 0
