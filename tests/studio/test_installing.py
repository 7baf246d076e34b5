"""Installing the studio changes no other package: few are added, and none of them holds another back."""

import re
from importlib.metadata import requires, version

from packaging.requirements import Requirement
from packaging.version import Version

from pareidolia.settings.installing import DISTRIBUTION

ADDED = {"starlette", "uvicorn", "anyio", "click", "h11", "idna", "typing-extensions"}
#: What people have beside Pareidolia, and would not want changed.
OTHERS = {
    "torch",
    "torchvision",
    "numpy",
    "pillow",
    "pydantic",
    "gradio",
    "fastapi",
    "diffusers",
    "transformers",
}


def wanted(name, extra=""):
    """What a package requires here, with one of its extras."""
    for text in requires(name) or []:
        each = Requirement(text)
        if each.marker is None or each.marker.evaluate({"extra": extra}):
            yield each


def named(requirement):
    return re.sub(r"[-_.]+", "-", requirement.name).lower()


def closure():
    """The extra's requirements and all of theirs."""
    own = {named(each) for each in wanted(DISTRIBUTION)}
    waiting = [each for each in wanted(DISTRIBUTION, "studio") if named(each) not in own]
    found = {}
    while waiting:
        each = waiting.pop()
        if named(each) not in found:
            found[named(each)] = each
            waiting += list(wanted(each.name))
    return found


def holds_back(part, name):
    """Whether it keeps a version away that there is; the next major one, which is not out, counts as none."""
    if part.operator == "<":
        return Version(part.version).major <= Version(version(name)).major
    return part.operator in ("<=", "==", "~=")


def test_eight_packages_at_most_are_added():
    assert set(closure()) <= ADDED


def test_none_of_them_is_held_below_a_version_or_asks_for_what_others_have():
    found = closure()
    assert not OTHERS & found.keys()
    for name, each in found.items():
        assert not [part for part in each.specifier if holds_back(part, name)], (name, each)
