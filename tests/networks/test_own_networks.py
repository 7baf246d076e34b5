"""Networks of the user's own: what is assumed, and that the module is left as it was."""

import threading
import warnings

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm
from torchvision import models

from pareidolia.networks import Network, as_network
from pareidolia.networks.classes import read_classes
from pareidolia.settings import BadNetwork, BadPicture, NetworkSettings, PareidoliaError, UnknownName

GRAY = torch.full((1, 3, 32, 32), 0.5)


def classifier(channels: int = 3, outputs: int = 4) -> nn.Sequential:
    torch.manual_seed(1)
    return nn.Sequential(
        nn.Conv2d(channels, 6, 3, padding=1),
        nn.BatchNorm2d(6),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
        nn.Dropout(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(6, outputs),
    )


def state(module: nn.Module) -> list[object]:
    parts = [(each.training, tuple(each._forward_hooks)) for each in module.modules()]
    weights = [(each.requires_grad, each.data_ptr(), each.grad, each.clone()) for each in module.parameters()]
    return [parts, weights, {name: each.clone() for name, each in module.named_buffers()}]


def same(before: object, after: object) -> bool:
    if isinstance(before, Tensor) and isinstance(after, Tensor):
        return torch.equal(before, after)
    if isinstance(before, (list, tuple)) and isinstance(after, (list, tuple)):
        return len(before) == len(after) and all(map(same, before, after))
    if isinstance(before, dict) and isinstance(after, dict):
        return before.keys() == after.keys() and all(same(before[key], after[key]) for key in before)
    return before == after


def test_the_module_is_left_as_it_was() -> None:
    module = classifier().train()
    module[0].register_forward_hook(lambda *_: None)
    before = state(module)
    network = Network.of(module)
    picture = torch.rand(1, 3, 32, 32).requires_grad_()
    network(picture).sum().backward()
    network.record(GRAY, "2")
    as_network(module, pooling="average", padding="reflect")(GRAY)
    assert same(before, state(module))
    assert picture.grad is not None
    assert isinstance(module[3], nn.MaxPool2d)


def test_weights_are_shared_and_training_goes_on() -> None:
    module = classifier().train()
    network = Network.of(module)
    before = network(GRAY)
    optimizer = torch.optim.SGD(module.parameters(), 0.1)
    module(torch.rand(2, 3, 32, 32)).sum().backward()
    optimizer.step()
    assert not torch.equal(network(GRAY), before)
    module.eval()
    expected = module(
        (GRAY - GRAY.new_tensor(network.mean).view(1, 3, 1, 1))
        / GRAY.new_tensor(network.std).view(1, 3, 1, 1)
    )
    torch.testing.assert_close(network(GRAY), expected)


def test_what_was_assumed_is_said() -> None:
    assert Network.of(classifier()).assumed == ("ImageNet's mean and std", "3x224x224")
    assert "assumed: ImageNet's mean and std, 3x224x224" in repr(Network.of(classifier()))
    gray = Network.of(classifier(1))
    assert (gray.mean, gray.std, gray.input_shape) == ((0.0,), (1.0,), (1, 224, 224))
    assert gray.assumed == ("mean 0 and std 1", "1x224x224")
    said = Network.of(classifier(), mean=(0.5,) * 3, std=(0.5,) * 3, input_shape="3x32x32", name="mine")
    assert said.assumed == () and "assumed" not in repr(said) and said.name == "mine"
    assert Network.of(classifier(), std=(1.0,) * 3, input_shape=(3, 32, 32)).assumed == ("ImageNet's mean",)


def test_a_transformer_states_its_size() -> None:
    timm = pytest.importorskip("timm")
    small = {"patch_size": 8, "embed_dim": 16, "depth": 1, "num_heads": 2, "num_classes": 3}
    wide = timm.create_model("vit_tiny_patch16_224", img_size=(32, 48), **small)
    square = models.VisionTransformer(32, 8, 1, 2, 16, 32, num_classes=3)
    mixer = timm.create_model("mixer_s16_224", img_size=32, num_classes=3)  # states it in its stem
    inside = nn.Sequential(mixer, nn.Identity())
    found = ((wide, (3, 32, 48)), (square, (3, 32, 32)), (mixer, (3, 32, 32)), (inside, (3, 32, 32)))
    for module, shape in found:
        network = Network.of(module)
        assert network.input_shape == shape
        assert network.assumed == ("ImageNet's mean and std",)
        assert network(torch.rand(1, 3, *shape[1:])).shape == (1, 3)
    assert Network.of(wide, input_shape=(3, 224, 224)).input_shape == (3, 224, 224)


def test_a_name_and_a_module_of_one_kind_are_assumed_alike(tmp_path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("from torch import nn\ndef make():\n    return nn.Sequential(nn.Conv2d(3, 2, 3))\n")
    named = as_network(f"{file}:make")
    own = Network.of(nn.Sequential(nn.Conv2d(3, 2, 3)))
    assert (named.assumed, named.preparation) == (own.assumed, own.preparation)


class Odd(nn.Module):
    """Parts that cannot be copied, that are not registered, and that are made from others in a hook."""

    def __init__(self) -> None:
        super().__init__()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            self.first = nn.utils.weight_norm(nn.Conv2d(3, 4, 3))
        self.second = spectral_norm(nn.Conv2d(4, 4, 3))
        self.lock = threading.Lock()
        self.parts = [self.first]
        self.call = self.second.forward
        self.head = nn.Linear(4, 2)

    def forward(self, pictures: Tensor) -> Tensor:
        with self.lock:
            return self.head(self.call(self.parts[0](pictures)).mean((2, 3)))


def test_odd_modules_are_mirrored() -> None:
    module = Odd().eval()
    network = Network.of(module, mean=(0.0,) * 3, std=(1.0,) * 3)
    torch.testing.assert_close(network(GRAY), module(GRAY))
    assert {"first", "second.parametrizations.weight", "head"} <= network.layers.keys()
    assert network.module.parts[0] is network.module.first is not module.first


def test_traced_graphs_and_compiled_modules() -> None:
    module = classifier().eval()
    plain = Network.of(module)(GRAY)
    assert torch.equal(Network.of(torch.fx.symbolic_trace(module))(GRAY), plain)
    compiled = torch.compile(module)
    assert torch.equal(Network.of(compiled)(GRAY), plain)
    assert hasattr(compiled, "_orig_mod")
    inside = nn.Sequential(torch.compile(nn.Conv2d(3, 4, 3)), nn.ReLU())
    assert list(Network.of(inside).layers) == ["0", "1"]
    assert hasattr(inside[0], "_orig_mod")


def test_variants() -> None:
    module = classifier()
    network = Network.of(module, input_shape=(3, 32, 32))
    assert as_network(network) is network
    assert network.layers["3"].kind == "MaxPool2d"
    other = as_network(network, pooling="l2", padding="replicate")
    assert other.layers["3"].kind == "ScaledL2Pool2d" and network.layers["3"].kind == "MaxPool2d"
    assert other.module[0].padding_mode == "replicate" and network.module[0].padding_mode == "zeros"
    assert other.module[0].weight.data_ptr() == module[0].weight.data_ptr()
    with pytest.raises(BadNetwork, match="no max pooling"):
        as_network(nn.Sequential(nn.Conv2d(3, 4, 3)), pooling="average")


def test_names_settings_and_nothing() -> None:
    assert as_network().name == as_network("retina").name == "retina"
    random = as_network(NetworkSettings(weights="random", device="cpu"), padding="reflect")
    assert random.name == "retina"
    with pytest.raises(UnknownName, match="did you mean retina"):
        as_network("retna")


@pytest.mark.parametrize("wrong", [3, [1], nn.Linear, object()])
def test_what_is_not_a_network(wrong: object) -> None:
    with pytest.raises(PareidoliaError, match=r"network=.* is not a network: give a Network"):
        as_network(wrong)


def test_preparation_of_ones_own() -> None:
    weights = models.ResNet18_Weights.DEFAULT
    prepare = weights.transforms()
    network = Network.of(classifier(), prepare=prepare)
    picture = torch.rand(1, 3, 300, 400)
    assert torch.equal(network.prepare(picture), prepare(picture))
    assert network.prepare(picture).shape == (1, 3, 224, 224)
    assert "prepared by ImageClassification" in network.preparation
    leaf = picture.clone().requires_grad_()
    network(leaf).sum().backward()
    assert leaf.grad is not None and leaf.grad.abs().sum() > 0


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (lambda pictures: pictures.detach(), "cuts off the gradients"),
        (lambda pictures: torch.from_numpy(pictures.numpy()), "failed on pictures 1×3×224×224"),
        (lambda pictures: pictures[0], "it must give as many pictures N×C×H×W"),
        (lambda pictures: [pictures], "gives list, not a tensor"),
    ],
)
def test_a_preparation_that_will_not_do(prepare: object, message: str) -> None:
    with pytest.raises(BadNetwork, match=message):
        Network.of(classifier(), prepare=prepare)


def test_preparation_and_mean_exclude_each_other() -> None:
    with pytest.raises(BadNetwork, match="either prepare= or mean="):
        Network.of(classifier(), prepare=lambda pictures: pictures, mean=(0.5,) * 3)


@pytest.mark.parametrize("names", [["cat", "dog"], [f"class {number}" for number in range(9)]])
def test_class_names_that_are_not_as_many_as_outputs(names: list[str]) -> None:
    network = Network.of(classifier(), classes=names, input_shape=(3, 32, 32))
    said = f"{len(names)} class names were given, Sequential gives 4 outputs"
    for look in (lambda: network(GRAY), lambda: network.class_index("cat"), lambda: network.class_index(1)):
        with pytest.raises(BadNetwork, match=said):
            look()


def test_class_names_from_a_list_and_from_a_file(tmp_path) -> None:
    file = tmp_path / "names.txt"
    file.write_text("ape\nbee\ncat\ndog\n")
    for classes in (["ape", "bee", "cat", "dog"], file, str(file)):
        assert Network.of(classifier(), classes=classes).class_index("bee") == 1
    for wrong in ([], ["ape", 3], ["ape", " "]):
        with pytest.raises(BadNetwork, match="classes= takes the names"):
            Network.of(classifier(), classes=wrong)


@pytest.mark.parametrize(
    ("pictures", "message"),
    [
        (torch.linspace(0, 255, 192).view(1, 3, 8, 8), "divide by 255 or pass uint8"),
        (torch.linspace(-2, 2.5, 192).view(1, 3, 8, 8), "normalized already"),
        (torch.full((1, 3, 8, 8), float("nan")), "hold NaN"),
    ],
)
def test_pictures_out_of_range_are_refused(pictures: Tensor, message: str) -> None:
    network = Network.of(classifier())
    for look in (lambda: network(pictures), lambda: network.record(pictures, "2")):
        with pytest.raises(BadPicture, match=message):
            look()


def test_a_canvas_that_gradients_are_asked_of_may_leave_the_range() -> None:
    canvas = torch.full((1, 3, 32, 32), -1.5, requires_grad=True)
    assert Network.of(classifier())(canvas).shape == (1, 4)


def test_a_layer_may_be_named_alone() -> None:
    assert list(Network.of(classifier()).record(GRAY, "2")) == ["2"]


def test_the_layers_show_themselves_as_a_table() -> None:
    network = Network.of(classifier(), input_shape=(3, 32, 32))
    assert "<td>Conv2d</td><td>6x32x32</td>" in network._repr_html_()
    assert network.table().row_count == len(network.layers)
    assert len(repr(network)) < 200


def test_not_a_module_and_a_scripted_one() -> None:
    with pytest.raises(BadNetwork, match=r"module=str is not a network: give a torch.nn.Module"):
        Network.of("retina")
    with pytest.raises(BadNetwork, match="is a scripted module"):
        Network.of(torch.jit.script(nn.Sequential(nn.ReLU())))


@pytest.mark.parametrize(
    "text",
    [
        "0,ape\n1,bee\n2,cat\n3,dog\n",
        "2\tcat\n0\tape\n1\tbee\n3\tdog",
        '{"0": "ape", "1": "bee", "2": "cat", "3": "dog"}',
        '{"1": ["n2", "bee"], "0": ["n1", "ape"], "2": ["n3", "cat"], "3": ["n4", "dog"]}',
    ],
)
def test_names_with_their_numbers_are_put_into_order(tmp_path, text):
    (tmp_path / "names.txt").write_text(text)
    assert read_classes(tmp_path / "names.txt") == ("ape", "bee", "cat", "dog")


@pytest.mark.parametrize("text", ["1,ape\n2,bee", "0,ape\n0,bee", '{"1": "ape"}'])
def test_names_that_are_numbered_otherwise_are_refused(tmp_path, text):
    (tmp_path / "names.txt").write_text(text)
    with pytest.raises(BadNetwork, match="not from 0 on"):
        read_classes(tmp_path / "names.txt")
