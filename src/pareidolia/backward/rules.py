"""Backward rules by name. No torch here: a rule imports what carries it out when it is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Annotated, TypeVar

from pydantic import AfterValidator

from pareidolia.settings.registry import Registry

if TYPE_CHECKING:
    from torch import nn

Rule = Callable[["nn.Module"], AbstractContextManager[None]]
R = TypeVar("R", bound=Rule)

#: Every rule by its name: `with BACKWARD_RULES["guided"](module): ...`
BACKWARD_RULES: Registry[Rule] = Registry("backward rule")


def backward_rule(name: str) -> Callable[[R], R]:
    """Register the context manager below as a backward rule.

    It is called with the module that is explained; what runs backward inside follows it. `modes.RuleMode` is
    what the package's own rules are made of: it meets every rectifier, however that is written.

    `LinearRuleMode` is for rules of convolutions and matrix products.

        @backward_rule("plain-relu")
        @contextmanager
        def plain_relu(module):
            with in_mode(MyMode(), module):
                yield

    Args:
        name: of the rule.

    Returns:
        The decorator, which returns the function as it is.

    Raises:
        PareidoliaError: another module has registered the name.
    """

    def register(rule: R) -> R:
        BACKWARD_RULES.add(name, rule, rule.__module__)
        return rule

    return register


def _known(name: str) -> str:
    """The rule's name; UnknownName where there is no such rule."""
    BACKWARD_RULES[name]
    return name


#: The name of a rule, as settings hold it.
RuleName = Annotated[str, AfterValidator(_known)]


@backward_rule("gradient")
@contextmanager
def gradient(module: nn.Module) -> Iterator[None]:
    """Let the signal come back as the plain gradient: R = f'(x) · g for every activation f.

    Saliency (Simonyan et al. 2014). It is autograd's own rule; the context exists so that all rules are used
    alike.
    """
    yield


@backward_rule("deconvnet")
@contextmanager
def deconvnet(module: nn.Module) -> Iterator[None]:
    """Rectify the signal itself, whatever the forward pass: R = max(g, 0) at every rectifier.

    The deconvolutional network (Zeiler and Fergus 2014). ReLU, ReLU6, LeakyReLU, PReLU, ELU, SELU, CELU,
    SiLU, GELU, Mish, Hardswish and softplus all count as the rectifier that they approximate, so that the
    rule does not depend on the signal's scale. Max pooling sends its signal to the maxima (the switches).
    Sigmoid, tanh, softmax and normalisations keep their gradient.

    A BackwardWarning is issued if an activation is written by hand, if attention mixes positions by a
    softmax, for which the rule was not made, and if none of the activations is a rectifier.

    Args:
        module: the network; if it is compiled, it runs eagerly inside.

    Yields:
        Nothing.

    Raises:
        BadNetwork: If a rectifier is hidden inside TorchScript.
    """
    from pareidolia.backward.modes import DeconvnetMode, in_mode

    with in_mode(DeconvnetMode(), module):
        yield


@backward_rule("guided")
@contextmanager
def guided(module: nn.Module) -> Iterator[None]:
    """Let the signal pass only where both it and the rectifier's input are positive.

    Guided backpropagation (Springenberg et al. 2015): R = f'(x) · [x > 0] · max(g, 0). For ReLU f' = 1 there;
    for the smooth and the bounded rectifiers (list under `deconvnet`) f' is their own derivative. The errors
    and warnings are those of `deconvnet`.
    """
    from pareidolia.backward.modes import GuidedMode, in_mode

    with in_mode(GuidedMode(), module):
        yield
