"""Registered objectives and people's own, by what an aim says of them."""

import pytest
import torch

from pareidolia.painting import OBJECTIVES, ModelOutputs, Objective, objective, read_objective
from pareidolia.safety import distrusting
from pareidolia.settings import PareidoliaError, UnknownName

OWN = """
from pareidolia.painting import Objective

def contrast(layer: str, power: float = 1.0):
    return Objective.of(layer, lambda maps: maps.std(dim=(2, 3)).pow(power).mean(dim=1))

def drawn(seed: int):
    return Objective.of("stage1.relu", lambda maps: maps.new_full((len(maps),), seed))

def broken(layer: str):
    raise ValueError("no such thing")

def number():
    return 3
"""


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "own.py"
    path.write_text(OWN)
    return path


@pytest.fixture
def maps(small_network):
    picture = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    return small_network.record(picture, [f"stage{k}.relu" for k in range(1, 6)])


def value(network, maps, text, seed=0):
    losses = read_objective(text, network, seed).losses(ModelOutputs(torch.zeros(2, 3, 64, 64), maps))
    return sum(losses.values())


def test_a_registered_objective_is_a_term_among_others(small_network, maps):
    both = value(small_network, maps, "2*energy:stage3.relu:4,scale=0.5 - stage2.relu:1")
    energy = -maps["stage3.relu"][:, 4].square().sum()
    torch.testing.assert_close(both, 2 * energy + maps["stage2.relu"][:, 1].mean(dim=(1, 2)).sum())
    middle = value(small_network, maps, "energy:stage5.relu:4@middle")
    torch.testing.assert_close(middle, -16 * maps["stage5.relu"][:, 4, 2, 2].square().sum() / 2)


def test_an_objective_of_ones_own_is_named_by_its_file(small_network, maps, own):
    contrast = -maps["stage4.relu"].std(dim=(2, 3)).square().mean(dim=1).sum()
    torch.testing.assert_close(value(small_network, maps, f"{own}:contrast:stage4.relu,power=2"), contrast)
    assert float(value(small_network, maps, f"{own}:drawn", seed=7)) == -14


def test_a_layer_goes_before_an_objective_of_its_name(small_network, maps, monkeypatch):
    monkeypatch.setitem(OBJECTIVES._found, "stage1.relu", lambda: pytest.fail("the layer is meant"))
    torch.testing.assert_close(
        value(small_network, maps, "stage1.relu:2"), -maps["stage1.relu"][:, 2].mean(dim=(1, 2)).sum()
    )


def test_an_objective_is_registered_where_it_is_defined(small_network, maps, monkeypatch):
    monkeypatch.setattr(OBJECTIVES, "_found", dict(OBJECTIVES._found))
    monkeypatch.setattr(OBJECTIVES, "_modules", dict(OBJECTIVES._modules))

    @objective("spread")
    def spread(layer: str) -> Objective:
        return Objective.of(layer, lambda maps: maps.amax(dim=(1, 2, 3)))

    expected = -maps["stage2.relu"].amax(dim=(1, 2, 3)).sum()
    torch.testing.assert_close(value(small_network, maps, "spread:stage2.relu"), expected)
    assert spread("stage2.relu").layers == {"stage2.relu"}


def test_a_score_is_one_number_a_picture(maps):
    wrong = Objective.of("stage2.relu", lambda maps: maps.mean(), "mean")
    with pytest.raises(PareidoliaError, match=r"mean of stage2.relu: of 2 picture.s. .*shape \(\)"):
        wrong.losses(ModelOutputs(torch.zeros(2, 3, 64, 64), maps))


@pytest.mark.parametrize(
    ("aim", "error", "words"),
    [
        ("energie:stage2.relu", UnknownName, "no objective 'energie'; did you mean energy"),
        ("stage22.relu:contrast", UnknownName, "no layer, objective or module 'stage22.relu'; did you mean"),
        ("energy", PareidoliaError, "needs a layer: write energy:LAYER"),
        ("energy:stage9.relu", UnknownName, "did you mean"),
        ("energy:stage2.relu:99", PareidoliaError, "channels 0 to 7"),
        ("energy:stage2.relu,scales=2", UnknownName, "no option of energy 'scales'; did you mean scale"),
        ("energy:stage2.relu,scale=much", PareidoliaError, "energy cannot take scale=much: Input should be"),
        ("random-class:stage2.relu", PareidoliaError, "takes no layer"),
        ("OWN:contrast:stage2.relu:1", PareidoliaError, "takes a whole layer: write .*contrast:stage2.relu"),
        ("OWN:contrast:class:cat", PareidoliaError, "is a class: an objective takes a layer"),
        ("OWN:broken:stage2.relu", PareidoliaError, "broken cannot be made: ValueError: no such thing"),
        ("OWN:number", PareidoliaError, "number gave int, not an Objective"),
        ("OWN:contrats:stage2.relu", UnknownName, "did you mean contrast"),
        ("nowhere/own.py:contrast", PareidoliaError, "nowhere/own.py does not exist"),
    ],
)
def test_what_an_aim_says_wrongly_of_an_objective(aim, error, words, small_network, own):
    with pytest.raises(error, match=words):
        read_objective(aim.replace("OWN", str(own)), small_network)


def test_code_that_only_a_record_names_does_not_run(small_network, own):
    with distrusting("the picture out.png"), pytest.raises(PareidoliaError, match="names code to run"):
        read_objective(f"{own}:contrast:stage2.relu", small_network)
