import pytest
from PIL import Image

from pareidolia.cli import main

FACTORY = """
from collections import OrderedDict
from torch import nn

def build():
    return nn.Sequential(OrderedDict(
        conv1=nn.Conv2d(3, 8, 3, padding=1), relu1=nn.ReLU(), pool1=nn.MaxPool2d(2),
        conv2=nn.Conv2d(8, 12, 3, padding=1), relu2=nn.ReLU(), pool2=nn.MaxPool2d(2),
        conv3=nn.Conv2d(12, 16, 3, padding=1), relu3=nn.ReLU(),
    ))
"""


QUICK = {
    "--network": "net.py:build",
    "--weights": "random",
    "--size": "64",
    "--coarsest": "48",
    "--coarse-steps": "2",
    "--steps": "3",
    "--bleed": "0",
}


class Studio:
    """A folder with two pictures and a network, and a command line run in it."""

    def __init__(self, folder, capsys):
        self.folder = folder
        self._capsys = capsys
        Image.linear_gradient("L").resize((90, 60)).convert("RGB").save(folder / "photo.png")
        noise = Image.effect_noise((64, 64), 80)
        Image.merge("RGB", (noise, noise.rotate(90), noise.rotate(180))).save(folder / "painting.png")
        (folder / "net.py").write_text(FACTORY)

    def run(self, *arguments):
        """(exit code, standard output, standard error)"""
        code = main([str(a) for a in arguments])
        printed = self._capsys.readouterr()
        return code, printed.out, printed.err

    def style(self, *more, pictures=("photo.png", "painting.png"), out="out.png"):
        """Two steps at 48x32 pixels and three at 64x43, unless told otherwise."""
        quick = {name: value for name, value in QUICK.items() if name not in more}
        options = [word for pair in quick.items() for word in pair]
        return self.run("style", *pictures, *options, "--out", out, *more)

    def left(self):
        """Names of the files that were not there at first."""
        known = {"photo.png", "painting.png", "net.py", "__pycache__"}
        return sorted(path.name for path in self.folder.iterdir() if path.name not in known)


@pytest.fixture
def studio(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    return Studio(tmp_path, capsys)
