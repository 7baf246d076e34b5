"""The recipe that tries networks: what it keeps, goes on from and prints."""

import json
from functools import partial
from pathlib import Path

import every_network
import network_works

NETWORK = """
from torch import nn
def tokens():
    class Tokens(nn.Module):
        def __init__(self):
            super().__init__()
            self.patches, self.act, self.head = nn.Conv2d(3, 4, 8, 8), nn.GELU(), nn.Linear(4, 3)
            nn.init.zeros_(self.head.weight)
        def forward(self, x):
            assert x.shape[2:] == (32, 32)
            return self.head(self.act(self.patches(x).flatten(2).mT).mean(1))
    return Tokens()
"""


def test_a_network_of_tokens_and_one_size_does_everything(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "net.py").write_text(NETWORK)
    load = partial(every_network.load_network, input="3x32x32")
    monkeypatch.setattr(every_network, "load_network", load)
    monkeypatch.setattr(network_works, "_SAMPLES", ("chelsea",))
    monkeypatch.setitem(every_network.WORKS, "atlas", lambda network, folder: None)  # takes a network by name
    outcomes = every_network.tried(f"{tmp_path / 'net.py'}:tokens")
    assert outcomes["attention"].startswith(every_network.UNSUITED) or not outcomes["attention"]
    assert {**outcomes, "attention": ""} == {"load": "", **dict.fromkeys(every_network.WORKS, "")}


def test_what_fails_is_a_line(tmp_path: Path, monkeypatch) -> None:
    def fails(network: object, folder: Path) -> None:
        raise ValueError("no such thing\nat all")

    monkeypatch.setattr(every_network, "WORKS", {"dream": fails})
    assert every_network.tried("retina") == {"load": "", "dream": "ValueError: no such thing at all"}
    assert list(every_network.tried("timm:nothing")) == ["load"]


def test_parameters_are_counted_also_where_the_building_computes() -> None:
    assert every_network.parameters("torchvision:regnet_y_400mf") == 4_344_144
    assert every_network.parameters("timm:resnet18") == 11_689_512


def test_what_is_kept_is_not_tried_again(tmp_path: Path, monkeypatch, capsys) -> None:
    asked = []

    def in_a_process(name: str, works: object) -> dict[str, str]:
        asked.append(name)
        return {"load": "", "gradient": "" if "18" in name else "no"}

    monkeypatch.setattr(every_network, "_in_a_process", in_a_process)
    kept = tmp_path / "kept.jsonl"
    names = ["torchvision:resnet18", "torchvision:resnet34", "torchvision:vgg16"]  # the last is too large
    every_network.try_missing(names[:1], kept, 120_000_000)
    kept.write_text(kept.read_text() + json.dumps({"network": "cut"})[:-5])
    with kept.open("a") as file:
        file.write("\n")
    every_network.try_missing(names, kept, 120_000_000)
    assert asked == names[:2] and list(every_network.read(kept)) == names[:2]
    rows = every_network.table(every_network.read(kept)).splitlines()
    assert rows[2].startswith("| all 2 of torchvision that were tried | 1 | 0 |")
    assert "resnet34" in capsys.readouterr().err
