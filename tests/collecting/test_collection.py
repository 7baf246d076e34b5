"""A collection on disk: resumed, refused, the same bytes; and reading ahead."""

import json
from itertools import islice

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from pareidolia.collecting import (
    Collection,
    SampledActivations,
    TopActivations,
    begin_accumulator,
    read_ranking,
)
from pareidolia.collecting import reading as reading_module
from pareidolia.collecting.reading import read_ahead
from pareidolia.collecting.threads import with_shared_weights
from pareidolia.networks import Network
from pareidolia.pictures import find_pictures
from pareidolia.settings import BadPicture, PareidoliaError, Settings, UnknownName


def shards(folder):
    """The bytes of each shard by its name."""
    return {path.name: path.read_bytes() for path in (folder / "shards").iterdir()}


def test_photos_on_another_drive_are_named_whole(collector, photos, tmp_path, monkeypatch):
    def none(path, start):
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    monkeypatch.setattr("pareidolia.safety.paths.os.path.relpath", none)
    work = collector(TopActivations())
    monkeypatch.undo()
    for _ in work:
        pass
    assert Collection.open(tmp_path / "collection").files.folder == photos.absolute()


def test_the_same_bytes_and_resumed_where_it_stopped(collector, tmp_path, monkeypatch) -> None:
    list(collector(TopActivations(), folder="whole"))
    stopped = collector(TopActivations(), folder="stopped")
    assert 8 <= [step.index for step in islice(stopped, 3)][-1] <= 12
    missing = {path for chunk in stopped.collection.missing() for path in stopped.job.paths(chunk)}
    assert 9 <= len(missing) <= 21 and not stopped.finished
    opened = []
    real = reading_module.open_uint8
    monkeypatch.setattr(
        reading_module, "open_uint8", lambda path, size: opened.append(path) or real(path, size)
    )
    again = collector(TopActivations(), folder="stopped")
    steps = [step.index for step in again]
    assert steps == sorted(steps) and steps[-1] == 21 and again.finished
    assert sorted(opened) == sorted(missing), "only what lacked was looked at"
    assert list(collector(TopActivations(), folder="stopped")) == []
    assert shards(tmp_path / "whole") == shards(tmp_path / "stopped")
    assert not list((tmp_path / "whole").rglob(".pareidolia-*"))


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_the_number_of_threads_does_not_matter(threads: int, collector, tmp_path, small_network) -> None:
    list(collector(TopActivations(), folder="first"))
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(threads)
        list(collector(TopActivations(), folder="second"))
        assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)
    assert shards(tmp_path / "first") == shards(tmp_path / "second")
    assert not any(module._forward_hooks for module in small_network.module.modules())


def test_copies_share_their_weights(small_network) -> None:
    made = with_shared_weights(small_network)
    assert made.module is not small_network.module
    for own, shared in zip(made.module.parameters(), small_network.module.parameters(), strict=True):
        assert own is not shared and own.data_ptr() == shared.data_ptr()


def test_what_a_thread_meets_is_raised(collector, monkeypatch) -> None:
    def fail(path, size):
        raise MemoryError("no room")

    monkeypatch.setattr(reading_module, "open_uint8", fail)
    with pytest.raises(MemoryError, match="no room"):
        list(collector(TopActivations()))


def test_a_broken_shard_is_told_and_made_again(collector, tmp_path) -> None:
    made = collector(TopActivations())
    list(made)
    path = tmp_path / "collection" / "shards" / "000001.safetensors"
    whole = path.read_bytes()
    path.write_bytes(whole[:100])
    with pytest.raises(PareidoliaError, match=r"000001\.safetensors is broken"):
        read_ranking(made.collection, "stage2.relu")
    path.unlink()
    with pytest.raises(PareidoliaError, match="is missing"):
        read_ranking(made.collection, "stage2.relu")
    list(collector(TopActivations()))
    assert path.read_bytes() == whole


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"size": 48}, "look.height_width"),
        ({"batch": 3}, "look.batch"),
        ({"chunk": 5}, "look.chunk"),
        ({"layers": ("stage1.relu",)}, "layers.stage1.relu"),
        ({"keep": TopActivations(top=3)}, "keep.top: 9 there, 3 here"),
        ({"keep": SampledActivations()}, "keep.form: Strongest there, Positions here"),
    ],
)
def test_another_collection_is_refused(changes, told: str, collector, tmp_path) -> None:
    list(collector(TopActivations()))
    before = shards(tmp_path / "collection")
    asked = {"keep": TopActivations(), **changes}
    with pytest.raises(PareidoliaError, match=told.replace(".", r"\.")):
        collector(**asked)
    assert shards(tmp_path / "collection") == before
    anew = collector(**asked, anew=True)
    assert not anew.finished
    list(anew)
    assert anew.finished


def test_other_weights_and_other_pictures_are_refused(collector, photos, small_network) -> None:
    list(collector(TopActivations()))
    with torch.no_grad():
        small_network.module[0].conv.bias[0] += 1e-3
    with pytest.raises(PareidoliaError, match=r"network\.weights"):
        collector(TopActivations())
    with torch.no_grad():
        small_network.module[0].conv.bias[0] -= 1e-3
    Image.new("RGB", (9, 9)).save(photos / "new.png")
    with pytest.raises(PareidoliaError, match=r"pictures\.count: 21 there, 22 here"):
        collector(TopActivations())


def test_opened_without_the_network(collector, tmp_path, photos) -> None:
    made = collector(TopActivations(top=2))
    list(made)
    there = Collection.open(tmp_path / "collection")
    assert there.finished and there.shapes == {"stage2.relu": (8, 16, 16)} and there.height_width == (32, 32)
    assert there.files == made.collection.files and there.files.path(0) == photos / "01.png"
    assert np.array_equal(
        read_ranking(there, "stage2.relu").values, read_ranking(made.collection, "stage2.relu").values
    )
    assert str(tmp_path) not in json.dumps(there.manifest["pictures"])


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("files.json", {"names": ["a.png"]}),
        ("files.json", {"names": ["a.png"], "sizes": []}),
        ("files.json", {"names": ["../a.png"], "sizes": [3]}),
        ("manifest.json", {"look": {"height_width": [32], "batch": 2, "chunk": 2}}),
        ("manifest.json", {"look": {"height_width": [32, 32], "batch": 2, "chunk": 0}}),
        ("manifest.json", {"pictures": {}}),
        ("manifest.json", {"pictures": {"folder": {"a": 1}, "count": 5, "digest": ""}}),
    ],
)
def test_a_damaged_description_is_refused(file: str, change, collector, tmp_path) -> None:
    folder = collector(TopActivations()).collection.folder
    held = json.loads((folder / file).read_text())
    (folder / file).write_text(json.dumps(change if file == "files.json" else held | change))
    with pytest.raises(PareidoliaError, match=f"{file} is broken .*collect anew"):
        Collection.open(folder)


def test_refused_folders(collector, tmp_path) -> None:
    with pytest.raises(PareidoliaError, match="holds no collection"):
        Collection.open(tmp_path)
    list(collector(TopActivations()))
    manifest = tmp_path / "collection" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"format": 2', '"format": 99'))
    for attempt in (lambda: Collection.open(tmp_path / "collection"), lambda: collector(TopActivations())):
        with pytest.raises(PareidoliaError, match="format 99, this version reads 2"):
            attempt()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "diary.txt").write_text("dear")
    for anew in (False, True):
        with pytest.raises(PareidoliaError, match=r"mine is not a collection \(diary.txt\)"):
            collector(TopActivations(), folder="mine", anew=anew)
    assert (tmp_path / "mine" / "diary.txt").read_text() == "dear"


def test_what_a_killed_process_left_never_blocks(collector, tmp_path) -> None:
    left = tmp_path / "mine" / ".pareidolia-manifest.json-0123456789ab.part"
    left.parent.mkdir()
    left.write_text("{")
    made = collector(TopActivations(), folder="mine")
    shard = tmp_path / "mine" / "shards" / ".pareidolia-000000.safetensors-0123456789ab.part"
    shard.write_bytes(b"half")
    for _ in made:
        pass
    assert made.finished and not shard.exists() and not left.exists()


class Means(Settings):
    """A form of keeping of one's own: the mean of each channel."""


class MeansAccumulator:
    def __init__(self, network: Network, layers) -> None:
        self.network, self.layers, self.parts = network, layers, []

    def add(self, pictures, numbers):
        (layer,) = self.layers
        self.parts.append(self.network.record(pictures, [layer])[layer].mean(dim=(2, 3)).numpy())
        return np.ones(len(numbers), bool)

    def arrays(self):
        return {"means": np.concatenate(self.parts)}


@begin_accumulator.register
def _(keep: Means, network: Network, layers):
    return MeansAccumulator(network, layers)


def test_a_form_of_keeping_of_ones_own(collector) -> None:
    made = collector(Means())
    for _ in made:
        pass
    assert sum(len(shard["means"]) for shard in made.collection.shards()) == 20

    class Nothing(Settings):
        """A form of which nobody knows how it begins."""

    with pytest.raises(PareidoliaError, match="nothing is registered that keeps Nothing"):
        begin_accumulator(Nothing(), made.network, {})


def test_refused_layers_and_sizes(collector) -> None:
    with pytest.raises(UnknownName, match=r"stage2\.relu"):
        collector(TopActivations(), ("stage2.rel",))
    mixed = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(2), nn.Linear(900, 7))
    network = Network("mixed", mixed, mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=(3, 32, 32))
    with pytest.raises(PareidoliaError, match="gives 4×7 for a picture"):
        collector(TopActivations(), ("2",), network=network)


def test_folders_of_pictures(photos, tmp_path) -> None:
    files = find_pictures(photos)
    assert len(files) == 21 and list(files.names) == sorted(files.names) and "more/00.png" in files.names
    (photos / ".hidden.png").write_text("x")
    (photos / "notes.txt").write_text("x")
    assert find_pictures(photos) == files and find_pictures(photos).digest == files.digest
    (photos / "LAST.JPG").write_text("x")
    assert find_pictures(photos).digest != files.digest and "LAST.JPG" in find_pictures(photos).names
    (tmp_path / "empty").mkdir()
    for path, told in (
        (tmp_path / "empty", "no picture in"),
        (photos / "01.png", "a file"),
        ("none", "not there"),
    ):
        with pytest.raises(BadPicture, match=told):
            find_pictures(path)


def test_reading_runs_ahead_in_order_and_no_further(photos, monkeypatch) -> None:
    files = find_pictures(photos)
    opened = []
    real = reading_module.open_uint8
    monkeypatch.setattr(
        reading_module, "open_uint8", lambda path, size: opened.append(path) or real(path, size)
    )
    stream = read_ahead(map(files.path, range(21)), (16, 20), threads=3, ahead=5)
    first = next(stream)
    assert len(opened) <= 6
    rest = list(stream)
    assert len(rest) == 20 and sum(isinstance(each, BadPicture) for each in rest) == 1
    assert np.array_equal(first, real(files.path(0), (16, 20))) and first.shape == (16, 20, 3)
    assert np.array_equal(rest[-1], real(files.path(20), (16, 20)))
