"""Style in tiles: the loss and the gradient of the whole, in less memory."""

import copy

import pytest
import torch

from pareidolia.networks import preserve_state
from pareidolia.painting import STYLE_STATISTICS, StyleStatistic
from pareidolia.settings import PareidoliaError
from pareidolia.style import StyleSettings, StyleTransfer
from pareidolia.style.schedule import tile_for


def transfer(network, photo, painting, mask=None, **options):
    quick = {"size": 150, "coarse_to_fine": False, "steps": 3, "style_weight": 10.0}
    return StyleTransfer(photo, [painting], StyleSettings(**{**quick, **options}), network, mask)


@pytest.fixture
def precise(small_network, photo, painting_picture):
    """A network and pictures in double precision, with grain: no window has several equal maxima."""
    small_network.module.double()
    grain = 0.1 * torch.rand(photo.shape, generator=torch.Generator().manual_seed(0))
    return small_network, (photo + grain).clamp(0, 1).double(), painting_picture.double()


def soft_mask(photo):
    return torch.linspace(0, 1, photo.shape[-1], dtype=photo.dtype).expand_as(photo[:, :1])


def looked(painting):
    """Losses and gradient of the first step."""
    stage = painting.stages[0]
    painting._begin(stage)
    objective, _ = painting._tools(stage)
    with preserve_state(painting.network.module):
        losses = painting._look(objective)
    return losses, painting.canvas.values.grad


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"match": "mean-std", "size": 131},
        {"match": "w2"},
        # From the painting: the photo itself has no loss of content.
        {"start": "style", "match": "w2", "content_focus": 2.0},
        {
            "start": "style",
            "content_layers": ("stage4.relu", "stage2.relu"),
            "content_layer_weights": (1.0, 0.2),
        },
        {"match": ("gram", "w2:0.2")},
        {"smoothness": 2.0, "bleed": 0, "balance": "gatys"},
        {"style_weight": 0.0, "smoothness": 1.0},
        {"content_weight": 0.0, "strength": 0.5, "style_layers": ("stage2.relu", "stage4.relu")},
        {"padding": "zeros", "pooling": "average", "size": 97},
    ],
)
@pytest.mark.parametrize("masked", [False, True])
def test_tiles_have_the_loss_and_the_gradient_of_the_whole(precise, options, masked):
    network, photo, painting = precise
    mask = soft_mask(photo) if masked else None
    whole, gradient = looked(transfer(network, photo, painting, mask, **options))
    for tile in (64, 100):
        tiled, tiled_gradient = looked(transfer(network, photo, painting, mask, tile=tile, **options))
        assert tiled.keys() == whole.keys()
        for name in whole:
            assert tiled[name] == pytest.approx(whole[name], rel=1e-10, abs=1e-12)
        assert (tiled_gradient - gradient).abs().max() <= 1e-10 * gradient.abs().max()
        assert gradient.abs().max() > 0


def test_painting_in_tiles_with_alpha_ends_in_the_same_picture(precise):
    network, photo, painting = precise
    photo = torch.cat([photo, soft_mask(photo)], dim=1)
    options = dict(coarse_to_fine=True, coarsest=64, coarse_steps=3)
    whole, tiled = (
        transfer(network, photo, painting, tile=tile, **options).run(progress=False).picture
        for tile in (None, 64)
    )
    assert whole.shape[1] == 4
    torch.testing.assert_close(tiled, whole, atol=1e-8, rtol=0)


def test_a_tiled_painting_goes_on_to_the_same_bytes(small_network, photo, painting_picture):
    def begun():
        return transfer(small_network, photo, painting_picture, soft_mask(photo), tile=64, steps=4)

    first, second = begun(), begun()
    first.step()
    first.step()
    second.load_state_dict(copy.deepcopy(first.state_dict()))
    assert torch.equal(first.run(progress=False).picture, second.run(progress=False).picture)


def test_large_pictures_are_tiled_whatever_memory_there_is():
    assert tile_for((2000, 2500), None, adds=True) == 1024
    assert tile_for((3000, 4000), None, adds=True) == 256
    assert tile_for((3000, 4000), None, adds=False) is None
    assert tile_for((600, 800), None, adds=True) is None
    assert tile_for((600, 800), 128, adds=True) == 128


def test_above_eight_megapixels_adam_takes_the_place_of_lbfgs():
    assert StyleSettings().optimizer_at(8_000_000) == ("lbfgs", 1.0)
    assert StyleSettings().optimizer_at(8_000_001) == ("adam", 0.02)
    assert StyleSettings(optimizer="lbfgs").optimizer_at(48_000_000) == ("lbfgs", 1.0)
    assert StyleSettings(optimizer="adam", learning_rate=0.3).optimizer_at(9) == ("adam", 0.3)


def test_a_statistic_that_does_not_add_over_positions_is_refused(
    small_network, photo, painting_picture, monkeypatch
):
    class Median(STYLE_STATISTICS["gram"]):
        adds_over_positions = False

    assert not StyleStatistic.adds_over_positions
    monkeypatch.setitem(STYLE_STATISTICS._found, "median", Median)
    with pytest.raises(PareidoliaError, match=r"--match median compares whole pictures.*leave out --tile"):
        transfer(small_network, photo, painting_picture, match="median", tile=64)
    assert transfer(small_network, photo, painting_picture, match="median").step().loss > 0
    with pytest.raises(PareidoliaError, match=r"--match gram sliced:0.1 compares whole pictures"):
        transfer(small_network, photo, painting_picture, match=("gram", "sliced:0.1"), tile=64)
    with pytest.raises(PareidoliaError, match="--content-match self-similarity compares whole pictures"):
        transfer(small_network, photo, painting_picture, content_match="self-similarity", tile=64)
