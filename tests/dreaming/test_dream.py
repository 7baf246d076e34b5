import pytest
import torch
from torch import nn

from pareidolia.dreaming import DetailCanvas, Dream, DreamSettings
from pareidolia.dreaming.dream import octave_sizes
from pareidolia.networks import Network
from pareidolia.pictures import luminance, resize, resize_picture
from pareidolia.settings import BadPicture, PareidoliaError, UnknownName

LAYER = "stage3.relu"


def dream(network, photo, **given):
    pictures = {name: given.pop(name) for name in ("guide", "mask", "strength") if name in given}
    quick = {"size": 96, "octaves": 2, "steps": 3, "aim": (LAYER,), **given}
    return Dream(photo, **pictures, settings=DreamSettings(**quick), network=network)


def finished(painting):
    for _ in painting:
        pass
    return painting.picture


@pytest.fixture
def classifier(small_network):
    """The small network with a head of seven classes."""
    module = nn.Sequential(small_network.module, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 7))
    nn.init.normal_(module[3].weight, generator=torch.Generator().manual_seed(0))
    half = (0.5, 0.5, 0.5)
    names = ("ant", "bee", "cat", "dog", "eel", "fox", "gnu")
    return Network("classifier", module, mean=half, std=half, input_shape=(3, 64, 64), class_names=names)


def test_one_step_is_the_published_one(small_network, photo):
    """x + ε g / mean|g|, g = ∂(½ Σ a²)/∂x, of the picture rolled there and back, clipped."""
    painting = dream(small_network, photo, octaves=1, steps=1, step_size=20.0, jitter=7, seed=5)
    painting.step()
    down, right = torch.randint(-7, 8, (2,), generator=torch.Generator().manual_seed(5 * 1_000_003)).tolist()
    pixels = torch.roll(photo, (down, right), (2, 3)).requires_grad_(True)
    (small_network.record(pixels, [LAYER])[LAYER].square().sum() / 2).backward()
    gradient = torch.roll(pixels.grad, (-down, -right), (2, 3))
    expected = (photo + 20 / 255 * gradient / gradient.abs().mean()).clamp(0, 1)
    torch.testing.assert_close(painting.picture, expected, atol=1e-5, rtol=0)
    assert (painting.picture - photo).abs().max() > 0.1


def test_the_energy_grows(small_network, photo):
    def energy(picture):
        return float(small_network.record(picture, [LAYER])[LAYER].detach().square().sum())

    assert energy(finished(dream(small_network, photo))) > 1.2 * energy(photo)


def test_octaves_grow_by_their_scale_and_tiny_ones_are_left_out():
    assert octave_sizes((384, 512), 4, 1.4) == [(140, 187), (196, 261), (275, 366), (384, 512)]
    assert octave_sizes((40, 100), 4, 1.4) == [(40, 100)]
    assert octave_sizes((64, 64), 3, 2.0) == [(32, 32), (64, 64)]


def test_only_the_detail_is_carried_to_the_next_size(photo):
    canvas = DetailCanvas(photo, (36, 48))
    torch.testing.assert_close(canvas.values.detach(), resize_picture(photo, (36, 48)))
    canvas.continue_at((72, 96), canvas.values)
    torch.testing.assert_close(canvas.values.detach(), photo)
    small = DetailCanvas(photo * 0.5 + 0.25, (36, 48))
    detail = 0.1 * torch.rand((1, 3, 36, 48), generator=torch.Generator().manual_seed(0))
    small.continue_at((72, 96), small.values + detail)
    expected = photo * 0.5 + 0.25 + resize(detail, (72, 96))
    torch.testing.assert_close(small.values.detach(), expected, atol=1e-6, rtol=0)


def test_the_same_seed_gives_the_same_bytes_and_another_another(small_network, photo):
    first, same = (finished(dream(small_network, photo, seed=1)) for _ in range(2))
    assert torch.equal(first, same)
    assert not torch.equal(first, finished(dream(small_network, photo, seed=2)))


@pytest.mark.parametrize("stop", range(7))
def test_a_dream_stopped_anywhere_goes_on_to_the_same_bytes(classifier, photo, tmp_path, stop):
    options = {"aim": ("random-class", "0.stage2.relu:3"), "smoothing": 0.7, "mask": torch.rand(1, 1, 9, 9)}
    whole = finished(dream(classifier, photo, **options))
    first = dream(classifier, photo, **options)
    for _ in range(stop):
        first.step()
    torch.save(first.state_dict(), tmp_path / "state")
    second = dream(classifier, photo, **options)
    second.load_state_dict(torch.load(tmp_path / "state", weights_only=True))
    assert torch.equal(finished(second), whole)


def test_a_class_is_dreamt_of_by_name(classifier, photo):
    index = int(classifier(photo)[0].abs().argmax())
    name = classifier.class_names[index]
    picture = finished(dream(classifier, photo, aim=(f"class:{name}",)))
    assert classifier(picture)[0, index] > classifier(photo)[0, index]


def test_a_negative_weight_fades_out(small_network, photo):
    def energy(picture):
        return float(small_network.record(picture, [LAYER])[LAYER].detach().square().sum())

    assert energy(finished(dream(small_network, photo, aim=(f"-{LAYER}",)))) < energy(photo)


def test_several_layers_count_alike_whatever_their_magnitudes(small_network, photo):
    both = dream(small_network, photo, aim=("stage1.relu", "stage5.relu"), octaves=1)
    losses = both.step().losses.values()
    assert all(-1.5 < loss < -0.6 for loss in losses)


def test_a_guide_draws_features_to_its_own(small_network, photo, painting_picture):
    guided = dream(small_network, photo, guide=painting_picture, steps=6)
    steps = list(guided)
    assert steps[5].loss < steps[0].loss < 0
    assert not torch.equal(guided.picture, finished(dream(small_network, photo, steps=6)))


def test_the_mask_leaves_the_rest_untouched(small_network, photo):
    mask = torch.zeros(1, 1, 72, 96)
    mask[..., 20:50, 30:70] = 1
    picture = finished(dream(small_network, photo, mask=mask))
    outside = (mask == 0).expand_as(photo)
    assert torch.equal(picture[outside], photo[outside])
    assert (picture - photo).abs()[..., 25:45, 35:65].mean() > 0.01


def test_strength_scales_the_steps(small_network, photo):
    """Half strength everywhere is half the step."""
    given = {"octaves": 1, "steps": 1, "jitter": 0}
    half = finished(dream(small_network, photo, strength=torch.full((1, 1, 4, 4), 0.5), **given))
    other = finished(dream(small_network, photo, step_size=0.75, **given))
    torch.testing.assert_close(half, other, atol=1e-6, rtol=0)


def test_smoothing_takes_the_grain_out(small_network, photo):
    def grain(smoothing):
        change = finished(dream(small_network, photo, octaves=1, smoothing=smoothing)) - photo
        return float(change.diff(dim=-1).abs().mean() / change.abs().mean())

    assert grain(1.0) < 0.6 * grain(0.0)


def test_black_and_white_stays(small_network, photo):
    picture = finished(dream(small_network, photo, gray=True))
    assert picture.shape == (1, 1, 72, 96)
    assert (picture - luminance(photo)).abs().mean() > 0.01


def test_alpha_comes_back_and_what_is_under_it_does_not_matter(small_network, photo):
    alpha = (photo[:, :1] > 0.3).float()
    hidden = torch.where(alpha > 0, photo, torch.rand_like(photo))
    first, second = (
        finished(dream(small_network, torch.cat([color, alpha], 1))) for color in (photo, hidden)
    )
    assert torch.equal(first[:, 3:], alpha)
    assert torch.equal(first, second)


@pytest.mark.parametrize("start", ["noise", "nothing"])
def test_a_dream_without_a_photo(small_network, start):
    painting = dream(small_network, None, start=start, size=64)
    begun = painting.picture
    assert begun.shape[-2:] == painting.stages[0].size
    assert (begun.std() > 0.01) == (start == "noise")
    picture = finished(painting)
    assert picture.shape == (1, 3, 64, 64) and picture.std() > 0.01


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"aim": ("stage1.relu", "stage4.relu:2"), "size": 150},
        {"smoothing": 0.6, "padding": "zeros", "size": 131},
    ],
)
def test_tiled_and_whole_agree(small_network, photo, given):
    # Grain, since rounding decides which of the equal values in an evenly coloured window is its maximum.
    photo = (photo + 0.1 * torch.rand(photo.shape, generator=torch.Generator().manual_seed(0))).clamp(0, 1)
    given = {"steps": 4, "step_size": 8.0, **given}
    whole = finished(dream(small_network, photo, **given))
    tiled = finished(dream(small_network, photo, tile=64, **given))
    torch.testing.assert_close(tiled, whole, atol=1e-4, rtol=0)
    assert (whole - resize_picture(photo, whole.shape[-2:])).abs().max() > 0.1


def test_a_long_dream_in_tiles_agrees_in_double_precision(small_network, painting_picture):
    """In single precision a dream amplifies what rounding decides; here nothing but the tiles differs."""
    small_network.module.double()
    grainy = painting_picture.double()  # no evenly coloured window, in which several values are the maximum
    whole, tiled = (
        finished(dream(small_network, grainy, steps=20, size=131, tile=tile)) for tile in (None, 64)
    )
    torch.testing.assert_close(tiled, whole, atol=1e-9, rtol=0)


def test_a_guided_dream_in_tiles_agrees(small_network, photo, painting_picture):
    whole, tiled = (
        finished(dream(small_network, painting_picture, guide=photo, tile=tile)) for tile in (None, 64)
    )
    torch.testing.assert_close(tiled, whole, atol=1e-4, rtol=0)


def test_what_sees_the_whole_picture_cannot_be_tiled(classifier, photo):
    with pytest.raises(PareidoliaError, match="leave out classes"):
        dream(classifier, photo, aim=("class:cat",), tile=64).step()


@pytest.mark.parametrize(
    ("given", "error", "told"),
    [
        ({"aim": ("stage9.relu",)}, UnknownName, "did you mean"),
        ({"aim": ("stage3.relu:12",)}, PareidoliaError, "channels 0 to 11"),
        ({"aim": ("stage3.relu:1@2,3",)}, PareidoliaError, "no places"),
        ({"aim": ("random-class",)}, PareidoliaError, "it has no classes; to aim at classes take"),
        ({"aim": ("class:3",)}, PareidoliaError, "it has no classes; to aim at classes take"),
        ({"aim": ("0*stage3.relu",)}, PareidoliaError, "nothing to dream of"),
        ({"aim": ("stage3.relu:1 - 2*stage3.relu:12",)}, PareidoliaError, "channels 0 to 11"),
        ({"start": "noise"}, PareidoliaError, "takes no photo"),
        ({"mask": torch.zeros(1, 1, 8, 8)}, BadPicture, "black everywhere"),
    ],
)
def test_wrong_settings_are_refused_before_dreaming(small_network, photo, given, error, told):
    with pytest.raises(error, match=told):
        dream(small_network, photo, **given)


def test_no_photo_at_all_is_refused(small_network):
    with pytest.raises(PareidoliaError, match="give a photo, or --start noise"):
        dream(small_network, None)


def test_a_guide_needs_a_layer(classifier, photo):
    with pytest.raises(PareidoliaError, match="aim at layers"):
        dream(classifier, photo, aim=("class:cat",), guide=photo)


def test_a_picture_too_narrow_is_refused(small_network):
    with pytest.raises(BadPicture, match="96x1 pixels"):
        dream(small_network, torch.rand(1, 3, 2, 600))
