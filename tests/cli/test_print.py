"""`--bits`, `--dpi`, `--print-size`: what the command writes for print."""

import pytest
from PIL import Image

STYLE = ("style", "photo.png", "painting.png", "--method", "one-pass")


def test_a_size_on_paper_with_its_resolution(studio):
    Image.open("photo.png").save("photo.jpg", dpi=(90, 90))
    code, _, err = studio.run(
        *STYLE, "--print-size", "2.54cm", "--dpi", "100", "--bits", "16", "--out", "a.png"
    )
    assert code == 0, err
    with Image.open("a.png") as image:
        assert max(image.size) == 100 and image.info["dpi"] == pytest.approx((100, 100), abs=0.02)


def test_the_photos_resolution_is_carried_over(studio):
    Image.open("photo.png").convert("RGB").save("tagged.jpg", dpi=(90, 90))
    code, _, err = studio.run("style", "tagged.jpg", *STYLE[2:], "--out", "a.jpg")
    assert code == 0, err
    with Image.open("a.jpg") as image:
        assert image.info["dpi"] == (90, 90)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--print-size", "big"), "'big' is not a size on paper"),
        (("--print-size", "30cm", "--size", "200"), "are two sizes"),
        (("--bits", "12"), "--bits"),
    ],
)
def test_what_cannot_be_printed_is_refused(studio, words, told):
    code, out, err = studio.run(*STYLE, *words, "--out", "a.png")
    assert (code, out) == (2, "") and told in err and err.count("\n") == 1
