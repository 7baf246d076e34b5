"""The documents' code: every command can be given as written, every Python block runs."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from pareidolia.cli.app import application
from pareidolia.operations.statement import STATED
from pareidolia.pictures import save_picture
from pareidolia.pictures.samples import sample_painting

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`(pareidolia [^`\n]*--[^`\n]*)`")
_VARIABLE = re.compile(r"[A-Z_]+=\S*")


def blocks(language):
    for document in DOCUMENTS:
        for number, (kind, text) in enumerate(_BLOCK.findall(document.read_text(encoding="utf-8"))):
            if kind == language:
                yield pytest.param(text, id=f"{document.parent.name}-{document.stem}-{number}")


def commands():
    for parameter in blocks("sh"):
        for number, line in enumerate(parameter.values[0].replace("\\\n", " ").splitlines()):
            words = shlex.split(line, comments=True)
            while words and _VARIABLE.fullmatch(words[0]):
                words = words[1:]
            if words and words[0] == "pareidolia":
                yield pytest.param(words[1:], id=f"{parameter.id}-{number}")
    for document in DOCUMENTS:
        for number, line in enumerate(_INLINE.findall(document.read_text(encoding="utf-8"))):
            yield pytest.param(shlex.split(line)[1:], id=f"{document.stem}-inline-{number}")


@pytest.mark.parametrize("words", list(commands()))
def test_every_command_can_be_given_as_written(words):
    if words[-1] == "--help":
        words = words[:-1]
    if words:
        application(words).parse_args(words, exit_on_error=False, print_error=False)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with what the documents name: photos, a painting, a mask."""
    pytest.importorskip("skimage", reason="the documents' photos come from scikit-image")
    from pareidolia.pictures import sample_photo

    save_picture(sample_photo("chelsea"), tmp_path / "photo.jpg")
    for name in ("other.jpg", "sky.png"):
        save_picture(sample_photo("coffee"), tmp_path / name)
    save_picture(sample_painting("waves"), tmp_path / "painting.jpg")
    (tmp_path / "photos").mkdir()
    for number, name in enumerate(("chelsea", "coffee", "rocket", "astronaut")):
        save_picture(sample_photo(name), tmp_path / "photos" / f"{number}.jpg")
    monkeypatch.chdir(tmp_path)
    shared = ROOT.parent / "shared" / "weights" / "squeezenet1_0.safetensors"
    if shared.exists():
        shutil.copy(shared, tmp_path / "squeezenet1_0.safetensors")
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("text", list(blocks("python")))
def test_every_python_block_runs(text, folder, monkeypatch):
    for name in re.findall(r'"([\w./]+\.safetensors)"', text):
        if not Path(name).exists():
            pytest.skip(f"{name} is not here")
    if 'load_network("torchvision:' in text and "weights=" not in text:
        text = re.sub(r'load_network\("(torchvision:\w+)"\)', r'load_network("\1", weights="random")', text)
    # An operation that a block states is gone after it, as is the block.
    monkeypatch.setattr(STATED, "_found", dict(STATED._found))
    exec(compile(text, "document", "exec"), {"__name__": "document"})


def test_the_reference_shows_every_public_name():
    griffe = pytest.importorskip("griffe", reason="the extra docs is not installed")
    pages = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "reference").glob("*.md"))
    shown = set(re.findall(r"^::: (\S+)", pages, re.MULTILINE))
    extensions = griffe.load_extensions(str(ROOT / "recipes" / "settings_in_reference.py"))
    package = griffe.load("pareidolia", search_paths=[ROOT / "src"], extensions=extensions)
    assert all(package[page.removeprefix("pareidolia.")].exports for page in shown - {"pareidolia"})
    assert "target: What is explained" in package["saliency"].docstring.value
    inner = ("cli", "execution", "operations", "safety", "tour", "networks.retina", "networks.sources")
    unnamed = {f"pareidolia.{room}" for room in inner}
    found = list(rooms(package))
    assert shown <= {room.path for room in found}
    for room in found:
        if room.path in shown:
            for name in room.exports:
                each = room[name]
                described = each.final_target if each.is_alias else each
                assert described.is_attribute or described.has_docstring, f"{room.path}.{name}"
        elif room.path not in unnamed:
            raise AssertionError(f"no page of docs/reference shows {room.path}")


def rooms(package):
    """The packages that have public names."""
    if package.is_init_module and package.exports:
        yield package
    for each in package.modules.values():
        if not each.is_alias:
            yield from rooms(each)


def test_the_lecture_names_code_that_is_there():
    text = (ROOT / "docs" / "lecture.md").read_text(encoding="utf-8")
    named = re.findall(r"`([a-z_]+/[a-z_/]*(?:\.py)?)`", text)
    assert len(named) > 30
    for place in named:
        if place not in ("photos/", "src/pareidolia/"):
            assert (ROOT / "src" / "pareidolia" / place).exists(), place
