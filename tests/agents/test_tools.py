"""Tools for assistants: one an operation, from its statement; arguments in, a file and a picture out."""

import json
import sys
from base64 import b64decode
from io import BytesIO
from pathlib import Path

import anyio
import pytest
from PIL import Image

from pareidolia.agents import overview, tools
from pareidolia.operations import OPERATIONS
from pareidolia.pictures import read_record
from pareidolia.settings import PareidoliaError
from pareidolia.studio.forms import offered

pytest.importorskip("mcp")
ROOT = Path(__file__).parents[2]


def talk(server, conversation):
    """What comes of a conversation with a server, by any transport."""
    from mcp.client.client import Client

    async def main():
        async with Client(server) as client:
            return await conversation(client)

    return anyio.run(main)


@pytest.fixture
def server(tmp_path):
    from pareidolia.agents.server import tool_server

    return tool_server(tmp_path / "results")


def call(server, tool, /, **arguments):
    return talk(server, lambda client: client.call_tool(tool, arguments))


def test_every_operation_of_the_studio_is_a_tool_with_its_inputs_and_settings(server):
    listed = talk(server, lambda client: client.list_tools()).tools
    assert [each.name for each in listed] == list(tools()) and len(listed) == len(offered())
    brush = next(each for each in listed if each.name == "brush").input_schema
    assert {"content", "styles", "strength", "size"} <= brush["properties"].keys()
    assert brush["required"] == ["content", "styles"]
    assert brush["properties"]["styles"]["type"] == "array"
    assert brush["properties"]["strength"]["maximum"] == 1


def test_a_call_writes_a_file_and_shows_it(server, tmp_path):
    answer = call(server, "brush", content="sample:coffee", styles=["sample:ink"], size=96)
    assert not answer.is_error, answer.content[0].text
    said = json.loads(answer.content[0].text)
    assert read_record(said["file"])["operation"] == "brush"
    assert said["command"].startswith("pareidolia style sample:coffee sample:ink")
    shown = Image.open(BytesIO(b64decode(answer.content[1].data)))
    assert shown.size[0] == 96
    again = json.loads(
        call(server, "brush", content="sample:coffee", styles=["sample:ink"], size=96).content[0].text
    )
    assert again["file"] != said["file"] and Path(said["file"]).exists()


def test_numbers_come_without_a_file(server):
    said = json.loads(call(server, "networks", name="retina").content[0].text)
    assert said["file"] == "" and len(said["rows"]) > 10


def test_progress_is_reported(server):
    heard = []

    async def note(progress, total, message):
        heard.append(progress)

    arguments = {"photo": "sample:coffee", "network": "retina", "size": 64, "octaves": 1, "steps": 3}
    talk(server, lambda client: client.call_tool("dream", arguments, progress_callback=note))
    assert heard and heard[-1] == 1 and heard == sorted(heard)


@pytest.mark.parametrize(
    ("name", "arguments", "word"),
    [
        ("brush", {"content": "sample:coffee"}, "needs its styles"),
        ("brush", {"content": 5, "styles": ["sample:ink"]}, "content is a text"),
        ("brush", {"content": "sample:coffee", "styles": ["sample:ink"], "size": -1}, "size"),
        ("brush", {"content": "sample:coffee", "styles": ["sample:ink"], "strenth": 1}, "strength"),
        ("brush", {"content": "nowhere.png", "styles": ["sample:ink"]}, "nowhere.png"),
        ("dream", {"photo": "sample:coffee", "network": "evil.py:network"}, "network"),
        ("dream", {"photo": "sample:coffee", "weights": "evil.pt"}, "weights"),
        ("open_file", {}, "there is no tool"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(server, tmp_path, name, arguments, word):
    answer = call(server, name, **arguments)
    assert answer.is_error and word in answer.content[0].text and "\n" not in answer.content[0].text
    assert not list((tmp_path / "results").glob("*.png"))


def test_arguments_are_inputs_and_every_setting():
    inputs, settings = tools()["brush"].parsed({"content": "a.jpg", "styles": ["b.jpg", "c.jpg"], "size": 64})
    assert inputs == {"content": "a.jpg", "styles": ("b.jpg", "c.jpg")}
    assert settings == OPERATIONS["brush"].settings_type(size=64).model_dump(mode="json")
    with pytest.raises(PareidoliaError, match="content is a text"):
        tools()["brush"].parsed({"content": ["a.jpg", "b.jpg"], "styles": ["c.jpg"]})


def test_the_overview_names_every_operation_and_pages_that_are_there():
    import re

    text = overview()
    for operation in OPERATIONS.own.values():
        assert operation.line in text
    for page in re.findall(r"\]\(([\w/.-]+\.md)\)", text):
        assert (ROOT / "docs" / page).is_file(), page


def test_llms_txt_is_the_overview():
    assert (ROOT / "docs" / "llms.txt").read_text(encoding="utf-8") == overview(), (
        "run python -m recipes.llms"
    )


@pytest.mark.slow
def test_the_command_serves_over_standard_input_and_output(tmp_path):
    from mcp import ClientSession, StdioServerParameters
    from mcp.client.stdio import stdio_client

    words = ["-m", "pareidolia", "mcp", "--out", str(tmp_path / "results")]

    async def main():
        parameters = StdioServerParameters(
            command=sys.executable, args=words, env={"PYTHONPATH": str(ROOT / "src")}
        )
        async with stdio_client(parameters) as streams, ClientSession(*streams) as session:
            await session.initialize()
            listed = await session.list_tools()
            made = await session.call_tool("sample", {"run": "digits-vae", "count": 4})
            return listed, made

    listed, made = anyio.run(main)
    assert len(listed.tools) == len(tools()) and not made.is_error
    assert (tmp_path / "results" / "sample-1.png").exists()


def test_tools_need_no_torch():
    import subprocess

    code = "import sys; from pareidolia.agents import tools; tools(); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
