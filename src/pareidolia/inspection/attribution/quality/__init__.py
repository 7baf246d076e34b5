"""Measures of a single map or method: what removing, disturbing and randomizing show, and the map by itself.

Each is a function that takes what it compares, so that it stands beside others' on the same numbers; all
copies of a picture are looked at in batches. The public names are `pareidolia.inspection`'s.
"""
