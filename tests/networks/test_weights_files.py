"""Weights files, good and bad: read without running code, refused in one line."""

import argparse
import os
from collections import OrderedDict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from pareidolia.networks.weights import load_weights, read_state_dict
from pareidolia.settings import BadNetwork, PareidoliaWarning


def small() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))


def same(one: nn.Module, other: nn.Module) -> bool:
    return all(
        torch.equal(a, b) for a, b in zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    )


WRAPPINGS: dict[str, Callable[[dict[str, Tensor]], object]] = {
    "plain": lambda tensors: tensors,
    "state_dict": lambda tensors: {"state_dict": tensors, "epoch": 3},
    "model": lambda tensors: {"model": tensors, "optimizer": {"state": {}}},
    "twice": lambda tensors: {"model": {"state_dict": tensors}},
    "data parallel": lambda tensors: {
        "state_dict": {f"module.{key}": value for key, value in tensors.items()}
    },
    "compiled": lambda tensors: {f"_orig_mod.{key}": value for key, value in tensors.items()},
    "a compiled part": lambda tensors: {key.replace("0.", "0._orig_mod."): v for key, v in tensors.items()},
    "cifar": lambda tensors: {"net": prefixed("module.", tensors), "acc": 93.1, "epoch": 5},
    "averaged": lambda tensors: {"n_averaged": torch.tensor(3), **prefixed("module.", tensors)},
    "lightning": lambda tensors: {
        "pytorch-lightning_version": "2.4.0",
        "state_dict": {**prefixed("model.", tensors), "loss.weight": torch.ones(5)},
        "hyper_parameters": {"lr": 1e-3},
    },
    "basicsr": lambda tensors: {"params": {k: v * 0 for k, v in tensors.items()}, "params_ema": tensors},
    "weights": lambda tensors: {"weights": tensors, "best": torch.tensor(0.9)},
    "network": lambda tensors: {"network": {"state_dict": prefixed("net.", tensors)}},
    "another word": lambda tensors: {"teacher": tensors, "optimizer": {"state": {}, "param_groups": []}},
    "a namespace": lambda tensors: {"model": tensors, "args": argparse.Namespace(lr=0.1), "epoch": 9},
    "numpy's numbers": lambda tensors: {
        "state_dict": tensors,
        "best": np.float64(0.91),
        "epoch": np.int32(2),
        "mean": np.ones(3, dtype=np.float32),
        "where": Path("runs"),
        "when": (datetime.now(), timedelta(hours=3), date.today()),
    },
    "a compiled Lightning module": lambda tensors: {"state_dict": prefixed("model._orig_mod.", tensors)},
    "a student and a teacher": lambda tensors: {"student": tensors, "teacher": tensors, "epoch": 1},
    "beside another network": lambda tensors: {"encoder": tensors, "decoder": {"weight": torch.ones(2)}},
    "an average beside what is trained": lambda tensors: {
        "step": torch.tensor(3),
        **prefixed("ema_model.", tensors),
        **prefixed("online_model.", {name: value * 0 for name, value in tensors.items()}),
    },
    "a class of keys": lambda tensors: {**tensors, 0: torch.ones(2)},
}


def prefixed(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {f"{prefix}{key}": value for key, value in tensors.items()}


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_checkpoints_are_unwrapped(tmp_path: Path, wrapping: str) -> None:
    source, target = small(), small()
    torch.save(WRAPPINGS[wrapping](source.state_dict()), tmp_path / "w.pth")
    assert not same(source, target)
    load_weights(target, tmp_path / "w.pth", "small")
    assert same(source, target)


def test_names_that_fit_are_not_stripped_and_prefixes_are_put_on(tmp_path: Path) -> None:
    source, target = nn.Sequential(OrderedDict(model=small())), nn.Sequential(OrderedDict(model=small()))
    torch.save(source.state_dict(), tmp_path / "w.pth")
    load_weights(target, tmp_path / "w.pth", "small")
    assert same(source, target)
    parallel, plain = nn.DataParallel(small()), small()
    torch.save(plain.state_dict(), tmp_path / "w.pth")
    load_weights(parallel, tmp_path / "w.pth", "small")
    assert same(plain, parallel)


class Normalizing(nn.Module):
    """A network wrapped with what it needs, as factories do."""

    def __init__(self, parameter: bool = False) -> None:
        super().__init__()
        self.backbone = small()
        self.register_buffer("mean", torch.full((3,), 0.4))
        if parameter:
            self.scale = nn.Parameter(torch.ones(3))


def test_a_wrapped_factory_takes_the_weights_of_what_it_wraps(tmp_path: Path) -> None:
    source, target = small(), Normalizing()
    torch.save({"state_dict": prefixed("model.", source.state_dict())}, tmp_path / "w.ckpt")
    load_weights(target, tmp_path / "w.ckpt", "wrapped")
    assert same(source, target.backbone) and (target.mean == 0.4).all()
    averaged = torch.optim.swa_utils.AveragedModel(source)
    torch.save(averaged.state_dict(), tmp_path / "w.pth")
    parallel = nn.DataParallel(small())
    load_weights(parallel, tmp_path / "w.pth", "wrapped")
    assert same(source, parallel)


def test_what_a_wrapped_factory_misses_is_named(tmp_path: Path) -> None:
    torch.save(small().state_dict(), tmp_path / "w.pth")
    with pytest.raises(BadNetwork, match=r"are not of wrapped: missing scale$"):
        load_weights(Normalizing(parameter=True), tmp_path / "w.pth", "wrapped")
    torch.save({"0.weight": torch.ones(4, 3, 3, 3)}, tmp_path / "w.pth")
    with pytest.raises(
        BadNetwork, match=r"missing mean, backbone.0.weight, backbone.0.bias and 4 more; unexpected"
    ):
        load_weights(Normalizing(), tmp_path / "w.pth", "wrapped")


@pytest.mark.parametrize(
    ("weight", "match"),
    [
        (torch.ones(4, 3, 3, 3).to_sparse(), "0.weight in .* is a sparse tensor"),
        (torch.empty(4, 3, 3, 3, device="meta"), "0.weight in .* is a meta tensor"),
        (
            torch.quantize_per_tensor(torch.ones(4, 3, 3, 3), 0.1, 0, torch.qint8),
            "0.weight in .* is a quantized tensor",
        ),
        (torch.ones(4, 3, 3, 3, dtype=torch.complex64), "0.weight .complex, not real."),
    ],
    ids=["sparse", "meta", "quantized", "complex"],
)
def test_tensors_that_are_not_plain_numbers(tmp_path: Path, weight: Tensor, match: str) -> None:
    torch.save({**small().state_dict(), "0.weight": weight}, tmp_path / "w.pth")
    one_line(tmp_path / "w.pth", match)


def test_a_program_of_torchscript_is_named(tmp_path: Path) -> None:
    torch.jit.save(torch.jit.script(small()), tmp_path / "w.pt")
    one_line(tmp_path / "w.pt", "TorchScript program")


@pytest.mark.parametrize("suffix", [".safetensors", ".pt"])
def test_half_precision_is_widened(tmp_path: Path, suffix: str) -> None:
    source, target = small().half(), small()
    path = tmp_path / f"w{suffix}"
    (save_file if suffix == ".safetensors" else torch.save)(source.state_dict(), path)
    load_weights(target, path, "small")
    assert same(source.float(), target)
    assert target[0].weight.dtype == torch.float32


def test_counters_that_older_files_lack_are_not_missed(tmp_path: Path) -> None:
    tensors = {key: value for key, value in small().state_dict().items() if "num_batches" not in key}
    torch.save(tensors, tmp_path / "w.pth")
    load_weights(small(), tmp_path / "w.pth", "small")


class Touches:
    """A pickle that runs a command when it is opened."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.target}",)


def one_line(path: Path, match: str) -> None:
    with pytest.raises(BadNetwork, match=match) as caught:
        load_weights(small(), path, "small")
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_code_in_a_pickle_is_not_run(tmp_path: Path) -> None:
    for name, value in {
        "a": Touches(tmp_path / "ran"),
        "b": {"state_dict": Touches(tmp_path / "ran")},
    }.items():
        torch.save(value, tmp_path / f"{name}.pth")
        one_line(tmp_path / f"{name}.pth", "holds code besides weights")
    assert not (tmp_path / "ran").exists()


def test_a_whole_pickled_model_is_refused(tmp_path: Path) -> None:
    torch.save(small(), tmp_path / "model.pth")
    one_line(tmp_path / "model.pth", "state_dict")


@pytest.mark.parametrize("suffix", [".safetensors", ".pth", ".pt"])
def test_truncated_empty_and_foreign_files(tmp_path: Path, suffix: str) -> None:
    whole = tmp_path / f"whole{suffix}"
    (save_file if suffix == ".safetensors" else torch.save)(small().state_dict(), whole)
    contents = whole.read_bytes()
    for length in (0, 1, 7, 20, len(contents) // 2, len(contents) - 1):
        path = tmp_path / f"cut{length}{suffix}"
        path.write_bytes(contents[:length])
        one_line(path, "not a whole|not a weights file")
    path = tmp_path / f"text{suffix}"
    path.write_text("this is a letter to my aunt, and no network at all")
    one_line(path, "not a whole|not a weights file")


def test_missing_files_and_folders(tmp_path: Path) -> None:
    one_line(tmp_path / "none.pth", "does not exist")
    one_line(tmp_path, "is a folder")


@pytest.mark.parametrize("value", [[1, 2], {"a": 1}, 3, {}, {0: torch.ones(1)}])
def test_files_without_weights(tmp_path: Path, value: object) -> None:
    torch.save(value, tmp_path / "w.pth")
    one_line(tmp_path / "w.pth", "holds no weights by name")


def test_another_architecture_is_described(tmp_path: Path) -> None:
    other = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Identity(), nn.Linear(2, 2))
    save_file(other.state_dict(), tmp_path / "w.safetensors")
    one_line(
        tmp_path / "w.safetensors",
        r"not of small: missing 1.weight, 1.bias, 1.running_mean and 1 more; unexpected 2.bias, 2.weight; "
        r"of another shape 0.weight \(8×3×3×3, not 4×3×3×3\), 0.bias \(8, not 4\)",
    )


def test_tensors_come_by_name(tmp_path: Path) -> None:
    save_file({"a": torch.ones(2)}, tmp_path / "w.safetensors")
    assert torch.equal(read_state_dict(tmp_path / "w.safetensors")["a"], torch.ones(2))


def test_an_archive_whose_names_are_damaged_is_refused(tmp_path: Path) -> None:
    torch.save(small().state_dict(), tmp_path / "weights.pth")
    content = bytearray((tmp_path / "weights.pth").read_bytes())
    entry = content.index(b"PK\x01\x02")
    content[entry + 9] |= 0x08  # "the name is UTF-8"
    content[entry + 46] = 0xFF  # which it is not
    (tmp_path / "weights.pth").write_bytes(content)
    with pytest.raises(BadNetwork, match=r"weights.pth is not a whole weights file|holds no weights"):
        load_weights(small(), tmp_path / "weights.pth", "small")


def test_of_several_networks_that_fit_it_is_said_which_is_taken(tmp_path: Path) -> None:
    module, other = small(), small()
    torch.save({"generator": module.state_dict(), "discriminator": other.state_dict()}, tmp_path / "gan.pth")
    with pytest.warns(PareidoliaWarning, match=r"\(generator, discriminator\): generator's are taken"):
        load_weights(loaded := small(), tmp_path / "gan.pth", "small")
    assert same(loaded, module)
