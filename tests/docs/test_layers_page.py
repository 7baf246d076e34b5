"""docs/layers.md: the layers that it names are there and see what it shows."""

import re
from pathlib import Path

from pareidolia.networks import load_network

PAGE = (Path(__file__).parents[2] / "docs" / "layers.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip().strip("`") for cell in line.strip("|").split("|")]
    for line in re.findall(r"^\| (?:\d/\d+|all).*$", PAGE, re.MULTILINE)
]


def test_retina_sees_what_the_page_shows():
    layers = load_network("retina", device="cpu").layers
    assert len(ROWS) == 6
    for row in ROWS:
        field = layers[row[2]].receptive_field
        assert f"{field.size[0]}x{field.size[1]}" == row[5]
        share = 224 / field.size[0]
        stated = eval(row[0].split()[0]) if "/" in row[0] else 1.0
        assert 0.6 < stated * share < 1.8


def test_resnet_has_the_layers():
    layers = load_network("torchvision:resnet18", weights="random", device="cpu").layers
    assert all(row[4] in layers for row in ROWS)
