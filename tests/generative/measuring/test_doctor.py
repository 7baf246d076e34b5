"""The doctor: what is made wrong is found, and what is well is called so."""

import json
import shutil

import pytest

from pareidolia.cli import main
from pareidolia.generative import open_run
from pareidolia.generative.measuring.doctor import Doctor
from pareidolia.generative.measuring.settings import DoctorSettings
from pareidolia.generative.measuring.symptoms import CHECKS


def examine(run):
    doctor = Doctor(run, DoctorSettings(device="cpu", pictures=200))
    for _ in doctor:
        pass
    return {finding.check: finding for finding in doctor.findings}


def with_log(folder, tmp_path, lines):
    run = tmp_path / "run"
    shutil.copytree(folder, run)
    text = "".join(json.dumps({"step": step, **line}) + "\n" for step, line in enumerate(lines, 1))
    (run / "log.jsonl").write_text(text)
    return str(run)


def test_a_shipped_model_is_well():
    pytest.importorskip("sklearn", reason="the digits come with scikit-learn")
    found = examine("digits-vae")
    assert set(found) == {"divergence", "dead units", "prior", "memory"}
    assert all(finding.well for finding in found.values())


def test_a_collapsed_divergence_and_its_dead_units_are_found(trained):
    found = examine(trained("vae", beta=200.0))
    assert not found["divergence"].well and "collapsed" in found["divergence"].text
    assert not found["dead units"].well and "3 of 3 units" in found["dead units"].text


def test_a_swamped_divergence_leaves_codes_off_the_prior(trained):
    found = examine(trained("vae", beta=0.0))
    assert not found["prior"].well and "--sampler gmm" in found["prior"].text


def test_a_mean_where_a_sum_should_be_is_found(trained, tmp_path):
    folder = trained("autoencoder")
    well = examine(folder)["sums"]
    assert well.well
    summed = float(well.text.rsplit(" ", 1)[1])
    run = with_log(folder, tmp_path, [{"reconstruction/loss": summed / 64}] * 20)
    found = examine(run)["sums"]
    assert (
        not found.well and "mean over pixels" in found.text and found.page == "docs/generative.md#the-models"
    )


@pytest.mark.parametrize(
    ("line", "well"),
    [
        ({"discriminator/real": 0.99, "discriminator/fake": 0.01, "generator/loss": 3.0}, False),
        ({"discriminator/real": 0.9, "discriminator/fake": 0.1, "generator/loss": 25.0}, False),
        ({"discriminator/real": 0.6, "discriminator/fake": 0.4, "generator/loss": 0.9}, True),
    ],
)
def test_a_discriminator_that_has_won_is_found(line, well, trained, tmp_path):
    assert examine(with_log(trained("gan"), tmp_path, [line] * 20))["adversary"].well == well


@pytest.mark.parametrize(
    ("losses", "words"),
    [
        ([100 - 2 * step for step in range(30)], "still fell"),
        ([10.0] * 15 + [40.0] * 15, "ran away"),
        ([100 / step for step in range(1, 30)] + [3.4] * 30, None),
    ],
)
def test_a_loss_that_was_not_at_its_end_is_found(losses, words, trained, tmp_path):
    run = with_log(trained("autoencoder"), tmp_path, [{"reconstruction/loss": loss} for loss in losses])
    found = examine(run)["progress"]
    assert found.well == (words is None) and (words or "went from") in found.text


@pytest.mark.parametrize(("last", "well"), [(9.0, True), (12.0, False)])
def test_a_loss_on_held_out_pictures_that_rose_again_is_found(last, well, trained, tmp_path):
    lines = [{"held_out/reconstruction/loss": loss} for loss in (20.0, 9.0, last)]
    assert examine(with_log(trained("autoencoder"), tmp_path, lines))["held out"].well == well


def test_copies_of_training_pictures_are_found(trained):
    run = open_run(trained("gan"))
    pictures = run.pictures("train").pictures()
    assert examine(run)["memory"].well
    run.model.sample = lambda count, generator: pictures[:count] + 1e-3
    found = examine(run)["memory"]
    assert not found.well and "copies" in found.text


def test_the_command_names_what_is_wrong_and_the_page(trained, capsys):
    assert main(["train", "doctor", trained("vae", beta=200.0), "--device", "cpu", "--pictures", "100"]) == 0
    shown = "".join(capsys.readouterr())
    assert "collapsed" in shown and "docs/generative.md#pitfalls" in shown


def test_what_is_no_run_is_refused(tmp_path, capsys):
    assert main(["train", "doctor", str(tmp_path / "none")]) == 2
    assert "there is no run or shipped model" in capsys.readouterr().err


def test_every_check_suits_or_passes_each_kind_of_model(trained):
    for kind in ("autoencoder", "aae", "gan"):
        assert set(examine(trained(kind))) <= set(CHECKS)
    assert {"memory", "prior"} <= set(examine(trained("flow", width=4, epochs=0.5, steps=2)))
