"""Networks as people have them and as nobody should, through every operation that looks with one."""

import contextlib
import io
import os
import random
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from pareidolia.cli import main
from reliability import odd_networks
from reliability.long_operations import write_inputs
from reliability.outcome import Outcome, tried

_LAYERS = {"parallel": "module.features.1", "tokens": "block", "channels_last": "mix"} | dict.fromkeys(
    ("training", "lazy", "scripted", "only_maps", "one_pixel", "shrinking"), "1"
)
_INPUTS = {"gray": "1x32x32", "four": "4x32x32", "five": "5x32x32"}
COMMANDS: dict[str, tuple[str, ...]] = {
    "networks": ("networks", "NETWORK"),
    **{
        f"saliency {method}": ("saliency", "photo.png", "--method", method, "--target", "1", "--out", "o.png")
        for method in ("gradient", "guided-backpropagation", "grad-cam", "occlusion", "rise")
    },
    "faithfulness": ("faithfulness", "photo.png", "--methods", "gradient", "--target", "1"),
    "deconvnet": ("deconvnet", "photo.png", "--unit", "0", "--out", "o.png"),
    "filters": ("filters", "--out", "o.png"),
    "features": ("features", "--units", "0-1", "--size", "32", "--steps", "2", "--out", "o.png"),
    "class-model": ("class-model", "1", "--size", "32", "--steps", "2", "--out", "o.png"),
    "invert": ("invert", "photo.png", "--size", "48", "--steps", "2", "--out", "o.png"),
    "caricature": ("caricature", "photo.png", "--size", "48", "--steps", "2", "--out", "o.png"),
    "dream": ("dream", "photo.png", "--size", "48", "--octaves", "1", "--steps", "2", "--out", "o.png"),
    "style": ("style", "photo.png", "painting.png", "--size", "48", "--coarsest", "44", "--steps", "1")
    + ("--coarse-steps", "1", "--out", "o.png"),
    "patches": ("patches", "photos", "--units", "0-1", "--steps", "2", "--canvas", "16", "--out", "o.png"),
    "tuning": ("tuning", "--units", "0-1", "--out", "o.png"),
    "invariance": ("invariance", "photo.png", "--out", "o.png"),
    "atlas": (
        "atlas",
        "build",
        "photos",
        "--positions",
        "4",
        "--grids",
        "2",
        "--layout",
        "pca",
        "--fewest",
        "1",
    )
    + ("--icon-steps", "1", "--icon-size", "16", "--layer", "LAYER", "--out", "o"),
    "microscope": ("microscope", "photos", "--units", "0-1", "--steps", "1", "--canvas", "16", "--tile", "16")
    + ("--layer", "LAYER", "--out", "o"),
    "concepts": ("concepts", "photos", "--layer", "LAYER", "--count", "2", "--out", "o"),
    "saliency-sheet": ("saliency-sheet", "photo.png", "--views", "1", "--curve-steps", "2", "--target", "1")
    + ("--out", "o.png"),
    "accentuate": ("accentuate", "photo.png", "--aim", "LAYER:0", "--size", "48", "--steps", "1")
    + ("--out", "o.png"),
    "matched-features": ("matched-features", "photos/a/1.png", "--units", "0", "--size", "32", "--steps", "1")
    + ("--layer", "LAYER", "--out", "o.png"),
}


def cases(seed: int, share: float, folder: Path) -> Iterator[Outcome]:
    """Run every command with every odd network.

    It ends with a result or with a line, stays in its folder, and leaves no file where it failed.

    Args:
        seed: of which are chosen where not all are.
        share: how much is tried.
        folder: to work in.

    Yields:
        A case for each network and command.
    """
    write_inputs(folder)
    shutil.copy(odd_networks.__file__, folder / "odd_networks.py")
    every = [(network, command) for network in odd_networks.FACTORIES for command in COMMANDS]
    if share < 1:
        every = random.Random(seed).sample(every, max(1, round(share * len(every))))
    home = Path.cwd()
    os.chdir(folder)
    _run("plain", "dream")  # not bounded: the first look imports much of torch
    for network, command in every:
        os.chdir(folder)
        for left in (folder / "o.png", folder / "o", folder / "pareidolia.index"):
            shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
        yield tried(f"{command} of {network}", partial(_run, network, command))
    os.chdir(home)


def _run(network: str, command: str) -> None:
    named = f"odd_networks.py:{network}"
    layer = _LAYERS.get(network, "features.1")
    words = [word.replace("NETWORK", named).replace("LAYER", layer) for word in COMMANDS[command]]
    looking = [] if "NETWORK" in COMMANDS[command] else ["--network", named]
    looking += ["--input", _INPUTS.get(network, "3x32x32")]
    place, said, complained = Path.cwd(), io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained):
        code = main([*words, *looking])
    assert Path.cwd() == place, "it left its folder"
    assert code in (0, 2), f"exit {code}"
    assert code == 0 or network != "plain", complained.getvalue()
    if code == 2:
        assert "pareidolia: " in complained.getvalue(), "refused without a line"
        assert not Path("o.png").exists(), "refused, and a picture is there"
    elif "o.png" in words:
        assert Path("o.png").exists(), "it ended well without a picture"
