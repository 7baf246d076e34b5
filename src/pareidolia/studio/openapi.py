"""The API's description (OpenAPI 3.1), made from the same statements as the page's forms."""

from typing import Any

from pareidolia.studio.forms import form, offered
from pareidolia.version import __version__

_OK = {"200": {"description": "Done."}}
_REFUSED = {"422": {"description": "Refused; `error` says why in one line."}}
_GONE = {"404": {"description": "There is no such thing."}}
_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}


def description() -> dict[str, Any]:
    """The description as JSON has it."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Pareidolia's studio",
            "version": __version__,
            "description": "Pictures go in with POST /api/pictures, a job is asked for with POST /api/jobs, "
            "/api/events says how it goes, /api/jobs/{id}/result is what it made. Changes carry the token of "
            "GET /api/token in X-Studio-Token. Inputs are references: picture:ID, job:ID, sample:NAME.",
        },
        "paths": _paths(),
        "components": {
            "schemas": {
                "Request": {
                    "oneOf": [_request(name) for name in offered()],
                    "discriminator": {"propertyName": "operation"},
                }
            },
            "securitySchemes": {"token": {"type": "apiKey", "in": "header", "name": "X-Studio-Token"}},
        },
    }


def _request(name: str) -> dict[str, Any]:
    """What is posted for a job of one operation."""
    stated = form(offered()[name])
    schema = {key: value for key, value in stated["schema"].items() if key != "title"}
    one: dict[str, Any] = {"type": "string"}
    inputs = {
        each["name"]: {
            "description": each["help"],
            **({"type": "array", "items": one} if each["many"] or each["kind"] == "photos" else one),
        }
        for each in stated["inputs"]
    }
    required = [each["name"] for each in stated["inputs"] if each["required"]]
    return {
        "title": name,
        "type": "object",
        "description": stated["line"],
        "properties": {
            "operation": {"const": name},
            "inputs": {"type": "object", "properties": inputs, "required": required},
            "settings": schema,
            "video": {"type": "boolean", "default": False},
            "grid": {
                "type": "object",
                "description": "One or two settings with lists of values: a job for every combination.",
                "additionalProperties": {"type": "array"},
                "maxProperties": 2,
            },
        },
        "required": ["operation"],
    }


def _paths() -> dict[str, Any]:
    return {
        "/api/token": {"get": _call("The token that changes carry.")},
        "/api/forms": {"get": _call("Every operation with its inputs and the JSON Schema of its settings.")},
        "/api/state": {
            "get": _call("The queue, the latest of the history, the latest pictures, the last session.")
        },
        "/api/session": {
            "put": _change("Keep what the page holds, for the next time.", _json({"type": "object"}))
        },
        "/api/texts/{id}": {"get": _of_one("The lecture and the help of settings in a language, en or ru.")},
        "/api/events": {"get": _call("What happens, as it happens: text/event-stream.")},
        "/api/pictures": {
            "get": _call("The pictures that were uploaded last."),
            "post": _change(
                "Upload a picture or a video as the body; ?name= is what it is called.",
                {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
            ),
        },
        "/api/pictures/{id}": {"get": _of_one("The file."), "delete": _of_one("Remove it.", change=True)},
        "/api/pictures/{id}/thumbnail": {"get": _of_one("It, small.")},
        "/api/pictures/{id}/origin": {"get": _of_one("How it was made, if Pareidolia made it.")},
        "/api/samples/{id}": {"get": _of_one("A sample picture, small.")},
        "/api/jobs": {
            "get": _call("The history, the latest first; ?search=, ?operation=, ?before=, ?count=."),
            "post": _change(
                "Ask for a job, or a grid of them.", _json({"$ref": "#/components/schemas/Request"})
            ),
        },
        "/api/jobs/{id}": {
            "get": _of_one("A job."),
            "patch": _of_one(
                "Change a waiting job's inputs and settings, or any job's note and star.", change=True
            ),
            "delete": _of_one("Remove it with all that it made.", change=True),
        },
        "/api/jobs/{id}/stop": {
            "post": _of_one("Stop it after its step and keep what is there.", change=True)
        },
        "/api/jobs/{id}/go-on": {"post": _of_one("Go on with it, or begin it again.", change=True)},
        "/api/jobs/{id}/preview": {"get": _of_one("The picture as it stands.")},
        "/api/jobs/{id}/result": {"get": _of_one("What it made; of a folder ?name= says which picture.")},
        "/api/jobs/{id}/thumbnail": {"get": _of_one("It, small.")},
        "/api/jobs/{id}/code": {"get": _of_one("The command line and the Python of it.")},
        "/api/jobs/{id}/atlas/{file}": {"get": _of_one("The viewer of an atlas, and the files it reads.")},
        "/api/queue": {
            "get": _call("The queue."),
            "patch": _change(
                '{"paused": true} lets it wait, {"order": [ids]} puts it into order.',
                _json({"type": "object"}),
            ),
        },
        "/api/questions/{id}": {
            "post": _of_one(
                "Ask a small question: layers, names, classes, units, unit, plane, decode, encode, decoder.",
                change=True,
            )
        },
        "/api/history.json": {"get": _call("The whole history as JSON.")},
        "/api/history.zip": {"get": _call("The whole history with its pictures.")},
    }


def _call(summary: str) -> dict[str, Any]:
    return {"summary": summary, "responses": _OK}


def _change(summary: str, content: dict[str, Any]) -> dict[str, Any]:
    return {
        "summary": summary,
        "requestBody": {"required": True, "content": content},
        "responses": {**_OK, **_REFUSED},
        "security": [{"token": []}],
    }


def _of_one(summary: str, *, change: bool = False) -> dict[str, Any]:
    secured: dict[str, Any] = {"security": [{"token": []}]} if change else {}
    return {"summary": summary, "parameters": [_ID], "responses": {**_OK, **_GONE}, **secured}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
