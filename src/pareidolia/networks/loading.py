"""From a network's name to a `Network`."""

from collections.abc import Sequence
from pathlib import Path

from pareidolia.networks.assumptions import assume, read_shape
from pareidolia.networks.attached_concepts import attach
from pareidolia.networks.classes import read_classes
from pareidolia.networks.concepts import read_concepts
from pareidolia.networks.devices import choose_device
from pareidolia.networks.network import Network
from pareidolia.networks.padding import Padding, swap_padding
from pareidolia.networks.pooling import Pooling, swap_pooling
from pareidolia.networks.soundness import refuse_scripted, settle_lazy_layers
from pareidolia.networks.sources import build
from pareidolia.safety import expanded
from pareidolia.settings import NetworkSettings, check_kind


def load_network(
    name: str = "retina",
    weights: str = "published",
    *,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    classes: Path | str | None = None,
    input: str | None = None,
    device: str = "auto",
    pooling: Pooling = "max",
    padding: Padding = "zeros",
    concepts: Path | str | None = None,
) -> Network:
    """The network called `name`, ready to look at pictures; its parameters do not require gradients.

    Args:
        name: "retina", "vgg19", "efficientnet_lite0", "torchvision:NAME", "timm:NAME",
            "package.module:factory" or "file.py:factory", or of a source that a plug-in brings.
        weights: "published", "random" (the same every time), or the path of a .safetensors, .pth or .pt file.
            A factory's network is taken as it comes unless a path is given.
        mean: one number a channel that is subtracted; default the source's own; for a network of the user's
            own ImageNet's where it takes three channels, else 0. `Network.preparation` is what is used.
        std: one number a channel that is divided by; default as for `mean`, else 1.
        classes: a text file with one class name a line, or a list in JSON.
        input: channels, height and width of the pictures that the network takes, as "CxHxW"; default the
            source's own, else the channels of its first convolution (else 3) at 224x224.
        device: "auto", "cpu", "cuda", "mps" or the like.
        pooling: "average" or "l2" replace max pooling (see `pooling.py`).
        padding: "reflect" or "replicate" replace the convolutions' zero padding (see `padding.py`).
        concepts: a file of concepts, which become the layer `LAYER.concepts` (see `concepts.py`).

    Returns:
        The network, in evaluation mode on the device.

    Raises:
        BadNetwork: If it cannot be built, or weights, classes, mean, std or input do not fit it.
        UnknownName: If there is no such network.
        MissingExtra: If the package that makes it is not installed.
    """
    check_kind(name, str, "load_network takes a network's name (as_network takes a module too)")
    class_names = None if classes is None else read_classes(expanded(classes))
    origin = build(name, weights, None if class_names is None else len(class_names))
    module = origin.module
    found = assume(
        module,
        mean=mean or origin.mean,
        std=std or origin.std,
        input_shape=origin.input_shape if input is None else read_shape(input),
    )
    refuse_scripted(module, name)
    settle_lazy_layers(module, found.input_shape, name)
    swap_pooling(module, pooling, name)
    swap_padding(module, padding)
    if concepts is not None:
        attach(module, read_concepts(expanded(concepts)), name)
    return Network(
        name,
        module.requires_grad_(False),
        mean=found.mean,
        std=found.std,
        input_shape=found.input_shape,
        class_names=class_names or origin.class_names,
        device=choose_device(device),
        assumed=found.assumed,
        credit=origin.credit,
        one_size=origin.one_size,
    )


def load_network_from(
    settings: NetworkSettings, *, pooling: Pooling = "max", padding: Padding = "zeros"
) -> Network:
    """Load the network that settings describe; see `load_network`.

    Args:
        settings: the settings.
        pooling: replaces max pooling.
        padding: replaces zero padding.

    Returns:
        The network.
    """
    return load_network(
        settings.network,
        settings.weights,
        mean=settings.mean,
        std=settings.std,
        classes=settings.classes,
        input=settings.input,
        concepts=settings.concepts,
        device=settings.device,
        pooling=pooling,
        padding=padding,
    )
