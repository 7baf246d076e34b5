"""The attribution methods of the package, each with its options; torch is imported inside their functions.

A file more here is named among the homes of `METHODS` (`registry.py`).
"""
