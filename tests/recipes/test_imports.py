"""Recipes are run seldom: what they import must not have moved away meanwhile."""

import importlib
from pathlib import Path

import pytest

RECIPES = Path(__file__).parents[2] / "recipes"


@pytest.mark.parametrize("name", sorted(path.stem for path in RECIPES.glob("*.py")))
def test_a_recipe_finds_what_it_imports(name):
    try:
        importlib.import_module(f"recipes.{name}")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] in ("pareidolia", "recipes", "benchmarks"):
            raise
        pytest.skip(f"{error.name} is not installed")
