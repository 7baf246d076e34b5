"""Latent variables: two numbers behind a digit."""

from collections.abc import Iterator

from pareidolia.tour.guide import Exhibit, Guide

VAE = "mnist-vae"


def tell(guide: Guide) -> Iterator[Exhibit]:
    """The plane of codes as a grid of digits, and a walk from one digit to another."""
    side = guide.pace(18, 12)
    yield guide.show("manifold", "manifold", {"run": VAE}, span=7, side=side, values={"cells": side**2})
    yield guide.show("walk", "walk", {"run": VAE, "start": "label:3"}, towards="8", away="3", steps=7)
