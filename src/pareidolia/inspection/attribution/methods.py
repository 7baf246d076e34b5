"""The attribution methods by name, and how each is read."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import get_args

from torch import Tensor

from pareidolia.inspection.attribution.cam import grad_cam
from pareidolia.inspection.attribution.gradients import (
    NoisyGradients,
    gradient_x_input,
    integrated_gradients,
    noisy_gradients,
    send_back,
)
from pareidolia.inspection.attribution.masking import occlusion, rise
from pareidolia.inspection.attribution.settings import AttributionSettings, MethodName
from pareidolia.inspection.targets import Target
from pareidolia.networks import Network
from pareidolia.settings import UnknownName

Attribute = Callable[[Network, Tensor, Target, AttributionSettings], Tensor]


@dataclass(frozen=True)
class Method:
    """A method of attribution.

    `attribute` gives N×1×H×W, or N×C×H×W where signed colour is meant (`colored`). `signed` says whether
    the sign means for and against the target. `caution` is what the sanity checks (Adebayo et al. 2018) say
    against it, if anything.
    """

    attribute: Attribute
    signed: bool = False
    colored: bool = False
    caution: str = ""


def largest_magnitude(signal: Tensor) -> Tensor:
    """max over channels of |signal|, N×1×H×W: the saliency map of Simonyan et al. (2014, section 3.1)."""
    return signal.abs().amax(dim=1, keepdim=True)


def _gradient(network: Network, pictures: Tensor, target: Target, _: AttributionSettings) -> Tensor:
    return largest_magnitude(send_back(network, pictures, target))


def _gradient_x_input(network: Network, pictures: Tensor, target: Target, _: AttributionSettings) -> Tensor:
    return gradient_x_input(network, pictures, target).sum(dim=1, keepdim=True)


def _noisy(
    network: Network, pictures: Tensor, target: Target, settings: AttributionSettings
) -> NoisyGradients:
    return noisy_gradients(
        network,
        pictures,
        target,
        samples=settings.samples,
        noise=settings.noise,
        seed=settings.seed,
    )


def _smoothgrad(network: Network, pictures: Tensor, target: Target, settings: AttributionSettings) -> Tensor:
    return largest_magnitude(_noisy(network, pictures, target, settings).mean)


def _vargrad(network: Network, pictures: Tensor, target: Target, settings: AttributionSettings) -> Tensor:
    return _noisy(network, pictures, target, settings).variance.sum(dim=1, keepdim=True)


def _integrated_gradients(
    network: Network, pictures: Tensor, target: Target, settings: AttributionSettings
) -> Tensor:
    found = integrated_gradients(network, pictures, target, baseline=settings.baseline, steps=settings.steps)
    return found.maps.sum(dim=1, keepdim=True)


def _guided(network: Network, pictures: Tensor, target: Target, _: AttributionSettings) -> Tensor:
    return send_back(network, pictures, target, rule="guided")


def _deconvnet(network: Network, pictures: Tensor, target: Target, _: AttributionSettings) -> Tensor:
    return send_back(network, pictures, target, rule="deconvnet")


def _grad_cam(network: Network, pictures: Tensor, target: Target, settings: AttributionSettings) -> Tensor:
    return grad_cam(network, pictures, target, layer=settings.layer)


def _guided_grad_cam(
    network: Network, pictures: Tensor, target: Target, settings: AttributionSettings
) -> Tensor:
    return _guided(network, pictures, target, settings) * _grad_cam(network, pictures, target, settings)


def _occlusion(network: Network, pictures: Tensor, target: Target, settings: AttributionSettings) -> Tensor:
    window = settings.window or max(2, round(min(pictures.shape[-2:]) / 7))
    stride = settings.stride or max(1, window // 2)
    return occlusion(network, pictures, target, window=window, stride=stride, fill=settings.fill)


def _rise(network: Network, pictures: Tensor, target: Target, settings: AttributionSettings) -> Tensor:
    return rise(network, pictures, target, masks=settings.masks, seed=settings.seed)


_BLIND = "fails the sanity checks: it hardly changes when the network's upper layers are randomised"
METHODS: dict[str, Method] = {
    "gradient": Method(_gradient),
    "gradient-x-input": Method(_gradient_x_input, signed=True),
    "smoothgrad": Method(_smoothgrad),
    "vargrad": Method(_vargrad),
    "integrated-gradients": Method(_integrated_gradients, signed=True),
    "guided-backpropagation": Method(_guided, signed=True, colored=True, caution=_BLIND),
    "deconvnet": Method(_deconvnet, signed=True, colored=True, caution=_BLIND),
    "grad-cam": Method(_grad_cam),
    "guided-grad-cam": Method(_guided_grad_cam, signed=True, colored=True, caution=_BLIND),
    "occlusion": Method(_occlusion, signed=True),
    "rise": Method(_rise),
}
assert tuple(METHODS) == get_args(MethodName)


def attribute(
    network: Network,
    pictures: Tensor,
    target: Target,
    method: str,
    settings: AttributionSettings | None = None,
) -> Tensor:
    """The map of a method by its name, for pictures N×C×H×W in [0, 1]; N×1×H×W, or N×C×H×W signed colour.

    guided-backpropagation, deconvnet and guided-grad-cam give signed colour; gradient-x-input,
    integrated-gradients and occlusion a signed map; the others one that is not negative.
    Raises UnknownName for a wrong method, and what the method itself raises.
    """
    if method not in METHODS:
        raise UnknownName("method", method, METHODS)
    return METHODS[method].attribute(network, pictures, target, settings or AttributionSettings())


def method_names(asked: Iterable[str]) -> list[str]:
    """The methods asked for, each once and in their order; `all` stands for every one."""
    return list(dict.fromkeys(name for each in asked for name in (METHODS if each == "all" else [each])))
