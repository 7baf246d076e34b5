"""The recipe of retina's classes, on toy photos and a teacher of random weights."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

import class_photos
import retina_classes
from feature_distillation import Student, trainable_trunk
from pareidolia.networks import retina

SIDES = {"small": 36, "large": 48}


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two classes of small photos, two of large ones, one class in both, and one photo that measures."""
    folder = tmp_path_factory.mktemp("photos")
    rng = np.random.default_rng(0)
    for kind, classes in (("small", "ab"), ("large", "bc")):
        for name in classes:
            (folder / kind / name).mkdir(parents=True)
            for number in range(6):
                coarse = Image.fromarray(rng.integers(0, 256, (7, 7, 3), np.uint8))
                coarse.resize((SIDES[kind],) * 2).save(folder / kind / name / f"{number}.png")
    (folder / "measured").mkdir()
    Image.open(folder / "small/a/3.png").resize((90, 90)).save(folder / "measured/same.png")
    return folder


@pytest.fixture(scope="module")
def packed(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The photos of both kinds, packed without class b of the large ones."""
    folder = tmp_path_factory.mktemp("packed")
    measured = class_photos.measured_thumbnails([photos / "measured"])
    for kind, without in (("small", ()), ("large", ("b",))):
        target = folder / f"{kind}.npy"
        class_photos.pack_classes([photos / kind], target, SIDES[kind], measured=measured, without=without)
    return folder


def crops(packed: Path, seed: int = 0) -> class_photos.ClassCrops:
    photos = [class_photos.ClassPhotos(packed / f"{kind}.npy") for kind in SIDES]
    return class_photos.ClassCrops(*photos, (8, 4), seed, lambda step: 32)


def test_a_photo_that_measures_is_left_out_and_so_is_a_class(packed: Path) -> None:
    small, large = (class_photos.ClassPhotos(packed / f"{kind}.npy") for kind in SIDES)
    assert (small.ids, small.about["measured too"]) == (["a"] * 5 + ["b"] * 6, 1)
    assert (large.ids, large.about["measured too"]) == (["c"] * 6, 0)


def test_a_batch_has_its_photos_classes_and_depends_on_seed_and_step_alone(packed: Path) -> None:
    batch, again = crops(packed).at(7), crops(packed).at(7)
    assert (batch.small.shape, batch.large.shape) == ((8, 3, 32, 32), (4, 3, 32, 32))
    assert 0 <= batch.small.min() < batch.small.max() <= 1
    assert torch.equal(batch.small, again.small) and torch.equal(batch.classes, again.classes)
    assert set(batch.classes[:7].tolist()) <= {0, 1} and batch.classes[7:].tolist() == [2]
    assert not torch.equal(batch.small, crops(packed, seed=1).at(7).small)


def test_photos_kept_back_are_never_drawn(packed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: set[bytes] = set()
    original = class_photos.crop

    def crop(photo: np.ndarray, *rest: object) -> np.ndarray:
        seen.add(photo.tobytes())
        return original(photo, *rest)

    monkeypatch.setattr(class_photos, "crop", crop)
    monkeypatch.setattr(class_photos, "small", lambda photo: photo)
    monkeypatch.setattr(class_photos, "SMALL", 30)
    for step in range(30):
        crops(packed).at(step)
    kept = [np.load(packed / f"{kind}.npy")[0].tobytes() for kind in SIDES]
    assert len(seen) == 10 + 5 and not seen & set(kept)


@pytest.fixture(scope="module")
def trunk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("trunk") / "trunk.safetensors"
    save_file(retina.build_trunk().state_dict(), path)
    return path


def test_the_new_normalisations_change_nothing_yet(trunk: Path) -> None:
    plain = retina.build_trunk()
    plain.load_state_dict(load_file(trunk))
    pictures = torch.rand(3, 3, 48, 48)
    network = retina_classes.trainable(trunk, 2, pictures).eval()
    with torch.no_grad():
        expected = Student(plain.eval()).look(pictures)
        maps, last = Student(network[:5]).look(pictures)
    for ours, theirs in zip([*maps, last], [*expected[0], expected[1]], strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-4)
    learning = {name.split(".")[0] for name, weight in network.named_parameters() if weight.requires_grad}
    assert learning == {"stage3", "stage4", "stage5", "stage6", "head"}
    assert trainable_trunk().stage1.norm1 is not None


def run(
    folder: Path, packed: Path, trunk: Path, teacher: Path, monkeypatch: pytest.MonkeyPatch
) -> "retina_classes.Run":
    """A run of two steps of each part into `folder`."""
    folder.mkdir(exist_ok=True)
    for kind in SIDES:
        for suffix in ("npy", "json"):
            (folder / f"{kind}.{suffix}").write_bytes((packed / f"{kind}.{suffix}").read_bytes())
    flags = f"--small x --large x --measured x --trunk {trunk} --teacher {teacher} --run {folder}"
    numbers = "--sizes 32 32 --batch 8 4 --head 2 --steps 2 --robust 2 --every 2 --device cpu"
    monkeypatch.setattr(sys, "argv", ["retina_classes.py", *flags.split(), *numbers.split()])
    return retina_classes.Run(retina_classes.arguments())


def test_a_killed_run_goes_on_to_the_same_weights(
    packed: Path, trunk: Path, teacher: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path / "whole", packed, trunk, teacher, monkeypatch).go()
    killed = run(tmp_path / "killed", packed, trunk, teacher, monkeypatch)
    original = killed.checkpoint

    def stop_after(recent: list[dict[str, float]]) -> None:
        original(recent)
        if killed.step == 4:
            raise KeyboardInterrupt

    killed.checkpoint = stop_after  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        killed.go()
    run(tmp_path / "killed", packed, trunk, teacher, monkeypatch).go()
    whole, resumed = ((tmp_path / name / "retina.safetensors") for name in ("whole", "killed"))
    assert whole.read_bytes() == resumed.read_bytes()
    assert (tmp_path / "whole/classes.txt").read_text() == "a\nb\nc\n"
    retina.build(3).load_state_dict(load_file(tmp_path / "whole/history/0.safetensors"))


def test_a_perturbation_is_short_and_raises_the_loss(
    packed: Path, trunk: Path, teacher: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = run(tmp_path, packed, trunk, teacher, monkeypatch)
    pictures, classes = torch.rand(8, 3, 32, 32), torch.arange(8) % 3
    moved = training.perturbed(pictures, classes)
    lengths = (moved - pictures).flatten(1).norm(dim=1)
    assert lengths.max() <= training.options.epsilon * 1.001 and lengths.min() > 0
    assert moved.min() >= 0 and moved.max() <= 1
    training.model.eval()
    with torch.no_grad():
        before, after = (
            torch.nn.functional.cross_entropy(training.model(x), classes) for x in (pictures, moved)
        )
    assert after > before
