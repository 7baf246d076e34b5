import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pareidolia.settings import PareidoliaError
from pareidolia.training import SingleProcess
from pareidolia.training.data import Pictures, PictureSet, open_pictures, packing
from pareidolia.training.data.labeled import FewLabels


def paint(path, size=(8, 8), mode="L", value=100):
    path.parent.mkdir(parents=True, exist_ok=True)
    color = value if mode == "L" else (value, 20, 30)
    Image.new(mode, size[::-1], color).save(path)


def folder(root, names=("a/1.png", "a/2.png", "b/3.png"), **how):
    for number, name in enumerate(names):
        paint(root / name, value=10 * (number + 1), **how)
    return str(root)


def test_subfolders_are_labels(tmp_path):
    found = open_pictures(folder(tmp_path))
    assert found.classes == ("a", "b") and found.labels.tolist() == [0, 0, 1]
    assert found.shape == (1, 8, 8)
    assert found.bytes[:, 0, 0, 0].tolist() == [10, 20, 30]
    batch = found.batch(torch.tensor([2, 0]))
    torch.testing.assert_close(batch.pictures[:, 0, 0, 0], torch.tensor([30, 10]) / 255)
    assert batch.labels.tolist() == [1, 0]


def test_pictures_without_subfolders_have_no_labels(tmp_path):
    found = open_pictures(folder(tmp_path, ("1.png", "2.jpg")))
    assert found.labels is None and found.classes == ()


def test_a_picture_beside_the_class_folders_is_of_unknown_class(tmp_path):
    found = open_pictures(folder(tmp_path, ("a/1.png", "b/2.png", "c.png")))
    assert found.labels.tolist() == [0, 1, -1]


@pytest.mark.parametrize("test", ["test", "val", "dev"])
def test_split_folders_are_recognised(tmp_path, test):
    folder(tmp_path / "train", ("a/1.png", "b/2.png"))
    folder(tmp_path / test, ("b/1.png", "b/2.png", "new/3.png"))
    assert open_pictures(str(tmp_path)).labels.tolist() == [0, 1]
    found = open_pictures(str(tmp_path), "test")
    assert found.classes == ("a", "b") and found.labels.tolist() == [1, 1, -1]


def test_a_tenth_is_kept_for_the_test_and_new_pictures_move_none(tmp_path):
    names = [f"{number}.png" for number in range(200)]
    folder(tmp_path, names)
    train, test = (packing_names(tmp_path, split) for split in ("train", "test"))
    assert not train & test and len(train | test) == 200 and 8 <= len(test) <= 35
    folder(tmp_path, [f"more{number}.png" for number in range(50)])
    assert train <= packing_names(tmp_path, "train") and test <= packing_names(tmp_path, "test")


def packing_names(root, split):
    from pareidolia.training.data.folders import find_files

    return {path.name for path in find_files(root, split).paths}


def test_mixed_sizes_are_cut_from_the_middle_and_mixed_depths_become_colour(tmp_path):
    paint(tmp_path / "wide.png", (20, 60))
    stripes = np.zeros((90, 30, 3), np.uint8)
    stripes[30:60] = 200  # the middle third of a tall picture
    Image.fromarray(stripes).save(tmp_path / "tall.png")
    deep = Image.fromarray(np.full((40, 40), 30_000, np.uint16))
    deep.save(tmp_path / "deep.png")
    found = open_pictures(str(tmp_path), size=16)
    assert found.shape == (3, 16, 16)
    deep, tall, wide = found.bytes
    assert (tall[:, 2:-2] >= 199).all() and (wide == 100).all()
    assert (deep == round(30_000 / 65_535 * 255)).all()
    assert open_pictures(str(tmp_path)).shape == (3, 64, 64)
    assert open_pictures(str(tmp_path), size=16, color="gray").shape == (1, 16, 16)


def test_corrupt_files_are_listed_and_skipped(tmp_path):
    folder(tmp_path)
    (tmp_path / "a" / "0.png").write_bytes(b"no picture")
    whole = (tmp_path / "a" / "1.png").read_bytes()
    (tmp_path / "b" / "9.png").write_bytes(whole[:-30])
    (tmp_path / "b" / "empty.png").touch()
    (tmp_path / "notes.txt").write_text("not looked at")
    found = open_pictures(str(tmp_path))
    assert found.labels.tolist() == [0, 0, 1] and found.bytes[:, 0, 0, 0].tolist() == [10, 20, 30]
    assert len(found.skipped) == 3 and "0.png" in found.skipped[0] and "empty" in found.skipped[2]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ((), "no pictures"),
        (("only.png",), "only one picture"),
        (("train/1.png", "train/2.png"), "none of test/"),
    ],
)
def test_too_few_pictures_are_refused(tmp_path, names, message):
    folder(tmp_path, names)
    with pytest.raises(PareidoliaError, match=message):
        open_pictures(str(tmp_path), "test" if len(names) == 2 else "train")


def test_only_corrupt_files_are_refused(tmp_path):
    for name in "abc":
        (tmp_path / f"{name}.png").write_bytes(b"no picture")
    with pytest.raises(PareidoliaError, match=r"fewer than two.*a\.png"):
        open_pictures(str(tmp_path))


def test_what_is_no_data_is_refused(tmp_path):
    with pytest.raises(PareidoliaError, match="did you mean digits"):
        open_pictures("digit")
    paint(tmp_path / "one.png")
    with pytest.raises(PareidoliaError, match="is a file"):
        open_pictures(str(tmp_path / "one.png"))
    with pytest.raises(PareidoliaError, match="does not exist"):
        open_pictures(str(tmp_path / "nowhere"))
    with pytest.raises(PareidoliaError, match="grey pictures of 8 px"):
        open_pictures("digits", size=16)


def test_digits_are_split_without_overlap():
    train, test = open_pictures("digits"), open_pictures("digits", "test")
    assert len(train) == 1497 and len(test) == 300
    assert test.labels.bincount().min() >= 20
    assert train.bytes.max() == 255 and train.fingerprint != test.fingerprint


def test_mnist_is_read_where_torchvision_put_it(tmp_path):
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for stem, count in (("train", 4), ("t10k", 3)):
        pixels = torch.full((count, 28, 28), count, dtype=torch.uint8)
        header = [0x0803, count, 28, 28]
        (raw / f"{stem}-images-idx3-ubyte").write_bytes(idx(header, pixels))
        labels = torch.arange(count, dtype=torch.uint8)
        (raw / f"{stem}-labels-idx1-ubyte").write_bytes(idx([0x0801, count], labels))
    found = open_pictures(f"mnist:{tmp_path}", "test")
    assert found.shape == (1, 28, 28) and found.labels.tolist() == [0, 1, 2] and found.bytes.max() == 3


def idx(header, values):
    return b"".join(number.to_bytes(4, "big") for number in header) + values.numpy().tobytes()


def test_large_folders_are_decoded_once(tmp_path, monkeypatch):
    monkeypatch.setenv("PAREIDOLIA_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(packing, "_KEPT_FROM", 3)
    name = folder(tmp_path / "data")
    (tmp_path / "data" / "b" / "broken.png").touch()
    first = open_pictures(name)
    monkeypatch.setattr(packing, "_read", None)  # nothing is decoded again
    again = open_pictures(name)
    assert torch.equal(first.bytes, again.bytes) and torch.equal(first.labels, again.labels)
    assert first.skipped == again.skipped != ()
    monkeypatch.undo()
    monkeypatch.setenv("PAREIDOLIA_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(packing, "_KEPT_FROM", 3)
    paint(tmp_path / "data" / "a" / "1.png", value=77)  # a changed file is another set
    assert open_pictures(name).bytes[0, 0, 0, 0] == 77


def numbered(count):
    return PictureSet("numbers", "train", torch.arange(count, dtype=torch.uint8).view(-1, 1, 1, 1))


@settings(max_examples=50)
@given(count=st.integers(2, 60), batch=st.integers(1, 80), seed=st.integers(0, 99))
def test_every_picture_is_seen_once_an_epoch(count, batch, seed):
    source = Pictures(numbered(count), batch, seed, torch.device("cpu"))
    steps = -(-3 * count // batch)
    seen = torch.cat([source.indices(step) for step in range(steps)])
    for epoch in range(3):
        part = seen[epoch * count : (epoch + 1) * count]
        assert part.sort().values.tolist() == list(range(count))
    middle = source.indices(steps // 2)  # out of order, as after a resume
    assert torch.equal(middle, seen[steps // 2 * batch :][:batch]) and len(middle) == batch


def test_few_labels_are_even_over_the_classes_and_come_with_every_batch():
    digits = open_pictures("digits")
    source = FewLabels(digits, 25, 10, 0, torch.device("cpu"))
    assert source.labeled == 25 and source.count == len(digits)
    labels = torch.cat([source.batch(step, SingleProcess()).labeled.labels for step in range(5)])
    assert sorted(labels[:25].bincount().tolist()) == [2] * 5 + [3] * 5
    assert labels[:25].sort().values.tolist() == labels[25:].sort().values.tolist()
    batch = source.batch(0, SingleProcess())
    assert batch.labels is None and len(batch.pictures) == len(batch.labeled.pictures) == 10
    assert FewLabels(digits, None, 10, 0, torch.device("cpu")).labeled == len(digits)


@pytest.mark.parametrize("count", [9, 100_000])
def test_labels_that_are_not_there_are_refused(count):
    with pytest.raises(PareidoliaError, match="cannot be taken evenly"):
        FewLabels(open_pictures("digits"), count, 10, 0, torch.device("cpu"))


def test_the_mean_picture_is_the_mean():
    digits = open_pictures("digits")
    torch.testing.assert_close(digits.mean(), digits.pictures().mean(0))


def names_of(found):
    return {path.relative_to(found.root).as_posix() for path in found.paths}


@pytest.mark.parametrize("name", ["train", "training", "Train"])
def test_a_class_called_train_is_a_class(tmp_path, name):
    folder(tmp_path, [f"{label}/{k}.png" for label in ("bus", "car", name) for k in range(3)])
    found = open_pictures(str(tmp_path))
    assert len(found) == 9 and set(found.classes) == {"bus", "car", name}


def test_what_lies_beside_the_splits_is_left_out_and_told(tmp_path):
    folder(
        tmp_path, ("train/a/1.png", "train/b/2.png", "test/a/3.png", "test/b/4.png", "more/5.png", "6.png")
    )
    found = open_pictures(str(tmp_path))
    assert len(found) == 2 and found.classes == ("a", "b")
    assert len(found.skipped) == 2
    assert any("more: 1 pictures" in line for line in found.skipped)
    assert any("beside the folders" in line and "1 pictures" in line for line in found.skipped)
    only = open_pictures(folder(tmp_path / "only", ("train/a/1.png", "train/b/2.png")))
    assert only.classes == ("a", "b") and not only.skipped


def test_sheets_of_a_run_inside_the_folder_are_none_of_its_pictures(tmp_path):
    photos = folder(tmp_path)
    paint(tmp_path / "run" / "samples" / "0000001.png")
    assert len(open_pictures(photos)) == 4
    (tmp_path / "run" / "settings.json").write_text('{"pareidolia": "0.1.0", "settings": {}}')
    found = open_pictures(photos)
    assert len(found) == 3 and found.classes == ("a", "b")


def test_class_folders_may_be_links_and_a_circle_of_them_ends(tmp_path):
    folder(tmp_path / "elsewhere", ("cats/1.png", "cats/2.png", "dogs/3.png"))
    data = tmp_path / "data"
    paint(data / "birds" / "4.png")
    for label in ("cats", "dogs"):
        (data / label).symlink_to(tmp_path / "elsewhere" / label)
    (data / "birds" / "up").symlink_to(data)
    found = open_pictures(str(data))
    assert len(found) == 4 and found.classes == ("birds", "cats", "dogs")


def test_a_link_that_leads_nowhere_is_skipped_and_told(tmp_path, monkeypatch):
    photos = folder(tmp_path / "photos")
    (tmp_path / "photos" / "a" / "0.png").symlink_to(tmp_path / "nowhere.png")
    found = open_pictures(photos)
    assert len(found) == 3 and len(found.skipped) == 1 and "0.png" in found.skipped[0]
    monkeypatch.setattr(packing, "_KEPT_FROM", 1)
    monkeypatch.setenv("PAREIDOLIA_CACHE", str(tmp_path / "cache"))
    assert len(open_pictures(photos)) == len(open_pictures(photos)) == 3


def test_names_that_are_not_utf_8_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(packing, "_KEPT_FROM", 1)
    monkeypatch.setenv("PAREIDOLIA_CACHE", str(tmp_path / "cache"))
    folder(tmp_path / "photos", [f"caf\udce9{number}.png" for number in range(60)])
    found = [open_pictures(str(tmp_path / "photos"), split) for split in ("train", "test")]
    assert sum(map(len, found)) == 60


@pytest.mark.parametrize("obstacle", ["file", "homeless", "broken", "truncated"])
def test_the_cache_can_be_done_without(tmp_path, monkeypatch, obstacle):
    monkeypatch.setattr(packing, "_KEPT_FROM", 1)
    photos, cache = folder(tmp_path / "photos"), tmp_path / "cache"
    monkeypatch.setenv("PAREIDOLIA_CACHE", str(cache))
    if obstacle == "file":
        cache.touch()
    elif obstacle == "homeless":
        monkeypatch.delenv("PAREIDOLIA_CACHE")
        monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
        monkeypatch.setattr("pathlib.Path.home", homeless)
    else:
        open_pictures(photos)
        kept = next(cache.glob("*.json" if obstacle == "broken" else "*.npy"))
        kept.write_bytes(kept.read_bytes()[:-9])
    found = open_pictures(photos)
    assert found.bytes[:, 0, 0, 0].tolist() == [10, 20, 30]
    assert len(found.notes) == (1 if obstacle == "file" else 0)
    if obstacle in ("broken", "truncated"):
        assert open_pictures(photos).labels.tolist() == [0, 0, 1]


def homeless():
    raise RuntimeError("Could not determine home directory.")


def test_pictures_are_cut_to_any_proportions(tmp_path):
    photos = folder(tmp_path, size=(20, 30))
    assert open_pictures(photos, size=(8, 6)).shape == (1, 8, 6)
    assert open_pictures("digits", size=(8, 8)).shape == (1, 8, 8)
    with pytest.raises(PareidoliaError, match="grey pictures of 8 px"):
        open_pictures("digits", size=(8, 6))


def test_strips_are_cut_before_they_are_scaled(tmp_path, monkeypatch):
    """One pixel by 20,000 would be 1,280,000 pixels long at the height that is wanted."""
    for number in range(3):
        paint(tmp_path / f"{number}.png", (40, 40), value=60 * number)
    line = Image.linear_gradient("L").resize((20_000, 256)).crop((0, 0, 20_000, 1))
    line.save(tmp_path / "line.png")
    largest = []
    resize = packing.resize_picture

    def noting(picture, size):
        largest.append(max(picture.numel(), size[0] * size[1]))
        return resize(picture, size)

    monkeypatch.setattr(packing, "resize_picture", noting)
    found = open_pictures(str(tmp_path), size=64)
    assert found.shape == (1, 64, 64) and max(largest) < 64 * 64 * 16
    picture = torch.rand(1, 1, 16, 40, generator=torch.Generator().manual_seed(0))
    wide = torch.cat([torch.zeros(1, 1, 16, 300), picture, torch.zeros(1, 1, 16, 300)], dim=3)
    ours, whole = packing._cut(wide, (8, 8)), resize(wide, (8, 320))[..., 156:164]
    torch.testing.assert_close(ours, whole, atol=1e-5, rtol=0)
