"""What the tour draws with numbers, held to the numbers that papers print."""

import pytest
import torch

from pareidolia.tour.guide import Guide, Tour
from pareidolia.tour.sections.arithmetic import sent_back, tell_rules, tell_switches, tell_transposed
from pareidolia.tour.settings import TourSettings
from pareidolia.tour.words import words


@pytest.fixture
def guide(tmp_path):
    def make(key):
        return Guide(key, Tour(TourSettings(), words("en"), tmp_path), lambda share: None)

    return make


def test_the_three_rules_give_the_numbers_of_springenbergs_figure():
    assert sent_back("gradient").tolist() == [[-2, 0, -1], [6, 0, 0], [0, -1, 3]]
    assert sent_back("deconvnet").tolist() == [[0, 3, 0], [6, 0, 1], [2, 0, 3]]
    assert sent_back("guided").tolist() == [[0, 0, 0], [6, 0, 0], [0, 0, 3]]


def test_the_drawings_show_them(guide):
    drawn = list(tell_rules(guide("rules")))
    assert len(drawn) == 5 and all("<table" in each.html for each in drawn)
    assert drawn[-1].html.count(">0<") == 7


def test_the_matrix_is_drawn_whole_and_its_transpose_restores_nothing(guide):
    forward, matrix, turned, back = tell_transposed(guide("transposed"))
    assert matrix.html.count("<td") == turned.html.count("<td") == 64
    assert matrix.html.count("mute") == 64 - 4 * 6  # three of the kernel's nine numbers are zeros
    assert "x, 4×4" in forward.html and "Cᵀ" in back.html


def test_switches_bring_each_value_back_to_its_maximum(guide):
    _, unpooled = tell_switches(guide("switches"))
    values = [int(text.replace("−", "-")) for text in cells(unpooled.html)[4:]]
    expected = torch.zeros(4, 4)
    expected[1, 0], expected[1, 3], expected[3, 0], expected[2, 2] = 7, 2, 5, -3
    assert values == expected.flatten().int().tolist()


def cells(html):
    return [part.split("</td>")[0].rpartition(">")[2] for part in html.split("<td")[1:]]
