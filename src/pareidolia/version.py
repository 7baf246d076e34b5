"""The version of the package, as it was installed: git's newest tag stands for it (`pyproject.toml`)."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("pareidolia")
except PackageNotFoundError:  # the sources are imported without an installation
    __version__ = "0.1.0.dev0"
