"""Straightforward implementations of published recipes, to be compared with."""
