"""Targets of segmentation, detection and embeddings: peers', closed forms, and words on the command line."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torchvision.models import detection

from pareidolia.inspection import (
    ClassTarget,
    ContrastTarget,
    DetectionTarget,
    SaliencySettings,
    as_target,
    attribute,
    detection_target,
    find_target,
    saliency_picture,
    segment_target,
    similarity_target,
)
from pareidolia.networks import Network
from pareidolia.settings import BadNetwork, PareidoliaError, UnknownName


class Segmenter(nn.Module):
    """Two classes a pixel: how dark and how bright it is; as torchvision gives them."""

    def __init__(self) -> None:
        super().__init__()
        self.mix = nn.Conv2d(3, 2, 1)
        nn.init.constant_(self.mix.weight[0], -1.0)
        nn.init.constant_(self.mix.weight[1], 1.0)
        nn.init.zeros_(self.mix.bias)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        return {"out": self.mix(x)}


@pytest.fixture
def segmenter() -> Network:
    shape, names = (3, 24, 24), ("night", "day")
    return Network.of(Segmenter(), mean=(0.5,) * 3, std=(1.0,) * 3, input_shape=shape, classes=names)


@pytest.fixture
def half_bright() -> Tensor:
    picture = torch.full((1, 3, 24, 24), 0.1)
    picture[..., 12:] = 0.9
    return picture


def test_a_segment_is_explained_where_it_is(segmenter, half_bright) -> None:
    target = segment_target(segmenter, half_bright, "day")
    assert target.region.sum() == 24 * 12 and target.region[:, 12:].all()
    found = attribute(segmenter, half_bright, target, "gradient")
    assert found[..., :12].abs().max() == 0 and (found[..., 12:] > 0).all()
    assert float(target(segmenter, half_bright)) == pytest.approx(3 * 0.4)
    assert torch.equal(find_target("segment:day", segmenter, half_bright).region, target.region)


def test_a_segment_scores_as_pytorch_grad_cams(import_peer, segmenter) -> None:
    targets = import_peer("pytorch_grad_cam.utils.model_targets")
    picture = torch.rand(1, 3, 24, 24)
    target = segment_target(segmenter, picture, 1)
    peer = targets.SemanticSegmentationTarget(1, target.region.float().numpy())
    expected = peer(segmenter.output(picture)["out"][0]) / target.region.sum()
    torch.testing.assert_close(target(segmenter, picture)[0], expected)


def test_what_is_not_segmented_is_refused(segmenter, network, half_bright) -> None:
    with pytest.raises(UnknownName, match="no class 'dusk'"):
        segment_target(segmenter, half_bright, "dusk")
    with pytest.raises(PareidoliaError, match="sees night nowhere"):
        segment_target(segmenter, torch.ones(1, 3, 24, 24), "night")
    with pytest.raises(BadNetwork, match="segments nothing"):
        find_target("segment:pug", network, half_bright)


class Detector(nn.Module):
    """Finds one box of the brightest columns, and one that is always there; torchvision's form."""

    def forward(self, x: Tensor) -> list[dict[str, Tensor]]:
        found = []
        for picture in x:
            light = picture.mean((0, 1))
            start = light.argmax().detach().float()
            boxes = torch.stack(
                [torch.stack([start, start * 0, start + 8, start * 0 + 24]), light.new_tensor([0, 0, 4, 4.0])]
            )
            scores = torch.stack([light.max(), picture[:, :4, :4].mean()])
            found.append({"boxes": boxes, "labels": torch.tensor([1, 2]), "scores": scores})
        return found


@pytest.fixture
def detector() -> Network:
    return Network.of(Detector(), mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=(3, 24, 24))


def test_a_detection_is_explained(detector, half_bright) -> None:
    first, second = (detection_target(detector, half_bright, rank) for rank in (0, 1))
    assert (first.label, second.label) == (1, 2) and first.box[0] == 12
    found = attribute(detector, half_bright, second, "gradient")
    assert (found[..., :4, :4] > 0).all() and found[..., 4:, :].max() == 0
    assert torch.equal(
        found, attribute(detector, half_bright, find_target("detection:1", detector, half_bright))
    )
    lost = DetectionTarget((0.0, 20.0, 4.0, 24.0), 2)
    assert float(lost(detector, half_bright)) == 0
    covered = attribute(detector, half_bright, first, "occlusion", window=8, stride=8)
    assert covered.shape == (1, 1, 24, 24)


def test_a_detection_scores_as_pytorch_grad_cams(import_peer, detector, half_bright) -> None:
    targets = import_peer("pytorch_grad_cam.utils.model_targets")
    target = detection_target(detector, half_bright)
    moved = half_bright.clone()
    moved[..., 13] = 1.0
    peer = targets.FasterRCNNBoxScoreTarget([target.label], [np.array(target.box)])
    expected = peer(detector.output(moved)[0])
    torch.testing.assert_close(target(detector, moved), expected.view(1))


def test_what_is_not_detected_is_refused(detector, network, half_bright) -> None:
    with pytest.raises(PareidoliaError, match="detects 2 things"):
        detection_target(detector, half_bright, 2)
    with pytest.raises(PareidoliaError, match="write its rank"):
        find_target("detection:dog", detector, half_bright)
    with pytest.raises(BadNetwork, match="detects nothing"):
        find_target("detection:0", network, half_bright)


@pytest.mark.slow
def test_a_detector_of_torchvision(half_bright) -> None:
    module = detection.fasterrcnn_mobilenet_v3_large_320_fpn(
        weights=None, weights_backbone=None, num_classes=3, box_score_thresh=0.0, box_detections_per_img=3
    )
    network = Network.of(module, mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=(3, 64, 64))
    picture = torch.rand(1, 3, 64, 64)
    found = attribute(network, picture, detection_target(network, picture), "gradient")
    assert found.shape == (1, 1, 64, 64) and found.max() > 0


def test_likeness_is_a_cosine(network, pictures) -> None:
    mine, other = pictures[:1], pictures[1:]
    target = similarity_target(network, other)
    expected = nn.CosineSimilarity(dim=0)(network(other)[0], network(mine)[0])
    torch.testing.assert_close(target(network, mine)[0], expected)
    assert float(similarity_target(network, mine)(network, mine)) == pytest.approx(1)
    of_layer = similarity_target(network, other, "relu2")
    assert of_layer.embedding.shape == (12,)
    assert attribute(network, mine, of_layer, "layer-cam", layer="conv1").max() > 0


def test_a_class_against_those_nearest_to_it(network, pictures) -> None:
    logits = network(pictures).detach()
    found = ContrastTarget(ClassTarget((3, 5)), rivals=2, contrast=0.5)(network, pictures)
    for row, index, score in zip(logits, (3, 5), found, strict=True):
        others = torch.cat([row[:index], row[index + 1 :]])
        nearest = others[(others - row[index]).abs().argsort()[:2]]
        torch.testing.assert_close(score, row[index] - 0.5 * nearest.mean())
    everyone = ContrastTarget(ClassTarget((3,)), rivals=50, contrast=1.0)(network, pictures[:1])
    torch.testing.assert_close(everyone[0], logits[0, 3] - (logits[0].sum() - logits[0, 3]) / 9)


def test_captions_name_what_is_explained(segmenter, half_bright) -> None:
    found = saliency_picture(half_bright, SaliencySettings(target="segment:day"), segmenter)
    assert found.caption == "gradient for the segment day"
    target = segment_target(segmenter, half_bright, "night")
    assert as_target(target, segmenter, half_bright) is target
