"""The flow: what came after the lecture's models."""

from collections.abc import Iterator

from pareidolia.tour.guide import Exhibit, Guide

FLOW = "mnist-flow"


def tell(guide: Guide) -> Iterator[Exhibit]:
    """Digits that noise was carried to, in twenty steps and in two, and a walk between two of them."""
    yield guide.show("samples", "sample", {"run": FLOW}, count=40, columns=10)
    yield guide.show("few", "sample", {"run": FLOW}, count=10, columns=10, steps=2)
    yield guide.show("walk", "interpolate", {"run": FLOW, "a": "random:1", "b": "random:8"}, path="spherical")
