"""Sheets: every picture appears unchanged, in order; texts take room and fit."""

import pytest
import torch
from PIL import ImageFont

from pareidolia.pictures import sheet
from pareidolia.pictures.text import spelled, wrap
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
    assert spelled("Déjà vu: α/β = 2 × 3 → “Ω” 中") == "Deja vu: alpha/beta = 2 x 3 -> “omega” ?"
    font = ImageFont.load_default(20)
    lacking = bytes(font.getmask("中"))
    assert all(bytes(font.getmask(letter)) != lacking for letter in spelled("°·±…‘’“”«»éßΩ×"))
