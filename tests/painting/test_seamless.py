"""Pictures that repeat: a rolled input gives the rolled output, for every method that paints."""

import pytest
import torch

from pareidolia.dreaming import Dream, DreamSettings
from pareidolia.painting import ClassScore, ModelOutputs, Painting, PixelCanvas, Stage, TotalVariation
from pareidolia.painting.optimizers import smoothed
from pareidolia.painting.tiling import Tiling
from pareidolia.pictures.wrapping import add_wrapped, resize_wrapped, rounded_size, wrap_of, wrapped_crop
from pareidolia.settings import PareidoliaError
from pareidolia.style import StyleSettings, StyleTransfer
from pareidolia.style.brush import BrushSettings, load_brush

SIZE = (64, 96)
WAYS = [("x", (0, 32)), ("y", (32, 0)), ("both", (16, 48))]


@pytest.fixture
def pattern():
    """Grain, in double precision: no window has several equal maxima."""
    return torch.rand(1, 3, *SIZE, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def rolled(picture, shift):
    return torch.roll(picture, shift, (-2, -1))


@pytest.mark.parametrize(("way", "shift"), WAYS)
@pytest.mark.parametrize("tile", [None, 64])
def test_style_rolls_with_the_photo(small_network, pattern, painting_picture, way, shift, tile):
    small_network.module.double()
    settings = StyleSettings(
        size=96, seamless=way, tile=tile, coarse_to_fine=False, steps=3, smoothness=1.0, style_weight=10.0
    )

    def painted(photo):
        return (
            StyleTransfer(photo, [painting_picture.double()], settings, small_network)
            .run(progress=False)
            .picture
        )

    first = painted(pattern)
    torch.testing.assert_close(painted(rolled(pattern, shift)), rolled(first, shift), atol=1e-8, rtol=0)
    assert first.shape[-2:] == SIZE and (first - pattern).abs().mean() > 0.01


def test_style_of_several_sizes_rolls_where_the_sizes_allow_it(small_network, pattern, painting_picture):
    """A roll by half is a whole number of pixels, and of strides, at the coarse size too."""
    small_network.module.double()
    settings = StyleSettings(size=96, seamless="x", coarsest=32, coarse_steps=2, steps=2, bleed=0)
    wide = pattern.repeat(1, 1, 1, 2)[..., :64, :128]
    settings = settings.model_copy(update={"size": 128, "coarsest": 64})

    def painting(photo):
        return StyleTransfer(photo, [painting_picture.double()], settings, small_network)

    assert [stage.size[1] % 16 for stage in painting(wide).stages] == [0, 0, 0]
    assert painting(wide).stages[0].size == (32, 64)
    first = painting(wide).run(progress=False).picture
    second = painting(rolled(wide, (0, 64))).run(progress=False).picture
    assert (second - rolled(first, (0, 64))).abs().mean() < 0.02 * (first - wide).abs().mean() + 1e-6


@pytest.mark.parametrize(("way", "shift"), WAYS)
@pytest.mark.parametrize("tile", [None, 64])
def test_dreams_roll_with_the_photo(small_network, pattern, way, shift, tile):
    small_network.module.double()
    settings = DreamSettings(octaves=1, steps=3, jitter=0, smoothing=0.7, seamless=way, tile=tile, size=96)

    def dreamt(photo):
        return Dream(photo, settings, small_network).run(progress=False).picture

    first = dreamt(pattern)
    torch.testing.assert_close(dreamt(rolled(pattern, shift)), rolled(first, shift), atol=1e-8, rtol=0)
    assert (first - pattern).abs().mean() > 0.005


@pytest.mark.parametrize(("way", "shift"), [("x", (0, 32)), ("y", (16, 0)), ("both", (16, 48))])
def test_brush_rolls_with_the_photo_and_its_grain(pattern, painting_picture, way, shift, monkeypatch):
    brush = load_brush("cpu")
    monkeypatch.setattr(
        brush.network.painter.grain, "noise", torch.zeros_like(brush.network.painter.grain.noise)
    )

    def painted(photo):
        return brush.paint(photo.float(), [painting_picture], BrushSettings(seamless=way))

    first = painted(pattern)
    torch.testing.assert_close(painted(rolled(pattern, shift)), rolled(first, shift), atol=1e-4, rtol=0)


def test_brush_has_no_seam_with_its_grain(painting_picture):
    """The two sides of the seam differ as neighbors inside do, whose photo is plain."""
    brush, plain = load_brush("cpu"), torch.full((1, 3, 64, 96), 0.5)
    picture = brush.paint(plain, [painting_picture], BrushSettings(seamless="x"))
    inside = (picture[..., 1:] - picture[..., :-1]).abs().mean((0, 1, 2))
    seam = (picture[..., 0] - picture[..., -1]).abs().mean()
    assert seam < inside.max()


def test_a_torus_is_seen_as_the_middle_of_its_repetition(small_network, pattern):
    """Three by three copies, of which the middle one sees no border."""
    small_network.module.double()
    names = ("stage2.relu", "stage4.relu")
    whole = small_network.record(pattern.repeat(1, 1, 3, 3), names)
    for side in (96, 32):
        tiling = Tiling(small_network, SIZE, names, side, (True, True))
        for tile, seen in tiling.seen(pattern, names):
            for name, maps in seen.items():
                height, width = tile.map_sizes[name]
                middle = whole[name][..., height : 2 * height, width : 2 * width]
                torch.testing.assert_close(maps, middle[(..., *tile.place[name])], atol=1e-12, rtol=0)


def test_total_variation_of_a_torus_counts_the_seam(small_network):
    ramp = torch.linspace(0, 1, 32).expand(1, 3, 32, 32)
    (tile,) = Tiling(small_network, (32, 32), (), 64, (False, True))
    seamless = TotalVariation().loss(ModelOutputs(tile.cropped(ramp), {}, tile=tile))
    assert seamless > 5 * TotalVariation().loss(ModelOutputs(ramp, {}))


@pytest.mark.parametrize("size", [(32, 48), (128, 192), (48, 32)])
def test_resizing_rolls_with_the_picture(pattern, size):
    shift = (SIZE[0] // 4, SIZE[1] // 4)
    there = (size[0] // 4, size[1] // 4)
    first = resize_wrapped(pattern, size, (True, True))
    second = resize_wrapped(rolled(pattern, shift), size, (True, True))
    assert first.shape[-2:] == size
    torch.testing.assert_close(second, rolled(first, there), atol=1e-12, rtol=0)


def test_the_gradient_of_a_wrapped_crop_goes_back_to_where_it_came_from(pattern):
    leaf = pattern.clone().requires_grad_(True)
    spans = slice(-40, 150), slice(10, 130)
    crop = wrapped_crop(leaf, *spans)
    signal = torch.rand_like(crop)
    crop.backward(signal)
    by_hand = torch.zeros_like(pattern)
    add_wrapped(by_hand, *spans, signal)
    torch.testing.assert_close(by_hand, leaf.grad)


def test_smoothing_reaches_over_the_seam():
    spot = torch.zeros(1, 1, 16, 16)
    spot[..., 8, 0] = 1
    assert smoothed(spot, 1.0, (False, True))[0, 0, 8, -1] > 0.01
    assert smoothed(spot, 1.0)[0, 0, 8, -1] == 0


def test_sides_become_multiples_where_the_picture_repeats(small_network, photo, painting_picture):
    assert rounded_size((100, 100), wrap_of("x"), 16) == (100, 96)
    assert rounded_size((3, 100), wrap_of("both"), 16) == (16, 96)
    settings = StyleSettings(size=100, seamless="y", coarse_to_fine=False, steps=1)
    made = StyleTransfer(photo, [painting_picture], settings, small_network).run(progress=False)
    assert made.picture.shape[-2:] == (80, 100)


def test_class_scores_cannot_repeat(small_network, photo):
    stage = Stage((72, 96), 1, lambda _: ClassScore(0, "cat"), 0.01, wrap=(False, True))
    with pytest.raises(PareidoliaError, match="leave out classes, or --seamless"):
        Painting(small_network, PixelCanvas(photo), [stage]).step()


def test_brush_refuses_tiles_with_a_seamless_picture(photo, painting_picture):
    with pytest.raises(PareidoliaError, match="leave out --tile"):
        load_brush("cpu").paint(photo, [painting_picture], BrushSettings(seamless="x", tile=128))
