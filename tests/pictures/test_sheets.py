"""Sheets: every picture appears unchanged, in order; texts take room and fit."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from PIL import ImageFont

from pareidolia.pictures import fonts, sheet
from pareidolia.pictures.fonts import PLAIN
from pareidolia.pictures.text import readable, wrap
from pareidolia.safety import spelled
from pareidolia.settings import BadPicture


def squares(count: int, height: int = 20, width: int = 30) -> list[tuple[torch.Tensor, str]]:
    """Pictures of one colour each, none of them grey."""
    return [
        (torch.tensor([1.0, n / 20, 0.0]).view(1, 3, 1, 1).expand(1, 3, height, width), "")
        for n in range(count)
    ]


def place(page: torch.Tensor, green: float) -> tuple[int, int, int, int]:
    """Top, bottom, left and right (past the end) of where a square's colour is."""
    rows, columns = torch.where((page[0] - torch.tensor([1, green, 0]).view(3, 1, 1)).abs().amax(0) < 1e-5)
    return int(rows.min()), int(rows.max()) + 1, int(columns.min()), int(columns.max()) + 1


def test_pictures_stand_in_a_grid_with_even_margins() -> None:
    page = sheet(squares(5), 3)
    places = [place(page, n / 20) for n in range(5)]
    assert all(bottom - top == 20 and right - left == 30 for top, bottom, left, right in places)
    assert len({top for top, *_ in places[:3]}) == 1
    assert places[3][0] > places[0][1]
    assert places[3][2] == places[0][2] < places[1][2] < places[2][2]
    height, width = page.shape[-2:]
    assert places[0][0] == places[0][2] == height - places[4][1] == width - places[2][3] > 0


def test_noise_appears_unchanged_and_pixels_are_enlarged_sharply(noise: torch.Tensor) -> None:
    page = sheet([(noise, "")], 1, enlarge=3)
    margin = (page.shape[3] - 3 * 56) // 2
    inside = page[..., margin : margin + 120, margin : margin + 168]
    for row in range(3):
        assert torch.equal(inside[..., row::3, 2 - row :: 3], noise)


def test_unequal_sizes_share_columns_and_stand_on_one_line() -> None:
    (low, _), (high, _) = squares(1, 10, 60)[0], (squares(2, 40, 20)[1][0], "")
    page = sheet([(low, ""), (high, "")], 2)
    assert place(page, 0.0)[1] == place(page, 1 / 20)[1]
    below = sheet([(low, ""), (high, "")], 1)
    first, second = place(below, 0.0), place(below, 1 / 20)
    assert first[2] + first[3] == second[2] + second[3]


def test_only_larger_pictures_are_shrunk() -> None:
    page = sheet([(squares(1, 40, 80)[0][0], ""), (squares(2, 10, 10)[1][0], "")], 2, longer_side=20)
    top, bottom, left, right = place(page, 0.0)
    assert (bottom - top, right - left) == (10, 20)
    top, bottom, left, right = place(page, 1 / 20)
    assert (bottom - top, right - left) == (10, 10)


@pytest.mark.parametrize(
    "texts", [{"title": "A title"}, {"column_titles": ["a", "b"]}, {"row_titles": ["first row", "second"]}]
)
def test_texts_add_ink_and_room(texts: dict[str, object]) -> None:
    plain, written = sheet(squares(4), 2), sheet(squares(4), 2, **texts)
    assert written.shape[2] * written.shape[3] > plain.shape[2] * plain.shape[3]
    gray = (written[0, 0] == written[0, 1]) & (written[0, 1] == written[0, 2])
    assert written[0, 0][gray].min() < 0.3
    assert (plain[0, 0] > 0.9).all()


def test_captions_stay_inside_the_page() -> None:
    long = "a caption of many words that must wrap, and oneverylongwordthatmustbebrokensomewhere"
    page = sheet([(picture, long) for picture, _ in squares(4)], 2, title=long, row_titles=["one", "two"])
    paper = page[0, 0, 0, 0]
    for edge in (page[..., :8, :], page[..., -8:, :], page[..., :8], page[..., -8:]):
        assert (edge == paper).all()


def test_grey_alpha_and_single_pixels_are_shown() -> None:
    clear = torch.zeros(1, 4, 8, 8)
    page = sheet([(torch.zeros(1, 1, 8, 8), "gray"), (clear, "clear"), (torch.zeros(1, 3, 1, 1), "dot")], 3)
    assert page.shape[1] == 3
    assert (page == 1).all(dim=1).sum() == 64  # the clear one is white, the paper is not
    assert (page == 0).all(dim=1).sum() == 65


@pytest.mark.parametrize(
    ("pictures", "columns", "enlarge"),
    [([], 3, 1), (squares(1), 0, 1), ([(torch.zeros(3, 4, 4), "")], 1, 1), (squares(1), 1, 0)],
)
def test_senseless_sheets(pictures: list[tuple[torch.Tensor, str]], columns: int, enlarge: int) -> None:
    with pytest.raises(BadPicture):
        sheet(pictures, columns, enlarge=enlarge)


@pytest.mark.parametrize("titles", [{"column_titles": ["a", "b", "c"]}, {"row_titles": ["a", "b"]}])
def test_more_titles_than_rows_or_columns(titles: dict[str, list[str]]) -> None:
    with pytest.raises(BadPicture, match="titles"):
        sheet(squares(2), 2, **titles)


def test_wrapping_keeps_every_letter_and_the_width() -> None:
    font = ImageFont.load_default(14)
    text = "some words and averyveryverylongwordwithoutanybreak in it\nand a second paragraph"
    lines = wrap(text, font, 80)
    assert "".join(lines).replace(" ", "") == "".join(text.split())
    assert all(font.getlength(line) <= 80 for line in lines)
    assert wrap("short", font, 80) == ["short"]


def test_letters_the_font_lacks_are_spelled() -> None:
    text = spelled("Déjà vu: α/β = 2 × 3 → “Ω” 中", keep=PLAIN)
    assert text == "Deja vu: alpha/beta = 2 x 3 -> “omega” Zhong"
    font = ImageFont.load_default(20)
    lacking = bytes(font.getmask("中"))
    assert all(bytes(font.getmask(letter)) != lacking for letter in f"{PLAIN}{spelled('éßΩ×')}")


@pytest.fixture
def cat_font(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A system whose one font of wide letters has 猫, as a box, and nothing else."""
    builder = pytest.importorskip("fontTools.fontBuilder", reason="fontTools is not installed")
    pens = pytest.importorskip("fontTools.pens.ttGlyphPen")

    def box(left: int, right: int) -> object:
        pen = pens.TTGlyphPen(None)
        pen.moveTo((left, 0))
        for corner in ((left, 800), (right, 800), (right, 0)):
            pen.lineTo(corner)
        pen.closePath()
        return pen.glyph()

    font = builder.FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder([".notdef", "cat"])
    font.setupCharacterMap({ord("猫"): "cat"})
    font.setupGlyf({".notdef": box(400, 600), "cat": box(0, 1000)})
    font.setupHorizontalMetrics({".notdef": (1000, 400), "cat": (1000, 0)})
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": "Cat", "styleName": "Regular"})
    font.setupOS2()
    font.setupPost()
    (tmp_path / "fonts").mkdir()
    font.save(tmp_path / "fonts" / "cat-cjk.ttf")
    (tmp_path / "fonts" / "broken.ttf").write_bytes(b"no font")
    monkeypatch.setattr(fonts, "_folders", lambda: [tmp_path / "fonts"])
    _forget()
    yield tmp_path / "fonts" / "cat-cjk.ttf"
    _forget()


def _forget() -> None:
    for each in (fonts._files, fonts._files_of, fonts.font_with):
        each.cache_clear()


def test_letters_are_drawn_in_a_font_of_the_system_that_has_them(cat_font: Path) -> None:
    assert readable("猫 狗") == "猫 Gou"
    face = fonts.Face(20)
    assert [run for run, _ in face.runs("cat 猫 cat")] == ["cat", " 猫", " cat"]
    assert face.getlength("猫") == pytest.approx(18, abs=1)  # a whole em of the smaller font
    page = sheet([(squares(1)[0][0], "猫")], 1)
    inked = (page[0, 0] < 0.3) & (page[0, 0] == page[0, 1])
    assert inked.sum() > 80  # a filled box, not a sign of two strokes


def test_captions_in_other_scripts_differ_where_their_words_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_folders", list)
    _forget()
    names = ("кошка", "пёс", "Груша", "γάτα", "猫", "狗", "고양이")
    assert len({readable(name) for name in names}) == len(names)
    assert not any("?" in readable(name) for name in names)
    monkeypatch.setattr(fonts, "installed_folder", lambda package: None)
    _forget()
    assert [readable(name) for name in names[:4]] == ["koshka", "pes", "Grusha", "gata"]
    _forget()


def test_a_font_has_a_letter_only_if_it_draws_it() -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    found = fonts.font_with("кошка")
    assert found is not None and not fonts._draws(found, "\U0010fffc")
