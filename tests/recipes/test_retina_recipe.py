"""The recipe of the shipped network, on toy pictures, and teachers of random weights."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from tests.recipes.retina_photos import CLASSES, SIDES, Namer, kill_at

from pareidolia.networks import retina
from pareidolia.networks.sources.vgg19 import make as make_vgg19
from pareidolia.training import SingleProcess

sys.path.insert(0, str(Path(__file__).parents[2] / "recipes"))
import class_photos
import feature_distillation
import packed_pictures
import retina as recipe
import retina_material


class RandomVgg:
    """VGG-19 with random weights, as the teacher is called."""

    def __init__(self) -> None:
        torch.manual_seed(1)
        self.module = make_vgg19()

    @torch.no_grad()
    def __call__(self, pictures: torch.Tensor) -> list[torch.Tensor]:
        maps, x = [], pictures
        for name, layer in self.module.named_children():
            x = layer(x)
            if name in feature_distillation.Vgg19.layers:
                maps.append(x.float())
        return maps


def source(packed: Path, seed: int = 0) -> retina_material.RetinaSource:
    small, large = (retina_material.NamedPhotos(packed / f"{kind}.npy", CLASSES, 0) for kind in SIDES)
    return retina_material.RetinaSource(small, large, (3, 4, 2), (32, 40), 5, 0.3, seed)


def test_photos_that_measure_are_left_out_and_so_is_what_is_no_picture(packed: Path) -> None:
    small, large = (class_photos.ClassPhotos(packed / f"{kind}.npy") for kind in SIDES)
    assert (small.ids, small.about["measured too"]) == (["n01"] * 59 + ["n02"] * 60, 1)
    assert (large.ids, large.about["measured too"]) == (["cats"] * 109, 1)


def test_a_batch_has_crops_photos_and_names_and_depends_on_seed_and_step_alone(packed: Path) -> None:
    batch, again = (source(packed).batch(4, SingleProcess()) for _ in range(2))
    assert (batch.crops.shape, batch.photos.shape) == ((2, 3, 32, 32), (7, 3, 32, 32))
    assert 0 <= batch.photos.min() < batch.photos.max() <= 1
    for name in ("crops", "photos", "names"):
        assert torch.equal(getattr(batch, name), getattr(again, name))
    assert not torch.equal(batch.photos, source(packed, seed=1).batch(4, SingleProcess()).photos)
    torch.testing.assert_close(batch.names.sum(1), torch.ones(7))
    likeliest = torch.full((3,), 0.7 + 0.3 / 3)
    torch.testing.assert_close(batch.names[:3].max(1).values, likeliest)
    assert source(packed).batch(5, SingleProcess()).crops.shape == (2, 3, 40, 40)


def test_photos_kept_back_are_never_drawn_and_all_others_are(packed: Path) -> None:
    large = source(packed).large
    drawn = set(large.drawn(np.random.default_rng(0), 5000))
    assert list(large.kept) == [0, 100] and drawn == set(range(109)) - {0, 100}


def test_a_name_is_the_namers_of_the_part_that_is_shown(packed: Path) -> None:
    large = source(packed).large
    shown = packed_pictures.as_tensor(
        np.stack([large.shown(number, retina_material.SEEN) for number in (3, 7)])
    )
    torch.testing.assert_close(large.names([3, 7]), Namer()(shown).softmax(1), rtol=0, atol=0.02)


def test_folding_keeps_what_the_network_computes() -> None:
    torch.manual_seed(0)
    trunk = feature_distillation.trainable(retina.build_trunk()).train()
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


def test_variance_explained_is_one_for_a_perfect_and_zero_for_a_constant_student() -> None:
    network = RandomVgg()
    batches = [torch.rand(1, 3, 32, 32) for _ in range(3)]
    assert feature_distillation.variance_explained(network, network, batches) == pytest.approx([1.0] * 5)
    outputs = [network(batch) for batch in batches]
    means = [torch.stack([o[k] for o in outputs]).mean((0, 1, 3, 4))[:, None, None] for k in range(5)]
    explained = feature_distillation.variance_explained(
        lambda x: [m.expand_as(t) for m, t in zip(means, network(x), strict=True)], network, batches
    )
    assert explained == pytest.approx([0.0] * 5, abs=1e-4)


def test_normalisations_that_are_put_in_change_nothing_yet() -> None:
    torch.manual_seed(0)
    plain, pictures = retina.build(3).eval(), torch.rand(3, 3, 64, 64)
    x = feature_distillation.Student(plain[:5])
    with torch.no_grad():
        expected = x.look(pictures)
        network = feature_distillation.trainable_further(retina_like(plain), pictures).eval()
        maps, last = feature_distillation.Student(network[:5]).look(pictures)
    for ours, theirs in zip([*maps, last], [*expected[0], expected[1]], strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-4)


def retina_like(network: torch.nn.Sequential) -> torch.nn.Sequential:
    copy = retina.build(3)
    copy.load_state_dict(network.state_dict())
    return copy


def test_a_killed_run_goes_on_to_the_same_weights(
    photos: Path, packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recipe, "Vgg19", RandomVgg)
    monkeypatch.setattr(recipe, "CLASSES", len(CLASSES))

    def run(folder: str, steps: str = "6") -> Path:
        given = f"--small {photos}/small --large {photos}/large --samples {photos}/samples --packed {packed}"
        numbers = "--batch 9 --small-photos 3 --crops 2 --side 32 --later-side 40 --measure-every 2"
        words = f"retina.py {given} --run {tmp_path / folder} {numbers} --steps 6 --checkpoint-seconds 0"
        monkeypatch.setattr(sys, "argv", words.split())
        recipe.main()
        return tmp_path / folder / "retina.safetensors"

    whole = run("whole")
    with monkeypatch.context() as patch:
        kill_at(patch, recipe.Measuring, 4)
        with pytest.raises(KeyboardInterrupt):
            run("killed")
    assert run("killed").read_bytes() == whole.read_bytes()
    history = sorted(path.name for path in (tmp_path / "whole/history").iterdir())
    assert history == [
        "0000000.safetensors",
        "0000002.safetensors",
        "0000004.safetensors",
        "0000006.safetensors",
    ]
    recipe.built().load_state_dict(load_file(whole))
    named = [
        line for line in (tmp_path / "whole/log.jsonl").read_text().splitlines() if "explained 5" in line
    ]
    assert len(named) == 3
