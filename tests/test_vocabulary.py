"""Public names are the field's words, in the spelling that its libraries have."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import pareidolia
from pareidolia.operations import OPERATIONS

PACKAGE = Path(pareidolia.__file__).parent
#: Words of an earlier dialect, each for something that has a word of its own.
OLD = {
    "told", "Told", "Seen", "Sight", "Everything", "Moment", "Company", "Alone", "Together", "Made", "Shown",
    "Stylized", "Material", "prepared", "Gathering", "Keep", "Strongest", "Positions", "Done",
    "Read", "shelf", "Pass", "untouched", "captured", "leaves", "Line", "Game", "start_from",
    "Telling", "Replacing", "Resuming", "Serving", "Changes", "WAYS", "Subject", "PLACES", "NoNumber",
    "multiple", "Beginnings", "Falling", "Following", "lecture", "filmed", "Film", "film",
}  # fmt: skip
BRITISH = ("colour", "grey", "neighbour", "optimis", "binaris", "regularis", "labell", "visualis", "normalis")
#: Files of an earlier dialect.
OLD_FILES = {
    "company",
    "moments",
    "levels",
    "sight",
    "colours",
    "material",
    "film",
    "films",
    "leaves",
}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def public_names() -> Iterator[tuple[str, str]]:
    """Every public class, function, argument and attribute, with the file it is in."""
    for file, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
                yield file, node.name
                if isinstance(node, ast.FunctionDef):
                    arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
                    yield from ((file, each.arg) for each in arguments)
            if isinstance(node, ast.ClassDef):
                yield from ((file, name) for name in attributes(node))


def attributes(node: ast.ClassDef) -> Iterator[str]:
    for each in node.body:
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            yield each.target.id


def test_no_old_word_is_left_in_public_names():
    left = {f"{file}: {name}" for file, name in public_names() if name in OLD}
    assert not left


def test_no_file_bears_an_old_word():
    left = {file for file, _ in modules() if OLD_FILES & {Path(file).stem, *Path(file).parent.parts}}
    assert not left


def test_public_names_are_spelled_as_the_fields_libraries_spell():
    left = {
        f"{file}: {name}" for file, name in public_names() if any(part in name.lower() for part in BRITISH)
    }
    assert not left


@pytest.mark.parametrize("name", list(OPERATIONS.own))
def test_options_are_spelled_so_too(name):
    operation = OPERATIONS[name]
    fields = [*operation.settings_type.model_fields, *(each.name for each in operation.inputs)]
    for field in (*fields, operation.name):
        assert not any(part in field for part in BRITISH), field
        assert field not in OLD, field
