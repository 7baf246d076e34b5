"""What people type first: each of these works as written, and shows itself."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image
from tests.inspection.conftest import classifier
from torch import nn

import pareidolia
from pareidolia.inspection import attribute
from pareidolia.settings import PareidoliaError

QUIET = {"progress": False}


@pytest.fixture
def model() -> nn.Module:
    return classifier().train()


@pytest.fixture
def photo(tmp_path, monkeypatch) -> str:
    monkeypatch.chdir(tmp_path)
    noise = torch.rand(48, 64, 3, generator=torch.Generator().manual_seed(0))
    Image.fromarray((255 * noise).byte().numpy()).save("photo.png")
    return "photo.png"


def test_a_saliency_map_shows_itself(photo, model):
    why = pareidolia.saliency(photo, model, **QUIET)
    shown = why._repr_mimebundle_()
    assert shown["image/png"].startswith(b"\x89PNG") and "gradient for class" in shown["text/html"]
    assert why.pil().size == why.numpy().shape[1::-1]
    assert why.record["operation"] == "saliency"


def test_a_module_a_tensor_and_a_class_number_are_attributed(model):
    maps = attribute(model, torch.rand(1, 3, 32, 32), 3, "grad-cam")
    assert maps.shape == (1, 1, 32, 32) and model.training, "the user's module is left as it was"


def test_a_network_of_a_module_says_what_it_assumed(model):
    network = pareidolia.Network.of(model, classes=[f"thing {number}" for number in range(10)])
    assert "assumed" in repr(network) and "3x224x224" in repr(network)
    assert "conv2" in network._repr_html_() and network.class_index("thing 4") == 4
    assert model.training and all(each.requires_grad for each in model.parameters())


@pytest.mark.parametrize("units", [3, (1, 3), range(2), "0-1", ("0-1", "5")], ids=str)
def test_features_of_units_as_people_count_them(model, units):
    sheet = pareidolia.features(model, layer="conv2", units=units, size=32, steps=2, **QUIET)
    assert sheet.picture.shape[1] == 3 and sheet.record["network"] == "given from Python"


def test_a_painting_steps_shows_itself_and_runs(photo, model):
    options = {"size": 64, "coarsest": 32, "coarse_steps": 1, "steps": 2}
    settings = pareidolia.style.StyleSettings(**options)
    painting = pareidolia.StyleTransfer(photo, [photo], settings, model)
    first = next(iter(painting))
    assert first.total == 3 and first.preview().shape == painting.picture.shape
    assert painting.run(progress=False) is painting and painting.finished
    assert painting._repr_png_().startswith(b"\x89PNG")
    again = pareidolia.style(photo, [photo], model, **options, **QUIET)
    torch.testing.assert_close(again.picture, painting.picture)


def test_a_pillow_image_is_painted(photo, model):
    image = Image.open(photo)
    painted = pareidolia.style(image, image, model, size=48, coarsest=32, coarse_steps=1, steps=1, **QUIET)
    assert painted.pil().size == (48, 36)


def test_guided_backpropagation_on_any_module(model):
    picture = torch.rand(1, 3, 32, 32, requires_grad=True)
    with pareidolia.guided(model):
        model.eval()(picture)[0, 3].backward()
    assert picture.grad.abs().sum() > 0


def test_activations_are_recorded_and_differentiable(model):
    picture = torch.rand(1, 3, 32, 32, requires_grad=True)
    found = pareidolia.Network.of(model).record(picture, "conv2")["conv2"]
    (gradient,) = torch.autograd.grad(found.sum(), picture)
    assert found.shape[1] == 12 and gradient.shape == picture.shape


def test_a_model_of_ones_own_pictures_is_a_run_like_any_other(tmp_path):
    pictures = torch.rand(40, 8, 8, generator=torch.Generator().manual_seed(0))
    made = pareidolia.train(pictures, model="vae", out=tmp_path / "run", epochs=1, hidden=(8,), **QUIET)
    assert made.path == tmp_path / "run"
    assert pareidolia.sample(made.path, count=4, **QUIET).picture.shape[0] == 1
    assert pareidolia.reconstruct(made.path, ["test:1"], **QUIET).caption


def test_a_shipped_model_decodes():
    from pareidolia.generative import open_run

    model = open_run("digits-vae").model
    decoded = model.decode(model.prior.sample(16, torch.Generator()))
    assert len(decoded) == 16


def test_a_dream_takes_settings_by_name(photo, model):
    dream = pareidolia.dream(photo, model, size=48, octaves=1, steps=1, aim="conv2", **QUIET)
    assert dream.picture.shape[-1] == 48


@pytest.mark.parametrize(
    "picture",
    [np.zeros((32, 40, 3), np.uint8), np.zeros((32, 40)), torch.zeros(3, 32, 40, dtype=torch.uint8)],
    ids=["bytes", "gray", "tensor"],
)
def test_pictures_of_every_kind(picture, model):
    assert pareidolia.saliency(picture, model, **QUIET).picture.shape[1] == 3


def test_tab_shows_everything_and_loads_nothing():
    shown = dir(pareidolia)
    for name in ("saliency", "style", "features", "train", "Network", "Result", "StyleTransfer", "pictures"):
        assert name in shown and getattr(pareidolia, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'salliency'"):
        pareidolia.salliency  # noqa: B018


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: pareidolia.saliency(torch.full((1, 3, 32, 32), 200.0), m), "0-255"),
        (lambda m: pareidolia.saliency(torch.full((1, 3, 32, 32), float("nan")), m), "NaN"),
        (lambda m: pareidolia.saliency(torch.zeros(1, 3, 32, 32), m, target=12), "0 to 9"),
        (lambda m: pareidolia.saliency(torch.zeros(1, 3, 32, 32), 7), "network=int"),
        (lambda m: pareidolia.saliency(), "needs a photo"),
        (lambda m: pareidolia.saliency("a.png", m, metod="rise"), "did you mean method"),
        (lambda m: pareidolia.saliency("a.png", m, method="best"), "no attribution method 'best'"),
        (lambda m: pareidolia.saliency("a.png", m, "b.png"), "3 arguments were given"),
        (lambda m: pareidolia.saliency("a.png", m, photo="b.png"), "photo twice"),
        (
            lambda m: pareidolia.features(m, layer="conv2", units=99),
            "there is no channel 99",
        ),
        (lambda m: pareidolia.train(torch.zeros(20, 8, 8)), "out"),
    ],
)
def test_what_is_refused_says_what_would_have_done(call, message, model):
    with pytest.raises(PareidoliaError, match=message) as refused:
        call(model)
    assert "\n" not in str(refused.value)


def test_ipython_is_never_imported():
    program = (
        "import sys, pareidolia; pareidolia.filters()._repr_html_(); assert 'IPython' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
