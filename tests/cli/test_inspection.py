"""`pareidolia saliency`, `deconvnet`, `faithfulness`: flags, files, records, refusals."""

import json

import pytest
from PIL import Image

CLASSIFIER = """
from torch import nn
def classify():
    return nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 8, 3), nn.ReLU(),
                         nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(32, 3))
"""


@pytest.fixture
def classifying(studio):
    (studio.folder / "net.py").write_text(CLASSIFIER)
    (studio.folder / "classes.txt").write_text("cat\ndog\nfox\n")
    studio.net = ("--network", "net.py:classify", "--input", "3x32x32", "--classes", "classes.txt")
    return studio


def test_saliency_of_a_users_own_network(classifying) -> None:
    code, out, err = classifying.run(
        "saliency", "photo.png", *classifying.net, "--target", "dog", "--out", "a.png"
    )
    assert (code, err) == (0, "")
    assert "gradient for dog" in out
    assert Image.open("a.png").size == (48, 32)


@pytest.mark.parametrize(
    ("method", "options"),
    [
        ("integrated-gradients", ("--steps", "3")),
        ("guided-grad-cam", ("--layer", "3")),
        ("occlusion", ("--window", "8", "--batch-size", "2")),
    ],
)
def test_other_methods(method: str, options: tuple[str, ...], classifying) -> None:
    flags = ("--method", method, *options, "--target", "0", "--json", "--out", "a.png")
    code, out, _ = classifying.run("saliency", "photo.png", *classifying.net, *flags)
    answer = json.loads(out)
    assert code == 0 and answer["out"] == "a.png" and answer["settings"]["method"] == method
    assert answer["shows"].startswith(f"{method} for cat")


def test_a_sheet_of_methods_and_again(classifying) -> None:
    flags = ("--methods", "gradient", "grad-cam", "--out", "a.png")
    assert classifying.run("saliency", "photo.png", *classifying.net, *flags)[0] == 0
    assert classifying.run("again", "a.png", "--trust", "--out", "b.png")[0] == 0
    first, second = Image.open("a.png"), Image.open("b.png")
    assert first.size[0] > 3 * 48 and first.tobytes() == second.tobytes()


def test_over_the_photo_itself(classifying) -> None:
    flags = (
        "--method",
        "occlusion",
        "--size",
        "16",
        "--window",
        "4",
        "--colormap",
        "turbo",
        "--out",
        "a.png",
    )
    assert classifying.run("saliency", "photo.png", *classifying.net, *flags)[0] == 0
    assert Image.open("a.png").size == Image.open("photo.png").size
    assert classifying.run("again", "a.png", "--trust", "--out", "b.png")[0] == 0
    assert Image.open("a.png").tobytes() == Image.open("b.png").tobytes()


def test_deconvnet(classifying) -> None:
    flags = ("--layer", "4", "--unit", "strongest", "3", "--out", "a.png")
    code, out, err = classifying.run("deconvnet", "photo.png", *classifying.net, *flags)
    assert (code, err) == (0, "") and "4:3 = " in out
    flags = ("--layer", "4", "--unit", "2@3,4", "--unit", "3@strongest", "--out", "b.png", "--json")
    code, out, _ = classifying.run("deconvnet", "photo.png", *classifying.net, *flags)
    assert code == 0 and json.loads(out)["settings"]["unit"] == ["2@3,4", "3@strongest"]


def test_faithfulness(classifying) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    flags = ("--methods", "gradient", "guided-backpropagation", "--curve-steps", "3")
    pictures = ("photo.png", "painting.png")
    code, out, _ = classifying.run("faithfulness", *pictures, *classifying.net, *flags, "--out", "a.png")
    assert code == 0 and "chance" in out and "[" in out
    assert "guided-backpropagation fails the sanity checks" in " ".join(out.split())
    assert Image.open("a.png").size[0] > 800
    code, out, _ = classifying.run("faithfulness", *pictures, *classifying.net, *flags, "--json")
    methods = json.loads(out)["rows"]
    assert [each["method"] for each in methods] == ["chance", "gradient", "guided-backpropagation"]
    assert len(methods[1]["numbers"]["deletion"]["interval"]) == 2


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (("saliency", "photo.png", "--target", "cow", "--out", "x.png"), "there is no class or unit 'cow'"),
        (("saliency", "photo.png", "--target", "9", "--out", "x.png"), "the classes are 0 to 2"),
        (("saliency", "photo.png", "--target", "4:99", "--out", "x.png"), "there is no channel 99"),
        (
            ("saliency", "photo.png", "--method", "gradcam", "--out", "x.png"),
            "there is no attribution method 'gradcam'; did you mean grad-cam",
        ),
        (
            ("saliency", "photo.png", "--method", "grad-cam", "--samples", "3", "--out", "x.png"),
            "--samples goes with smoothgrad, vargrad and expected-gradients, not with grad-cam",
        ),
        (
            ("faithfulness", "photo.png", "--methods", "gradient", "rise", "--samples", "3"),
            "--samples goes with smoothgrad, vargrad and expected-gradients, not with gradient and rise",
        ),
        (
            ("saliency", "photo.png", "--method", "smoothgrad", "--samples", "1", "--out", "x.png"),
            "--samples",
        ),
        (
            (
                "saliency",
                "photo.png",
                "--method",
                "rise",
                "--colormap",
                "turboo",
                "--masks",
                "2",
                "--out",
                "x.png",
            ),
            "there is no colormap 'turboo'; did you mean turbo",
        ),
        (("saliency", "none.png", "--out", "x.png"), "none.png"),
        (("saliency", "photo.png", "--out", "photo.png"), "exists already"),
        (
            (
                "saliency",
                "photo.png",
                "--size",
                "16",
                "--window",
                "99",
                "--method",
                "occlusion",
                "--out",
                "x.png",
            ),
            "window",
        ),
        (("deconvnet", "photo.png", "--layer", "40", "--out", "x.png"), "there is no layer '40'"),
        (
            ("deconvnet", "photo.png", "--layer", "4", "--unit", "8", "--out", "x.png"),
            "there is no channel 8",
        ),
        (("faithfulness",), "at least one photo"),
    ],
)
def test_refusals(command, message: str, classifying) -> None:
    code, out, err = classifying.run(*command, *classifying.net)
    assert code == 2 and out == ""
    assert err.startswith("pareidolia: ") and err.count("\n") == 1 and message in err
    assert "x.png" not in classifying.left()
