"""Networks as other people have them: what is odd about them becomes one line, or is put right."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from pareidolia.dreaming import Dream
from pareidolia.dreaming.settings import DreamSettings
from pareidolia.inspection import ClassTarget, attribute, project
from pareidolia.inspection.invariance import measure_invariance
from pareidolia.inspection.tuning import TuningSettings, measure_tuning
from pareidolia.networks import Network, load_network
from pareidolia.settings import BadNetwork, BadPicture, PareidoliaError

FILE = """
import torch
from torch import nn

class Parts(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU())
        self.head = nn.Linear(8, 3)
    def forward(self, x):
        return self.head(self.features(x).mean((2, 3)))

class Frozen(Parts):
    def forward(self, x):
        with torch.no_grad():
            x = self.features(x)
        return self.head(x.mean((2, 3)))

class Inference(Parts):
    @torch.inference_mode()
    def forward(self, x):
        return super().forward(x)

class Cut(Parts):
    def forward(self, x):
        return self.head(self.features(x).detach().mean((2, 3)))

class Key(Parts):
    def forward(self, x):
        return {}["scores"]

class Type(Parts):
    def forward(self, x, y):
        return x

class Leaves(Parts):
    def forward(self, x):
        raise SystemExit(0)

class Prints(Parts):
    def forward(self, x):
        print("looking at", tuple(x.shape))
        return super().forward(x)

class Backward(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.clone()
    @staticmethod
    def backward(ctx, signal):
        raise KeyError("back")

class OwnBackward(Parts):
    def forward(self, x):
        return super().forward(Backward.apply(x))

def gives(what):
    class Gives(Parts):
        def forward(self, x):
            return what(super().forward(x))
    return Gives

Long, Bool = gives(lambda x: x.long()), gives(lambda x: x > 0)
Complex = gives(lambda x: x.to(torch.complex64))
Empty, Sparse = gives(lambda x: x[:, :0]), gives(lambda x: x.to_sparse())

def half(): return Parts().half()
def nan():
    module = Parts()
    torch.nn.init.constant_(module.head.bias, float("nan"))
    return module
def infinite():
    module = Parts()
    torch.nn.init.constant_(module.features[0].weight, float("inf"))
    return module
def meta():
    with torch.device("meta"):
        return Parts()
def lazy():
    pool = nn.AdaptiveAvgPool2d(1)
    return nn.Sequential(nn.LazyConv2d(8, 3), nn.ReLU(), pool, nn.Flatten(), nn.LazyLinear(3))
class Divides(Parts):
    def forward(self, x):
        x = self.features(x)
        return self.head((x / (x - x)).mean((2, 3)))

class Standardises(Parts):
    def forward(self, x):
        x = (x - x.mean((1, 2, 3), keepdim=True)) / x.std((1, 2, 3), keepdim=True)
        return super().forward(x)

def masked():
    module = Parts()
    module.register_buffer("mask", torch.full((3, 3), float("-inf")).triu(1))
    return module
"""


@pytest.fixture
def net(tmp_path: Path):
    (tmp_path / "nets.py").write_text(FILE)

    def load(name: str, **arguments: object) -> Network:
        return load_network(f"{tmp_path / 'nets.py'}:{name}", input="3x16x16", device="cpu", **arguments)

    return load


PICTURE = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(0))


def _refused(match: str, error: type[PareidoliaError] = BadNetwork):
    return pytest.raises(error, match=match)


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("nan", "the weights of .*nan are NaN, e.g. in head.bias"),
        ("infinite", "the weights of .*infinite are infinite, e.g. in features.0.weight"),
        ("meta", "the weights of .*meta are not there"),
    ],
)
def test_weights_that_are_not_numbers(net, name: str, match: str) -> None:
    with _refused(match):
        net(name)


def test_activations_that_are_not_numbers_are_refused(net) -> None:
    network = net("Divides")
    for look in (network, network.look, lambda picture: attribute(network, picture, 0, "occlusion")):
        with _refused("gives NaN for this picture", PareidoliaError):
            look(PICTURE)
    cut = Network(
        "cut", nn.Sequential(NaNs(), nn.Flatten()), mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=(3, 16, 16)
    )
    for look in (
        lambda: project(cut, PICTURE, "0", ["1"]),
        lambda: attribute(cut, PICTURE, "0:1", "gradient"),
        lambda: measure_tuning(cut, "0", settings=TuningSettings(orientations=8, frequencies=3, phases=4)),
        lambda: measure_invariance(cut, PICTURE, ("0",)),
    ):
        with _refused("cut gives NaN at 0 for this picture", PareidoliaError):
            look()
    dream = Dream(PICTURE, settings=DreamSettings(aim=("0",), steps=2, size=32, octaves=1), network=cut)
    with _refused("at step 1: what cut gives for the first picture is not a number", PareidoliaError):
        list(dream)


class NaNs(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x + float("nan")


def test_a_network_that_divides_by_contrast_is_not_refused_for_a_gray_picture(net) -> None:
    network = net("Standardises")
    assert network.class_index("2") == 2 and network.accepts((16, 16))
    assert network(PICTURE).isfinite().all()


def test_masks_of_attention_may_be_infinite(net) -> None:
    assert net("masked")(PICTURE).isfinite().all()


def test_normalisation_by_nothing() -> None:
    for numbers in ((float("nan"),), (float("inf"),)):
        with _refused("must be finite"):
            Network("n", nn.Conv2d(1, 1, 1), mean=numbers, std=(1.0,), input_shape=(1, 4, 4))


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("Key", "fails on a picture of 16x16: KeyError: 'scores'"),
        ("Type", "fails on a picture of 16x16: TypeError: .*missing 1 required positional argument"),
        ("Leaves", "fails on a picture of 16x16: it ends the program with sys.exit"),
        ("Long", "gives int64 numbers, not class scores"),
        ("Bool", "gives bool numbers, not class scores"),
        ("Complex", "gives complex64 numbers, not class scores"),
        ("Sparse", "gives sparse_coo numbers, not class scores"),
        ("Empty", "gives no class scores: its output is empty"),
    ],
)
def test_whatever_a_forward_does_is_one_line(net, name: str, match: str) -> None:
    network = net(name)
    with _refused(match) as caught:
        network(PICTURE)
    assert "\n" not in str(caught.value)
    if name in ("Key", "Type", "Leaves"):
        with _refused("cannot look at a picture of 20x18", BadPicture):
            network(torch.rand(1, 3, 18, 20))
        with _refused("cannot look at a 3x16x16 picture"):
            network.layers  # noqa: B018


@pytest.mark.parametrize("name", ["Frozen", "Inference", "Cut", "OwnBackward"])
def test_where_no_gradient_comes_back_every_operation_says_so(net, name: str) -> None:
    network = net(name)
    match = "the gradient of .* cannot be computed: KeyError" if name == "OwnBackward" else "no gradient of"
    with _refused(match):
        attribute(network, PICTURE, ClassTarget((0,)), "gradient")
    layer = "head" if name == "Cut" else "features.1"
    with _refused(match):
        project(network, PICTURE, layer, ["1"])
    dream = Dream(
        PICTURE, settings=DreamSettings(aim=("class:0",), steps=2, size=32, octaves=1), network=network
    )
    with _refused(match):
        list(dream)
    assert attribute(network, PICTURE, ClassTarget((0,)), "occlusion").shape == (1, 1, 16, 16)


def test_half_precision_is_widened_and_lazy_layers_are_sized(net, tmp_path: Path) -> None:
    half = net("half")
    assert {each.dtype for each in half.module.parameters()} == {torch.float32}
    lazy = net("lazy")
    assert (lazy.layers["0"].shape, lazy(PICTURE).shape) == ((8, 14, 14), (1, 3))
    assert torch.equal(lazy(PICTURE), net("lazy")(PICTURE))  # the same weights every time
    torch.save({key: value + 1 for key, value in lazy.module.state_dict().items()}, tmp_path / "w.pth")
    loaded = net("lazy", weights=str(tmp_path / "w.pth"))
    assert torch.equal(loaded.module[0].weight, lazy.module[0].weight + 1)
    assert (loaded.module[0].in_channels, loaded.module[4].in_features) == (3, 8)
    assert type(loaded.module[0]) is nn.Conv2d
    with _refused("has lazy layers, such as 0: call it once"):
        Network.of(nn.Sequential(nn.LazyConv2d(4, 3)))


def _file(folder: Path, text: str, name: str = "net.py") -> str:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    return f"{folder / name}:make"


MAKE = "from torch import nn\ndef make(): return nn.Conv2d(3, 2, 3)\n"


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (
            "import argparse\np = argparse.ArgumentParser()\np.add_argument('--epochs', required=True)\n"
            "p.parse_args()\n",
            "net.py cannot be run: it reads a command line of its own",
        ),
        (
            "import sys\nsys.exit('no GPU here')\n",
            r"cannot be run: it ends the program with sys.exit \(no GPU",
        ),
        ("import sys\nsys.exit(0)\n", "cannot be run: it ends the program with sys.exit$"),
        ("def make(): raise SystemExit(3)\n", r"make\(\) failed: it ends the program with sys.exit \(3\)"),
        ("import no_such_neighbour\n", "cannot be run: ModuleNotFoundError: .*no_such_neighbour"),
    ],
    ids=["a command line", "leaves with words", "leaves", "the factory leaves", "imports nothing"],
)
def test_files_that_do_other_things_than_make_a_network(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, match: str
) -> None:
    with _refused(match) as caught:
        load_network(_file(tmp_path / "um", text))
    assert "\n" not in str(caught.value)
    assert capsys.readouterr() == ("", "")


def test_a_command_line_without_arguments_is_read(tmp_path: Path) -> None:
    text = "import argparse\np = argparse.ArgumentParser()\np.add_argument('--width', type=int, default=5)\n"
    text += "width = p.parse_args().width\nfrom torch import nn\ndef make(): return nn.Conv2d(3, width, 3)\n"
    assert load_network(_file(tmp_path, text), device="cpu").module.out_channels == 5


def test_a_file_imports_its_own_neighbours(tmp_path: Path) -> None:
    text = "from blocks_beside import width\nfrom torch import nn\ndef make():\n"
    text += "    from later_beside import kernel\n    return nn.Conv2d(3, width, kernel)\n"
    for width, name in ((4, "a"), (6, "b")):
        _file(tmp_path / name, f"width = {width}\n", "blocks_beside.py")
        _file(tmp_path / name, "kernel = 3\n", "later_beside.py")
        module = load_network(_file(tmp_path / name, text), device="cpu").module
        assert module.weight.shape == (width, 3, 3, 3)


def test_what_a_network_prints_goes_to_standard_error(net, capfd: pytest.CaptureFixture[str]) -> None:
    network = net("Prints")
    before = sys.stdout
    network(PICTURE)
    network.layers  # noqa: B018
    print("ours")
    assert sys.stdout is before
    out, err = capfd.readouterr()
    assert out == "ours\n"
    assert err.splitlines() == ["looking at (1, 3, 16, 16)"] * 2


def test_a_network_that_changes_the_working_directory(tmp_path: Path, monkeypatch) -> None:
    class Moves(nn.Conv2d):
        def forward(self, x: Tensor) -> Tensor:
            os.chdir("/")
            return super().forward(x)

    monkeypatch.chdir(tmp_path)
    module = nn.Sequential(Moves(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    network = Network("moves", module, mean=(0.5,) * 3, std=(0.5,) * 3, input_shape=(3, 16, 16))
    picture = PICTURE.clone().requires_grad_(True)
    network.backward(network(picture).sum())
    assert Path.cwd() == tmp_path and picture.grad is not None


def test_printing_does_not_spoil_json(tmp_path: Path) -> None:
    from PIL import Image

    Image.fromarray((PICTURE[0].permute(1, 2, 0) * 255).byte().numpy()).save(tmp_path / "photo.png")
    (tmp_path / "nets.py").write_text("print('hello')\n" + FILE)
    command = ["saliency", "photo.png", "--network", "nets.py:Prints", "--input", "3x16x16", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "pareidolia", *command, "--out", "a.png"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "a.png" in str(json.loads(done.stdout))
    assert "hello" in done.stderr and "looking at" in done.stderr


def test_a_network_may_catch_everything() -> None:
    class Catches(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.deeper = nn.Conv2d(3, 2, 3), nn.Conv2d(2, 2, 3)

        def forward(self, x: Tensor) -> Tensor:
            try:
                x = self.conv(x)
            except Exception:
                x = torch.zeros(len(x), 2, 8, 8)
            calls.append(1)
            return self.deeper(x).mean((2, 3))

    calls: list[int] = []
    network = Network.of(Catches(), input_shape=(3, 16, 16))
    before = len(calls), network.layers and len(calls)
    network.record(PICTURE, "conv")
    assert len(calls) == before[1]  # stopped at the layer, although the module catches exceptions


@pytest.mark.parametrize(
    "text",
    ["cat\ndog\neel\n", "\ufeffcat\r\ndog\r\neel\r\n", '["cat", "dog", "eel"]'],
    ids=["plain", "BOM", "JSON"],
)
def test_class_names_as_people_write_them(net, tmp_path: Path, text: str) -> None:
    (tmp_path / "classes.txt").write_text(text, encoding="utf-8")
    network = net("Parts", classes=tmp_path / "classes.txt")
    assert (network.class_names, network.class_index("cat")) == (("cat", "dog", "eel"), 0)


def test_a_home_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    for arguments, match in (
        (("~nobodyx/net.py:make",), "the file ~nobodyx/net.py does not exist"),
        (("retina", "~nobodyx/w.pth"), "the weights file ~nobodyx/w.pth does not exist"),
    ):
        with _refused(match):
            load_network(*arguments)
