"""Under which name the package is installed: an index's `pareidolia` is somebody else's."""

#: What an index and `pip` call the package; modules and the command are called `pareidolia`.
DISTRIBUTION = "pareidolia-nn"


def with_extra(extra: str) -> str:
    """The package with one of its extras, as requirements name it: `pareidolia-nn[video]`."""
    return f"{DISTRIBUTION}[{extra}]"


def install_line(extra: str) -> str:
    """The line that installs what an extra brings, as a shell takes it."""
    return f"pip install '{with_extra(extra)}'"
