from itertools import pairwise

import pytest
import torch

from pareidolia.networks import Network
from pareidolia.painting import STYLE_STATISTICS, Gram
from pareidolia.pictures import resize_picture
from pareidolia.settings import BadPicture, PareidoliaError, UnknownName
from pareidolia.style import StyleSettings, StyleTransfer
from pareidolia.style.schedule import schedule


def targets_of(painting):
    """The statistics that the last, full size aims at."""
    (region,) = painting._aims.regions
    return painting._aims.style_targets(96, painting.stages[-1].size, region)


def transfer(network, photo, *paintings, **options):
    quick = {"size": 96, "coarsest": 48, "coarse_steps": 4, "steps": 3, "bleed": 0, "style_weight": 10.0}
    return StyleTransfer(photo, paintings, StyleSettings(**{**quick, **options}), network)


def finished(painting):
    steps = list(painting)
    return painting.picture, steps


def test_sizes_grow_by_about_the_square_root_of_two_to_the_full_one(small_network, photo, painting_picture):
    painting = transfer(small_network, photo, painting_picture, size=512, coarsest=128)
    sides = [stage.size[1] for stage in painting.stages]
    assert sides == [128, 181, 256, 362, 512]
    assert [stage.size[0] for stage in painting.stages] == [96, 136, 192, 272, 384]
    assert [stage.steps for stage in painting.stages] == [4, 4, 4, 4, 3]


@pytest.mark.parametrize(
    ("size", "sides"),
    [
        (256, [128, 181, 256]),
        (800, [128, 185, 266, 384, 555, 800]),
        (1024, [128, 181, 256, 362, 512, 1024]),
        (4096, [128, 181, 256, 362, 512, 1024, 2048, 4096]),
    ],
)
def test_sizes_grow_by_about_the_root_of_two_and_double_where_they_are_large(size, sides):
    settings = StyleSettings(size=size, coarse_steps=7, steps=3)
    planned = schedule((size * 3 // 4, size), settings)
    assert [width for (_, width), _ in planned] == sides
    assert [steps for _, steps in planned] == [7] * (len(sides) - 1) + [3]


def test_each_style_layer_counts_a_quarter_of_the_one_before(small_network, photo, painting_picture):
    shallow, alike = (
        transfer(small_network, photo, painting_picture, balance=each)._aims._style_weights
        for each in ("shallow", "relative")
    )
    weights = list(shallow.values())
    assert sum(weights) == pytest.approx(1) and list(alike.values()) == [0.2] * 5
    assert [later / first for first, later in pairwise(weights)] == pytest.approx([0.25] * 4)


@pytest.mark.parametrize("coarsest", [600, 1024, 2000])
def test_the_coarsest_size_is_the_smallest(coarsest):
    (_, first), _ = schedule((768, 1024), StyleSettings(size=1024, coarsest=coarsest))[0]
    assert first == min(coarsest, 1024)


@pytest.mark.parametrize("options", [{"coarse_to_fine": False}, {"coarsest": 96}, {"coarsest": 300}])
def test_one_size_where_no_coarser_is_wanted(small_network, photo, painting_picture, options):
    assert len(transfer(small_network, photo, painting_picture, **options).stages) == 1


def test_a_narrow_photo_begins_where_its_shorter_side_can_be_seen(small_network, painting_picture):
    painting = transfer(small_network, torch.rand(1, 3, 20, 100), painting_picture, size=400)
    assert painting.stages[0].size == (32, 160)


def test_style_loss_falls_and_content_stays(small_network, photo, painting_picture):
    picture, _ = finished(
        transfer(small_network, photo, painting_picture, coarse_steps=40, steps=40, content_weight=0.1)
    )

    def gram(shown):
        return Gram.of(small_network.record(shown, ["stage2.relu"])["stage2.relu"]).means

    def distance(shown):
        return float((gram(shown) - gram(resize_picture(painting_picture, (96, 96)))).norm().detach())

    assert distance(picture) < 0.35 * distance(photo)
    assert (picture - photo).abs().mean() < 0.25


def test_without_style_the_photo_comes_back_from_noise(small_network, photo, painting_picture):
    options = dict(
        smoothness=0,
        style_weight=0,
        start="noise",
        content_layers=("stage1.relu",),
        coarse_steps=80,
        steps=120,
    )
    picture, steps = finished(transfer(small_network, photo, painting_picture, average=0, **options))
    assert set(steps[-1].losses) == {"content"}
    assert steps[-1].loss < 0.02
    assert (picture - photo).abs().mean() < 0.08


def test_smoothness_smoothes(small_network, photo, painting_picture):
    rough, _ = finished(transfer(small_network, photo, painting_picture, steps=10))
    smooth, steps = finished(transfer(small_network, photo, painting_picture, steps=10, smoothness=50))
    assert "total variation" in steps[-1].losses
    assert smooth.diff(dim=-1).abs().mean() < rough.diff(dim=-1).abs().mean()


@pytest.mark.parametrize("start", ["content", "noise", "style"])
def test_the_canvas_begins_as_told(small_network, photo, painting_picture, start):
    painting = transfer(small_network, photo, painting_picture, start=start)
    begun = painting.picture
    size = (begun.shape[-2], begun.shape[-1])
    if start == "noise":
        assert abs(begun.mean() - 0.5) < 0.02 and abs(begun.std() - 12**-0.5) < 0.02
    else:
        source = photo if start == "content" else painting_picture
        torch.testing.assert_close(begun, resize_picture(source, size), atol=0.02, rtol=0)


def test_two_paintings_blend_by_their_weights(small_network, photo, painting_picture):
    other = painting_picture.flip(1) ** 2

    def grams(*paintings, **options):
        made = transfer(small_network, photo, *paintings, **options)
        return targets_of(made)["stage1.relu"].means

    blended = grams(painting_picture, other, painting_weights=(3, 1))
    expected = 0.75 * grams(painting_picture) + 0.25 * grams(other)
    torch.testing.assert_close(blended, expected)


def test_alpha_comes_back_and_what_is_under_it_does_not_matter(small_network, photo, painting_picture):
    alpha = (photo[:, :1] > 0.3).float()
    hidden = torch.where(alpha > 0, photo, torch.rand_like(photo))
    first, _ = finished(transfer(small_network, torch.cat([photo, alpha], 1), painting_picture))
    second, _ = finished(transfer(small_network, torch.cat([hidden, alpha], 1), painting_picture))
    assert first.shape == (1, 4, 72, 96)
    assert torch.equal(first[:, 3:], alpha)
    torch.testing.assert_close(first, second, atol=0.02, rtol=0)


@pytest.mark.parametrize(
    ("options", "error", "told"),
    [
        ({"content_layers": ("stage9.relu",)}, UnknownName, "did you mean"),
        ({"style_layers": ("stage1.rel",)}, UnknownName, "stage1.relu"),
        ({"style_layer_weights": (1, 2)}, PareidoliaError, "5 style layers need as many weights"),
        ({"content_layer_weights": (1, 2)}, PareidoliaError, "1 content layers need as many weights"),
        ({"painting_weights": (0,)}, PareidoliaError, "not all 0"),
    ],
)
def test_wrong_settings_are_refused_before_painting(
    small_network, photo, painting_picture, options, error, told
):
    with pytest.raises(error, match=told):
        transfer(small_network, photo, painting_picture, **options)


def test_pictures_too_narrow_are_refused(small_network, photo, painting_picture):
    narrow = torch.rand(1, 3, 2, 600)
    with pytest.raises(BadPicture, match="the photo would be 96x1 pixels"):
        transfer(small_network, narrow, painting_picture)
    with pytest.raises(BadPicture, match="a painting would be 96x1 pixels"):
        transfer(small_network, photo, narrow)


def test_lecture_balance_is_the_lectures_total(small_network, photo, painting_picture):
    """L = α Σ w ½ Σ (F − C)² + β Σ w / (4N²) Σ (G/M − A/M)², at the first step, by hand."""
    options = dict(match="gram", balance="gatys", content_weight=2.0, style_weight=7.0)
    options |= dict(coarse_to_fine=False, start="noise")
    painting = transfer(small_network, photo, painting_picture, **options)
    canvas = painting.picture
    losses = painting.step().losses
    looking = small_network.variant("max", "replicate")  # as a transfer pads by default
    seen = {k: looking.record(p, LAYERS) for k, p in (("x", canvas), ("p", photo))}
    scaled = resize_picture(painting_picture, (96, 96))
    seen["a"] = looking.record(scaled, LAYERS)
    content = 0.5 * (seen["x"]["stage4.relu"] - seen["p"]["stage4.relu"]).square().sum()
    style = 0.0
    for layer in LAYERS:
        g, a = (seen[k][layer].flatten(2)[0] for k in ("x", "a"))
        difference = g @ g.T / g.shape[1] - a @ a.T / a.shape[1]
        style += difference.square().sum() / (4 * g.shape[0] ** 2) / 5
    assert losses["content"] == pytest.approx(2 * content.item(), rel=1e-4)
    assert losses["style"] == pytest.approx(7 * style.item(), rel=1e-4)


LAYERS = tuple(f"stage{k}.relu" for k in range(1, 6))


@pytest.mark.parametrize(
    ("optimizer", "rate", "expected"), [("adam", None, 0.05), ("lbfgs", None, 1), ("adam", 0.3, 0.3)]
)
def test_each_optimizer_has_a_learning_rate_of_its_own(
    small_network, photo, painting_picture, optimizer, rate, expected
):
    painting = transfer(small_network, photo, painting_picture, optimizer=optimizer, learning_rate=rate)
    assert {stage.learning_rate for stage in painting.stages} == {expected}


def test_the_bleed_is_painted_and_cut_off(small_network, photo, painting_picture):
    painting = transfer(small_network, photo, painting_picture, bleed=0.125, coarsest=96, steps=2)
    assert painting.stages[0].size == (72 + 24, 96 + 24)
    torch.testing.assert_close(painting.picture, photo)
    assert {step.size for step in painting} == {(72, 96)}
    assert painting.picture.shape == photo.shape
    assert not torch.equal(painting.picture, photo)


def test_a_bleed_wider_than_the_picture_is_cut_to_what_it_can_reflect(small_network, painting_picture):
    narrow = torch.rand(1, 3, 40, 400)
    painting = transfer(
        small_network, narrow, painting_picture, size=400, bleed=0.25, coarse_steps=1, steps=1
    )
    assert painting.stages[-1].size == (40 + 78, 400 + 78)
    list(painting)
    assert painting.picture.shape == narrow.shape


def test_a_transfer_begins_from_what_brush_paints(small_network, photo, painting_picture):
    from pareidolia.style.brush import load_brush
    from pareidolia.style.inputs import scaled

    def begun(**options):
        settings = StyleSettings(start="brush", size=96, coarse_to_fine=False, bleed=0, **options)
        return StyleTransfer(photo, [painting_picture], settings, small_network).picture

    # A transfer of 96 pixels shows its paintings with 96 pixels; brush sees the same.
    painted = load_brush("cpu").paint(photo, [scaled(painting_picture, 96)])
    torch.testing.assert_close(begun(), painted, atol=1e-5, rtol=0)
    torch.testing.assert_close(begun(strength=0), photo, atol=1e-5, rtol=0)
    torch.testing.assert_close(begun(strength=0.5), (photo + painted) / 2, atol=1e-5, rtol=0)


@pytest.mark.parametrize("match", list(STYLE_STATISTICS))
def test_the_statistic_that_is_matched_comes_nearer(match, small_network, photo, painting_picture):
    settings = {
        "match": match,
        "coarse_to_fine": False,
        "bleed": 0,
        "steps": 20,
        "content_weight": 0,
        "smoothness": 0,
    }
    painting = transfer(small_network, photo, painting_picture, start="noise", **settings)
    statistic, seen = STYLE_STATISTICS[match], resize_picture(painting_picture, (96, 96))

    def distance(picture):
        found, wanted = (
            statistic.of(small_network.record(each, ["stage2.relu"])["stage2.relu"])
            for each in (picture, seen)
        )
        return float(found.distance(wanted).detach())

    before = distance(painting.picture)
    list(painting)
    # What is no square falls slower; from noise, nearest features are near already.
    assert distance(painting.picture) < {"neighbors": 0.95, "transport": 0.6}.get(match, 0.2) * before


def test_several_statistics_are_painted_with_masks_blends_and_alpha(small_network, photo, painting_picture):
    shown = torch.cat([photo, (photo[:, :1] > 0.3).float()], 1)
    mask = (torch.linspace(0, 1, 96) > 0.5).float().expand(1, 1, 72, 96)
    match = ("gram", "sliced:0.2", "neighbors:0.1")
    settings = StyleSettings(
        size=96, coarsest=48, coarse_steps=2, steps=2, bleed=0, match=match, strength=0.8,
        painting_weights=(1, 3),
    )  # fmt: skip
    painting = StyleTransfer(shown, [painting_picture, photo.flip(3)], settings, small_network, mask)
    losses = [step.loss for step in painting]
    assert all(loss > 0 for loss in losses) and painting.picture.shape == (1, 4, 72, 96)
    torch.testing.assert_close(painting.picture[:, 3:], shown[:, 3:])
    opaque = (shown[:, 3:] == 1) & (mask == 0)
    apart = (painting.picture - shown)[:, :3].abs().amax(1, keepdim=True)
    assert apart[..., :44][opaque[..., :44]].max() < 0.02 < apart[..., 52:].max()


def test_a_map_of_too_few_positions_is_refused_before_painting(painting_picture):
    module = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3, padding=1), torch.nn.MaxPool2d(32))
    network = Network("deep", module, mean=(0.5,) * 3, std=(0.5,) * 3, input_shape=(3, 64, 64))
    options = {"size": 32, "coarsest": 32, "style_layers": ("1",), "content_layers": ("0",)}
    narrow = torch.rand(1, 3, 32, 32)
    assert transfer(network, narrow, painting_picture, match="gram", **options).step().loss > 0
    told = "--match w2 compares at least 2 positions, and 1 has 1 for a picture of 32x32"
    with pytest.raises(PareidoliaError, match=told):
        transfer(network, narrow, painting_picture, match="w2", **options)
