"""Optional dependencies. No torch here."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pareidolia.settings.errors import MissingExtra

# Modules whose packages are called otherwise.
_PACKAGES = {
    "cv2": "opencv-python-headless",
    "lightning_fabric": "lightning-fabric",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "torch.utils.tensorboard": "tensorboard",
    "umap": "umap-learn",
}


def require(module: str, *, extra: str) -> Any:
    """An optional module, imported.

    Args:
        module: its dotted name.
        extra: the extra of pareidolia that installs it.

    Returns:
        The module.

    Raises:
        MissingExtra: If it is not installed; the error names the line that installs it.
    """
    try:
        return import_module(module)
    except ImportError as error:
        package = _PACKAGES.get(module) or module.partition(".")[0]
        raise MissingExtra(_PACKAGES.get(package, package), extra) from error


def installed_folder(package: str) -> Path | None:
    """The folder of an installed top package, or None where it is not installed; its code is not run."""
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):  # it is half imported, or a module that was put there by hand
        return None
    folders = None if spec is None else spec.submodule_search_locations
    return Path(next(iter(folders))) if folders else None
