"""Concepts as a layer of a network: their codes, their gradient, what is refused."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from pareidolia.networks import Network, load_network
from pareidolia.networks.attached_concepts import concept_layer, with_concepts
from pareidolia.networks.concepts import Concepts, read_concepts
from pareidolia.networks.digest import weights_digest
from pareidolia.settings import BadNetwork, NetworkSettings, PareidoliaError


@pytest.fixture
def dictionary():
    return np.random.default_rng(0).random((5, 8)).astype(np.float32)


@pytest.fixture
def nonnegative(dictionary):
    return Concepts.nonnegative("stage2.relu", "", 1, dictionary)


@pytest.fixture
def maps():
    return torch.rand(2, 8, 3, 4, generator=torch.Generator().manual_seed(2))


def test_nonnegative_codes_are_those_of_least_squares(nonnegative, maps):
    optimize = pytest.importorskip("scipy.optimize")
    codes = nonnegative.module()(maps)
    for row in range(3):
        expected, _ = optimize.nnls(
            nonnegative.dictionary.T.astype(float), maps[1, :, row, 2].double().numpy()
        )
        assert codes[1, :, row, 2].numpy() == pytest.approx(expected, abs=2e-4)


@pytest.mark.parametrize("keep", [1, 3, 5])
def test_the_largest_codes_of_a_place_stay(nonnegative, maps, keep):
    chosen = replace(nonnegative, selection="top", keep=keep, bias=np.full(5, -0.1, np.float32))
    codes = chosen.module()(maps)
    scores = torch.einsum("nchw,kc->nkhw", maps, torch.from_numpy(chosen.encoder)) - 0.1
    places = scores.topk(keep, dim=1)
    expected = torch.zeros_like(scores).scatter(1, places.indices, places.values.clamp(min=0))
    assert torch.allclose(codes, expected, atol=1e-6)


def test_codes_above_a_threshold_stay_and_the_centre_is_taken_off(nonnegative, maps):
    center = np.linspace(0, 1, 8, dtype=np.float32)
    chosen = replace(nonnegative, selection="threshold", threshold=0.2, center=center)
    moved = maps - torch.from_numpy(center)[:, None, None]
    scores = torch.einsum("nchw,kc->nkhw", moved, torch.from_numpy(chosen.encoder))
    expected = torch.where(scores > 0.2, scores, 0.0)
    assert torch.allclose(chosen.module()(maps), expected, atol=1e-6)


@pytest.mark.parametrize("selection", ["nonnegative", "top", "threshold"])
def test_the_gradient_is_the_encoder_where_a_code_is_above_zero(nonnegative, selection):
    chosen = replace(nonnegative, selection=selection, keep=2, threshold=0.1)
    given = torch.rand(4, 8, generator=torch.Generator().manual_seed(1)).requires_grad_()
    codes = chosen.module()(given)
    codes[:, 1].sum().backward()
    expected = (codes[:, 1:2] > 0) * torch.from_numpy(chosen.encoder[1])
    assert torch.allclose(given.grad, expected.float())


def test_channels_may_come_last(nonnegative, maps):
    last = replace(nonnegative, axis=-1).module()(maps.movedim(1, -1))
    assert torch.allclose(last.movedim(-1, 1), nonnegative.module()(maps), atol=1e-5)


def test_concepts_are_a_layer_like_others(small_network, nonnegative, photo):
    before = small_network.record(photo, "stage5.relu")["stage5.relu"]
    network = with_concepts(small_network, nonnegative)
    layer = network.layer("stage2.relu.concepts")
    assert layer.shape == (5, 32, 32)
    assert layer.receptive_field == small_network.layer("stage2.relu").receptive_field
    recorded = network.record(photo, ["stage2.relu.concepts", "stage2.relu", "stage5.relu"])
    assert torch.equal(recorded["stage5.relu"], before)
    again = nonnegative.module()(recorded["stage2.relu"])
    assert torch.allclose(recorded["stage2.relu.concepts"], again, atol=1e-5)
    assert "stage2.relu.concepts" not in small_network.layers


def test_concepts_of_tokens_are_maps():
    class Tokens(nn.Module):
        def __init__(self):
            super().__init__()
            self.patches, self.mix = nn.Conv2d(3, 8, 4, 4), nn.Linear(8, 8)

        def forward(self, x):
            return self.mix(self.patches(x).flatten(2).transpose(1, 2)).mean(1)

    network = Network.of(Tokens(), input_shape=(3, 16, 16))
    assert network.layer("mix").form == "tokens"
    chosen = Concepts.nonnegative("mix", "", -1, np.eye(3, 8, dtype=np.float32))
    added = with_concepts(network, chosen)
    picture = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(1))
    recorded = added.record(picture, ["mix", "mix.concepts"])
    assert recorded["mix.concepts"].shape == (1, 3, 4, 4)
    assert torch.allclose(recorded["mix.concepts"], recorded["mix"][:, :3].clamp(min=0), atol=1e-5)


def test_of_a_sequence_its_last_part_has_them():
    module = nn.Sequential(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()), nn.ModuleDict({"a": nn.ReLU()})["a"])
    network = Network.of(module, input_shape=(3, 8, 8))
    assert concept_layer(network, "0") == "0.1" and concept_layer(network, "0.0") == "0.0"


def test_a_file_holds_them_and_another_network_is_refused(tmp_path, nonnegative, small_network):
    path = tmp_path / "concepts.safetensors"
    named = replace(nonnegative, weights=weights_digest(small_network.module), report={"r2": 0.5})
    named.save(path)
    found = read_concepts(path)
    assert found.report == {"r2": 0.5} and found.selection == "nonnegative"
    assert np.array_equal(found.dictionary, nonnegative.dictionary)
    assert "stage2.relu.concepts" in with_concepts(small_network, found).layers
    with pytest.raises(BadNetwork, match="another network"):
        load_network("retina", concepts=path, device="cpu")
    replace(nonnegative, layer="nowhere").save(path)
    with pytest.raises(BadNetwork, match="no layer 'nowhere'"):
        load_network("retina", concepts=path, device="cpu")


def test_twice_in_one_place_is_refused(small_network, nonnegative):
    with pytest.raises(BadNetwork, match="already"):
        with_concepts(with_concepts(small_network, nonnegative), nonnegative)


def test_what_is_no_file_of_concepts_is_refused(tmp_path, nonnegative):
    path = tmp_path / "concepts.safetensors"
    path.write_bytes(b"nothing")
    with pytest.raises(PareidoliaError, match="cannot be read"):
        read_concepts(path)
    from safetensors.torch import save_file

    save_file({"a": torch.ones(2)}, path)
    with pytest.raises(PareidoliaError, match="not a file of concepts"):
        read_concepts(path)
    replace(nonnegative, bias=np.zeros(3, np.float32)).save(path)
    with pytest.raises(PareidoliaError, match="do not fit"):
        read_concepts(path)
    with pytest.raises(PareidoliaError, match="no file"):
        read_concepts(tmp_path / "nothing.safetensors")


def test_with_concepts_and_no_network_the_shipped_one_is_meant(tmp_path):
    assert NetworkSettings(concepts=tmp_path / "c.safetensors").network == "retina"
