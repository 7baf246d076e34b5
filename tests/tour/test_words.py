import re
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pareidolia.pictures.samples import PAINTINGS
from pareidolia.tour.sections import SECTIONS
from pareidolia.tour.words import LANGUAGES, formulas, words

ROOT = Path(__file__).parents[2]
EVERY = {section.key: section for section in SECTIONS}


def told(language):
    """Every text of a language by its place."""
    return dict(_leaves("", vars(words(language))))


def _leaves(place, held):
    if isinstance(held, str):
        yield place, held
    else:
        pairs = held.items() if hasattr(held, "items") else enumerate(held)
        for key, value in pairs:
            yield from _leaves(f"{place}.{key}", value)


def placeholders(text):
    return set(re.findall(r"{(\w+)}", text))


def test_both_languages_say_the_same_things():
    english, russian = map(told, LANGUAGES)
    assert english.keys() == russian.keys()
    for place, text in english.items():
        assert text.strip() and russian[place].strip(), place
        assert placeholders(text) == placeholders(russian[place]), place


def test_each_is_written_in_its_own_letters():
    for place, text in told("en").items():
        assert not re.search("[а-яё]", text, re.IGNORECASE), place
    russian = {place: text for place, text in told("ru").items() if re.search("[a-zа-я]{4}", text)}
    plain = {"rectified", "vae", "generative"}
    for place, text in russian.items():
        assert re.search("[а-яё]", text, re.IGNORECASE) or place.split(".")[-1] in plain | {"language"}, place


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_section_has_words_and_a_formula_and_no_words_are_left_over(language):
    held = words(language)
    assert set(held.sections) == set(EVERY)
    assert {section.part for section in EVERY.values()} == set(held.parts)
    assert set(EVERY) <= set(formulas())


def test_every_shipped_style_and_loss_has_a_name_in_each_language():
    for language in LANGUAGES:
        notes = words(language).sections
        assert {path.stem for path in PAINTINGS.glob("*.jpg")} <= set(notes["speed"]["notes"])
        assert {"content", "style"} <= set(notes["blend"]["notes"])
        assert {"gradient", "deconvnet", "guided"} <= set(notes["rules"]["notes"])


def test_numbers_are_written_as_the_language_writes_them():
    assert words("en").number(-3.14159, 2) == "−3.14"
    assert words("ru").number(-3.14159, 2) == "−3,14"
    assert words("ru").caption("blend", "painted", steps=9, seconds=2.5).endswith("2,5 с.")


def test_formulas_are_mathml_that_stands_by_itself():
    for lines in formulas().values():
        for line in lines:
            assert ElementTree.fromstring(line).tag == "math"
            assert "http" not in line


def test_formulas_are_those_of_the_recipe():
    pytest.importorskip("latex2mathml")
    from recipes.formulas import LATEX, MATHML, written

    latex = tomllib.loads(LATEX.read_text(encoding="utf-8"))
    assert written(latex) == MATHML.read_text(encoding="utf-8")
