"""As much of ComfyUI's V3 interface as the nodes use: classes of the same names and arguments."""

import sys
from types import ModuleType, SimpleNamespace
from typing import ClassVar


class Field:
    def __init__(self, kind, name, **rest):
        self.kind, self.name = kind, name
        self.default, self.optional = rest.pop("default", None), rest.pop("optional", False)
        self.tooltip, self.options = rest.pop("tooltip", ""), rest.pop("options", None)
        self.min, self.max, self.step = rest.pop("min", None), rest.pop("max", None), rest.pop("step", None)
        assert not rest, rest


def kind(name):
    return SimpleNamespace(
        Input=lambda called, **rest: Field(name, called, **rest),
        Output=lambda display_name="": SimpleNamespace(kind=name, display_name=display_name),
    )


class Schema:
    def __init__(self, node_id, display_name, category, description, inputs, outputs):
        self.node_id, self.display_name, self.category = node_id, display_name, category
        self.description, self.inputs, self.outputs = description, inputs, outputs


class NodeOutput:
    def __init__(self, *values):
        self.values = values


class Interrupted(Exception):
    pass


class Bar:
    seen: ClassVar[list] = []

    def __init__(self, total):
        Bar.seen = []

    def update_absolute(self, value, total):
        Bar.seen.append(value / total)


stop = SimpleNamespace(now=False)


def throw_exception_if_processing_interrupted():
    if stop.now:
        raise Interrupted


def install(monkeypatch):
    """Put the modules where the nodes look for them."""
    io = SimpleNamespace(
        ComfyNode=object, Schema=Schema, NodeOutput=NodeOutput,
        **{name: kind(name) for name in ("Image", "Mask", "String", "Combo", "Int", "Float", "Boolean")},
    )  # fmt: skip
    modules = {
        "comfy_api": {},
        "comfy_api.latest": {"io": io, "ComfyExtension": object},
        "comfy": {},
        "comfy.utils": {"ProgressBar": Bar},
        "comfy.model_management": {
            "throw_exception_if_processing_interrupted": throw_exception_if_processing_interrupted
        },
    }
    for name, members in modules.items():
        module = ModuleType(name)
        vars(module).update(members)
        monkeypatch.setitem(sys.modules, name, module)
