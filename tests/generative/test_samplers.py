"""Distributions fitted to codes, truncation, labels and solvers at sampling."""

import pytest
import torch

from pareidolia.cli import main
from pareidolia.generative import open_run, samplers
from pareidolia.generative.conditions import WithLabel
from pareidolia.generative.looking import LatentSpace, SampleSettings
from pareidolia.generative.looking.drawing import choose_solver, prior_to_draw_from
from pareidolia.generative.measuring import EvaluateSettings, evaluate
from pareidolia.generative.priors import StandardNormal, UniformCube, truncated
from pareidolia.generative.samplers import codes_to_fit, fit_sampler
from pareidolia.settings import PareidoliaError, UnknownName


def banana(count=2000):
    """Codes on a parabola, as no Gaussian has them."""
    along, across = torch.randn(2, count, generator=torch.Generator().manual_seed(0))
    return torch.stack([2 * along, along.square() + 0.2 * across], dim=1) + 5


def off_the_parabola(codes):
    """How far codes lie above or below it, on average."""
    along, height = (codes - 5).T
    return (height - (along / 2).square()).abs().mean()


@pytest.mark.parametrize("name", ["gmm", pytest.param("two-stage", marks=pytest.mark.slow)])
def test_what_is_fitted_draws_where_the_codes_are(name):
    pytest.importorskip("sklearn", reason="scikit-learn fits mixtures")
    codes = banana()
    fitted = fit_sampler(name, codes, 8, 0)
    drawn = fitted.sample(2000, torch.Generator().manual_seed(1))
    assert fitted.latent == 2 and drawn.shape == (2000, 2)
    torch.testing.assert_close(drawn.mean(0), codes.mean(0), atol=0.3, rtol=0)
    torch.testing.assert_close(drawn.std(0), codes.std(0), atol=0, rtol=0.3)
    # Independent units of the same means and deviations lie 0.8 off.
    shuffled = torch.stack([codes[:, 0], codes[:, 1].roll(1)], dim=1)
    assert off_the_parabola(drawn) < 0.4 * off_the_parabola(shuffled)
    assert not drawn[:1].equal(fitted.sample(1, torch.Generator().manual_seed(2)))


def test_a_second_stage_is_the_same_each_time(monkeypatch):
    monkeypatch.setattr(samplers, "_SECOND_STAGE_STEPS", 30)
    codes = banana(300)
    one, other = (fit_sampler("two-stage", codes, 1, 3) for _ in range(2))
    assert one.sample(5, torch.Generator()).equal(other.sample(5, torch.Generator()))


def test_too_few_codes_for_their_length_are_refused():
    with pytest.raises(PareidoliaError, match="cannot be fitted to 30 codes of 8 numbers each"):
        fit_sampler("gmm", torch.zeros(30, 8), 5, 0)


def test_codes_to_fit_are_drawn_from_the_posterior(trained):
    run = open_run(trained("vae"))
    pictures = run.pictures("train")
    found = codes_to_fit(run.model, pictures, 0)
    assert found.codes.shape == (1497, 3) and found.labels.equal(pictures.labels)
    means = run.model.encode(pictures.pictures())
    assert 0.05 < (found.codes - means).std() < 1.5
    plain = open_run(trained("autoencoder"))
    codes = codes_to_fit(plain.model, plain.pictures("train"), 0).codes
    torch.testing.assert_close(codes, plain.model.encode(plain.pictures("train").pictures()))


def test_a_truncated_normal_has_no_tails():
    drawn = truncated(StandardNormal(3), 0.7, "a gan").sample(20_000, torch.Generator().manual_seed(0))
    assert 0.69 < drawn.abs().max() <= 0.7
    # The deviation of a normal cut off at 0.7: 1 − 2·0.7·φ(0.7)/(2Φ(0.7) − 1), rooted.
    assert drawn.std().item() == pytest.approx(0.3926, abs=0.004)
    codes = truncated(WithLabel(StandardNormal(3), 4), 0.5, "a gan").sample(50, torch.Generator())
    assert codes[:, :3].abs().max() <= 0.5 and (codes[:, 3:].sum(1) == 1).all()
    with pytest.raises(PareidoliaError, match="a gan has none"):
        truncated(UniformCube(3), 1.0, "a gan")


def settings(**values):
    return SampleSettings(device="cpu", **values)


def test_one_label_is_drawn_by_condition_or_by_its_codes(trained):
    flow = LatentSpace(open_run(trained("flow", width=4, epochs=0.5, steps=2, labels="condition")))
    codes = prior_to_draw_from(flow, settings(label="7")).sample(5, torch.Generator())
    assert (codes[:, 64:].argmax(1) == 7).all()
    vae = LatentSpace(open_run(trained("vae")))
    with pytest.raises(PareidoliaError, match="was not trained with --labels condition"):
        prior_to_draw_from(vae, settings(label="7"))
    with pytest.raises(UnknownName, match="seven"):
        prior_to_draw_from(flow, settings(label="seven"))
    fitted = prior_to_draw_from(vae, settings(label="0", sampler="gmm"))
    drawn = fitted.sample(500, torch.Generator().manual_seed(0)).mean(0)
    own, other = vae.mean_code("0")[0], vae.mean_code("1")[0]
    assert (drawn - own).norm() < (drawn - other).norm()


def test_a_flow_is_solved_as_wanted(trained):
    space = LatentSpace(open_run(trained("flow", width=4, epochs=0.5, steps=2, labels="condition")))
    choose_solver(space, settings(steps=7, guidance=3.0))
    assert (space.model.solver.method, space.model.solver.steps) == ("heun", 7) and space.model.guidance == 3
    with pytest.raises(PareidoliaError, match="is a vae, which solves no equation"):
        choose_solver(LatentSpace(open_run(trained("vae"))), settings(solver="euler"))


@pytest.mark.parametrize(
    ("kind", "words", "message"),
    [
        ("gan", ("--sampler", "gmm"), "is a gan, which has no encoder: leave it out"),
        ("vae", ("--sampler", "two-stage", "--truncation", "1"), "leave out --sampler"),
        ("vae", ("--steps", "3"), "--solver, --steps and --guidance are of flows"),
        ("vae", ("--label", "3"), "--sampler gmm draws from codes of that label"),
        ("autoencoder", ("--truncation", "1"), "an autoencoder has none"),
    ],
)
def test_what_does_not_suit_the_model_is_refused(kind, words, message, trained, tmp_path, capsys):
    assert main(["sample", trained(kind), *words, "--out", str(tmp_path / "out.png")]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out.png").exists()


def test_an_autoencoder_is_drawn_from_and_measured_by_a_sampler(trained, tmp_path):
    run = trained("autoencoder")
    words = ["sample", run, "--count", "4", "--sampler", "gmm", "--out", str(tmp_path / "out.png"), "--quiet"]
    assert main(words) == 0
    wanted = EvaluateSettings(
        measures=("precision-recall",), sampler="gmm", pictures=50, size=32, device="cpu"
    )
    assert [figure.what for figure in evaluate(run, wanted)] == ["precision", "recall"]
