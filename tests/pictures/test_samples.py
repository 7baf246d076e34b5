"""Sample pictures, and the room's lazy door."""

import subprocess
import sys

import pytest
import torch

import pareidolia.pictures
from pareidolia.pictures import open_picture, sample_names, sample_painting, sample_photo
from pareidolia.pictures.samples import PAINTINGS, PHOTOS
from pareidolia.settings import MissingExtra, UnknownName


@pytest.mark.parametrize("name", PHOTOS)
def test_photos(name: str) -> None:
    photo = sample_photo(name)
    assert photo.shape[:2] == (1, 3)
    assert min(photo.shape[2:]) >= 300
    assert photo.std() > 0.1
    assert 0 <= photo.min() <= photo.max() <= 1


def test_open_picture_takes_samples() -> None:
    assert torch.equal(open_picture("sample:chelsea"), sample_photo("chelsea"))
    assert open_picture("sample:chelsea", size=64).shape == (1, 3, 43, 64)


def test_paintings_are_the_files_present() -> None:
    names = [name for name in sample_names() if name not in PHOTOS]
    assert names == sorted(path.stem for path in PAINTINGS.glob("*.jpg"))
    for name in names:
        painting = sample_painting(name)
        assert torch.equal(painting, open_picture(f"sample:{name}"))
        assert painting.shape[:2] == (1, 3)
        assert painting.std() > 0.05


@pytest.mark.parametrize("ask", [sample_photo, sample_painting, lambda name: open_picture(f"sample:{name}")])
def test_unknown_samples(ask: object) -> None:
    with pytest.raises(UnknownName, match=r"'\.\./\.\./etc'"):
        ask("../../etc")


@pytest.mark.parametrize(("name", "package"), [("chelsea", "skimage.data"), ("china", "sklearn.datasets")])
def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, name: str, package: str) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtra, match=r"pip install 'pareidolia-nn\[samples\]'"):
        sample_photo(name)


def test_every_exported_name_is_there() -> None:
    for name in pareidolia.pictures.__all__:
        assert hasattr(pareidolia.pictures, name), name
    with pytest.raises(AttributeError, match=r"^No pareidolia\.pictures attribute nonsense$"):
        pareidolia.pictures.nonsense  # noqa: B018


def test_importing_the_room_costs_no_torch() -> None:
    check = "import sys, pareidolia.pictures; sys.exit('torch' in sys.modules or 'PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
