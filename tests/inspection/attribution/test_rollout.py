"""Attention rollout, gradient rollout and LeGrad: independent references, peers, ten transformers."""

import pytest
import torch
from torch import Tensor, nn
from torchvision import models

from pareidolia.inspection import METHODS, ClassTarget, UnitTarget, attribute
from pareidolia.inspection.attribution.legrad import transformer_blocks
from pareidolia.networks import Network
from pareidolia.settings import BadNetwork, Unit, Unsuited

METHODS_OF_ATTENTION = ("attention-rollout", "gradient-rollout", "legrad")
TARGET = ClassTarget((3, 5))


@pytest.fixture(scope="module")
def vit() -> models.VisionTransformer:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(2)
        module = models.VisionTransformer(32, 8, 3, 2, 16, 24, num_classes=10).eval()
        for parameter in module.parameters():
            nn.init.normal_(parameter, std=0.3)
        return module


@pytest.fixture(scope="module")
def network(vit) -> Network:
    return Network.of(vit, mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=(3, 32, 32))


@pytest.fixture(scope="module")
def pictures() -> Tensor:
    return torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(1))


def _explicit(vit: models.VisionTransformer, pictures: Tensor) -> tuple[Tensor, list[Tensor]]:
    """Class scores, and the weights they were computed from, written out by hand from torchvision's parts."""
    tokens = vit.conv_proj(pictures).flatten(2).mT
    tokens = torch.cat([vit.class_token.expand(len(pictures), -1, -1), tokens], 1) + vit.encoder.pos_embedding
    found = []
    for block in vit.encoder.layers:
        part = block.self_attention
        query, key, value = (
            each.unflatten(2, (part.num_heads, -1)).transpose(1, 2)
            for each in nn.functional.linear(
                block.ln_1(tokens), part.in_proj_weight, part.in_proj_bias
            ).chunk(3, dim=2)
        )
        weights = (query @ key.mT / query.shape[-1] ** 0.5).softmax(-1)
        found.append(weights)
        tokens = tokens + part.out_proj((weights @ value).transpose(1, 2).flatten(2))
        tokens = tokens + block.mlp(block.ln_2(tokens))
    return vit.heads(vit.encoder.ln(tokens)[:, 0]), found


def _enlarged(row: Tensor) -> Tensor:
    return nn.functional.interpolate(row.view(-1, 1, 4, 4), (32, 32), mode="bilinear")


def test_rollout_as_the_paper_has_it(vit, network, pictures) -> None:
    _, found = _explicit(vit, pictures)
    flow = torch.eye(17)
    for weights in found:
        mixed = weights.mean(1) + torch.eye(17)
        flow = (mixed / mixed.sum(-1, keepdim=True)) @ flow
    expected = _enlarged(flow[:, 0, 1:].detach())
    torch.testing.assert_close(attribute(network, pictures, TARGET, "attention-rollout"), expected)


def test_gradient_rollout_as_the_paper_has_it(vit, network, pictures) -> None:
    scores, found = _explicit(vit, pictures)
    signals = torch.autograd.grad(scores[0, 3] + scores[1, 5], found)
    flow = torch.eye(17).expand(2, 17, 17)
    for weights, signal in zip(found, signals, strict=True):
        flow = flow + (weights * signal).clamp(min=0).mean(1) @ flow
    expected = _enlarged(flow[:, 0, 1:].detach())
    found = attribute(network, pictures, TARGET, "gradient-rollout")
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5 * float(expected.max()))


def test_legrad_as_torchcam_has_it(import_peer, vit, network, pictures) -> None:
    methods = import_peer("torchcam.methods")
    with methods.LeGrad(vit, list(vit.encoder.layers)) as peer:
        vit(pictures)
        (expected,) = peer([3, 5], normalized=False)
    found = attribute(network, pictures, TARGET, "legrad")
    torch.testing.assert_close(found, _enlarged(expected), rtol=1e-5, atol=1e-5 * float(expected.max()))


def test_legrad_as_the_paper_has_it(vit, network, pictures) -> None:
    """The score read after each block from the mean of its tokens, one gradient a block."""
    total = torch.zeros(2, 16)
    for last in range(3):
        tokens = vit.conv_proj(pictures).flatten(2).mT
        tokens = torch.cat([vit.class_token.expand(2, -1, -1), tokens], 1) + vit.encoder.pos_embedding
        for block in vit.encoder.layers[:last]:
            tokens = block(tokens)
        part, seen = vit.encoder.layers[last], []
        given = part.ln_1(tokens)
        attention = part.self_attention
        query, key, value = (
            each.unflatten(2, (2, -1)).transpose(1, 2)
            for each in nn.functional.linear(given, attention.in_proj_weight, attention.in_proj_bias).chunk(
                3, 2
            )
        )
        weights = (query @ key.mT / query.shape[-1] ** 0.5).softmax(-1)
        seen = tokens + attention.out_proj((weights @ value).transpose(1, 2).flatten(2))
        seen = seen + part.mlp(part.ln_2(seen))
        scores = vit.heads(vit.encoder.ln(seen.mean(1)))
        (signal,) = torch.autograd.grad(scores[0, 3] + scores[1, 5], weights)
        total += signal.clamp(min=0).mean((1, 2))[:, 1:]
    expected = _enlarged(total / 3)
    torch.testing.assert_close(
        attribute(network, pictures, TARGET, "legrad"), expected, rtol=1e-5, atol=1e-5 * float(expected.max())
    )


@pytest.mark.parametrize("method", METHODS_OF_ATTENTION)
def test_a_network_without_attention_is_refused(method: str) -> None:
    plain = nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    with pytest.raises(Unsuited, match="for transformers"):
        attribute(plain, torch.rand(1, 3, 32, 32), 1, method)
    windows = models.SwinTransformer([4, 4], 8, [2, 2], [2, 2], [4, 4], num_classes=5)
    with pytest.raises(Unsuited, match=r"over the same tokens|has no blocks"):
        attribute(Network.of(windows, input_shape=(3, 64, 64)), torch.rand(1, 3, 64, 64), 1, method)


def test_what_legrad_cannot_explain_is_refused(network, pictures) -> None:
    with pytest.raises(Unsuited, match="explains classes alone"):
        attribute(network, pictures, UnitTarget(Unit("encoder.layers.encoder_layer_0", 2)), "legrad")


def test_a_unit_in_the_middle_is_explained_by_the_attentions_before_it(network, pictures) -> None:
    target = UnitTarget(Unit("encoder.layers.encoder_layer_1", 3, (1, 2)))
    assert attribute(network, pictures, target, "gradient-rollout").abs().max() > 0
    with pytest.raises(BadNetwork):
        attribute(network, pictures, UnitTarget(Unit("conv_proj", 2)), "gradient-rollout")


@pytest.mark.parametrize("method", METHODS_OF_ATTENTION)
def test_any_size_through_windows(method: str, network) -> None:
    found = attribute(network, torch.rand(1, 3, 40, 56), ClassTarget((3,)), method)
    assert found.shape == (1, 1, 40, 56) and (found >= 0).all() and found.max() > 0


MAKERS = {
    "vit_tiny_patch16_224": {},
    "deit_tiny_patch16_224": {},
    "deit_tiny_distilled_patch16_224": {},
    "deit3_small_patch16_224": {},
    "beit_base_patch16_224": {"embed_dim": 48, "num_heads": 3},
    "eva02_tiny_patch14_224": {},
    "vit_small_patch14_reg4_dinov2": {},
    "vit_base_patch16_siglip_224": {"embed_dim": 48, "num_heads": 3},
    "vit_relpos_small_patch16_224": {},
    "vit_medium_patch16_gap_256": {},
}


QUICK = ("deit_tiny_distilled_patch16_224", "vit_base_patch16_siglip_224", "vit_medium_patch16_gap_256")


@pytest.mark.parametrize(
    "name", [each if each in QUICK else pytest.param(each, marks=pytest.mark.slow) for each in MAKERS]
)
def test_ten_transformers_without_a_reshape_function(name: str) -> None:
    timm = pytest.importorskip("timm", reason="timm is not installed")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        side = 56 if "patch14" in name else 64
        module = timm.create_model(name, img_size=side, depth=2, num_classes=10, **MAKERS[name])
        for parameter in module.parameters():
            nn.init.normal_(parameter, std=0.1)
    network = Network.of(module, input_shape=(3, side, side))
    assert len(transformer_blocks(network, torch.rand(1, 3, side, side))) == 2
    for method in (*METHODS_OF_ATTENTION, "grad-cam++", "layer-cam"):
        found = attribute(network, torch.rand(1, 3, side, side), 3, method)
        assert found.shape == (1, 1, side, side) and found.isfinite().all() and found.std() > 0
        assert not METHODS[method].signed and (found >= 0).all()
