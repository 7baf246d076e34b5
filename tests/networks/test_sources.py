"""Where networks come from: torchvision, timm (a cache in place of the internet), the user's code."""

import json
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torchvision import models

from pareidolia.networks import load_network, load_network_from
from pareidolia.networks.sources import from_torchvision, hub_client
from pareidolia.safety import distrusting
from pareidolia.settings import BadNetwork, MissingExtra, NetworkSettings, PareidoliaError, UnknownName

USERS = """
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3)
    def forward(self, x):
        return self.conv(x).mean((2, 3))
def coloured(): return nn.Sequential(nn.Conv2d(3, 5, 3), nn.AdaptiveAvgPool2d(1))
def needs(argument): return Net()
def number(): return 3
def broken(): raise ValueError("no, not\\ntoday")
made = Net()
text = "a network"
"""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty torch cache, and no internet."""

    def offline(url: str, *_: object, **__: object) -> None:
        raise OSError("offline")

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torch.hub, "_hub_dir", None)
    monkeypatch.setattr(torch.hub, "download_url_to_file", offline)
    (tmp_path / "hub/checkpoints").mkdir(parents=True)
    return tmp_path / "hub/checkpoints"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.py"
    path.write_text(USERS)
    return path


def test_published_weights_come_from_torchs_cache(cache: Path) -> None:
    source = models.squeezenet1_1()
    torch.save(source.state_dict(), cache / "squeezenet1_1-b8a52dc0.pth")
    net = load_network("torchvision:squeezenet1_1", device="cpu")
    assert torch.equal(net.module.features[0].weight, source.features[0].weight)
    assert (net.mean, net.std) == ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    assert net.input_shape == (3, 224, 224)
    assert net.class_names is not None and net.class_names[281] == "tabby"
    assert net(torch.rand(1, 3, 100, 80)).shape == (1, 1000)
    assert not any(each.requires_grad for each in net.module.parameters())


def test_offline_the_missing_file_is_named(cache: Path) -> None:
    with pytest.raises(BadNetwork) as caught:
        load_network("torchvision:vgg19")
    assert str(cache / "vgg19-dcbb9e9d.pth") in str(caught.value)
    assert "https://download.pytorch.org/models/vgg19-dcbb9e9d.pth" in str(caught.value)
    assert "--network retina" in str(caught.value)


def test_a_broken_file_in_the_cache_is_named(cache: Path) -> None:
    (cache / "vgg11-8a719046.pth").write_bytes(b"PK\x03\x04")
    with pytest.raises(BadNetwork, match=r"vgg11-8a719046\.pth is not a"):
        load_network("torchvision:vgg11")


def test_densenets_old_names_are_understood(cache: Path) -> None:
    source = models.densenet121()
    old = {}
    for key, value in source.state_dict().items():
        for part in ("norm", "conv"):
            for digit in "12":
                if "denselayer" in key:
                    key = key.replace(f".{part}{digit}.", f".{part}.{digit}.")
        old[key] = value
    assert set(old) != set(source.state_dict())
    torch.save(old, cache / "densenet121-a639ec97.pth")
    net = load_network("torchvision:densenet121", device="cpu")
    assert torch.equal(
        net.module.features.denseblock1.denselayer1.conv2.weight,
        source.features.denseblock1.denselayer1.conv2.weight,
    )


@pytest.mark.parametrize("name", [each for each in models.list_models(module=models) if "regnet" not in each])
def test_each_network_is_built_as_its_published_weights_need_it(name: str) -> None:
    """RegNets, which compute with tensors while they are built, cannot be built without memory."""
    published = models.get_model_weights(name).DEFAULT
    with torch.device("meta"):
        module = from_torchvision._make(name, published, None)
    auxiliary = sum(p.numel() for key, p in module.named_parameters() if name == "googlenet" and "aux" in key)
    assert sum(each.numel() for each in module.parameters()) - auxiliary == published.meta["num_params"]


def test_random_weights_are_the_same_every_time_and_move_no_generator() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    one = load_network("torchvision:alexnet", "random", device="cpu")
    assert torch.equal(torch.rand(3), expected)
    other = load_network("torchvision:alexnet", "random", device="cpu")
    assert torch.equal(one.module.classifier[6].weight, other.module.classifier[6].weight)


def test_the_users_weights_with_the_users_classes(tmp_path: Path) -> None:
    save_file(models.squeezenet1_1(num_classes=2).state_dict(), tmp_path / "w.safetensors")
    (tmp_path / "classes.txt").write_text("cat\ndog\n")
    settings = NetworkSettings(
        network="torchvision:squeezenet1_1",
        weights=str(tmp_path / "w.safetensors"),
        classes=tmp_path / "classes.txt",
        device="cpu",
    )
    net = load_network_from(settings)
    assert net(torch.rand(1, 3, 64, 64)).shape == (1, 2)
    assert net.class_index("dog") == 1
    with pytest.raises(
        BadNetwork, match=r"of another shape classifier.1.weight \(2×512×1×1, not 1000×512×1×1\)"
    ):
        load_network("torchvision:squeezenet1_1", tmp_path / "w.safetensors")


@pytest.mark.parametrize(
    "name", ["vgg119", "retinal", "torchvision:vgg18", "timm:resnet51", "", "torchvision:fcn_resnet50"]
)
def test_unknown_networks(name: str) -> None:
    with pytest.raises(UnknownName, match="did you mean"):
        load_network(name)


def test_timm_without_the_internet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    timm = pytest.importorskip("timm")
    net = load_network("timm:resnet18", "random", device="cpu")
    assert net.input_shape == (3, 224, 224)
    assert net.class_names is not None and net.class_names[281] == "tabby"
    torch.save(timm.create_model("resnet18").state_dict(), tmp_path / "w.pth")
    assert load_network("timm:resnet18", tmp_path / "w.pth", device="cpu")(
        torch.rand(1, 3, 64, 64)
    ).shape == (1, 1000)

    def offline(*_: object, **__: object) -> None:
        raise OSError("cannot reach\nthe hub")

    monkeypatch.setattr("timm.models._builder.load_state_dict_from_hf", offline)
    with pytest.raises(
        BadNetwork, match=r"cannot reach.*timm/resnet18\.\w+ on huggingface.co.*--network retina"
    ):
        load_network("timm:resnet18")


def test_timm_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "timm", None)
    with pytest.raises(MissingExtra, match=r"pip install 'pareidolia-nn\[timm\]'"):
        load_network("timm:resnet18")


def test_a_factory_in_a_file(file: Path) -> None:
    gray = load_network(f"{file}:Net", device="cpu")
    assert gray.input_shape == (1, 224, 224)
    assert gray.preparation == "1x224x224, luminance of colour, mean 0, std 1"
    assert gray(torch.rand(2, 1, 8, 8)).shape == (2, 2)
    colored = load_network(f"{file}:coloured", mean=(0.5,) * 3, input="3x16x20", device="cpu")
    assert colored.preparation == "3x16x20, mean 0.5 0.5 0.5, std 0.229 0.224 0.225"
    assert colored.layers["0"].shape == (5, 14, 18)


def test_a_factory_in_a_module() -> None:
    net = load_network("torchvision.models:squeezenet1_0", "published", device="cpu")
    assert net(torch.rand(1, 1, 64, 64)).shape == (1, 1000)  # grey serves three channels
    assert net.class_names is None


@pytest.mark.parametrize(
    ("factory", "match"),
    [
        ("needs", "needs.. failed: TypeError: .*argument"),
        ("number", "gave int, not a torch.nn.Module"),
        ("broken", "failed: ValueError: no, not today"),
        ("made", "is not a function or class"),
        ("text", "is not a function or class"),
        ("Nett", "there is no factory in .* 'Nett'; did you mean Net"),
    ],
)
def test_factories_that_make_no_network(file: Path, factory: str, match: str) -> None:
    with pytest.raises((BadNetwork, UnknownName), match=match) as caught:
        load_network(f"{file}:{factory}")
    assert "\n" not in str(caught.value)


def test_files_and_modules_that_do_not_run(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("def net(:\n")
    for name, match in {
        f"{tmp_path / 'bad.py'}:net": "cannot be run: SyntaxError",
        f"{tmp_path / 'none.py'}:net": "does not exist",
        "no.such.module:net": "cannot be imported .ModuleNotFoundError",
    }.items():
        with pytest.raises(BadNetwork, match=match):
            load_network(name)


def test_numbers_that_do_not_fit(file: Path) -> None:
    for arguments, match in (
        ({"mean": (0.5,)}, "takes 3 channels, but the mean has 1 numbers"),
        ({"std": (1.0, 0.0, 1.0)}, "must not be zero"),
        ({"input": "3x0x8"}, "not an input shape"),
        ({"input": "224"}, "not an input shape"),
    ):
        with pytest.raises(BadNetwork, match=match):
            load_network(f"{file}:coloured", **arguments)
    with pytest.raises(BadNetwork, match=r"cannot look at a 4x8x8 picture .* --input CxHxW"):
        load_network(f"{file}:coloured", input="4x8x8", device="cpu").layers  # noqa: B018


def _of_timm(folder: Path, **changes: object) -> torch.nn.Module:
    """A tiny network in timm's form in a folder: config.json and model.safetensors."""
    timm = pytest.importorskip("timm")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        module = timm.create_model("test_vit", num_classes=3)
    folder.mkdir(parents=True)
    save_file(module.state_dict(), folder / "model.safetensors")
    data = {"input_size": [3, 160, 160], "mean": [0.4] * 3, "std": [0.2] * 3, "fixed_input_size": True}
    config = {
        "architecture": "test_vit",
        "num_classes": 3,
        "pretrained_cfg": {"label_names": ["a", "b", "c"], "num_classes": 3, **data},
        **changes,
    }
    (folder / "config.json").write_text(json.dumps(config))
    return module


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the Hugging Face hub, which cannot be reached."""
    constants = pytest.importorskip("huggingface_hub").constants

    def unknown(*_: object) -> None:
        raise OSError("Name or service not known")

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(hub_client, "getproxies", dict)
    monkeypatch.setattr(hub_client.socket, "getaddrinfo", unknown)
    return tmp_path / "hub"


@pytest.mark.parametrize("name", ["hf-hub:lab/tiny", "timm:hf-hub:lab/tiny"])
def test_a_network_of_the_hub_comes_from_its_cache(name: str, hub: Path, capfd) -> None:
    repository = hub / "models--lab--tiny"
    source = _of_timm(repository / "snapshots" / "abc")
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("abc")
    net = load_network(name, device="cpu")
    assert torch.equal(net.module.head.weight, source.head.weight) and net.name == name
    assert (net.mean, net.input_shape) == ((0.4,) * 3, (3, 160, 160))
    assert net.class_names == ("a", "b", "c") and net.one_size and net.accepts((64, 50))
    assert capfd.readouterr().err == ""


def test_a_network_in_a_folder_of_timms_form(tmp_path: Path) -> None:
    source = _of_timm(tmp_path / "tiny")
    net = load_network(f"timm:local-dir:{tmp_path / 'tiny'}", device="cpu")
    assert torch.equal(net.module.head.weight, source.head.weight)
    with pytest.raises(BadNetwork, match=r"timm cannot build local-dir:.*nowhere.*not found"):
        load_network(f"timm:local-dir:{tmp_path / 'nowhere'}", device="cpu")


@pytest.mark.parametrize("name", ["hf-hub:lab/tiny", "timm:hf-hub:lab/tiny"])
def test_without_the_internet_the_hub_is_one_line(name: str, hub: Path, capfd) -> None:
    with pytest.raises(BadNetwork, match=r"^lab/tiny could not be had from the Hugging Face hub") as caught:
        load_network(name, device="cpu")
    assert "\n" not in str(caught.value) and "timm:local-dir:FOLDER" in str(caught.value)
    assert capfd.readouterr().err == ""


HUBCONF = """
import torch
from torch import nn
from beside import WIDTH
dependencies = ["torch"]
def small(pretrained=False, progress=True):
    made = nn.Sequential(nn.Conv2d(3, WIDTH, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    if pretrained:
        nn.init.constant_(made[0].weight, 0.25)
    return made
def newer(*, weights=None):
    return small(pretrained=weights == "DEFAULT")
def number(): return 3
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "hubconf.py").write_text(HUBCONF)
    (folder / "beside.py").write_text("WIDTH = 4")
    return folder


@pytest.mark.parametrize("entry", ["small", "newer"])
def test_a_repository_of_torch_hub(entry: str, repository: Path, cache: Path) -> None:
    net = load_network(f"torchhub:{repository}:{entry}", device="cpu")
    assert (net.module[0].weight == 0.25).all()
    assert not (
        load_network(f"torchhub:{repository}:{entry}", "random", device="cpu").module[0].weight == 0.25
    ).any()
    repository.rename(cache.parent / "lab_things_main")
    assert (load_network(f"torchhub:lab/things:{entry}", device="cpu").module[0].weight == 0.25).all()
    (cache.parent / "lab_things_main").rename(cache.parent / "lab_things_v1.0")
    assert (load_network(f"torchhub:lab/things:v1.0:{entry}", device="cpu").module[0].weight == 0.25).all()


def test_torch_hub_in_one_line(repository: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*_: object, **__: object) -> None:
        raise RuntimeError("there is no internet connection")

    monkeypatch.setattr(torch.hub, "list", offline)
    with pytest.raises(
        BadNetwork, match=r"torchhub:lab/things could not be fetched .*no internet.*FOLDER:NAME"
    ):
        load_network("torchhub:lab/things:small", device="cpu")
    with pytest.raises(BadNetwork, match="names no repository: write torchhub:"):
        load_network("torchhub:small", device="cpu")
    with pytest.raises(UnknownName, match="did you mean small"):
        load_network(f"torchhub:{repository}:smal", device="cpu")
    with pytest.raises(BadNetwork, match=r"gave int, not a torch.nn.Module"):
        load_network(f"torchhub:{repository}:number", device="cpu")


def test_what_a_file_names_is_not_fetched_and_not_run(repository: Path, hub: Path) -> None:
    name = f"torchhub:{repository}:small"
    with distrusting("the picture x.png"):
        with pytest.raises(PareidoliaError, match=r"names code to run, 'torchhub:.*not run unasked"):
            load_network(name, device="cpu")
        for each in ("hf-hub:lab/tiny", "timm:hf-hub:lab/tiny"):
            with pytest.raises(
                PareidoliaError, match=rf"names a network of a hub, '{each}'.*not fetched unasked"
            ):
                load_network(each, device="cpu")
    with distrusting("the picture x.png", (name,)):
        assert load_network(name, device="cpu").name == name
