"""Regions: each takes its own painting, or a part of one, whatever the method."""

import pytest
import torch

from pareidolia.settings import BadPicture, PareidoliaError, PareidoliaWarning
from pareidolia.style import StyleSettings, StyleTransfer
from pareidolia.style.brush import BrushSettings, load_brush
from pareidolia.style.regions import LabelMap, choose, read_labels, read_painting_regions, read_regions

SIZE = (72, 96)
RED, BLUE = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)


def halves(left=0.0, right=1.0, cut=48):
    mask = torch.full((1, 1, *SIZE), float(left))
    mask[..., cut:] = right
    return mask


def label_map(*colors):
    """Vertical strips of these colors."""
    width = SIZE[1] // len(colors)
    return torch.cat(
        [torch.tensor(color).view(1, 3, 1, 1).expand(1, 3, SIZE[0], width) for color in colors], -1
    )


def transfer(network, photo, paintings, **options):
    inputs = {name: options.pop(name) for name in ("mask", "regions", "painting_regions") if name in options}
    quick = {"size": 96, "coarse_to_fine": False, "steps": 2, "optimizer": "adam", "style_weight": 10.0}
    return StyleTransfer(photo, paintings, StyleSettings(**{**quick, **options}), network, **inputs)


def painted(*arguments, **options):
    return transfer(*arguments, **options).run(progress=False).picture


@pytest.fixture
def other(painting_picture):
    return painting_picture.flip(1) ** 2


def test_a_label_map_has_its_colors_from_dark_to_light():
    assert read_labels(label_map((1.0, 1.0, 0.0), BLUE, RED), "it").labels == (0x0000FF, 0xFF0000, 0xFFFF00)


def test_smoothed_edges_of_a_label_map_go_to_the_nearer_label():
    smoothed = torch.zeros(1, 3, 8, 600)
    smoothed[..., 300:] = 1
    smoothed[..., 299], smoothed[..., 300] = 0.3, 0.7
    found = read_labels(smoothed, "it")
    assert isinstance(found, LabelMap) and found.labels == (0, 0xFFFFFF)
    assert torch.equal(found.mask(0xFFFFFF), (smoothed[:, :1] > 0.5).float())


@pytest.mark.parametrize("edge", [0.0, 0.1])
def test_the_masks_of_a_label_map_add_up_to_one(edge):
    masks = read_regions([label_map(RED, BLUE, (0.0, 1.0, 0.0))], (100, 131), edge).masks
    assert len(masks) == 3
    torch.testing.assert_close(sum(masks), torch.ones(1, 1, 100, 131), atol=1e-4, rtol=0)
    soft = ((masks[0][0, 0, 50] > 0.01) & (masks[0][0, 0, 50] < 0.99)).sum()
    assert 4 < soft < 50 if edge else soft <= 4


def test_masks_that_overlap_share():
    masks = read_regions([halves(0, 1), halves(0, 1, cut=24)], SIZE, 0).masks
    assert masks[0][..., :48].max() == 0 and masks[0][..., 48:].min() == masks[1][..., 50:].max() == 0.5
    assert masks[1][..., 30:40].min() == 1


def test_alpha_is_the_mask():
    drawn = torch.cat([torch.zeros(1, 3, *SIZE), halves()], dim=1)
    masks = read_regions([drawn, halves(1, 0)], SIZE, 0).masks
    assert torch.equal(masks[0], halves())


def test_each_region_takes_its_painting(small_network, photo, painting_picture, other):
    """Far from the edge the first step is that of the region painted alone, to the rounding of sums."""
    small_network.module.double()
    photo, painting_picture, other = photo.double(), painting_picture.double(), other.double()
    wide = torch.cat([photo, photo.flip(-1), photo], -1)
    left = torch.cat([torch.ones(1, 1, 72, 144), torch.zeros(1, 1, 72, 144)], -1).double()
    options = dict(size=288, bleed=0, steps=1, region_edge=0, average=0)
    paintings = [painting_picture, other]
    both = painted(small_network, wide, paintings, regions=[left, 1 - left], **options)
    alone = [
        painted(small_network, wide, [painting], mask=mask, **options)
        for painting, mask in zip(paintings, (left, 1 - left), strict=True)
    ]
    reach = small_network.layer("stage5.relu").receptive_field.size[1]
    assert reach < 100
    for one, inner in zip(alone, (slice(0, 144 - reach), slice(144 + reach, 288)), strict=True):
        torch.testing.assert_close(both[..., inner], one[..., inner], atol=1e-8, rtol=0)
        assert (both - wide)[..., inner].abs().mean() > 1e-3
    assert (both - alone[0])[..., 144:].abs().mean() > 1e-3


def test_regions_in_tiles_are_those_of_the_whole(small_network, photo, painting_picture, other):
    small_network.module.double()
    photo = (photo + 0.1 * torch.rand(photo.shape)).clamp(0, 1).double()
    given = dict(size=150, regions=[halves().double(), halves(1, 0).double()])
    paintings = [painting_picture.double(), other.double()]
    whole, tiled = (painted(small_network, photo, paintings, tile=tile, **given) for tile in (None, 64))
    torch.testing.assert_close(tiled, whole, atol=1e-8, rtol=0)


def test_where_no_mask_is_the_photo_stays(small_network, photo, painting_picture, other):
    regions = [halves(0, 1, cut=72), halves(0, 1, cut=48) * halves(1, 0, cut=72)]
    picture = painted(small_network, photo, [painting_picture, other], regions=regions, region_edge=0)
    torch.testing.assert_close(picture[..., :47], photo[..., :47], atol=1e-6, rtol=0)
    assert (picture - photo)[..., 50:].abs().mean() > 0.005


def test_black_of_a_label_map_may_stay_the_photo(small_network, photo, painting_picture, other):
    regions = [label_map((0.0, 0.0, 0.0), BLUE, RED)]
    picture = painted(small_network, photo, [painting_picture, other], regions=regions, region_edge=0)
    torch.testing.assert_close(picture[..., :31], photo[..., :31], atol=1e-6, rtol=0)


def test_a_region_takes_a_part_of_a_painting(small_network, photo, painting_picture, other):
    """Of one painting of two halves, as of two paintings."""
    both = torch.cat([painting_picture, other], -1)
    named = torch.cat([label_map(RED, RED), label_map(BLUE, BLUE)], -1)

    def aims(paintings, **given):
        made = transfer(small_network, photo, paintings, regions=[label_map(BLUE, RED)], **given)
        size = made.stages[-1].size
        return [made._aims.style_targets(96, size, each)["stage1.relu"].means for each in made._aims.regions]

    parts = aims([both], painting_regions=[named], stroke_size=128 / 96)
    whole = aims([other, painting_picture], stroke_size=64 / 96)
    for part, one, another in zip(parts, whole, reversed(whole), strict=True):
        assert (part - one).norm() < 0.1 * (part - another).norm()


def test_in_one_pass_a_region_is_the_picture_painted_alone(photo, painting_picture, other):
    brush = load_brush("cpu")
    settings = BrushSettings(region_edge=0.05)
    paintings = [painting_picture, other]
    picture = brush.paint(photo, paintings, settings, regions=[halves(1, 0), halves()])
    left, right = (brush.paint(photo, [each], settings) for each in paintings)
    torch.testing.assert_close(picture[..., :40], left[..., :40], atol=1e-6, rtol=0)
    torch.testing.assert_close(picture[..., 56:], right[..., 56:], atol=1e-6, rtol=0)
    between = picture[..., 48]
    assert (torch.minimum(left, right)[..., 48] - 1e-6 <= between).all()
    assert (left - right).abs().mean() > 0.01


def test_in_one_pass_a_part_of_a_painting_is_read(photo, painting_picture, other):
    brush = load_brush("cpu").network
    both = torch.cat([painting_picture, other], -1)
    part = torch.zeros(1, 1, 64, 128)
    part[..., :64] = 1
    torch.testing.assert_close(
        brush.codes_of(both, torch.ones_like(part)), brush.codes_of(both), atol=1e-4, rtol=0
    )
    code, left, right = brush.codes_of(both, part), brush.codes_of(painting_picture), brush.codes_of(other)
    torch.testing.assert_close(code, left, atol=1e-3, rtol=0)
    assert (code - left).norm() < 0.01 * (code - right).norm()


@pytest.mark.parametrize(
    ("regions", "told"),
    [
        ([halves(), torch.zeros(1, 1, 6, 8)], "region 2 is black everywhere: the region is empty"),
        ([halves(), torch.ones(1, 1, *SIZE)], "region 2 is white everywhere"),
        ([halves(), label_map(RED, BLUE)], "region 2 is colored"),
        ([torch.full((1, 3, 6, 8), 0.5)], "the label map is of one color"),
        ([torch.rand(1, 3, 64, 64)], "a few flat colors, one a region; this picture has 40"),
    ],
)
def test_what_cannot_be_regions_is_refused(small_network, photo, painting_picture, other, regions, told):
    with pytest.raises(BadPicture, match=told):
        transfer(small_network, photo, [painting_picture, other], regions=regions)


@pytest.mark.parametrize(
    ("count", "given", "told"),
    [
        (1, {"regions": [halves(), halves(1, 0)]}, r"2 regions need as many paintings.*given: 1"),
        (2, {"regions": [label_map(RED, BLUE, (0.0, 1.0, 0.0))]}, r"#0000ff, #ff0000, #00ff00.*given: 2"),
        (2, {"painting_regions": [halves()]}, "give --regions too"),
        (
            2,
            {"regions": [halves(), halves(1, 0)], "painting_weights": (1, 2)},
            "leave out --painting-weights",
        ),
        (
            1,
            {"regions": [label_map(RED, BLUE)], "painting_regions": [label_map(RED, (0.0, 1.0, 0.0))]},
            "#0000ff of the photo's label map is not in the painting's, which has #ff0000",
        ),
        (
            2,
            {"regions": [halves(), halves(1, 0)], "painting_regions": [halves()] * 3},
            r"2 paintings need as many --painting-regions.*given: 3",
        ),
    ],
)
def test_regions_without_a_painting_are_refused(
    small_network, photo, painting_picture, other, count, given, told
):
    with pytest.raises(PareidoliaError, match=told):
        transfer(small_network, photo, [painting_picture, other][:count], **given)


def test_a_mask_of_other_proportions_is_stretched_with_a_warning():
    with pytest.warns(PareidoliaWarning, match="other proportions"):
        read_regions([torch.eye(8)[None, None], halves()], SIZE, 0)


def test_masks_of_parts_in_their_order():
    found = read_painting_regions([halves(), halves(1, 0)], [SIZE], None)
    assert [number for number, _ in found] == [0, 0]
    found = read_painting_regions([halves(), halves(1, 0)], [SIZE, (36, 48)], None)
    assert [number for number, _ in found] == [0, 1] and found[1][1].shape == (1, 1, 36, 48)
    assert len(choose(read_regions([halves(), halves(1, 0)], SIZE, 0), 2).masks) == 2
