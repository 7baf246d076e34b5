"""Tars, tables and stores as folders: what is in them is found as files, once."""

import io
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from pareidolia.pictures import find_pictures, open_uint8, staging
from pareidolia.pictures.staging import is_staged, staged
from pareidolia.safety import distrusting, trusting
from pareidolia.settings import BadData, NotTrusted
from pareidolia.training.data import open_pictures


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PAREIDOLIA_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "staged"


def png(value):
    file = io.BytesIO()
    Image.new("L", (8, 6), value).save(file, "PNG")
    return file.getvalue()


def write_tar(path, members):
    with tarfile.open(path, "w") as tar:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return str(path)


def labeled(count=6):
    members = {}
    for k in range(count):
        members |= {f"{k:04d}.png": png(40 * k), f"{k:04d}.cls": str(k % 2).encode(), f"{k:04d}.json": b"{}"}
    return members


def test_a_tar_is_read_as_a_folder_with_its_labels(tmp_path):
    found = open_pictures(write_tar(tmp_path / "shard.tar", labeled()))
    assert found.classes == ("0", "1") and found.labels.tolist() == [0, 0, 0, 1, 1, 1]
    assert found.bytes[:, 0, 0, 0].tolist() == [0, 80, 160, 40, 120, 200]


def test_pictures_for_collecting_are_those_of_the_tar(tmp_path):
    files = find_pictures(write_tar(tmp_path / "shard.tar", labeled()))
    assert list(files.names) == [f"{k % 2}/{k:04d}.png" for k in (0, 2, 4, 1, 3, 5)]
    assert [int(open_uint8(files.path(n), (6, 8))[0, 0, 0]) for n in range(6)] == [0, 80, 160, 40, 120, 200]


def test_captions_are_no_labels(tmp_path):
    members = {
        f"{k}.{kind}": png(k) if kind == "png" else f"a cat, number {k}".encode()
        for k in range(5)
        for kind in ("png", "txt")
    }
    assert find_pictures(write_tar(tmp_path / "captioned.tar", members)).names == tuple(
        f"{k}.png" for k in range(5)
    )


def test_a_tar_is_unpacked_once_and_anew_when_it_changes(tmp_path, cache):
    path = write_tar(tmp_path / "shard.tar", labeled())
    first = staged(path)
    (first / "0" / "0000.png").unlink()  # what is there is not made again
    assert staged(path) == first and not (first / "0" / "0000.png").exists()
    write_tar(tmp_path / "shard.tar", labeled(8))
    assert staged(path) != first and len(find_pictures(path)) == 8
    assert len(list(cache.iterdir())) == 2


def test_nothing_leaves_the_folder(tmp_path, cache):
    members = {
        "../../evil.png": png(1),
        "/abs/olute.png": png(2),
        "a.png": png(3),
        "a.cls": b"../../../up",
        "b.png": png(4),
    }
    folder = staged(write_tar(tmp_path / "odd.tar", members))
    written = [each for each in tmp_path.rglob("*") if each.is_file() and each.suffix == ".png"]
    assert len(written) == 4 and all(each.is_relative_to(folder) for each in written)


def test_the_same_tar_by_another_way_is_the_same_folder(tmp_path, monkeypatch):
    path = write_tar(tmp_path / "shard.tar", labeled())
    monkeypatch.chdir(tmp_path)
    assert staged("shard.tar") == staged(path) == staged("./shard.tar")
    assert find_pictures("shard.tar").source == path and find_pictures(staged(path)).source == ""


def test_many_that_want_the_same_tar_unpack_it_once(tmp_path, cache, monkeypatch):
    path, unpacked = write_tar(tmp_path / "shard.tar", labeled()), []
    fill = staging._fill

    def filled(folder, address):
        unpacked.append(address)
        fill(folder, address)

    monkeypatch.setattr(staging, "_fill", filled)
    with ThreadPoolExecutor(8) as pool:
        folders = set(pool.map(staged, [path] * 8))
    assert len(folders) == len(unpacked) == 1 and [*cache.iterdir()] == [*folders]


def test_a_user_without_a_home_is_asked_for_a_cache(tmp_path, monkeypatch):
    def homeless():
        raise RuntimeError("Could not determine home directory.")

    for name in ("PAREIDOLIA_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pathlib.Path.home", homeless)
    with pytest.raises(BadData, match="PAREIDOLIA_CACHE"):
        staged(write_tar(tmp_path / "shard.tar", labeled()))


@pytest.mark.parametrize("content", [b"", b"no tar at all", b"\0" * 10240])
def test_a_broken_or_empty_tar_is_one_line_and_leaves_nothing(content, tmp_path, cache):
    (tmp_path / "bad.tar").write_bytes(content)
    with pytest.raises(BadData, match=r"bad\.tar"):
        staged(str(tmp_path / "bad.tar"))
    assert not list(cache.rglob("*"))


def test_a_table_of_paths(tmp_path):
    parquet, arrow = pytest.importorskip("pyarrow.parquet"), pytest.importorskip("pyarrow")
    (tmp_path / "far").mkdir()
    for k in range(4):
        (tmp_path / "far" / f"{k}.png").write_bytes(png(50 * k))
    rows = {
        "path": [f"far/{k}.png" for k in range(3)] + [str(tmp_path / "far" / "3.png")],
        "label": ["b", "a", "b", "a"],
    }
    parquet.write_table(arrow.table(rows), tmp_path / "table.parquet")
    found = open_pictures(str(tmp_path / "table.parquet"))
    assert found.classes == ("a", "b") and found.bytes[:, 0, 0, 0].tolist() == [50, 150, 0, 100]
    parquet.write_table(arrow.table({"name": ["x"]}), tmp_path / "other.parquet")
    with pytest.raises(BadData, match="no column of paths"):
        staged(str(tmp_path / "other.parquet"))


@pytest.fixture
def store():
    """A store in memory, as fsspec opens S3 and others."""
    system = pytest.importorskip("fsspec").filesystem("memory")
    for k in range(4):
        with system.open(f"/bucket/photos/{'ab'[k % 2]}/{k}.png", "wb") as file:
            file.write(png(60 * k))
    yield system
    system.rm("/bucket", recursive=True)


def test_a_store_is_read_as_a_folder(store):
    found = open_pictures("memory://bucket/photos")
    assert found.classes == ("a", "b") and found.bytes[:, 0, 0, 0].tolist() == [0, 120, 60, 180]
    assert len(find_pictures("memory://bucket/photos")) == 4


def test_a_tar_in_a_store(store, tmp_path):
    store.put_file(write_tar(tmp_path / "shard.tar", labeled()), "/bucket/shard.tar")
    assert len(find_pictures("memory://bucket/shard.tar")) == 6


def test_what_only_a_file_names_is_not_fetched(store, cache):
    with distrusting("the picture x.png"), pytest.raises(NotTrusted, match="names data to fetch"):
        find_pictures("memory://bucket/photos")
    assert not cache.exists()
    with distrusting("the picture x.png"), trusting():
        assert len(find_pictures("memory://bucket/photos")) == 4


@pytest.mark.parametrize("address", ["memory://bucket/none", "nostore://bucket/a"])
def test_a_store_that_is_not_there_is_one_line(address):
    pytest.importorskip("fsspec")
    with pytest.raises(BadData) as told:
        find_pictures(address)
    assert "\n" not in str(told.value)


def test_paths_of_this_machine_are_no_stores(tmp_path):
    assert not any(
        map(is_staged, [r"C:\photos", "C:/photos", str(tmp_path), "a.tar", "digits", "mnist:x", "hf:a/b"])
    )
    (tmp_path / "folder.tar").mkdir()
    assert not is_staged(str(tmp_path / "folder.tar"))


@pytest.mark.slow
def test_a_command_takes_a_tar_and_its_record_names_it(tmp_path, monkeypatch):
    from pareidolia.cli import main
    from pareidolia.pictures import read_record

    monkeypatch.chdir(tmp_path)
    write_tar(tmp_path / "shard.tar", {f"{k}.png": png(60 * k) for k in range(4)})
    words = "patches shard.tar --network retina --layer stage1.relu1 --units 0 --top 2 --size 32 --no-painted"
    assert main([*words.split(), "--quiet", "--out", "p.png"]) == 0
    assert read_record(Path("p.png"))["inputs"]["photos"]["path"] == "shard.tar"
