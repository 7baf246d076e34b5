"""Adversarial autoencoder and GAN: a second network that judges."""

from collections.abc import Iterator

from pareidolia.tour.guide import Exhibit, Guide

AAE, GAN, FACES = "mnist-aae", "mnist-gan", "faces-gan"


def tell_aae(guide: Guide) -> Iterator[Exhibit]:
    """Codes bent to a ring of ten Gaussians, and digits drawn from it."""
    yield guide.show("codes", "latent", {"run": AAE}, span=6, size=800)
    yield guide.show("samples", "sample", {"run": AAE}, span=6, count=49)


def tell_gan(guide: Guide) -> Iterator[Exhibit]:
    """Digits out of noise, a walk between two of them, and faces."""
    yield guide.show("samples", "sample", {"run": GAN}, count=40, columns=10)
    yield guide.show("walk", "interpolate", {"run": GAN, "a": "random:1", "b": "random:8"}, path="spherical")
    yield guide.show("faces", "sample", {"run": FACES}, count=32, columns=8)
