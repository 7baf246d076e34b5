import sys

import pytest

from pareidolia.pictures import check_plots, figure_picture, new_figure
from pareidolia.settings import MissingExtra


def test_a_figure_becomes_a_picture() -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    figure = new_figure(2, 1)
    axes = figure.add_axes((0, 0, 0.5, 1))
    axes.set_facecolor((1, 0, 0))
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    picture = figure_picture(figure)
    assert picture.shape == (1, 3, 110, 220)
    assert picture[0, :, 50, 50].tolist() == [1, 0, 0] and picture[0, :, 50, 180].tolist() == [1, 1, 1]


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtra, match=r"pareidolia-nn\[plots\]"):
        check_plots()


@pytest.mark.filterwarnings("error")
def test_words_in_any_script_draw_without_a_warning() -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    figure = new_figure(2, 1)
    axes = figure.add_subplot()
    for name in ("猫", "кошка", "σ²", "👍 ok"):
        axes.plot([0, 1], [0, 1], label=name)
    axes.legend()
    assert figure_picture(figure).shape == (1, 3, 110, 220)
