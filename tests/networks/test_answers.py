"""What a network answers: logits, classes, and words where it cannot."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor, nn

from pareidolia.networks import Network, choose_device
from pareidolia.networks.classes import class_index, read_classes
from pareidolia.settings import BadNetwork, BadPicture, PareidoliaError, UnknownName


class Answers(nn.Module):
    """Gives its scores in the wrapping that it is told."""

    def __init__(self, wrap: object) -> None:
        super().__init__()
        self.wrap = wrap
        self.linear = nn.Linear(3, 4)

    def forward(self, pictures: Tensor) -> object:
        return self.wrap(self.linear(pictures.mean((2, 3))))


def network(module: nn.Module, channels: int = 3, **arguments: object) -> Network:
    return Network(
        "small",
        module,
        mean=(0.5,) * channels,
        std=(0.25,) * channels,
        input_shape=(channels, 8, 8),
        **arguments,
    )


@pytest.mark.parametrize(
    "wrap",
    [
        lambda scores: scores,
        lambda scores: (scores, 3),
        lambda scores: {"logits": scores, "loss": None},
        lambda scores: {"out": scores},
        lambda scores: SimpleNamespace(logits=scores),
        lambda scores: scores[:, :, None, None],
    ],
)
def test_logits_are_found(wrap: object) -> None:
    module = Answers(wrap)
    pictures = torch.rand(2, 3, 8, 8)
    expected = module.linear(((pictures - 0.5) / 0.25).mean((2, 3)))
    assert torch.allclose(network(module)(pictures), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("wrap", "match"),
    [
        (lambda scores: None, "gives NoneType, in which no class scores"),
        (lambda scores: "cat", "gives str"),
        (
            lambda scores: scores[:, :, None, None].expand(-1, -1, 2, 3),
            "gives maps of 4×2×3, not class scores",
        ),
        (lambda scores: scores[:1].expand(7, -1), "gives 7 rows of class scores for 2 pictures"),
    ],
)
def test_answers_without_logits_are_refused(wrap: object, match: str) -> None:
    with pytest.raises(BadNetwork, match=match):
        network(Answers(wrap))(torch.rand(2, 3, 8, 8))


def test_colour_for_a_grey_network_is_luminance() -> None:
    net = network(nn.Sequential(nn.Conv2d(1, 2, 1), nn.Flatten()), 1)
    gray = torch.rand(1, 1, 8, 8)
    assert torch.allclose(net.prepare(gray.expand(-1, 3, -1, -1)), net.prepare(gray), atol=1e-6)
    red, green, blue = (net.prepare(each.view(1, 3, 1, 1)) for each in torch.eye(3))
    assert green > red > blue


@pytest.mark.parametrize(
    ("pictures", "match"),
    [
        (torch.rand(3, 8, 8), "not 3×8×8 of float32"),
        (torch.zeros(1, 3, 8, 8, dtype=torch.uint8), "not 1×3×8×8 of uint8"),
        (torch.rand(1, 4, 8, 8), "takes pictures of 3 channels, not 4"),
    ],
)
def test_what_is_no_picture(pictures: Tensor, match: str) -> None:
    with pytest.raises(BadPicture, match=match):
        network(nn.Conv2d(3, 1, 1))(pictures)


def test_too_small_a_picture_is_told_in_words() -> None:
    net = network(nn.Sequential(nn.Conv2d(3, 2, 5), nn.AdaptiveAvgPool2d(1), nn.Flatten()))
    assert net(torch.rand(1, 3, 8, 8)).shape == (1, 2)
    with pytest.raises(BadPicture, match="made for 8x8 pixels, cannot look at a picture of 1x2"):
        net(torch.rand(1, 3, 2, 1))


NAMES = (
    "tench",
    "tabby",
    "tiger cat",
    "Persian cat",
    "crane",
    "golden retriever",
    "crane",
    "Labrador retriever",
)


@pytest.mark.parametrize(
    ("text", "index"),
    [("tabby", 1), ("TABBY", 1), ("3", 3), ("persian", 3), ("golden", 5), ("tabby cat", 1), (" tench ", 0)],
)
def test_classes_are_found(text: str, index: int) -> None:
    assert class_index(text, NAMES) == index


def test_ambiguous_and_unknown_classes() -> None:
    with pytest.raises(PareidoliaError, match=r"golden retriever \(5\), Labrador retriever \(7\)"):
        class_index("retriever", NAMES)
    with pytest.raises(PareidoliaError, match=r"crane \(4\), crane \(6\)"):
        class_index("crane", NAMES)
    with pytest.raises(UnknownName, match="no class 'tench3'; did you mean tench"):
        class_index("tench3", NAMES)
    with pytest.raises(PareidoliaError, match="the classes are 0 to 7"):
        class_index("8", NAMES)
    with pytest.raises(UnknownName):
        class_index("", NAMES)


def test_networks_without_names_take_numbers() -> None:
    net = network(Answers(lambda scores: scores))
    assert net.class_index("3") == 3
    with pytest.raises(PareidoliaError, match="0 to 3"):
        net.class_index("4")
    with pytest.raises(BadNetwork, match="no class names"):
        net.class_index("cat")


def test_class_files(tmp_path: Path) -> None:
    path = tmp_path / "classes.txt"
    path.write_text("cat\n dog \n")
    assert read_classes(path) == ("cat", "dog")
    path.write_text("cat\n\ndog\n")
    for bad in (path, tmp_path / "none.txt", tmp_path):
        with pytest.raises(BadNetwork, match=str(bad)):
            read_classes(bad)


def test_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    for cuda, mps, expected in ((True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")):
        monkeypatch.setattr(torch.cuda, "is_available", lambda cuda=cuda: cuda)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda mps=mps: mps)
        assert choose_device().type == expected
    with pytest.raises(PareidoliaError, match="no device 'cuda' on this machine; it has cpu"):
        choose_device("cuda")
