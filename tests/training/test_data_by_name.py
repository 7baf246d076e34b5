"""Data sets of torchvision and of the Hugging Face hub by name, from folders that are here."""

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision import datasets as sets

from pareidolia.safety import distrusting
from pareidolia.settings import BadData, UnknownName
from pareidolia.training.data import open_pictures


def save_picture(path, value, size=(12, 10)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (value, 2 * value, 255 - value)).save(path)


@pytest.fixture
def country(tmp_path):
    """Country211 as torchvision lays it out: splits, then classes; no sums are checked."""
    for split, count in (("train", 3), ("valid", 2), ("test", 2)):
        for label, name in enumerate(("AD", "BE")):
            for number in range(count):
                save_picture(
                    tmp_path / "country211" / split / name / f"{number}.png", 10 * number + 100 * label
                )
    return tmp_path


def test_a_set_with_splits(country):
    train = open_pictures(f"torchvision:Country211:{country}")
    test = open_pictures(f"torchvision:Country211:{country}", "test")
    assert (len(train), len(test)) == (6, 4)
    assert train.classes == ("AD", "BE") and train.labels.tolist() == [0, 0, 0, 1, 1, 1]
    assert train.shape == (3, 10, 12) and train.bytes[:, 0, 0, 0].tolist() == [0, 10, 20, 100, 110, 120]
    assert train.name == f"torchvision:Country211:{country}" and test.split == "test"


def test_size_and_color_are_those_of_folders(country):
    found = open_pictures(f"torchvision:Country211:{country}", size=8, color="gray")
    assert found.shape == (1, 8, 8)


def test_a_set_of_whole_arrays_equals_torchvisions_own(tmp_path):
    raw = tmp_path / "KMNIST" / "raw"
    raw.mkdir(parents=True)
    pixels = np.random.default_rng(0).integers(0, 256, (5, 28, 28), np.uint8)
    for stem in ("train", "t10k"):
        head = b"".join(n.to_bytes(4, "big") for n in (0x0803, 5, 28, 28))
        (raw / f"{stem}-images-idx3-ubyte").write_bytes(head + pixels.tobytes())
        head = b"".join(n.to_bytes(4, "big") for n in (0x0801, 5))
        (raw / f"{stem}-labels-idx1-ubyte").write_bytes(head + bytes([3, 1, 4, 1, 5]))
    found = open_pictures(f"torchvision:KMNIST:{tmp_path}", "test")
    assert torch.equal(found.bytes[:, 0], sets.KMNIST(tmp_path, train=False).data)
    assert found.labels.tolist() == [3, 1, 4, 1, 5] and len(found.classes) == 10


def test_a_set_without_splits_keeps_a_tenth_that_the_training_does_not_have(tmp_path):
    for number in range(120):
        save_picture(tmp_path / "all" / ("a" if number % 2 else "b") / f"{number}.png", 2 * number + 1)
    name = f"torchvision:ImageFolder:{tmp_path / 'all'}"
    train, test = open_pictures(name), open_pictures(name, "test")
    shown = [{each.numpy().tobytes() for each in found.bytes} for found in (train, test)]
    assert len(train) + len(test) == 120 and len(test) >= 2 and not shown[0] & shown[1]


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("torchvision:CIFAR11", UnknownName, "did you mean CIFAR1"),
        ("torchvision:DatasetFolder:{}", BadData, "needs loader too"),
        ("torchvision:Country211:{}/none", BadData, "is not whole in"),
        pytest.param("hf:{}/none", BadData, "cannot be opened", marks=pytest.mark.slow),
    ],
)
def test_what_is_not_there_is_one_line(name, kind, words, tmp_path):
    if name.startswith("hf:"):
        pytest.importorskip("datasets")
    with distrusting("a run"), pytest.raises(kind, match=words) as told:
        open_pictures(name.format(tmp_path))
    assert "\n" not in str(told.value)


def test_what_a_file_names_is_not_fetched(tmp_path, monkeypatch):
    asked = []

    def maker(root, train=True, download=False):
        asked.append(download)
        raise RuntimeError("Dataset not found")

    monkeypatch.setattr(sets, "CIFAR10", maker)
    with distrusting("the run r"), pytest.raises(BadData, match="the run r names it, so it is not fetched"):
        open_pictures(f"torchvision:CIFAR10:{tmp_path}")
    with pytest.raises(BadData, match="could not be fetched"):
        open_pictures(f"torchvision:CIFAR10:{tmp_path}")
    assert asked == [False, True]


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """A data set as the hub has them, in a folder."""
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    features = datasets.Features(
        {
            "note": datasets.Value("string"),
            "img": datasets.Image(),
            "kind": datasets.ClassLabel(names=["cat", "dog"]),
        }
    )
    (tmp_path / "set").mkdir()
    for split, count in (("train", 4), ("validation", 3)):
        pictures = [Image.new("RGB", (9, 7), (20 * k, 0, 255)) for k in range(count)]
        rows = {"note": ["n"] * count, "img": pictures, "kind": [k % 2 for k in range(count)]}
        datasets.Dataset.from_dict(rows, features).to_parquet(
            tmp_path / "set" / f"{split}-00000-of-00001.parquet"
        )
    return tmp_path / "set"


def test_a_set_of_the_hub(hub):
    train, test = open_pictures(f"hf:{hub}"), open_pictures(f"hf:{hub}", "test")
    assert train.shape == (3, 7, 9) and train.classes == ("cat", "dog")
    assert train.labels.tolist() == [0, 1, 0, 1] and train.bytes[:, 0, 0, 0].tolist() == [0, 20, 40, 60]
    assert len(test) == 3


def test_a_run_is_trained_and_opened_on_named_data(country, tmp_path):
    from pareidolia.generative.runs import open_run
    from pareidolia.generative.settings import VAESettings
    from pareidolia.generative.training import prepare

    name = f"torchvision:Country211:{country}"
    settings = VAESettings(latent=2, epochs=1, previews=0, size=8, batch=6, hidden=(8,), network="mlp")
    training = prepare("vae", name, settings, tmp_path / "run")
    training.begin()
    for _ in training:
        pass
    assert len(open_run(tmp_path / "run").pictures("test")) == 4
