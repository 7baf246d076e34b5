"""The small questions of the page: the decoder that it decodes with, a unit over several pictures."""

from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image

from pareidolia.generative.looking import LatentSpace, Plane
from pareidolia.generative.runs import open_run
from pareidolia.pictures import save_picture
from pareidolia.settings import PareidoliaError
from pareidolia.studio.questions import answer

ACTIVATIONS = {
    "relu": lambda x: np.maximum(x, 0),
    "leaky-relu": lambda x: np.where(x < 0, 0.2 * x, x),
    "tanh": np.tanh,
    "silu": lambda x: x / (1 + np.exp(-x)),
}
OUTPUTS = {"sigmoid": lambda x: 1 / (1 + np.exp(-x)), "clamp": lambda x: np.clip(x, 0, 1)}


def floats(text):
    return np.frombuffer(b64decode(text), "<f4").astype(np.float64)


def decoded(found, code):
    """What the page computes of a code, by the same rules as studio/src/decoder.ts."""
    values = np.array(code)
    for layer in found["layers"]:
        if "activation" in layer:
            values = ACTIVATIONS[layer["activation"]](values)
        else:
            weight = floats(layer["weight"]).reshape(layer["outputs"], -1)
            values = weight @ values + floats(layer["bias"])
    return OUTPUTS[found["output"]](values).reshape(found["shape"])


@pytest.mark.parametrize("run", ["digits-vae", "digits-aae", "digits-gan"])
def test_the_page_decodes_as_the_model_does(run):
    found = answer("decoder", {"run": run})
    space = LatentSpace(open_run(run))
    for code in torch.randn(3, found["latent"], generator=torch.Generator().manual_seed(0)):
        expected = space.decode(code[None])[0].numpy()
        assert np.abs(decoded(found, code.tolist()) - expected).max() < 1e-4


def test_the_axes_of_the_plane_are_the_planes_own():
    found = answer("decoder", {"run": "digits-vae"})
    laid = Plane(LatentSpace(open_run("digits-vae")))
    middle = laid.codes(torch.tensor([0.5]), torch.tensor([0.995]))[0, list(found["units"])]
    across, upward = map(floats, found["axes"])
    assert [across[len(across) // 2], upward[-1]] == pytest.approx(middle.tolist(), abs=1e-5)


def test_a_decoder_of_convolutions_is_left_to_the_worker(monkeypatch):
    from pareidolia.studio.questions import latent

    monkeypatch.setattr(latent, "_fully_connected", lambda model: None)
    found = answer("decoder", {"run": "digits-vae"})
    assert found["layers"] == [] and found["output"] == ""


def test_another_activation_is_not_passed_off_as_one_that_the_page_has(monkeypatch):
    from pareidolia.studio.questions import latent

    monkeypatch.setattr(latent, "_OUTPUTS", {"sigmoid": lambda raw: 0.9 * raw.sigmoid()})
    assert answer("decoder", {"run": "digits-aae"})["layers"] == []


@pytest.fixture
def photos(tmp_path):
    """A photo of stripes, one of noise, and the stripes again."""
    stripes = (torch.arange(96) // 8 % 2).float().expand(1, 3, 96, 96)
    noise = torch.rand(1, 3, 96, 96, generator=torch.Generator().manual_seed(0))
    paths = []
    for name, picture in (("stripes", stripes), ("noise", noise), ("again", stripes)):
        paths.append(str(tmp_path / f"{name}.png"))
        save_picture(picture, paths[-1])
    return paths


def ask(photos, unit, layer="stage2.relu1"):
    return answer("unit", {"network": "retina", "layer": layer, "unit": unit, "pictures": photos})


def test_a_units_page_has_its_strongest_patches_and_the_units_like_it(photos):
    found = ask(photos, 3)
    values = [each["value"] for each in found["patches"]]
    assert values == sorted(values, reverse=True) and len(values) == 3
    by_picture = {each["picture"]: each["value"] for each in found["patches"]}
    assert by_picture[0] == pytest.approx(by_picture[2])
    patch = Image.open(BytesIO(b64decode(found["patches"][0]["patch"])))
    assert patch.size == (96, 96)
    likeness = [each["likeness"] for each in found["neighbors"]]
    assert likeness == sorted(likeness, reverse=True) and all(-1 <= each <= 1 for each in likeness)
    assert 3 not in [each["unit"] for each in found["neighbors"]]


def test_likeness_is_mutual(photos):
    first = ask(photos, 3)["neighbors"][0]
    back = answer(
        "unit", {"network": "retina", "layer": "stage2.relu1", "unit": first["unit"], "pictures": photos}
    )
    mutual = {each["unit"]: each["likeness"] for each in back["neighbors"]}
    assert mutual.get(3, first["likeness"]) == pytest.approx(first["likeness"], abs=1e-5)


def test_a_unit_that_a_layer_has_not_is_refused(photos):
    with pytest.raises(PareidoliaError, match="has units 0 to"):
        ask(photos, 100_000)


def test_no_other_question_is_answered():
    with pytest.raises(PareidoliaError, match="there is no question"):
        answer("open", {"path": "/etc/passwd"})
