"""Pictures given in Python: tensors, arrays, images and data sets."""

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset, TensorDataset

from pareidolia.settings import PareidoliaError
from pareidolia.training.data import PictureSet, as_picture_set
from pareidolia.training.data.given import split_pictures
from pareidolia.training.data.kept import keep_pictures, open_kept


def levels(count=6, channels=1, size=(4, 5)):
    generator = torch.Generator().manual_seed(1)
    return torch.randint(0, 256, (count, channels, *size), generator=generator, dtype=torch.uint8)


GRAY, COLORED = levels(), levels(channels=3)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (GRAY, GRAY),
        (GRAY[:, 0], GRAY),
        (COLORED, COLORED),
        (GRAY.float() / 255, GRAY),
        (GRAY.double() / 255, GRAY),
        (GRAY[:, 0].numpy(), GRAY),
        (COLORED.permute(0, 2, 3, 1).numpy(), COLORED),
        (COLORED.flip(1).permute(0, 2, 3, 1).numpy()[..., ::-1], COLORED),
        (GRAY > 127, 255 * (GRAY > 127).to(torch.uint8)),
        (list(GRAY), GRAY),
        ([picture[0].numpy() for picture in GRAY], GRAY),
        ([Image.fromarray(picture[0].numpy()) for picture in GRAY], GRAY),
        ([Image.fromarray(picture.permute(1, 2, 0).numpy()) for picture in COLORED], COLORED),
        (TensorDataset(GRAY, torch.arange(6)), GRAY),
        (TensorDataset(GRAY), GRAY),
        (DataLoader(TensorDataset(GRAY.float() / 255, torch.arange(6)), batch_size=4), GRAY),
        (PictureSet("mine", "train", GRAY), GRAY),
    ],
)
def test_whatever_holds_the_pictures_gives_the_same_bytes(given, expected):
    assert torch.equal(as_picture_set(given).bytes, expected)


class Labeled(Dataset):
    classes = ("cat", "dog")

    def __len__(self):
        return 6

    def __getitem__(self, number):
        return GRAY[number].float() / 255, number % 2


@pytest.mark.parametrize(
    ("given", "labels", "classes"),
    [
        (Labeled(), [0, 1] * 3, ("cat", "dog")),
        ((GRAY, torch.tensor([0, 1, 2, 0, 1, -1])), [0, 1, 2, 0, 1, -1], ("0", "1", "2")),
        ((GRAY.numpy(), np.array([1, 0] * 3)), [1, 0] * 3, ("0", "1")),
        ((GRAY, ["dog", "cat"] * 3), [1, 0] * 3, ("cat", "dog")),
        ([(picture, "a") for picture in GRAY], [0] * 6, ("a",)),
        ([(GRAY[0], 1), (GRAY[1], None)], [1, -1], ("0", "1")),
        (GRAY, None, ()),
    ],
)
def test_labels_are_taken_along(given, labels, classes):
    found = as_picture_set(given)
    assert found.classes == classes
    assert labels == (None if found.labels is None else found.labels.tolist())


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("last", [False, True])
def test_pictures_have_one_to_four_channels_first_or_last(channels, last):
    given = levels(channels=channels, size=(7, 5))
    found = as_picture_set(given.permute(0, 2, 3, 1) if last else given)
    assert found.bytes.equal(given)


def test_alpha_is_laid_on_white_where_pictures_differ_or_a_color_is_named():
    both = torch.cat([COLORED, torch.zeros_like(COLORED[:, :1])], dim=1)
    assert (as_picture_set(both, color="rgb").bytes == 255).all()
    assert as_picture_set(both, color="gray").shape == (1, 4, 5)
    mixed = as_picture_set([both[0], COLORED[1], GRAY[2]])
    assert mixed.shape == (3, 4, 5) and (mixed.bytes[0] == 255).all()
    assert mixed.bytes[1].equal(COLORED[1]) and mixed.bytes[2, 1].equal(GRAY[2, 0])


def test_files_and_pictures_of_several_sizes_are_cut_alike(tmp_path):
    Image.new("L", (90, 30), 100).save(tmp_path / "wide.png")
    given = [tmp_path / "wide.png", str(tmp_path / "wide.png"), Image.new("RGB", (20, 40), (100, 100, 100))]
    found = as_picture_set(given)
    assert found.shape == (3, 64, 64) and (found.bytes == 100).all()
    assert as_picture_set(given, size=(8, 6), color="gray").shape == (1, 8, 6)
    assert as_picture_set(COLORED, color="gray").shape == (1, 4, 5)
    assert as_picture_set(GRAY, size=(2, 2), color="rgb").shape == (3, 2, 2)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (GRAY.float(), r"values from \d+ to 25\d: give floats in \[0, 1\]"),
        (GRAY.float() / 255 - 0.5, "without Normalize"),
        (torch.full((4, 1, 4, 4), float("nan")), "values from nan"),
        (GRAY.long(), "torch.int64: give uint8"),
        (levels(channels=5), "6×5×4×5: give N×H×W"),
        (GRAY[:1], "fewer than two"),
        (GRAY[0, 0], "of shape 4×5: give N×H×W"),
        (np.array([["a", "b"]]), "are <U1: give uint8"),
        ([], "fewer than two"),
        ({"a": GRAY}, "a dict is not a set of pictures"),
        (3, "an? int is not a set of pictures"),
        ([object(), object()], "item 0 of the data is a object"),
        ([GRAY[0], None], "item 1 of the data is a NoneType"),
        ((GRAY, torch.arange(5)), "5 labels for 6 pictures"),
        ((GRAY, torch.linspace(0, 1, 6)), r"the label 0\.0 is neither"),
        ([(picture, 7) for picture in Labeled()], "item 0 of the data is a tuple"),
    ],
)
def test_what_cannot_be_learned_from_is_refused_in_words(given, message):
    with pytest.raises(PareidoliaError, match=message):
        as_picture_set(given)


def test_about_a_tenth_is_kept_for_the_test_by_its_content():
    pictures = PictureSet("many", "train", levels(300), torch.arange(300) % 7, tuple("abcdefg"))
    train, test = split_pictures(pictures)
    assert len(train) + len(test) == 300 and 15 <= len(test) <= 50
    order = torch.randperm(300, generator=torch.Generator().manual_seed(2))
    shuffled = PictureSet("many", "train", pictures.bytes[order], pictures.labels[order])
    moved = split_pictures(shuffled)[1]
    assert {p.numpy().tobytes() for p in moved.bytes} == {p.numpy().tobytes() for p in test.bytes}
    assert len(split_pictures(PictureSet("few", "train", levels(19)))[1]) == 0


def test_kept_pictures_are_found_again_with_labels_and_classes(tmp_path):
    train = PictureSet("given", "train", GRAY, torch.arange(6) % 2, ("cat", "dog"))
    path = tmp_path / "data.safetensors"
    keep_pictures(path, {"train": train, "test": PictureSet("given", "test", GRAY[:0])})
    found = open_kept(path, "train")
    assert torch.equal(found.bytes, GRAY) and found.labels.tolist() == [0, 1] * 3
    assert found.classes == ("cat", "dog") and found.fingerprint == train.fingerprint
    with pytest.raises(PareidoliaError, match="no pictures were kept for the test split"):
        open_kept(path, "test")
    path.write_bytes(b"broken")
    with pytest.raises(PareidoliaError, match="cannot be read"):
        open_kept(path, "train")
