import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

import pytest

from pareidolia.tour.page import Figure, Section, line_plot, render_page


class Reader(HTMLParser):
    """Collects tags and checks that they nest."""

    VOID = ("img", "meta", "link")

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


def section(**changes):
    values = {
        "title": "A & B <c>",
        "idea": ["one < two", "three"],
        "formula": ["G<sub>ij</sub>"],
        "figures": [Figure("a.png", 'the "first"'), Figure("b.png", "second", 12)],
        "plot": line_plot({"loss": [3.0, 0.5, 0.02]}, {"128": 0}),
        "command": "pareidolia style a b --out c.png",
        "source": "pareidolia/style/losses.py",
    }
    return Section(**{**values, **changes})


def test_the_page_is_well_formed_and_escapes_what_it_is_given():
    reader = Reader()
    reader.feed(render_page("Tour <1>", [section(), section()]))
    assert reader.open == []
    text = "".join(reader.text)
    assert "A & B <c>" in text and "one < two" in text and "Tour <1>" in text
    pictures = [attributes for tag, attributes in reader.tags if tag == "img"]
    assert [p["src"] for p in pictures] == ["a.png", "b.png"] * 2
    assert pictures[0]["alt"] == 'the "first"'


def test_the_page_needs_nothing_from_outside():
    page = render_page("Tour", [section()])
    assert "http:" not in page and "https:" not in page and "<script" not in page


def test_the_plot_draws_every_value_on_a_falling_scale():
    svg = ElementTree.fromstring(line_plot({"a": [100.0, 10.0, 1.0], "b": [1.0, 1.0, 1.0]}, {"x": 1}))
    first, second = (line.attrib["points"].split() for line in svg.iter("polyline"))
    heights = [float(point.split(",")[1]) for point in first]
    assert heights[1] - heights[0] == pytest.approx(heights[2] - heights[1], abs=0.2)
    assert heights[0] < heights[1] < heights[2] == float(second[0].split(",")[1])
