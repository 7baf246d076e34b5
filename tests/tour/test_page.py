from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
import torch

from pareidolia.tour.drawing import line_plot, number_grid
from pareidolia.tour.guide import Drawing, Figure
from pareidolia.tour.page import RenderedSection, render_page
from pareidolia.tour.words import words


class Reader(HTMLParser):
    """Collects tags and checks that they nest."""

    VOID = ("img", "meta", "link", "br", "mspace")

    def __init__(self):
        super().__init__()
        self.tags, self.open, self.text = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def of(self, name):
        return [attributes for tag, attributes in self.tags if tag == name]


def read(page):
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    return reader


def told(key="latent", part="generative", **changes):
    values = {
        "exhibits": [
            Figure("a.png", (30, 40), 'the "first" <one>'),
            Drawing("<table><tr><td>1</td></tr></table>", "drawn", 6),
        ],
        "commands": ["pareidolia style 'a & b' c --out d.png"],
        "source": ["style/losses.py"],
        "papers": ["Someone & Co. 2015"],
    }
    return RenderedSection(key, part, **{**values, **changes})


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_page_is_well_formed_and_escapes_what_it_is_given(language):
    sections = [told(), told("vae"), told("filters", "inside")]
    reader = read(render_page(words(language), sections, "pictures"))
    text = "".join(reader.text)
    assert "pareidolia style 'a & b' c --out d.png" in text and "Someone & Co. 2015" in text
    assert reader.of("html")[0]["lang"] == language
    pictures = reader.of("img")
    assert [each["src"] for each in pictures] == ["pictures/a.png"] * 3
    assert all(each["alt"] == 'the "first" <one>' for each in pictures)
    assert (pictures[0]["width"], pictures[0]["height"]) == ("40", "30")


def test_contents_lead_to_every_section_and_number_them_on_through_the_parts():
    reader = read(render_page(words("en"), [told(), told("vae"), told("filters", "inside")], "pictures"))
    links = [each["href"].removeprefix("#") for each in reader.of("a") if each["href"].startswith("#")]
    places = {attributes["id"] for _, attributes in reader.tags if "id" in attributes}
    assert set(links) <= places and {"latent", "vae", "filters"} <= places
    assert [each["value"] for each in reader.of("li")] == ["1", "2", "3"]


def test_a_section_that_failed_says_so_and_shows_what_it_has():
    page = render_page(words("en"), [told(failure="no <paint> left")], "pictures")
    reader = read(page)
    assert words("en").page["failed"] in "".join(reader.text) and "no <paint> left" in "".join(reader.text)
    assert reader.of("img")


def test_the_page_needs_nothing_from_outside():
    page = render_page(words("ru"), [told()], "pictures")
    assert "http:" not in page and "https:" not in page and "src=" not in page.replace('src="pictures/', "")


def test_the_plot_draws_every_value_on_a_falling_scale():
    plot = line_plot({"a": [100.0, 10.0, 1.0], "b": [1.0, 1.0, 1.0]}, {"x": 1}, "losses")
    first, second = (line.attrib["points"].split() for line in ElementTree.fromstring(plot).iter("polyline"))
    heights = [float(point.split(",")[1]) for point in first]
    assert heights[1] - heights[0] == pytest.approx(heights[2] - heights[1], abs=0.2)
    assert heights[0] < heights[1] < heights[2] == float(second[0].split(",")[1])


@pytest.mark.parametrize("sheet", ["src/pareidolia/tour/page.html", "studio/src/styles/lecture.css"])
def test_each_loss_of_a_painting_has_a_line_and_a_name_of_its_color(sheet):
    losses = ["smoothness", "content", "style", "grain of color"]
    drawn = line_plot({name: [1.0, 0.5] for name in losses}, {}, "losses")
    style = (Path(__file__).parents[2] / sheet).read_text()
    for number in range(len(losses)):
        assert f'class="series{number}"' in drawn and f'class="name{number}"' in drawn
        assert f".plot .series{number} {{ stroke:" in style and f".plot .name{number} {{ fill:" in style


def test_a_grid_shows_every_number_in_its_place_and_tints_by_sign():
    values = torch.tensor([[1.0, -2], [0, 4]])
    table = ElementTree.fromstring(number_grid(values, "m", marked=values > 3, muted=values == 0))
    cells = [[cell.text for cell in row] for row in table.iter("tr")]
    assert cells == [["1", "−2"], ["0", "4"]]
    kinds = [cell.get("class") for cell in table.iter("td")]
    assert kinds == [None, None, "mute", "mark"]
    styles = [cell.get("style", "") for cell in table.iter("td")]
    assert "--warm" in styles[0] and "--cold" in styles[1] and not styles[2]
