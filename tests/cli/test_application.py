import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from recipes.public_face import index_text, stub_text

import pareidolia
from pareidolia.cli import app as app_module
from pareidolia.cli.app import all_commands
from pareidolia.cli.atlas import ServingOptions
from pareidolia.cli.outputs import output_type
from pareidolia.cli.tour import TourOutput
from pareidolia.operations import GROUPS, OPERATIONS
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


@pytest.mark.parametrize(("name", "line"), [(name, line) for _, name, line in all_commands()])
def test_every_command_explains_itself(studio, name, line):
    code, out, _ = studio.run(*name.split(), "--help")
    assert code == 0 and f"pareidolia {name}" in out and " ".join(line.split()) in " ".join(out.split())


def test_help_lists_every_command_in_its_group(studio):
    code, out, _ = studio.run("--help")
    top = {name.split()[0] for _, name, _ in all_commands()}
    assert code == 0 and all(name in out for name in (*GROUPS, *top))


def test_the_index_holds_what_the_operations_state():
    from importlib.resources import files

    held = files("pareidolia.operations").joinpath("index.json").read_text(encoding="utf-8")
    assert held == index_text(), "run python -m recipes.public_face"


def test_the_stub_holds_what_the_settings_are():
    held = Path(pareidolia.__file__).with_name("__init__.pyi").read_text(encoding="utf-8")
    assert held == stub_text(), "run python -m recipes.public_face"


def test_every_option_is_described():
    classes = [operation.settings_type for operation in OPERATIONS.values()]
    classes += [kind for operation in OPERATIONS.values() for kind in operation.option_types.values()]
    classes += [output_type(operation) for operation in OPERATIONS.values()]
    for settings in (*classes, TourSettings, ServingOptions, TourOutput):
        for name, field in settings.model_fields.items():
            assert field.description and field.description[-1] in ".)", f"{settings.__name__}.{name}"


def test_help_shows_the_options_of_the_chosen_method_in_groups(studio):
    _, slow, _ = studio.run("style", "--help")
    _, fast, _ = studio.run("style", "--method", "one-pass", "--help")
    assert "--coarse-steps" in slow and "--painting-size" not in slow
    assert "--painting-size" in fast and "--coarse-steps" not in fast
    _, every, _ = studio.run("saliency", "--help")
    _, one, _ = studio.run("saliency", "--method", "rise", "--help")
    assert "--masks" in every and "--samples" in every
    assert "--masks" in one and "--samples" not in one
    assert all(title in slow for title in ("What", "How it looks", "Network", "Output", "Advanced"))


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
    rows = {row["layer"]: row for row in json.loads(out)["rows"]}
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


def test_the_doctor_calls_nothing_missing_that_is_installed(studio, monkeypatch):
    monkeypatch.setattr("pareidolia.cli.doctor._version", lambda package: "1.0")
    extras = json.loads(studio.run("doctor", "--json")[1])["extras"]
    assert "matplotlib 1.0" in extras["plots"] and "lightning-fabric 1.0" in extras["cluster"]
    assert not {"check", "docs", "test"} & set(extras), "what only developers need is not told"
    assert not any(sign in found for found in extras.values() for sign in ("missing", "<", "!", "["))


def test_the_doctor_names_the_line_that_installs_what_is_missing(studio, monkeypatch):
    monkeypatch.setattr("pareidolia.cli.doctor._version", lambda package: None)
    extras = json.loads(studio.run("doctor", "--json")[1])["extras"]
    assert extras["plots"] == "pip install 'pareidolia-nn[plots]' brings matplotlib"


def test_the_doctor_needs_no_home(studio, monkeypatch):
    monkeypatch.setenv("HOME", "/nonexistent")
    monkeypatch.delenv("HF_HOME", raising=False)
    code, out, _ = studio.run("doctor", "--json")
    assert code == 0 and json.loads(out)["weights"]["disk"].endswith("GiB free")


@pytest.mark.parametrize("name", ["retina2", "torchvision:nothing", "no.module:factory"])
def test_an_unknown_network_is_one_line(studio, name):
    code, _, err = studio.run("networks", name)
    assert code == 2 and err.count("\n") == 1


def test_an_error_of_the_system_that_is_a_value_error_too_gets_a_line(monkeypatch, capsys):
    def closed(words):
        raise io.UnsupportedOperation("not writable")

    monkeypatch.setattr(app_module, "application", closed)
    assert app_module.main(["doctor"]) == 2
    assert capsys.readouterr().err == "pareidolia: the system: not writable [bad-file]\n"


def test_an_error_of_ours_stays_what_it_is(monkeypatch):
    def broken(words):
        raise ValueError("a fault of ours")

    monkeypatch.setattr(app_module, "application", broken)
    with pytest.raises(ValueError, match="a fault of ours"):
        app_module.main(["doctor"])
