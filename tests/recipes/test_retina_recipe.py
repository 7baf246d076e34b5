"""The recipe of the shipped network, on toy pictures and a teacher of random weights."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from pareidolia.networks import retina

RECIPES = Path(__file__).parents[2] / "recipes"
sys.path.insert(0, str(RECIPES))
import feature_distillation  # noqa: E402
import packed_pictures  # noqa: E402
import slim_vgg  # noqa: E402


@pytest.fixture(scope="module", autouse=True)
def few_held_out() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packed_pictures, "HELD_OUT", 4)
        yield


@pytest.fixture(scope="module")
def packed(few_held_out: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few small pictures and one broken file, packed."""
    folder = tmp_path_factory.mktemp("photos")
    rng = np.random.default_rng(0)
    for number in range(packed_pictures.HELD_OUT + 8):
        coarse = Image.fromarray(rng.integers(0, 256, (6, 7, 3), np.uint8))
        coarse.resize((48, 40)).save(folder / f"{number:03}.png")
    (folder / "broken.jpg").write_bytes(b"no picture")
    target = tmp_path_factory.mktemp("packed") / "pictures.npy"
    packed_pictures.pack([folder], target, side=40)
    return target


def test_packing_skips_what_is_no_picture_and_refuses_another_set(packed: Path, tmp_path: Path) -> None:
    assert packed_pictures.PackedCrops(packed, 32, 2, 0).count == packed_pictures.HELD_OUT + 8
    with pytest.raises(SystemExit, match="other pictures"):
        packed_pictures.pack([tmp_path], packed, side=40)


def test_a_batch_depends_on_seed_and_step_alone(packed: Path) -> None:
    crops = packed_pictures.PackedCrops(packed, 32, 4, seed=3)
    ahead = list(packed_pictures.ahead(crops.at, 5, 9))
    assert len(ahead) == 4
    for step, batch in zip(range(5, 9), ahead, strict=True):
        assert torch.equal(batch, packed_pictures.PackedCrops(packed, 32, 4, seed=3).at(step))
        assert batch.shape == (4, 3, 32, 32)
        assert 0 <= batch.min() < batch.max() <= 1
    assert not torch.equal(ahead[0], ahead[1])
    assert not torch.equal(ahead[0], packed_pictures.PackedCrops(packed, 32, 4, seed=4).at(5))


def test_the_compact_maps_keep_the_distances_of_the_aux_maps(teacher: Path) -> None:
    pictures = torch.rand(2, 3, 32, 32)
    compact = slim_vgg.SlimVgg(teacher)(pictures)
    weights = load_file(teacher)
    x = torch.nn.functional.conv2d(pictures, weights["conv0.weight"], weights["conv0.bias"])
    x = torch.nn.functional.pad(x, (1, 1, 1, 1), "reflect")
    x = torch.nn.functional.conv2d(x, weights["conv11.weight"], weights["conv11.bias"]).relu()
    aux = torch.nn.functional.conv2d(x, weights["conv11_aux.weight"], weights["conv11_aux.bias"])
    assert [m.shape[1] for m in compact] == list(feature_distillation.TARGET_CHANNELS)
    full = (aux[0] - aux[1]).square().sum(0)
    torch.testing.assert_close((compact[0][0] - compact[0][1]).square().sum(0), full, rtol=1e-3, atol=1e-4)


def test_folding_keeps_what_the_network_computes() -> None:
    torch.manual_seed(0)
    trunk = feature_distillation.trainable_trunk().train()
    for _ in range(3):
        trunk(torch.randn(4, 3, 48, 48) * 2 + 1)
    x = torch.randn(1, 3, 48, 48)
    with torch.no_grad():
        expected = trunk.eval()(x)
        torch.testing.assert_close(
            feature_distillation.folded(trunk, retina.build_trunk())(x), expected, rtol=1e-3, atol=1e-4
        )


def test_the_readouts_are_the_least_squares_ones() -> None:
    torch.manual_seed(0)
    inputs, targets = torch.randn(2, 5, 8, 9), torch.randn(2, 3, 8, 9)
    sums = feature_distillation.Moments()
    sums.add(inputs[:1], targets[:1])
    sums.add(inputs[1:], targets[1:])
    flat = torch.cat([inputs.permute(0, 2, 3, 1).reshape(-1, 5), torch.ones(144, 1)], 1).double()
    y = targets.permute(0, 2, 3, 1).reshape(-1, 3).double()
    expected = torch.linalg.lstsq(flat, y).solution.T.float()
    weight, bias = sums.readout(ridge=0.0)
    torch.testing.assert_close(weight.flatten(1), expected[:, :-1], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(bias, expected[:, -1], rtol=1e-4, atol=1e-5)
    assert sums.variance == pytest.approx(float(y.var(0, correction=0).mean()), rel=1e-5)


def test_variance_explained_is_one_for_a_perfect_and_zero_for_a_constant_student(teacher: Path) -> None:
    network = slim_vgg.SlimVgg(teacher)
    batches = [torch.rand(1, 3, 32, 32) for _ in range(3)]
    assert feature_distillation.variance_explained(network, network, batches) == pytest.approx([1.0] * 5)
    outputs = [network(batch) for batch in batches]
    means = [torch.stack([o[k] for o in outputs]).mean((0, 1, 3, 4))[:, None, None] for k in range(5)]
    explained = feature_distillation.variance_explained(
        lambda x: [m.expand_as(t) for m, t in zip(means, network(x), strict=True)], network, batches
    )
    assert explained == pytest.approx([0.0] * 5, abs=1e-4)


@pytest.fixture
def recipe() -> ModuleType:
    """The training script as a module."""
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("retina_recipe", RECIPES / "retina.py")
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_killed_run_goes_on_to_the_same_weights(
    recipe: ModuleType, teacher: Path, packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(folder: str, stop_at: int | None = None) -> Path:
        """Six steps into a folder; killed after `stop_at` checkpoints."""
        flags = (
            f"--photos x --teacher {teacher} --packed {packed} --run {tmp_path / folder} --steps 6 --every 2"
        )
        monkeypatch.setattr(
            sys, "argv", ["retina.py", *flags.split(), *["--crop", "32", "--batch", "2", "--device", "cpu"]]
        )
        options = recipe.arguments()
        options.run.mkdir(exist_ok=True)
        training = recipe.Run(options)
        written = []
        original = training.checkpoint

        def checkpoint(losses: torch.Tensor) -> None:
            original(losses)
            written.append(losses)
            if stop_at is not None and len(written) == stop_at:
                raise KeyboardInterrupt

        training.checkpoint = checkpoint
        try:
            training.go()
        except KeyboardInterrupt:
            assert stop_at is not None
        return options.run / "retina.safetensors"

    whole = run("whole")
    run("killed", stop_at=1)
    resumed = run("killed")
    assert whole.read_bytes() == resumed.read_bytes()
    steps = [line for line in (resumed.parent / "log.jsonl").read_text().splitlines() if '"held_out"' in line]
    assert len(steps) == 3
