"""Networks as people have them, and as nobody should: each a factory, `odd_networks.py:NAME`."""

import os
import sys

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint


class Parts(nn.Module):
    """Layers features.0, features.1 and head; three classes."""

    def __init__(self, channels: int = 3) -> None:
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(channels, 8, 3, padding=1), nn.ReLU())
        self.head = nn.Linear(8, 3)

    def scores(self, x: Tensor) -> Tensor:
        return self.head(self.features(x).mean((2, 3)))

    def forward(self, x: Tensor):
        return self.scores(x)


def _of(change):
    """A factory of a network whose scores, or whose input, are changed by `change(self, x)`."""

    class Changed(Parts):
        def forward(self, x):
            return change(self, x)

    return Changed


def _raise(error):
    raise error


def _frozen(self, x):
    with torch.no_grad():
        maps = self.features(x)
    return self.head(maps.mean((2, 3)))


@torch.inference_mode()
def _inference(self, x):
    return self.scores(x)


def _printing(self, x):
    print("shape", tuple(x.shape))
    return self.scores(x)


def _moving(self, x):
    os.chdir("/")
    return self.scores(x)


def _weights(value):
    def make():
        module = Parts()
        nn.init.constant_(module.features[0].weight, value)
        return module

    return make


class Tokens(nn.Module):
    """Patches as tokens, with one for the class, as vision transformers have them."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 8, 8, stride=8)
        self.cls = nn.Parameter(torch.zeros(1, 1, 8))
        self.block = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
        self.head = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.patches(x).flatten(2).transpose(1, 2)
        tokens = self.block(torch.cat([self.cls.expand(len(x), -1, -1), tokens], 1))
        return self.head(tokens[:, 0])


class ChannelsLast(Parts):
    """Maps are N×H×W×C, as in Swin."""

    def __init__(self) -> None:
        super().__init__()
        self.mix = nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.mix(self.features(x).permute(0, 2, 3, 1)).mean((1, 2)))


def sequential(*layers: nn.Module):
    """A factory of layers in a row."""
    return lambda: nn.Sequential(*layers)


def lazy():
    """Sizes are found at the first run."""
    return nn.Sequential(
        nn.LazyConv2d(8, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.LazyLinear(3)
    )


FACTORIES = {
    "plain": Parts,
    "parallel": lambda: nn.DataParallel(Parts()),
    "gray": lambda: Parts(1),
    "four": lambda: Parts(4),
    "five": lambda: Parts(5),
    "half": lambda: Parts().half(),
    "bfloat": lambda: Parts().bfloat16(),
    "double": lambda: Parts().double(),
    "training": lambda: nn.Sequential(
        Parts().features, nn.BatchNorm2d(8), nn.Dropout(), nn.Flatten()
    ).train(),
    "lazy": lazy,
    "meta": lambda: Parts().to("meta"),
    "scripted": lambda: torch.jit.script(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())),
    "nan": _weights(float("nan")),
    "infinite": _weights(float("inf")),
    "zeros": _weights(0.0),
    "loud": _weights(50.0),
    "tokens": Tokens,
    "channels_last": ChannelsLast,
    "no_layers": nn.Identity,
    "only_maps": sequential(nn.Conv2d(3, 8, 3), nn.ReLU()),
    "one_pixel": sequential(nn.Conv2d(3, 8, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()),
    "shrinking": sequential(nn.Conv2d(3, 8, 3, stride=16), nn.ReLU(), nn.Conv2d(8, 8, 3, stride=16)),
    "no_parameters": sequential(nn.AvgPool2d(4), nn.Flatten()),
    "frozen": _of(_frozen),
    "inference": _of(_inference),
    "detached": _of(lambda self, x: self.scores(x).detach()),
    "reentrant": _of(
        lambda self, x: self.head(checkpoint(self.features, x, use_reentrant=True).mean((2, 3)))
    ),
    "in_place": _of(lambda self, x: self.head(self.features(x.add_(0)).relu_().mean((2, 3)))),
    "random": _of(lambda self, x: self.scores(x + torch.rand_like(x))),
    "printing": _of(_printing),
    "moving": _of(_moving),
    "a_dict": _of(lambda self, x: {"logits": self.scores(x)}),
    "a_tuple": _of(lambda self, x: (self.scores(x), None)),
    "a_list": _of(lambda self, x: [self.scores(x)]),
    "nothing": _of(lambda self, x: None),
    "a_number": _of(lambda self, x: 3.0),
    "long": _of(lambda self, x: self.scores(x).long()),
    "bool": _of(lambda self, x: self.scores(x) > 0),
    "complex": _of(lambda self, x: self.scores(x).to(torch.complex64)),
    "empty": _of(lambda self, x: self.scores(x)[:, :0]),
    "scalar": _of(lambda self, x: self.scores(x).sum()),
    "sparse": _of(lambda self, x: self.scores(x).to_sparse()),
    "nan_scores": _of(lambda self, x: self.scores(x) * float("nan")),
    "one_class": _of(lambda self, x: self.scores(x)[:, :1]),
    "other_batch": _of(lambda self, x: self.scores(x)[:1].expand(7, -1)),
    "key_error": _of(lambda self, x: {}["x"]),
    "type_error": _of(lambda self, x: self.scores(x) + "x"),
    "index_error": _of(lambda self, x: [][0]),
    "stop": _of(lambda self, x: next(iter(()))),
    "leaves": _of(lambda self, x: sys.exit(0)),
    "interrupts": _of(lambda self, x: _raise(SystemExit("bye"))),
    "asserts": _of(lambda self, x: _raise(AssertionError())),
    "fixed_size": _of(lambda self, x: self.scores(x) if x.shape[-1] == 32 else _raise(ValueError("32 only"))),
}


def __getattr__(name: str):
    """Each factory as an attribute of the module, for `--network odd_networks.py:NAME`."""
    if name in FACTORIES:
        return FACTORIES[name]
    raise AttributeError(name)
