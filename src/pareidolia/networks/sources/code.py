"""The user's own network: a factory in a module or in a file, called without arguments."""

import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from torch import nn

from pareidolia.networks.sources.origin import Origin, always_the_same, weights_file
from pareidolia.networks.weights import load_weights
from pareidolia.safety import require_trust
from pareidolia.settings import BadNetwork, UnknownName


def build(home: str, factory: str, weights: str) -> Origin:
    """Call `factory` of the module or file `home`; it gives an `nn.Module`, an `nn.Module` class will do.

    "published" and "random" are both the network as the factory gives it, made under a fixed seed.
    """
    name = f"{home}:{factory}"
    make = find_callable(home, factory)
    if isinstance(make, nn.Module):
        raise BadNetwork(
            f"{name} is not a function or class: name what makes the network when called without arguments"
        )
    with always_the_same():
        try:
            module = make()
        except Exception as error:
            raise BadNetwork(f"{name}() failed: {_in_one_line(error)}") from error
    if not isinstance(module, nn.Module):
        raise BadNetwork(f"{name}() gave {type(module).__name__}, not a torch.nn.Module")
    path = weights_file(weights)
    if path is not None:
        load_weights(module, path, name)
    return Origin(module)


def find_callable(home: str, name: str) -> Callable[..., Any]:
    """The function or class `name` of a module (package.module) or a file (file.py).

    Raises BadNetwork where the module or file cannot be run or `name` cannot be called, UnknownName where
    there is none, PareidoliaError where only a file that nobody trusts names it (`safety/trust.py`):
    everything that runs code by name goes through here.
    """
    require_trust(f"{home}:{name}")
    namespace = _run_file(Path(home).expanduser()) if home.endswith(".py") else _import(home)
    if not hasattr(namespace, name):
        callables = [each for each, value in vars(namespace).items() if callable(value) and each[0] != "_"]
        raise UnknownName(f"factory in {home}", name, callables)
    found = getattr(namespace, name)
    if not callable(found):
        raise BadNetwork(f"{home}:{name} is not a function or class: name what is called to make it")
    made: Callable[..., Any] = found
    return made


def _import(home: str) -> ModuleType:
    try:
        return importlib.import_module(home)
    except Exception as error:
        raise BadNetwork(
            f"the module {home} cannot be imported ({_in_one_line(error)}); a network is called "
            "retina, torchvision:NAME, timm:NAME, package.module:factory or file.py:factory"
        ) from error


def _run_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise BadNetwork(f"the file {path} does not exist")
    title = f"pareidolia_user_{path.stem}"
    spec = importlib.util.spec_from_file_location(title, path)
    if spec is None or spec.loader is None:
        raise BadNetwork(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[title] = module  # dataclasses and pickling look their module up
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[title]
        raise BadNetwork(f"{path} cannot be run: {_in_one_line(error)}") from error
    return module


def _in_one_line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())
