"""Looks into a latent space: paths, planes, directions, sums; commands, records, refusals."""

import json
import math
import shutil

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pareidolia.cli import main
from pareidolia.generative.codes import keep_codes
from pareidolia.generative.looking import (
    InterpolateSettings,
    LatentSpace,
    ManifoldSettings,
    linear,
    logistic_direction,
    manifold_grid,
    mean_direction,
    spherical,
)
from pareidolia.generative.looking.cloud import principal_plane
from pareidolia.generative.looking.interpolating import InterpolationVideo
from pareidolia.generative.looking.latent_space import fit_picture
from pareidolia.generative.looking.manifold import _levels
from pareidolia.generative.looking.showing import laid_out, tiled
from pareidolia.generative.runs import open_run
from pareidolia.operations.sums import split_sum
from pareidolia.pictures import luminance, open_picture, read_record, save_picture
from pareidolia.settings import PareidoliaError

codes = st.lists(st.floats(-5, 5), min_size=4, max_size=4).map(lambda values: torch.tensor([values]))


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


# Paths.


@settings(max_examples=60, deadline=None)
@given(codes, codes)
def test_both_paths_begin_and_end_where_they_should(start, end):
    shares = torch.tensor([0.0, 1.0])
    for path in (linear, spherical):
        torch.testing.assert_close(path(start, end, shares), torch.cat([start, end]), atol=2e-3, rtol=1e-3)


@settings(max_examples=60, deadline=None)
@given(codes, codes, st.floats(0, 1))
def test_the_way_back_is_the_way_there(start, end, share):
    for path in (linear, spherical):
        there = path(start, end, torch.tensor([share]))
        back = path(end, start, torch.tensor([1 - share]))
        torch.testing.assert_close(there, back, atol=2e-3, rtol=1e-3)


def test_the_great_circle_turns_evenly_and_keeps_its_length():
    start, end = torch.tensor([[3.0, 0.0]]), torch.tensor([[0.0, 3.0]])
    found = spherical(start, end, torch.linspace(0, 1, 4))
    angles = torch.atan2(found[:, 1], found[:, 0])
    torch.testing.assert_close(angles, torch.linspace(0, math.pi / 2, 4))
    torch.testing.assert_close(found.norm(dim=1), torch.full((4,), 3.0))
    # The straight line leads through shorter codes.
    assert float(linear(start, end, torch.tensor([0.5])).norm()) == pytest.approx(3 / math.sqrt(2))


@pytest.mark.parametrize("end", [[0.0, 0.0], [2.0, 0.0], [-1.0, 0.0]])
def test_where_there_is_no_one_circle_the_way_is_straight(end):
    start, end = torch.tensor([[1.0, 0.0]]), torch.tensor([end])
    shares = torch.linspace(0, 1, 5)
    torch.testing.assert_close(spherical(start, end, shares), linear(start, end, shares))


# Directions.


def test_the_mean_direction_leads_from_mean_to_mean():
    one, other = normal(50, 3) + 4, normal(40, 3, seed=1)
    found = mean_direction(one, other)
    torch.testing.assert_close(other.mean(0) + found.vector, one.mean(0))
    assert found.accuracy > 0.95


def test_the_logistic_direction_is_scikit_learns():
    linear_model = pytest.importorskip("sklearn.linear_model", reason="scikit-learn is not installed")
    mixing = torch.tensor([[2.0, 1.5], [0.0, 0.4]])
    one, other = normal(300, 2) @ mixing + torch.tensor([0.5, 0.5]), normal(300, 2, seed=1) @ mixing
    found = logistic_direction(one, other)
    both = torch.cat([one, other])
    inputs = ((both - both.mean(0)) / both.std(0)).numpy()
    # The ridge of 0.001 against a mean loss is C = 1 / (0.001 · 600) against a sum.
    fitted = linear_model.LogisticRegression(C=1 / 0.6, tol=1e-8, max_iter=1000).fit(
        inputs, [1] * 300 + [0] * 300
    )
    expected = torch.from_numpy(fitted.coef_[0]).float() / both.std(0)
    torch.testing.assert_close(
        found.vector / found.vector.norm(), expected / expected.norm(), rtol=1e-3, atol=1e-3
    )
    assert found.accuracy == pytest.approx(fitted.score(inputs, [1] * 300 + [0] * 300), abs=0.01)
    # As long as the means lie apart along it.
    apart = (one.mean(0) - other.mean(0)) @ found.vector / found.vector.norm()
    assert float(found.vector.norm()) == pytest.approx(abs(float(apart)), rel=1e-4)


def test_where_features_are_mixed_the_regression_tells_more_apart_than_the_means():
    mixing = torch.tensor([[5.0, 5.0], [0.0, 0.3]])
    one, other = normal(400, 2) @ mixing + torch.tensor([0.0, 1.0]), normal(400, 2, seed=1) @ mixing
    assert logistic_direction(one, other).accuracy > mean_direction(one, other).accuracy + 0.1


def test_codes_that_a_plane_tells_apart_wholly_give_a_finite_direction():
    found = logistic_direction(normal(30, 3) + 20, normal(20, 3))
    assert bool(found.vector.isfinite().all()) and found.accuracy == 1


def test_codes_with_a_dead_unit_give_a_finite_direction():
    one, other = normal(30, 3) + 1, normal(30, 3, seed=1)
    one[:, 1], other[:, 1] = 0, 0
    assert bool(logistic_direction(one, other).vector.isfinite().all())


# Planes.


def test_the_principal_plane_is_that_of_the_largest_variances():
    turned = torch.linalg.qr(normal(6, 6)).Q
    spreads = torch.tensor([5.0, 3.0, 0.1, 0.1, 0.1, 0.1])
    points = normal(2000, 6, seed=1) * spreads @ turned.T + 7
    middle, directions, share = principal_plane(points)
    torch.testing.assert_close(middle, points.mean(0))
    torch.testing.assert_close((directions @ turned[:, :2]).abs(), torch.eye(2), atol=0.05, rtol=0)
    assert 0.99 < share < 1
    # Signs are settled by the largest entry, so that the same codes give the same picture.
    largest = directions.gather(1, directions.abs().argmax(1, keepdim=True))
    assert bool((largest > 0).all())


def test_cells_of_the_manifold_hold_equal_shares_of_the_prior(trained):
    space = LatentSpace(open_run(trained("vae")))
    levels = _levels(space, (torch.arange(10) + 0.5) / 10, 0)
    assert levels.shape == (3, 10)
    below = torch.special.ndtr(levels[0])
    torch.testing.assert_close(below, torch.arange(0.05, 1, 0.1))


def test_a_prior_without_an_inverse_is_laid_out_over_its_samples(trained):
    space = LatentSpace(open_run(trained("aae", prior="swiss-roll", latent=2)))
    levels = _levels(space, torch.tensor([0.0, 1.0]), 0)
    drawn = space.draw(5000, 1)
    inside = (drawn > levels[:, 0]) & (drawn < levels[:, 1])
    assert 0.9 < float(inside.float().mean()) < 1


def test_the_manifold_is_the_decoder_on_a_grid(trained):
    run = open_run(trained("vae", latent=2))
    found = manifold_grid(run, ManifoldSettings(side=3)).picture
    middle = run.model.decode(torch.zeros(1, 2))
    enlarged = found.shape[-1] // 3
    center = found[0, 0, enlarged + enlarged // 2, enlarged + enlarged // 2]
    values = middle.flatten()
    assert float((values - center).abs().min()) < 1e-5


def test_units_of_a_long_code_are_those_that_vary_most(trained):
    run = open_run(trained("vae"))
    space = LatentSpace(run)
    ranked = space.codes.var(0).argsort(descending=True).tolist()
    told = manifold_grid(run, ManifoldSettings(side=2)).caption
    assert f"units {ranked[0]} (to the right) and {ranked[1]} (upwards)" in told and "of 3" in told


# Sums.


@pytest.mark.parametrize(
    ("text", "signs", "points"),
    [
        ("a.png - b-c.png + label:3", "+-+", ("a.png", "b-c.png", "label:3")),
        ("label:8", "+", ("label:8",)),
        ("- random:1 + test:2", "-+", ("random:1", "test:2")),
        ("my photo.png  +  x.png", "++", ("my photo.png", "x.png")),
    ],
)
def test_sums_are_read(text, signs, points):
    parts = split_sum(text)
    assert ("".join(parts[::2]), parts[1::2]) == (signs, points)


@pytest.mark.parametrize(
    "text", ["", "a + ", "a + - b", " + ", "a  -", "test:1-label:8", "a + b.png-random:1"]
)
def test_what_is_no_sum(text):
    with pytest.raises(PareidoliaError, match="is not a sum"):
        split_sum(text)


# Places.


def test_places(trained):
    run = open_run(trained("vae"))
    space = LatentSpace(run)
    picture = run.pictures("test").pictures(slice(4, 5))
    torch.testing.assert_close(space.resolve("test:4").code, run.model.encode(picture))
    chosen = run.pictures("train").labels == 3
    expected = space.codes[chosen].mean(0, keepdim=True)
    torch.testing.assert_close(space.resolve("label:3").code, expected)
    assert space.resolve("random:5").code.equal(space.resolve("random:5").code)
    assert not space.resolve("random:5").code.equal(space.resolve("random:6").code)


def test_pictures_are_made_to_fit(tmp_path):
    tall = torch.zeros(1, 3, 40, 20)
    tall[..., 10:30, :] = torch.tensor([1.0, 0.0, 0.0]).view(1, 3, 1, 1)
    save_picture(tall, tmp_path / "tall.png")
    gray, told = fit_picture(str(tmp_path / "tall.png"), (1, 10, 10))
    # Only the red middle is seen.
    torch.testing.assert_close(gray, luminance(tall)[..., 10:20, :10])
    assert told.endswith("tall.png cut to its middle and resized from 20x20")
    save_picture(gray, tmp_path / "fits.png")
    same, told = fit_picture(str(tmp_path / "fits.png"), (1, 10, 10))
    assert told == "fits.png" and float((same - gray).abs().max()) < 1 / 254
    color, _ = fit_picture(str(tmp_path / "fits.png"), (3, 10, 10))
    assert color.shape == (1, 3, 10, 10)


# Sheets.


def test_small_pictures_are_enlarged_without_smoothing():
    pictures = torch.rand(4, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    whole = tiled(pictures, 2)
    assert whole.shape[1] == 3
    line = 11  # a twentieth of 224
    corner = whole[0, 0, line : line + 224, line : line + 224]
    torch.testing.assert_close(corner[::28, ::28], pictures[0, 0])
    values = set(laid_out(pictures, 2).unique().tolist())
    assert set(pictures.unique().tolist()) <= values


# Kept codes.


def test_codes_beside_the_weights_stand_in_for_the_pictures(trained, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(trained("vae"), run)
    with_data = LatentSpace(open_run(run))
    codes, labels = with_data.encode(with_data.test.pictures()), with_data.test.labels
    keep_codes(run, codes, labels)
    record = json.loads((run / "settings.json").read_text())
    record["data"]["name"] = "nowhere-any-more"
    (run / "settings.json").write_text(json.dumps(record))
    space = LatentSpace(open_run(run))
    expected = codes[labels == 3].mean(0, keepdim=True)
    torch.testing.assert_close(space.resolve("label:3").code, expected, atol=2e-3, rtol=2e-3)
    assert space.known.source == "300 test pictures"
    for command, *words in (
        ("latent", "--size", "300"),
        ("walk", "label:3", "--towards", "8", "--steps", "2"),
        ("manifold", "--side", "2"),
        ("interpolate", "label:1", "label:8", "--steps", "2"),
    ):
        assert look(tmp_path, command, str(run), *words, "--overwrite") == 0


def test_codes_of_another_length_are_refused(trained, tmp_path, capsys):
    run = tmp_path / "run"
    shutil.copytree(trained("vae"), run)
    keep_codes(run, torch.zeros(20, 5), None)
    assert look(tmp_path, "latent", str(run)) == 2
    assert "does not hold codes of length 3" in capsys.readouterr().err


# Commands.


def look(folder, *words):
    """Exit code of a command that writes folder/out.png."""
    return main([*words, "--out", str(folder / "out.png"), "--quiet"])


def pixels(path):
    return np.asarray(Image.open(path))


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("sample", ("--count", "6")),
        ("reconstruct", ()),
        ("reconstruct", ("test:1", "train:3")),
        ("interpolate", ("test:1", "label:3", "--steps", "4")),
        ("manifold", ("--side", "3")),
        ("latent", ("--size", "400")),
        ("arithmetic", ("label:8 - label:3 + test:7",)),
        ("walk", ("test:7", "--towards", "8", "--steps", "3")),
        ("walk", ("random:7", "--towards", "8", "--away", "3", "--method", "logistic", "--steps", "3")),
    ],
)
def test_looks_are_pictures_that_can_be_made_again(command, words, trained, tmp_path):
    if command == "latent":
        pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    assert look(tmp_path, command, trained("vae"), *words) == 0
    assert read_record(tmp_path / "out.png")["operation"] == command
    assert main(["again", str(tmp_path / "out.png"), "--out", str(tmp_path / "two.png"), "--quiet"]) == 0
    assert (pixels(tmp_path / "out.png") == pixels(tmp_path / "two.png")).all()
    assert pixels(tmp_path / "out.png").std() > 10


def test_a_run_that_changed_is_told(trained, tmp_path, capsys):
    shutil.copytree(trained("vae"), tmp_path / "run")
    assert look(tmp_path, "sample", str(tmp_path / "run"), "--count", "2") == 0
    shutil.copy(f"{trained('vae', seed=1)}/model.safetensors", tmp_path / "run")
    assert main(["again", str(tmp_path / "out.png"), "--out", str(tmp_path / "two.png")]) == 2
    assert "its content changed" in capsys.readouterr().err


def test_a_film_goes_there_and_back(trained, tmp_path):
    options = InterpolateSettings(fps=8, seconds=1)
    points = {"run": trained("vae"), "a": "test:1", "b": "random:2"}
    video = InterpolationVideo(tmp_path / "frames", {}, points, options)
    assert list(video.steps()) == list(range(8))
    frames = [open_picture(file) for file in video.frames]
    shutil.rmtree(tmp_path / "frames")
    assert len(frames) == 8 and frames[0].shape == (1, 3, 256, 256)
    torch.testing.assert_close(frames[0], frames[-1])
    torch.testing.assert_close(frames[1], frames[-2], atol=1 / 255, rtol=1e-4)
    assert float((frames[0] - frames[4]).abs().max()) > 0.05
    words = ["interpolate", trained("vae"), "test:1", "random:2", "--fps", "8", "--seconds", "1", "--quiet"]
    assert main([*words, "--out", str(tmp_path / "walk.gif")]) == 0
    assert Image.open(tmp_path / "walk.gif").n_frames > 4
    assert main(["again", str(tmp_path / "walk.gif"), "--out", str(tmp_path / "two.gif"), "--quiet"]) == 0
    assert (tmp_path / "two.gif").read_bytes() == (tmp_path / "walk.gif").read_bytes()
    assert main(["again", str(tmp_path / "walk.gif"), "--out", str(tmp_path / "strip.png"), "--quiet"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["strip.png", "two.gif", "walk.gif"]


def test_a_gan_has_no_encoder_but_a_latent_space(trained, tmp_path, capsys):
    run = trained("gan")
    for words in (("latent",), ("arithmetic", "label:3"), ("directions", "--method", "pca")):
        command, *rest = words
        assert look(tmp_path, command, run, *rest) == 2
        assert "is a gan, which has no encoder" in capsys.readouterr().err
    assert not (tmp_path / "out.png").exists()
    assert look(tmp_path, "interpolate", run, "random:1", "random:2") == 0
    # Codes of single pictures are sought.
    assert main(["interpolate", run, "test:1", "random:1", "--out", str(tmp_path / "way.png")]) == 0
    assert main(["manifold", run, "--out", str(tmp_path / "plane.png"), "--quiet", "--side", "2"]) == 0


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("sample", ("--count", "2")),
        ("reconstruct", ("test:1",)),
        ("interpolate", ("random:1", "random:2", "--steps", "3")),
        ("interpolate", ("test:1", "label:3", "--steps", "2")),
        ("manifold", ("--side", "2")),
        ("latent", ("--size", "300", "--count", "40")),
        ("walk", ("test:7", "--towards", "8", "--steps", "2")),
    ],
)
def test_a_flow_can_be_looked_at_in_every_way(command, words, trained, tmp_path):
    run = trained("flow", width=4, epochs=0.5, steps=2, labels="condition")
    assert look(tmp_path, command, run, *words) == 0


def test_an_autoencoder_has_no_prior(trained, tmp_path, capsys):
    run = trained("autoencoder")
    for words in (("sample",), ("manifold",), ("interpolate", "test:1", "random:1")):
        command, *rest = words
        assert look(tmp_path, command, run, *rest) == 2
        assert "is an autoencoder, which has no prior" in capsys.readouterr().err
    assert look(tmp_path, "latent", run, "--size", "300") == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("sample", "nowhere"), "there is no run or shipped model 'nowhere'"),
        (("reconstruct", "RUN", "none.png"), "none.png"),
        (("reconstruct", "RUN", "label:3"), "only pictures can be reconstructed"),
        (("interpolate", "RUN", "test:9999", "test:1"), "has 300, counted from 0"),
        (("walk", "RUN", "test:1", "--towards", "eight"), "there is no label 'eight'"),
        (("walk", "RUN", "test:1", "--towards", "8", "--away", "8"), "to and away from at once"),
        (("walk", "RUN", "test:1"), "towards"),
        (("manifold", "RUN", "--units", "0", "7"), "two different units, from 0 to 2"),
        (("manifold", "RUN", "--units", "1", "1"), "two different units"),
        (("arithmetic", "RUN", "label:8 + + label:3"), "is not a sum"),
        (("sample", "RUN", "--count", "0"), "--count"),
    ],
)
def test_refusals(words, message, trained, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = trained("vae")
    assert look(tmp_path, *(word.replace("RUN", run) for word in words)) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith("pareidolia: ") and printed.err.count("\n") == 1 and message in printed.err
    assert not (tmp_path / "out.png").exists()


def test_a_photo_can_be_looked_at_by_a_model_of_digits(trained, tmp_path):
    pytest.importorskip("skimage", reason="the sample photos come from scikit-image")
    assert look(tmp_path, "reconstruct", trained("vae"), "sample:chelsea") == 0
    assert open_picture(tmp_path / "out.png").shape[-1] > 200
