"""Class activation maps beyond Grad-CAM: equal to pytorch-grad-cam's and torchcam's, and in closed form."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from pareidolia.inspection import ClassTarget, UnitTarget, attribute
from pareidolia.inspection.attribution.cam import layer_gradients
from pareidolia.networks import Network
from pareidolia.settings import Unit, Unsuited

TARGET = ClassTarget((3, 5))


@pytest.fixture
def plain(network) -> Network:
    """The toy network with rectifiers that do not work in place, for peers' hooks, and large scores."""
    for module in network.module:
        if isinstance(module, nn.ReLU):
            module.inplace = False
    with torch.no_grad():  # pytorch-grad-cam adds 1e-6 to squared gradients
        network.module.head.weight.mul_(3000)
    return network


def _coarse(network: Network, pictures: Tensor, method: str, **options: object) -> Tensor:
    """A method's map before it is enlarged."""
    from pareidolia.inspection.attribution import cam, score_cam

    kept = cam.enlarged
    found = []

    def note(coarse: Tensor, shown: Tensor) -> Tensor:
        found.append(coarse)
        return kept(coarse, shown)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cam, "enlarged", note)
        if method == "score-cam":  # which enlarges its masks too
            patch.setattr(score_cam, "enlarged", note)
        attribute(network, pictures, TARGET, method, layer="relu2", **options)
    return found[-1][:, 0]


def _scaled(maps: Tensor) -> Tensor:
    low = maps.amin((1, 2), keepdim=True)
    return (maps - low) / (maps - low).amax((1, 2), keepdim=True)


@pytest.mark.parametrize(
    ("method", "peer"),
    [("grad-cam++", "GradCAMPlusPlus"), ("hires-cam", "HiResCAM"), ("layer-cam", "LayerCAM")],
)
def test_equal_to_pytorch_grad_cam(import_peer, method: str, peer: str, plain, pictures) -> None:
    peers = import_peer("pytorch_grad_cam")
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

    with getattr(peers, peer)(plain.module, [plain.module.relu2]) as cam:
        wanted = [ClassifierOutputTarget(index) for index in TARGET.indices]
        cam.outputs = cam.activations_and_grads(pictures.requires_grad_())
        sum(target(output) for target, output in zip(wanted, cam.outputs, strict=True)).backward()
        activations, grads = (
            each[0].numpy()
            for each in (cam.activations_and_grads.activations, cam.activations_and_grads.gradients)
        )
        expected = cam.get_cam_image(pictures, None, wanted, activations, grads, False)
    expected = torch.from_numpy(np.maximum(expected, 0))
    found = _coarse(plain, pictures.detach(), method)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5 * float(expected.max()))


def test_eigen_cam_is_pytorch_grad_cams_but_for_the_sign(import_peer, plain, pictures) -> None:
    import_peer("pytorch_grad_cam")
    from pytorch_grad_cam.utils.svd_on_activations import get_2d_projection

    maps = plain.record(pictures, "relu2")["relu2"].detach().numpy()
    for found, expected in zip(_coarse(plain, pictures, "eigen-cam"), get_2d_projection(maps), strict=True):
        peer = torch.from_numpy(expected)
        peer = peer if peer.max() >= -peer.min() else -peer
        torch.testing.assert_close(found, peer.clamp(min=0), rtol=1e-4, atol=1e-5 * float(peer.max()))


def test_eigen_cam_of_one_bright_spot(network) -> None:
    """Of maps that rise together at one place that place alone is left, whatever the target."""
    module = nn.Sequential(nn.Conv2d(3, 4, 1, bias=False), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    x = torch.zeros(1, 3, 8, 8)
    x[..., 2, 5] = 1
    spot = Network.of(module, mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=(3, 8, 8))
    found = attribute(spot, x, 1, "eigen-cam", layer="0")[0, 0]
    assert int(found.argmax()) == 2 * 8 + 5 and int((found > 0.05 * found.max()).sum()) == 1
    assert torch.equal(found, attribute(spot, x, 2, "eigen-cam", layer="0")[0, 0])


def test_score_cam_is_torchcams(import_peer, plain, pictures) -> None:
    methods = import_peer("torchcam.methods")
    with methods.ScoreCAM(plain.module, "relu2") as peer, torch.no_grad():
        plain.module(pictures)
        (expected,) = peer([3, 5], normalized=False)
    found = _coarse(plain, pictures, "score-cam")
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5 * float(expected.max()))


def test_score_cam_of_the_channels_that_vary_most(network, pictures) -> None:
    few = attribute(network, pictures, TARGET, "score-cam", channels=3)
    assert few.shape == (2, 1, 24, 28) and (few >= 0).all()
    whole = attribute(network, pictures, TARGET, "score-cam")
    assert not torch.allclose(few, whole)
    torch.testing.assert_close(attribute(network, pictures, TARGET, "score-cam", channels=12), whole)


def test_score_cam_hides_by_the_networks_mean_color(pictures) -> None:
    """So that what is hidden is zero once it is normalized, as in the paper's own code."""
    module = nn.Sequential(nn.Conv2d(3, 1, 1, bias=False), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    seen = []
    module.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    network = Network.of(module, mean=(0.5, 0.4, 0.3), std=(0.2,) * 3, input_shape=(3, 24, 24))
    attribute(network, pictures[:1], 0, "score-cam", layer="0")
    masked = seen[-1][0].detach()
    maps = nn.functional.conv2d(network.prepare(pictures[:1]), module[0].weight)[0]
    mask = (maps - maps.min()) / (maps.max() - maps.min())
    torch.testing.assert_close(masked, mask.detach() * network.prepare(pictures[:1])[0], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("rivals", [1, 3, 20])
def test_finer_cam_is_torchcams(import_peer, rivals: int, plain, pictures) -> None:
    methods = import_peer("torchcam.methods")
    if not hasattr(methods, "FinerCAM"):
        pytest.skip("this torchcam has no FinerCAM")
    with methods.FinerCAM(plain.module, "relu2", num_references=rivals) as peer:
        scores = plain.module(pictures)
        (expected,) = peer([3, 5], scores, normalized=False)
    found = _coarse(plain, pictures, "finer-cam", rivals=rivals)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5 * float(expected.max()))


def test_finer_cam_explains_classes_alone(network, pictures) -> None:
    with pytest.raises(Unsuited, match="explains classes alone"):
        attribute(network, pictures, UnitTarget(Unit("conv1", 2)), "finer-cam")


def test_hires_cam_sums_to_the_score_before_a_linear_layer(network, pictures) -> None:
    """Its faithfulness: Σ A ⊙ ∂S/∂A = S − b (Draelos and Carin 2020, section 3.3)."""
    maps, signals = layer_gradients(network, pictures, TARGET, layer="pool2")
    expected = TARGET(network, pictures) - network.module.head.bias[[3, 5]]
    torch.testing.assert_close((maps * signals).sum((1, 2, 3)), expected)


@pytest.mark.parametrize("method", ["grad-cam++", "hires-cam", "layer-cam", "finer-cam"])
def test_after_average_pooling_all_are_the_class_activation_map(method: str) -> None:
    """A linear head with positive weights on mean-pooled maps: gradients are the same everywhere."""
    module = nn.Sequential(
        nn.Conv2d(3, 6, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 2, bias=False)
    )
    with torch.no_grad():
        module[4].weight.copy_(torch.tensor([[1.0] * 6, [0.0] * 6]))
    network = Network.of(module, mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=(3, 12, 12))
    x = torch.rand(1, 3, 12, 12)
    expected = attribute(network, x, 0, "grad-cam", layer="1")
    found = attribute(network, x, 0, method, layer="1")
    if method != "grad-cam++":
        torch.testing.assert_close(found, expected)
    else:  # which weighs channels by how much of them is active
        assert torch.corrcoef(torch.stack([found.flatten(), expected.flatten()]))[0, 1] > 0.95


def test_of_two_objects_grad_cam_plus_plus_shows_both() -> None:
    """What it was made for: a small object weighs as much as a large one (figure 3)."""
    module = nn.Sequential(nn.Identity(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2, 1, bias=False))
    nn.init.ones_(module[3].weight)
    network = Network.of(module, mean=(0.0,) * 2, std=(1.0,) * 2, input_shape=(2, 8, 8))
    x = torch.zeros(1, 2, 8, 8)
    x[0, 0, :6, :6], x[0, 1, 7, 7] = 1, 1

    def share(method: str) -> float:
        found = attribute(network, x, 0, method, layer="0")[0, 0]
        return float(found[7, 7] / found[0, 0])

    assert share("grad-cam++") > 1.1 * share("grad-cam") == pytest.approx(1.1)
