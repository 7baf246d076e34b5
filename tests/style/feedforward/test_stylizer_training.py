import pytest
import torch
from PIL import Image

from pareidolia.pictures import resize_picture
from pareidolia.settings import PareidoliaError
from pareidolia.style import StyleSettings, StyleTransfer
from pareidolia.style.feedforward import PerceptualLoss, StylizerSettings, open_stylizer, prepare
from pareidolia.training import SingleProcess

LAYERS = tuple(f"stage{k}.relu" for k in range(1, 6))


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(6):
        Image.effect_noise((100, 90), 20 + 20 * number).convert("RGB").save(folder / f"{number}.png")
    return folder


@pytest.fixture
def settings():
    return StylizerSettings(
        crop=64,
        painting_size=64,
        width=4,
        blocks=1,
        batch=2,
        epochs=4,
        device="cpu",
        previews=1,
        learning_rate=1e-2,
    )


@pytest.fixture
def training(photos, settings, small_network, painting_picture, tmp_path):
    from pareidolia.pictures import save_picture

    save_picture(painting_picture, tmp_path / "stripes.png", overwrite=True)
    save_picture(painting_picture.flip(1) ** 3, tmp_path / "other.png", overwrite=True)

    def make(out="run", **changes):
        paintings = [str(tmp_path / "stripes.png"), str(tmp_path / "other.png")]
        changed = settings.model_copy(update=changes)
        return prepare(paintings, str(photos), changed, tmp_path / out, loss_network=small_network)

    return make


def test_the_loss_is_that_of_style_transfer(small_network, photo, painting_picture):
    """At its first step a transfer's canvas is the photo; both losses of it must agree."""
    size = (72, 96)
    photo, painting = resize_picture(photo, size), resize_picture(painting_picture, (96, 96))
    settings = StyleSettings(
        size=96, coarse_to_fine=False, bleed=0, start="noise", match="gram", balance="relative",
        content_weight=2, style_weight=3,
    )  # fmt: skip
    transfer = StyleTransfer(photo, [painting], settings, small_network)
    canvas = transfer.picture
    losses = transfer.step().losses
    ours = PerceptualLoss(
        transfer.network, [painting], content_layers=[small_network.content_layer], style_layers=LAYERS,
        content_weight=2, style_weight=3, smoothness=0,
    ).parts(canvas, photo, torch.ones(1, 1))  # fmt: skip
    assert ours["content"].item() == pytest.approx(losses["content"], rel=1e-4)
    assert ours["style"].item() == pytest.approx(losses["style"], rel=1e-4)


def test_crops_are_a_function_of_seed_and_step(training):
    source = training().run.source
    first, again = source.batch(5, SingleProcess()), source.batch(5, SingleProcess())
    assert torch.equal(first.photos, again.photos) and torch.equal(first.styles, again.styles)
    assert first.photos.shape == (2, 3, 64, 64) and first.styles.sum(1).tolist() == [1, 1]
    assert not torch.equal(first.photos, source.batch(6, SingleProcess()).photos)


def test_training_makes_the_loss_small_and_leaves_the_looking_network_alone(training, small_network):
    before = {name: value.clone() for name, value in small_network.module.state_dict().items()}
    made = training(epochs=30)
    made.begin(resume=False)
    losses = [step.loss for step in made if step.losses]  # what comes first is a note
    assert sum(losses[-10:]) < 0.8 * sum(losses[:10])
    assert all(torch.equal(value, before[name]) for name, value in small_network.module.state_dict().items())
    assert not any(name.startswith("_loss") for name in made.run.model.state_dict())
    assert list((made.folder.path / "samples").glob("*.png"))


def test_a_stopped_training_goes_on_to_the_same_weights(training):
    whole, parted = training("whole"), training("parted")
    whole.begin(resume=False)
    for _ in whole:
        pass
    parted.begin(resume=False)
    for step in parted:
        if step.index == 5:
            break
    parted.folder.save(parted.run)
    rest = training("parted")
    rest.begin(resume=True)
    assert rest.run.index == 5
    for _ in rest:
        pass
    for ours, theirs in zip(whole.run.model.parameters(), rest.run.model.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_what_was_trained_is_opened_and_paints(training, photo):
    made = training()
    made.begin(resume=False)
    for _ in made:
        pass
    stylizer = open_stylizer(made.folder.path)
    assert stylizer.paintings == ("stripes", "other")
    styles = torch.tensor([[1.0, 0.0]])
    with torch.no_grad():
        expected = made.run.result.network(photo, styles)
    torch.testing.assert_close(stylizer.paint(photo), expected, atol=1e-5, rtol=0)


def test_no_painting_or_no_run_is_told(photos, settings, tmp_path):
    with pytest.raises(PareidoliaError, match="at least one painting"):
        prepare([], str(photos), settings, tmp_path / "run")
    with pytest.raises(PareidoliaError, match="not a run"):
        open_stylizer(tmp_path)
