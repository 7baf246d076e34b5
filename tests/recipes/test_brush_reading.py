"""What brush's reader learns before brush does: paintings' statistics, and the codes of another brush."""

import sys

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from pareidolia.style.brush.network import BrushNetwork


def statistics_like(count, seed=0):
    """Statistics of the length that VGG-19 gives, with means and covariances of a size."""
    from brush_loss import CHANNELS, SCALES

    rng, rows = np.random.default_rng(seed), []
    for _ in range(count):
        parts = []
        for channels in CHANNELS * SCALES:
            covariance = rng.normal(size=channels**2)
            parts += [rng.normal(size=channels), [1.0], covariance / np.linalg.norm(covariance)]
        rows.append(np.concatenate(parts))
    return torch.from_numpy(np.stack(rows)).float()


def test_the_error_is_that_of_the_loss_and_nothing_where_all_is_told():
    from brush_loss import CHANNELS, SCALES
    from brush_reading import far_from

    wanted = statistics_like(2)
    assert far_from(wanted, wanted).tolist() == [0, 0]
    # Means of nothing are a relative error of 1, halved as means are one of two parts.
    told, start = wanted.clone(), 0
    for channels in CHANNELS * SCALES:
        told[:, start : start + channels] = 0
        start += channels + 1 + channels**2
    torch.testing.assert_close(far_from(told, wanted), torch.full((2,), 0.5))


def test_a_reader_is_taught_and_taken(tmp_path, monkeypatch, capsys):
    import brush_reading
    from brush import begin_with

    monkeypatch.setattr(brush_reading, "_HELD_OUT", 2)
    rng = np.random.default_rng(0)
    np.save(tmp_path / "paintings.npy", rng.integers(0, 256, (6, 64, 64, 3), np.uint8))
    np.save(tmp_path / "paintings.statistics.npy", statistics_like(6).numpy().astype(np.float16))
    torch.manual_seed(5)
    before = BrushNetwork()
    brush, reader = tmp_path / "brush.safetensors", tmp_path / "reader.safetensors"
    save_file(before.state_dict(), brush)
    options = f"--packed {tmp_path} --out {reader} --like {brush} --steps 3 --batch 2"
    monkeypatch.setattr(sys, "argv", ["brush_reading.py", *options.split()])
    brush_reading.main()
    assert "held out:" in capsys.readouterr().out
    network, taught = BrushNetwork(), load_file(reader)
    begin_with(network, brush, reader)
    for name, tensor in network.reader.state_dict().items():
        assert torch.equal(tensor, taught[name])
    assert torch.equal(network.painter.paint.weight, before.painter.paint.weight)
    assert not torch.equal(network.reader.first.weight, before.reader.first.weight)


@pytest.mark.parametrize("sides", [(32, 32), (33, 70), (96, 40)])
def test_a_painting_of_any_size_has_a_code(sides):
    network = BrushNetwork()
    code = network.codes_of(torch.rand(2, 3, *sides))
    assert code.shape == (2, network.painter.code) and code.isfinite().all()
