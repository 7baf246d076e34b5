"""The version of the package, as it was installed: git's newest tag stands for it (`pyproject.toml`)."""


def __getattr__(name: str) -> str:
    """`__version__`, found when it is first asked for: reading it takes longer than importing the package."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import PackageNotFoundError, version

    from pareidolia.settings.installing import DISTRIBUTION

    try:
        found = version(DISTRIBUTION)
    except PackageNotFoundError:  # the sources are imported without an installation
        found = "0.1.0.dev0"
    globals()[name] = found
    return found
