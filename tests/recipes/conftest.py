"""One thread, and the recipes as modules."""

import sys
from pathlib import Path

import pytest
from tests.recipes.retina_photos import packed, photos  # noqa: F401

RECIPES = Path(__file__).parents[2] / "recipes"
sys.path.insert(0, str(RECIPES))


@pytest.fixture(autouse=True)
def quick_small_maps(one_thread):
    """Maps this small are slower on several threads, many times so beside other work."""
