import json
import subprocess
import sys

import pytest

from pareidolia.atlas import AtlasSettings
from pareidolia.cli.again import ChangeOptions
from pareidolia.cli.app import app
from pareidolia.cli.atlas import AtlasOutput, ServeOptions
from pareidolia.cli.commands import COMMANDS
from pareidolia.cli.dream import DreamOutput
from pareidolia.cli.inspection import FigureOutput
from pareidolia.cli.output import Output, TabledOutput
from pareidolia.cli.tour import TourOutput
from pareidolia.collecting import EngineSettings
from pareidolia.generative.measuring.settings import EvaluateSettings
from pareidolia.operations import OPERATIONS
from pareidolia.tour.settings import TourSettings


def python(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_help_imports_no_torch():
    loaded = python(
        "import sys\nfrom pareidolia.cli import main\n"
        "main(['--help'])\nmain(['style', '--help'])\n"
        "print('LOADED', [m for m in ('torch', 'torchvision', 'numpy', 'PIL') if m in sys.modules])"
    )
    assert "LOADED []" in loaded
    assert "--style-weight" in loaded


def test_importing_the_package_pulls_no_extra_and_no_torch():
    listed = python(
        "import sys, pareidolia\n"
        "print([m for m in ('torch', 'timm', 'skimage', 'sklearn') if m in sys.modules])"
    )
    assert listed.strip() == "[]"
    extras = python(
        "import sys, pareidolia\npareidolia.load_network, pareidolia.open_picture\n"
        "print([m for m in ('timm', 'skimage', 'sklearn', 'captum') if m in sys.modules])"
    )
    assert extras.strip() == "[]"


def test_the_package_can_be_run_as_a_module():
    command = [sys.executable, "-m", "pareidolia", "train", "vaee", "digits"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("pareidolia: ") and "vae" in done.stderr and done.stdout == ""


COMMANDS_BY_NAME = {command.name: command for group in COMMANDS.values() for command in group}


@pytest.mark.parametrize("name", COMMANDS_BY_NAME)
def test_every_command_explains_itself(studio, name):
    code, out, _ = studio.run(name, "--help")
    assert code == 0 and f"pareidolia {name}" in out
    first = app[name].help.strip().split("\n\n")[0]
    assert " ".join(first.split()) == COMMANDS_BY_NAME[name].help


def test_help_lists_every_command_in_its_group(studio):
    code, out, _ = studio.run("--help")
    assert code == 0 and all(name in out for name in (*COMMANDS, *COMMANDS_BY_NAME))


def test_every_option_is_described():
    classes = [operation.settings_type for operation in OPERATIONS.values()]
    classes += [AtlasSettings, EvaluateSettings, EngineSettings, TourSettings]
    outputs = (
        AtlasOutput,
        ServeOptions,
        TourOutput,
        ChangeOptions,
        Output,
        TabledOutput,
        DreamOutput,
        FigureOutput,
    )
    for settings in (*classes, *outputs):
        for name, field in settings.model_fields.items():
            assert field.description and field.description[-1] in ".)", f"{settings.__name__}.{name}"


def test_an_unknown_command_is_one_line(studio):
    code, _, err = studio.run("stile")
    assert code == 2 and err.count("\n") == 1 and "style" in err


def test_version(studio):
    import pareidolia

    code, out, _ = studio.run("--version")
    assert code == 0 and out.strip() == pareidolia.__version__


def test_networks_are_listed(studio):
    code, out, _ = studio.run("networks", "--json")
    known = json.loads(out)
    assert code == 0 and "retina" in str(known) and "vgg19" in str(known)


def test_a_networks_layers_are_described(studio):
    code, out, _ = studio.run("networks", "net.py:build", "--weights", "random", "--json")
    rows = {row["layer"]: row for row in json.loads(out)["layers"]}
    assert code == 0
    assert rows["relu2"]["receptive field"] is not None
    assert rows["conv3"]["shape"].startswith("16x")
    code, out, _ = studio.run("networks", "net.py:build", "--weights", "random")
    assert "conv3" in out and "mean" in out


def test_the_doctor_reports(studio):
    code, out, _ = studio.run("doctor", "--json")
    report = json.loads(out)
    assert code == 0
    assert set(report) == {"versions", "device", "extras", "weights"}
    assert report["versions"]["torch"] and "GiB" in report["device"]["memory"]
    assert {"timm", "samples"} <= set(report["extras"])
    assert studio.run("doctor")[1].startswith("versions")


@pytest.mark.parametrize("name", ["retina2", "torchvision:nothing", "no.module:factory"])
def test_an_unknown_network_is_one_line(studio, name):
    code, _, err = studio.run("networks", name)
    assert code == 2 and err.count("\n") == 1
