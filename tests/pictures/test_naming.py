"""Names of results never meet."""

import itertools
import unicodedata
from pathlib import Path

import pytest
import torch

from pareidolia.pictures.naming import joined_names, names_of, shortened

SETS = [
    ["a/b/1.jpg", "c/b/1.jpg"],
    ["train/cat/0000.jpg", "val/cat/0000.jpg"],
    ["IMG.jpg", "img.png"],
    ["x/IMG.jpg", "y/img.jpg"],
    ["a/b.jpg", "c/b.jpg", "d/a-b.jpg.png"],
    ["p.jpg", "q/p.jpg"],
    ["-x.jpg", "x.jpg", "_x.png"],
    ["a.jpg", "a.jpg", "a-2.png", "b/a.jpg"],
    ["é" * 200 + "1.jpg", "é" * 200 + "2.jpg"],
    [f"{'long' * 40}/{'n' * 200}.jpg", f"{'gnol' * 40}/{'n' * 200}.jpg"],
    [unicodedata.normalize("NFC", "é.png"), unicodedata.normalize("NFD", "é.png")],
    ["/r/a/x.jpg", "../a/x.jpg", "./a/x.jpg", "a/../a/x.jpg"],
    ["sample:waves", "waves.jpg"],
    ["a/b/c/1.png", "a-b/c/1.png", "a/b-c/1.png", "a-b-c/1.png"],
    ["\udcff.png", "\udcfe.png"],
]


@pytest.mark.parametrize("paths", SETS)
def test_there_are_as_many_names_as_pictures(paths):
    for order in itertools.islice(itertools.permutations(paths), 6):
        names = names_of(order)
        assert len({unicodedata.normalize("NFC", name).casefold() for name in names}) == len(paths)
        for name in names:
            assert name and not name.startswith("-") and "/" not in name
            assert len(name.encode("utf-8", "surrogateescape")) <= 120


def test_names_are_as_short_as_they_can_be():
    assert names_of(["a/x.jpg", "b/y.jpg"]) == ["x", "y"]
    assert names_of(["x.jpg", "x.png"]) == ["x.jpg", "x.png"]
    assert names_of(["a/b/1.jpg", "c/b/1.jpg"]) == ["a-b-1.jpg", "c-b-1.jpg"]


def test_joined_names_do_not_meet_either():
    names = [each for row in joined_names(["a.png", "a--b.png"], ["b--c.png", "c.png"]) for each in row]
    assert len(set(names)) == 4 and names[0] == "a--b--c"
    assert joined_names(["a.png", "b.png"], ["one.png"]) == [["a"], ["b"]]


def test_long_names_are_cut_between_letters_and_stay_different():
    cut = shortened("猫" * 100, 50)
    assert len(cut.encode()) <= 50 and cut.startswith("猫" * 13)
    assert shortened("short", 50) == "short"
    assert shortened("猫" * 100 + "a", 50) != shortened("猫" * 100 + "b", 50)


def test_pictures_without_a_path_are_numbered():
    picture = torch.rand(1, 3, 4, 4)
    assert names_of([Path("a/x.jpg"), picture, "sample:waves", picture]) == [
        "x",
        "picture 2",
        "waves",
        "picture 4",
    ]
