"""The shipped network: its size, its layers, and that it answers sanely."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models import ResNet18_Weights

from pareidolia.networks import load_network, retina
from pareidolia.pictures import resize_picture, sample_photo

WIDTHS = (20, 52, 112, 224, 320)
STAGES = [f"stage{k}" for k in range(1, 6)]


@pytest.fixture(scope="module")
def network() -> nn.Sequential:
    network = retina.build().eval()
    network.load_state_dict(load_file(retina.WEIGHTS), strict=True)
    return network


@pytest.fixture(scope="module")
def trunk(network: nn.Sequential) -> nn.Sequential:
    return network[:5]


def taps(trunk: nn.Module, pictures: Tensor) -> list[Tensor]:
    """The maps of the style layers on pictures in [0, 1]."""
    maps: list[Tensor] = []
    hooks = [
        trunk.get_submodule(name).register_forward_hook(lambda _module, _inputs, output: maps.append(output))
        for name in retina.STYLE_LAYERS
    ]
    mean, std = (torch.tensor(values)[:, None, None] for values in (retina.MEAN, retina.STD))
    with torch.no_grad():
        trunk((pictures - mean) / std)
    for hook in hooks:
        hook.remove()
    return maps


def test_it_is_small() -> None:
    assert sum(p.numel() for p in retina.build().parameters()) <= 3_000_000
    assert retina.WEIGHTS.stat().st_size <= 8_000_000


def test_a_picture_of_224_takes_at_most_two_billion_multiplications(network: nn.Module) -> None:
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(torch.zeros(1, *retina.INPUT_SHAPE))
    assert counter.get_total_flops() / 2 <= 2e9


def test_the_weights_are_finite_halves() -> None:
    for name, value in load_file(retina.WEIGHTS).items():
        assert value.dtype == torch.float16, name
        assert value.isfinite().all(), name


@pytest.mark.parametrize(("height", "width"), [(224, 224), (97, 50), (32, 32)])
def test_the_style_layers_halve_from_stage_to_stage(trunk: nn.Module, height: int, width: int) -> None:
    maps = taps(trunk, torch.rand(2, 3, height, width))
    assert [tuple(m.shape) for m in maps] == [
        (2, channels, height // 2**k, width // 2**k) for k, channels in enumerate(WIDTHS)
    ]


def test_it_is_made_of_what_a_reader_can_open_up() -> None:
    leaves = [module for module in retina.build().modules() if not list(module.children())]
    kinds = {nn.Conv2d, nn.ReLU, nn.MaxPool2d, nn.AdaptiveAvgPool2d, nn.Flatten, nn.Linear}
    assert {type(module) for module in leaves} == kinds
    assert [name for name, _ in retina.build().named_children()] == [*STAGES, "stage6", "head"]
    convolutions = [module for module in leaves if isinstance(module, nn.Conv2d)]
    assert {(c.kernel_size, c.padding, c.padding_mode) for c in convolutions} == {((3, 3), (1, 1), "zeros")}
    assert isinstance(retina.build().get_submodule(retina.CONTENT_LAYER), nn.ReLU)


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_flat_pictures_give_flat_finite_maps(trunk: nn.Module, level: float) -> None:
    for number, maps in enumerate(taps(trunk, torch.full((1, 3, 256, 256), level))):
        assert maps.isfinite().all()
        middle = maps[..., maps.shape[-2] // 2, maps.shape[-1] // 2]
        beside = maps[..., maps.shape[-2] // 2 - 1, maps.shape[-1] // 2]
        torch.testing.assert_close(middle, beside, rtol=1e-3, atol=1e-3 * 10**number)


def test_a_photo_wakes_most_channels_of_every_stage(trunk: nn.Module) -> None:
    data = pytest.importorskip("skimage.data", reason="the photo is scikit-image's")
    photo = torch.from_numpy(data.astronaut()).permute(2, 0, 1)[None].float() / 255
    for name, maps in zip(retina.STYLE_LAYERS, taps(trunk, photo), strict=True):
        awake = (maps.amax((0, 2, 3)) > 0).float().mean()
        assert awake > 0.9, f"{name}: {awake:.0%} of the channels ever fire"
        assert 1e-3 < maps.mean() < 100, name


def test_training_moved_it_away_from_chance(trunk: nn.Module) -> None:
    """Most of its first filters compare colours or sides, so that their weights nearly cancel."""
    first = trunk.get_submodule("stage1.conv1").weight.detach()
    balance = first.sum((1, 2, 3)).abs() / first.abs().sum((1, 2, 3))
    assert balance.median() < 0.35


def test_its_classes_are_imagenets() -> None:
    names = load_network("retina", "random", device="cpu").class_names
    categories = ResNet18_Weights.DEFAULT.meta["categories"]
    assert names is not None and len(names) == len(set(names)) == 1000
    assert list(names) == categories


def test_painting_runs_no_further_than_the_layer_it_needs() -> None:
    net = load_network("retina", "random", device="cpu")
    assert "stage6.relu1" in net.layers  # found by one run of the whole, before the hooks
    ran: list[str] = []
    for name in ("stage6", "head"):
        net.module.get_submodule(name).register_forward_hook(lambda *_, name=name: ran.append(name))
    net.record(torch.rand(1, 3, 16, 16), retina.STYLE_LAYERS)
    assert ran == []


def test_weights_with_other_classes_are_taken(tmp_path: Path) -> None:
    save_file(retina.build(3).state_dict(), tmp_path / "three.safetensors")
    (tmp_path / "names.txt").write_text("ant\nbee\ncat\n")
    net = load_network(
        "retina", str(tmp_path / "three.safetensors"), classes=tmp_path / "names.txt", device="cpu"
    )
    assert net(torch.rand(2, 3, 64, 48)).shape == (2, 3)
    assert net.class_index("bee") == 1


@pytest.mark.parametrize(
    ("sample", "name", "among"),
    [("chelsea", "Egyptian cat", 3), ("coffee", "espresso", 1), ("china", "palace", 3)],
)
def test_it_names_what_it_knows_on_sample_photos(sample: str, name: str, among: int) -> None:
    """A cat, a cup of coffee, and a temple; none was learned."""
    pytest.importorskip("skimage", reason="the photos are scikit-image's and scikit-learn's")
    pytest.importorskip("sklearn", reason="the photos are scikit-image's and scikit-learn's")
    net = load_network("retina", device="cpu")
    photo = sample_photo(sample)
    side = min(photo.shape[2:])
    top, left = ((length - side) // 2 for length in photo.shape[2:])
    square = resize_picture(photo[..., top : top + side, left : left + side], (224, 224))
    with torch.no_grad():
        best = net(square)[0].topk(among).indices.tolist()
    assert net.class_names is not None and name in [net.class_names[index] for index in best]
