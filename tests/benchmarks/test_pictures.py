"""Comparisons need nothing but what is installed: their pictures and networks by default."""

import argparse
from importlib import import_module
from pathlib import Path

import pytest
from benchmarks.everything import comparisons

from benchmarks import networks, pictures
from pareidolia.pictures import find_pictures


@pytest.mark.parametrize("name", comparisons())
def test_no_default_names_a_file(name):
    parser = argparse.ArgumentParser()
    import_module(f"benchmarks.{name}").add_options(parser)
    defaults = [action.default for action in parser._actions]
    assert not [
        each for each in defaults if isinstance(each, Path) or (isinstance(each, str) and "/" in each)
    ]


def test_networks_are_built_from_what_is_installed():
    parser = argparse.ArgumentParser()
    networks.add_network(parser)
    network = networks.network_of(parser.parse_args([]), padding="replicate")
    assert network.name == networks.SQUEEZENET and network.layer("features.12").shape[0] == 512


def test_photos_and_paintings_are_the_packages_or_a_folders(tmp_path):
    assert len(pictures.photos(None)) == 6 and "sample:waves" in pictures.paintings(None)
    (tmp_path / "photos").mkdir()
    with pytest.raises(SystemExit, match="holds no pictures"):
        pictures.photos(tmp_path)
    (tmp_path / "photos" / "b.JPG").touch()
    (tmp_path / "photos" / "a.png").touch()
    assert [pictures.name_of(each) for each in pictures.photos(tmp_path)] == ["a", "b"]
    assert pictures.name_of("sample:waves") == "waves"


def test_a_folder_is_the_one_named_or_pieces_of_the_samples(tmp_path):
    with pictures.photo_folder(tmp_path) as folder:
        assert folder == tmp_path
    pytest.importorskip("skimage")
    pytest.importorskip("sklearn")
    with pictures.photo_folder(None) as folder:
        assert len(find_pictures(folder)) == 36
    assert not folder.exists()
