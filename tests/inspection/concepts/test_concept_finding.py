"""Finding concepts: planted ones, figures in closed form, the operation, what others make of them."""

import numpy as np
import pytest
import torch
from torch import nn

from pareidolia.inspection import project
from pareidolia.inspection.concepts import ConceptFinding, ConceptSettings, figures_of, stability
from pareidolia.inspection.concepts.autoencoders import Activations, SparseAutoencoder, trained
from pareidolia.inspection.concepts.factorization import factorize
from pareidolia.inspection.visualization import Features, FeatureSettings
from pareidolia.networks import Network
from pareidolia.networks.attached_concepts import with_concepts
from pareidolia.networks.concepts import Concepts, read_concepts
from pareidolia.pictures import save_picture
from pareidolia.pictures.ownership import is_result
from pareidolia.settings import PareidoliaError
from pareidolia.training import TrainingRun
from pareidolia.training.settings import TrainingSettings


@pytest.fixture(scope="module")
def planted():
    """A dictionary 6×20 of directions that hardly overlap, and 640 sums of one or two of them."""
    random = np.random.default_rng(0)
    dictionary = np.zeros((6, 20), np.float32)
    for row in range(6):
        dictionary[row, 3 * row : 3 * row + 4] = random.random(4) + 0.3
    codes = np.zeros((640, 6), np.float32)
    for row in codes:
        row[random.permutation(6)[: random.integers(1, 3)]] = random.random() + 0.5
    return dictionary, codes @ dictionary


def learn(activations, choice, epochs=60, seed=0):
    rows = torch.from_numpy(activations)
    model = SparseAutoencoder(rows, 6, 2, choice, 0.1, seed)
    settings = TrainingSettings(epochs=epochs, batch=128, learning_rate=5e-3, seed=seed, device="cpu")
    for _ in TrainingRun(model, Activations(rows, 128, seed), settings):
        pass
    like = Concepts.nonnegative("layer", "", 1, model.dictionary.detach().numpy())
    return trained(model, rows, 1.0, like)


def test_planted_factors_are_found(planted):
    dictionary, activations = planted
    found = factorize(activations, 6, 400, 0)
    assert stability(found, dictionary) > 0.99
    report = figures_of(Concepts.nonnegative("layer", "", 1, found), torch.from_numpy(activations))
    assert report["r2"] > 0.99 and report["dead"] == 0


@pytest.mark.slow
@pytest.mark.parametrize("choice", ["top-k", "batch-top-k", "archetypal"])
def test_autoencoders_explain_planted_activations(planted, choice):
    found = learn(planted[1], choice)
    report = figures_of(found, torch.from_numpy(planted[1]))
    assert report["r2"] > 0.85 and report["dead"] == 0
    assert report["l0"] <= 2 if choice != "batch-top-k" else abs(report["l0"] - 2) < 0.6
    assert np.linalg.norm(found.dictionary, axis=1) == pytest.approx(1, abs=1e-5)


def test_the_same_seed_gives_the_same_concepts(planted):
    one, other = (learn(planted[1], "top-k", epochs=2, seed=3) for _ in range(2))
    assert np.array_equal(one.dictionary, other.dictionary) and np.array_equal(one.bias, other.bias)


def test_what_is_found_for_scaled_activations_holds_for_them_as_they_are(planted):
    rows = torch.from_numpy(planted[1])
    model = SparseAutoencoder(rows / 4, 6, 2, "top-k", 0.1, 0)
    like = Concepts.nonnegative("layer", "", 1, model.dictionary.detach().numpy())
    whole, part = trained(model, rows / 4, 4.0, like), trained(model, rows / 4, 1.0, like)
    assert torch.allclose(whole.module()(rows), 4 * part.module()(rows / 4), atol=1e-4)


def test_figures_in_closed_form():
    activations = torch.tensor([[2.0, 0.0], [0.0, 4.0], [1.0, 0.0]])
    concepts = Concepts.nonnegative("layer", "", 1, np.array([[1, 0], [0, 0]], np.float32))
    report = figures_of(concepts, activations)
    around = (activations - activations.mean(0)).square().sum()
    assert report["r2"] == pytest.approx(float(1 - 16 / around))
    assert report["l0"] == pytest.approx(2 / 3) and report["dead"] == 0.5


def test_stability_does_not_see_order_and_length():
    one = np.random.default_rng(1).normal(size=(4, 7)).astype(np.float32)
    assert stability(one, 3 * one[[2, 0, 3, 1]]) == pytest.approx(1)
    assert stability(np.eye(2, dtype=np.float32), np.eye(2, dtype=np.float32)[:1].repeat(2, 0)) == 0.5


def test_nmf_of_negative_activations_is_refused():
    with pytest.raises(PareidoliaError, match="rectifier"):
        factorize(np.array([[-1.0, 2.0]], np.float32), 2, 10, 0)


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    generator = torch.Generator().manual_seed(0)
    for number in range(4):
        save_picture(torch.rand(1, 3, 32, 32, generator=generator), folder / f"{number}.png")
    return folder


def network():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(2)
        module = nn.Sequential(
            nn.Conv2d(3, 8, 3), nn.ReLU(inplace=True), nn.Conv2d(8, 6, 3), nn.ReLU(inplace=True),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 4),
        )  # fmt: skip
    return Network("net", module, mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=(3, 32, 32))


def find(photos, out, seen=None, **changes):
    settings = ConceptSettings(**{"network": "retina", "layer": "1", "count": 3, "epochs": 2.0, **changes})
    finding = ConceptFinding(photos, settings, seen or network(), out=out, overwrite=False)
    for _ in finding:
        pass
    return finding


@pytest.mark.parametrize("method", ["nmf", "top-k", "batch-top-k", "archetypal"])
def test_what_is_found_is_a_file_that_other_operations_take(photos, tmp_path, method):
    finding = find(photos, tmp_path / "out", method=method)
    concepts = read_concepts(tmp_path / "out" / "concepts.safetensors")
    assert concepts.address == "1.concepts" and concepts.report == finding.concepts.report
    assert finding.result.rows[0]["r2"] == concepts.report["r2"] and is_result(tmp_path / "out")
    seen = with_concepts(network(), concepts)
    aims = FeatureSettings(network="retina", layer="1.concepts", units="0-1", steps=2, size=16)
    features = Features(aims, seen)
    for _ in features:
        pass
    assert features.pictures.isfinite().all()
    sent = project(seen, torch.rand(1, 3, 32, 32), "1.concepts", "strongest")
    assert sent.units[0].layer == "1.concepts" and sent.signal.abs().sum() > 0


def test_the_same_search_again_gives_the_same_bytes_and_another_is_refused(photos, tmp_path):
    out = tmp_path / "out"
    find(photos, out)
    before = (out / "concepts.safetensors").read_bytes()
    find(photos, out)
    assert (out / "concepts.safetensors").read_bytes() == before
    with pytest.raises(PareidoliaError, match="other photos or settings"):
        find(photos, out, count=4)


def test_silent_layers_and_strange_folders_are_refused(photos, tmp_path):
    shut = network()
    nn.init.constant_(shut.module[0].bias, -100.0)
    with pytest.raises(PareidoliaError, match="never answers"):
        find(photos, tmp_path / "a", seen=shut)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "mine.txt").write_text("mine")
    with pytest.raises(PareidoliaError, match="other things"):
        find(photos, tmp_path / "b")
    with pytest.raises(PareidoliaError, match="too few"):
        find(photos, tmp_path / "c", layer="6", positions=1)
