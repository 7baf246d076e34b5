"""`evaluate`: what each kind of model is asked, what it refuses, and that figures stand on their own."""

import json
import math

import pytest
import torch
from tests.generative.measuring.linear import LinearGaussian, generator

from pareidolia.cli import main
from pareidolia.generative.measuring import EvaluateSettings, Measurement, evaluate, mean_of
from pareidolia.generative.measuring.classifier import accuracy, train_classifier
from pareidolia.generative.measuring.codes import activity, reconstruction_error
from pareidolia.generative.measuring.estimates import Estimate
from pareidolia.generative.measuring.evaluation import in_words
from pareidolia.generative.runs import open_run
from pareidolia.settings import PareidoliaError
from pareidolia.training.data import open_pictures

QUICK = {
    "pictures": 60,
    "samples": 20,
    "annealed": 3,
    "chains": 2,
    "temperatures": 4,
    "windows": 200,
    "size": 32,
}


def figures(run, *measures, **settings):
    quick = EvaluateSettings(**{**QUICK, "measures": measures, **settings})
    return {figure.what: figure for figure in evaluate(run, quick)}


def test_a_mean_and_its_standard_error():
    values = torch.tensor([1.0, 2.0, 3.0, 6.0])
    found = mean_of(values)
    assert found.value == 3 and found.error == pytest.approx(values.std() / 2) and found.count == 4
    assert mean_of(torch.tensor([True, True, False, True])).value == 0.75
    assert mean_of(torch.tensor([5.0])).error is None


@pytest.mark.parametrize(
    ("estimate", "text"),
    [
        (Estimate(88.1234, 0.2871, 10), "88.12 ± 0.29"),
        (Estimate(340.2, 21.0, 10), "340 ± 21"),
        (Estimate(0.00647, 0.00055, 10), "0.00647 ± 0.00055"),
        (Estimate(7.0, None, 10), "7"),
        (Estimate(0.0, 0.0, 10), "0.0000 ± 0.0000"),
    ],
)
def test_figures_have_the_digits_that_their_error_allows(estimate, text):
    assert str(estimate) == text


def test_shares_are_shown_as_percentages():
    figure = Measurement("labels", "sure", Estimate(0.561, 0.029, 300), "share")
    assert in_words(figure) == "56.1 ± 2.9 %"


def test_activity_is_the_variance_of_mean_codes():
    model = LinearGaussian()
    model.W[:, 1] = 0
    _, x = model.drawn(400, generator())
    found = activity(model, x)
    torch.testing.assert_close(found.variances, model.posterior(x).mean.var(0))
    assert found.active == 2 and found.variances[1] == 0


def test_reconstruction_error_of_a_model_that_keeps_all():
    model = LinearGaussian(shape=(1, 1, 3), latent=3, sigma=1e-4)
    _, x = model.drawn(50, generator())
    assert reconstruction_error(model, x).value < 1e-7
    model.W[:, 0] = 0
    error = reconstruction_error(model, x)
    assert error.value > 0.01 and error.count == 50


def test_the_classifier_learns_its_labels_the_same_each_time():
    pytest.importorskip("sklearn", reason="the digits come with scikit-learn")
    training, test = open_pictures("digits"), open_pictures("digits", "test")
    one = train_classifier(training, 0, torch.device("cpu"), steps=120)
    assert float(accuracy(one, test).float().mean()) > 0.9
    probabilities = one.probabilities(test.pictures(slice(5)))
    torch.testing.assert_close(probabilities.sum(1), torch.ones(5))
    other = train_classifier(training, 0, torch.device("cpu"), steps=120)
    assert all(a.equal(b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


def test_everything_that_a_vae_can_be_asked(trained):
    found = figures(trained("vae"), "elbo", "likelihood", "ais", "reconstruction", "active-units", "parzen")
    bound, nll = found["evidence lower bound"], found["negative log-likelihood"]
    fit, divergence = found["its expected log p(x|z)"], found["its KL(q(z|x) ‖ p(z))"]
    assert bound.estimate.value == pytest.approx(fit.estimate.value - divergence.estimate.value, rel=1e-5)
    assert "binarised at random once (seed 0)" in bound.how
    assert 15 < nll.estimate.value < 64 * math.log(2)
    assert found["reconstruction error"].unit.startswith("mean squared")
    assert {"Parzen log-likelihood, 200 samples", "Parzen log-likelihood, 200 training pictures"} <= set(
        found
    )
    assert "unsound" in found["Parzen log-likelihood, 200 samples"].how


def test_the_nll_lies_below_the_negative_bound_and_needs_no_other_measure(trained):
    run = trained("vae")
    found = figures(run, "elbo", "likelihood")
    alone = figures(run, "likelihood")
    assert alone["negative log-likelihood"].estimate == found["negative log-likelihood"].estimate
    assert alone["negative log-likelihood"].estimate.value < -found["evidence lower bound"].estimate.value


def test_a_measured_model_stays_as_it_was(trained):
    run = open_run(trained("vae"))
    before = {name: value.clone() for name, value in run.model.state_dict().items()}
    figures(run, "elbo", "likelihood", "ais", "active-units", "precision-recall")
    assert all(value.equal(before[name]) for name, value in run.model.state_dict().items())
    assert not any(each.requires_grad or each.grad is not None for each in run.model.parameters())


def test_pictures_of_a_gan_are_compared_and_its_likelihood_is_not_told(trained):
    run = trained("gan")
    found = figures(run, "fid", "kid", "precision-recall")
    fid, floor = found["Fréchet distance (FID)"], found["FID of training pictures"]
    assert fid.estimate.value > floor.estimate.value > 0
    assert "retina" in fid.how and "32 px" in fid.how
    assert 0 <= found["precision"].estimate.value <= 1
    for measure, words in (
        ("likelihood", "no density"),
        ("reconstruction", "no encoder"),
        ("errors", "labels"),
    ):
        with pytest.raises(PareidoliaError, match=f"{measure} cannot be measured of .*a gan .*{words}"):
            figures(run, measure)


def test_a_flow_has_a_likelihood_by_its_equation(trained):
    run = open_run(trained("flow", width=8, epochs=4, learning_rate=1e-2, average=0.9))
    found = figures(run, "likelihood", ode_steps=10, pictures=30)["negative log-likelihood"]
    assert "10 steps" in found.how and "with noise as wide as one of 256 levels" in found.how
    bits = found.details["bits_a_dimension"]
    # Of levels, bits are positive; a flow after four epochs does better than one coin for each bit.
    assert 0 < bits < 8
    assert bits == pytest.approx(8 + found.estimate.value / (64 * math.log(2)))
    with pytest.raises(PareidoliaError, match=r"elbo cannot be measured of .*a flow has no density"):
        figures(run, "elbo")


def test_an_autoencoder_draws_nothing(trained):
    run = trained("autoencoder")
    assert figures(run, "reconstruction", "active-units")
    with pytest.raises(PareidoliaError, match="an autoencoder cannot draw pictures"):
        figures(run, "fid")


@pytest.mark.slow
def test_all_that_can_be_asked_is_what_is_asked_unless_told(trained):
    for kind, expected in (
        ("autoencoder", {"reconstruction", "active-units"}),
        ("gan", {"parzen", "fid", "kid", "precision-recall", "labels"}),
    ):
        found = list(evaluate(trained(kind), EvaluateSettings(**QUICK)))
        assert {figure.measure for figure in found} == expected
    shares = next(figure for figure in found if "rarest" in figure.what).details
    assert len(shares) == 10 and sum(shares.values()) == pytest.approx(1)


def test_the_command_prints_a_table_or_json(trained, capsys):
    run = trained("vae")
    flags = ["--measures", "elbo", "active-units", "--pictures", "30", "--samples", "5"]
    assert main(["evaluate", run, *flags]) == 0
    printed = capsys.readouterr().out
    assert "evidence lower bound" in printed and "±" in printed and "nats a picture" in printed
    assert main(["evaluate", run, *flags, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["operation"] == "evaluate" and answer["settings"]["pictures"] == 30
    assert {row["measure"] for row in answer["rows"]} == {"elbo", "active-units"}
    first = answer["rows"][0]["numbers"]
    assert first["error"] > 0 and first["count"] == 30 and first["value"] < 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("nowhere",), "there is no run or shipped model 'nowhere'"),
        (("RUN", "--measures", "beauty"), "beauty"),
        (("RUN", "--pictures", "3"), "--pictures"),
        (("RUN", "--data", "nothing-there"), "nothing-there"),
        (("RUN", "--measures", "fid", "--layer", "stage9"), "there is no layer 'stage9'"),
    ],
)
def test_refusals(words, message, trained, capsys):
    run = trained("vae")
    flags = ["--measures", "elbo"] if "--measures" not in words else []
    assert main(["evaluate", *(word.replace("RUN", run) for word in words), *flags]) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith("pareidolia: ") and printed.err.count("\n") == 1 and message in printed.err
