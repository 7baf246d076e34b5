"""What the page shows in a language: the lecture's words, and the help of settings in Russian."""

import pytest

from pareidolia.studio.forms import forms
from pareidolia.studio.routes.texts import translations
from pareidolia.tour.contents import CONTENTS
from pareidolia.tour.words import words

#: Of the help that forms show, so much is translated at least: a new setting may come before its translation.
SHARE = 0.95


def shown():
    for each in forms():
        yield from (stated["help"] for stated in each["inputs"])
        yield from (property["description"] for property in each["schema"]["properties"].values())


def test_the_help_of_settings_is_translated():
    english, known = set(shown()), translations("ru")
    missing = sorted(english - known.keys())
    assert len(missing) <= (1 - SHARE) * len(english), missing
    assert all(any("а" <= letter <= "я" for letter in text.lower()) for text in known.values())


def test_no_translation_is_of_help_that_is_gone():
    gone = sorted(translations("ru").keys() - set(shown()))
    assert len(gone) <= (1 - SHARE) * len(translations("ru")), gone


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_lecture_is_there_in_order_with_its_formulas(client, language):
    lecture = client.get(f"/api/texts/{language}").json()["lecture"]
    assert [each["key"] for each in lecture["sections"]] == [each.key for each in CONTENTS]
    first = lecture["sections"][0]
    assert first["title"] == words(language).sections["latent"]["title"]
    assert first["formulas"][0].startswith("<math") and first["papers"]
    assert {each["part"] for each in lecture["sections"]} == set(lecture["parts"])


def test_another_language_is_refused(client):
    assert client.get("/api/texts/fr").status_code == 404
