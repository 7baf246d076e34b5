"""`pareidolia doctor`: what this machine offers, and what is missing."""

import os
import platform
import re
import shutil
from importlib.metadata import PackageNotFoundError, metadata, version
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from packaging.requirements import Requirement

from pareidolia.cli.outputs import Verbosity
from pareidolia.cli.printing import print_json
from pareidolia.safety import expanded
from pareidolia.settings.installing import DISTRIBUTION, install_line
from pareidolia.version import __version__

_OF_DEVELOPERS = ("check", "docs", "test")


def doctor(*, verbosity: Annotated[Verbosity, Parameter(name="*")] = Verbosity()) -> None:
    """Tell the device, the memory, which extras are present, and where weights are looked for."""
    report = _report()
    if verbosity.as_json:
        print_json(report)
        return
    for heading, values in report.items():
        print(heading)
        for key, value in values.items():
            print(f"  {key}: {value}")


def _report() -> dict[str, dict[str, Any]]:
    return {
        "versions": {
            "python": platform.python_version(),
            DISTRIBUTION: __version__,
            **{package: version(package) for package in ("torch", "torchvision", "pillow")},
        },
        "device": _device(),
        "extras": _extras(),
        "weights": _weights(),
    }


def _device() -> dict[str, Any]:
    import psutil
    import torch

    from pareidolia.networks import choose_device

    device = choose_device("auto")
    memory = psutil.virtual_memory()
    facts = {
        "computes on": torch.cuda.get_device_name(device) if device.type == "cuda" else str(device),
        "processors": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "memory": f"{memory.available / 2**30:.1f} GiB free of {memory.total / 2**30:.1f}",
    }
    if device.type == "cuda":
        free, total = torch.cuda.mem_get_info(device)
        facts["device memory"] = f"{free / 2**30:.1f} GiB free of {total / 2**30:.1f}"
    return facts


def _extras() -> dict[str, str]:
    """Each extra's packages with their versions, or the line that installs it; the package declares them."""
    packages: dict[str, list[str]] = {}
    for stated in _requirements():
        extra = _extra_of(stated)
        if extra and stated.name != DISTRIBUTION and extra not in _OF_DEVELOPERS:
            packages.setdefault(extra, []).append(stated.name)
    return {extra: _found(extra, names) for extra, names in packages.items()}


def _requirements() -> list[Requirement]:
    """What the package requires; nothing where its sources are used without an installation."""
    try:
        stated = metadata(DISTRIBUTION).get_all("Requires-Dist") or []
    except PackageNotFoundError:
        return []
    return [Requirement(each) for each in stated]


def _found(extra: str, packages: list[str]) -> str:
    versions = {package: _version(package) for package in packages}
    missing = [package for package, found in versions.items() if found is None]
    if missing:
        return f"{install_line(extra)} brings {', '.join(missing)}"
    return ", ".join(f"{package} {found}" for package, found in versions.items())


def _extra_of(requirement: Requirement) -> str | None:
    """The extra that asks for a package; None where the package itself does."""
    found = re.search(r"""extra == ["']([^"']+)["']""", str(requirement.marker or ""))
    return found[1] if found else None


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _weights() -> dict[str, str]:
    import torch

    hub = Path(os.environ.get("HF_HOME") or expanded("~/.cache/huggingface"))
    home = expanded("~")
    return {
        "retina": "in the package",
        "torchvision": str(Path(torch.hub.get_dir()) / "checkpoints"),
        "timm": str(hub / "hub"),
        "disk": f"{shutil.disk_usage(home if home.is_dir() else Path()).free / 2**30:.1f} GiB free",
    }
