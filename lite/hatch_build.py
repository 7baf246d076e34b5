"""A wheel without networks would paint nothing: building it is refused."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Networks(BuildHookInterface):  # type: ignore[type-arg]
    """Asks for what `python -m recipes.lite` makes."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Refuse to build where the networks are missing."""
        if not (Path(self.root) / "src/pareidolia_lite/networks/painter.onnx").is_file():
            raise RuntimeError("the networks are missing: run `python -m recipes.lite` in the checkout first")
