"""What is written where not all letters can be: consoles of other encodings, names typed otherwise."""

import io
import sys
import unicodedata

import pytest

from pareidolia.cli import main
from pareidolia.networks.classes import class_index, read_classes
from pareidolia.safety import any_console, folded, spelled
from pareidolia.settings import BadNetwork


class Console(io.TextIOWrapper):
    """A strict standard output in some encoding; `written` is what reached it."""

    def __init__(self, encoding: str) -> None:
        super().__init__(io.BytesIO(), encoding=encoding, errors="strict")

    @property
    def written(self) -> str:
        self.flush()
        return self.buffer.getvalue().decode(self.encoding)


@pytest.mark.parametrize(
    ("encoding", "written"),
    [
        ("ascii", "koshka, Mao, rho +- 2 x Gross, caf\\udce9 ||\n"),
        ("cp1252", "koshka, Mao, rho ± 2 × Groß, caf\\udce9 ||\n"),
        ("cp1251", "кошка, Mao, rho ± 2 x Gross, caf\\udce9 ||\n"),
        ("utf-8", "кошка, 猫, ρ ± 2 × Groß, caf\\udce9 ‖\n"),
    ],
)
def test_a_console_of_any_encoding_gets_what_can_be_read(monkeypatch, encoding, written) -> None:
    console = Console(encoding)
    monkeypatch.setattr(sys, "stdout", console)
    with any_console():
        print("кошка, 猫, ρ ± 2 × Groß, caf\udce9 ‖")
    assert console.written == written
    assert console.errors == "strict"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
@pytest.mark.parametrize("words", [["--help"], ["style", "--help"], ["tour", "--help"]])
def test_help_is_written_to_any_console(monkeypatch, encoding, words) -> None:
    console = Console(encoding)
    monkeypatch.setattr(sys, "stdout", console)
    assert main(words) == 0
    assert "Usage" in console.written


def test_streams_that_encode_nothing_are_left_alone(monkeypatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    monkeypatch.setattr(sys, "stderr", None)
    with any_console():
        print("кошка")
    assert sys.stdout.getvalue() == "кошка\n"


def test_what_is_spelled_is_ascii_and_says_something() -> None:
    for text in ("é̈", "日本語", "👨‍👩‍👧", "σ²≤∞", "\ue000", "ﬁn"):
        assert spelled(text).isascii() and spelled(text)
    assert spelled("αβγ") == "avg" and spelled("α, β") == "alpha, beta"
    assert spelled("Größe ×", keep="ö") == "Grösse x"


def test_names_are_found_however_their_accents_are_written() -> None:
    assert folded(unicodedata.normalize("NFD", "ЙОД")) == folded("йод")
    names = [unicodedata.normalize("NFD", "йод"), "кот"]
    assert class_index("йод", names) == 0 and class_index("Йо", names) == 0


@pytest.mark.parametrize("encoding", ["utf-16", "cp1251"])
def test_text_in_another_encoding_is_one_line(tmp_path, capsys, encoding) -> None:
    (tmp_path / "names.txt").write_text("кошка\nпёс\n", encoding=encoding)
    with pytest.raises(BadNetwork, match="is not UTF-8: save it as UTF-8"):
        read_classes(tmp_path / "names.txt")
    command = [
        "train",
        "vae",
        "digits",
        "--out",
        str(tmp_path / "run"),
        "--config",
        str(tmp_path / "names.txt"),
    ]
    assert main(command) == 2
    assert "is not UTF-8: save it as UTF-8" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
