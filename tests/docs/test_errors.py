"""docs/errors.md: a section for each kind of error that the code declares, with lines that commands print."""

import re
from pathlib import Path

import pytest

from pareidolia.cli import main
from pareidolia.pictures import sample_painting, save_picture
from pareidolia.settings import BadPicture, InUse, MissingExtra, PareidoliaError, UnknownName
from pareidolia.training.run import NonFiniteError

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (\S+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))

_CLASS = re.compile(r"^class (\w+)\(([^)]*)\):", re.MULTILINE)


def kinds_in_the_code():
    """Names of the classes below PareidoliaError, wherever they are declared; nothing is imported."""
    bases = {}
    for file in (ROOT / "src").rglob("*.py"):
        for name, above in _CLASS.findall(file.read_text(encoding="utf-8")):
            bases[name] = set(re.findall(r"\w+", above))
    found = {"PareidoliaError"}
    while more := {name for name, above in bases.items() if above & found} - found:
        found |= more
    return found - {"PareidoliaError"}


def code_of(name):
    return type(name, (PareidoliaError,), {}).code


def test_each_kind_of_error_has_a_section_and_each_section_a_kind():
    codes = {PareidoliaError.code, *map(code_of, kinds_in_the_code())}
    assert set(SECTIONS) == codes and len(codes) == 1 + len(kinds_in_the_code())


@pytest.mark.parametrize("code", sorted(SECTIONS))
def test_each_section_says_what_why_and_what_to_do(code):
    assert re.match(r"\n[A-Z]", SECTIONS[code])
    assert "**Why**: " in SECTIONS[code] and "**What to do**: " in SECTIONS[code]


def test_codes_are_the_names_of_the_classes():
    codes = [
        each.code for each in (PareidoliaError, BadPicture, InUse, UnknownName, MissingExtra, NonFiniteError)
    ]
    assert codes == ["bad-request", "bad-picture", "in-use", "unknown-name", "missing-extra", "non-finite"]
    assert UnknownName("layer", "a", ["b"]).code == "unknown-name"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("dream photo.jpg --start noise --out a.png", "bad-request"),
        ("style photo.jpg photo.jpg --strength 2 --out a.png", "bad-setting"),
        ("saliency photo.jpg --config nope.toml --out a.png", "bad-file"),
        ("again photo.jpg --out a.png", "bad-picture"),
        (
            "features --network torchvision:resnet18 --weights nope.pt --layer layer1 --out a.png",
            "bad-network",
        ),
        ("saliency photo.jpg --network retina --method attention-rollout --out a.png", "unsuited"),
        ("train vae empty --out run", "bad-data"),
        ("sample empty --out a.png", "bad-record"),
        ("style photo.jpg photo.jpg --out nowhere/a.png", "bad-target"),
        ("features --layer stage9 --out a.png", "unknown-name"),
    ],
)
def test_the_lines_on_the_page_are_those_that_commands_print(words, code, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    save_picture(sample_painting("waves")[..., :48, :64].clone(), "photo.jpg")
    Path("empty").mkdir()
    assert main(words.split()) == 2
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    assert printed.strip().replace(str(tmp_path), "/home/ada") in SECTIONS[code]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["empty", "photo.jpg"]


def test_a_kind_of_a_plug_in_has_a_code_too():
    class _OddWeather(BadPicture):
        """It rains."""

    assert _OddWeather.code == "odd-weather" and issubclass(_OddWeather, PareidoliaError)
