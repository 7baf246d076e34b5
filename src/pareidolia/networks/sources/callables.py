"""Functions and classes of the user's own: `package.module:name` or `file.py:name`."""

import importlib
import importlib.util
import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from torch import nn

from pareidolia.networks.guarding import guarded
from pareidolia.networks.sources.origin import Origin, always_the_same, weights_file
from pareidolia.networks.weights import load_weights
from pareidolia.safety.paths import expanded
from pareidolia.safety.trust import require_trust
from pareidolia.settings import BadNetwork, UnknownName
from pareidolia.settings.network_sources import network_forms


def find_callable(home: str, name: str) -> Callable[..., Any]:
    """The function or class `name` of a module (package.module) or a file (file.py).

    A file is run as `python file.py` would find its neighbours, but without arguments of a command line.

    Args:
        home: the module's dotted name or the file's path.
        name: of the function or class.

    Returns:
        It.

    Raises:
        BadNetwork: the module or file cannot be run, or `name` cannot be called.
        UnknownName: there is nothing of that name.
        PareidoliaError: only a file that nobody trusts names it (`safety/trust.py`); everything that runs
            code by name goes through here.
    """
    require_trust(f"{home}:{name}")
    namespace = _run_file(Path(home)) if home.endswith(".py") else _import(home)
    if not hasattr(namespace, name):
        callables = [each for each, value in vars(namespace).items() if callable(value) and each[0] != "_"]
        raise UnknownName(f"factory in {home}", name, callables)
    found = getattr(namespace, name)
    if not callable(found):
        raise BadNetwork(f"{home}:{name} is not a function or class: name what is called to make it")
    made: Callable[..., Any] = found
    return made


def made_by(make: Callable[[], Any], name: str, weights: str, *, called: str) -> Origin:
    """What a factory gives, under a fixed seed, with the weights of a file where one is named.

    Args:
        make: the factory; it is other people's code.
        name: of the network.
        weights: "published" and "random" leave it as it comes; else the path of a file.
        called: what errors call it.

    Returns:
        The network.

    Raises:
        BadNetwork: the factory fails, or gives something else than a module.
    """
    with always_the_same(), guarded(f"{called} failed: {{reason}}"):
        module = make()
    if not isinstance(module, nn.Module):
        raise BadNetwork(f"{called} gave {type(module).__name__}, not a torch.nn.Module")
    path = weights_file(weights)
    if path is not None:
        load_weights(module, path, name)
    return Origin(module)


def _import(home: str) -> ModuleType:
    beside = Path(f"{home.replace('.', '/')}.py")
    advice = f"name its file: {beside}" if beside.is_file() else f"a network is called {network_forms()}"
    message = f"the module {home} cannot be imported ({{reason}}); {advice}"
    with guarded(message), _no_arguments(home):
        return importlib.import_module(home)


def _run_file(path: Path) -> ModuleType:
    path = expanded(path)
    if not path.is_file():
        raise BadNetwork(f"the file {path} does not exist")
    title = f"pareidolia_user_{path.stem}"
    spec = importlib.util.spec_from_file_location(title, path)
    if spec is None or spec.loader is None:
        raise BadNetwork(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[title] = module  # dataclasses and pickling look their module up
    try:
        with guarded(f"{path} cannot be run: {{reason}}"), _no_arguments(str(path)), _beside(path.parent):
            spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[title]
        raise
    return module


@contextmanager
def _no_arguments(name: str) -> Iterator[None]:
    """Code that reads a command line finds an empty one, and what that prints on leaving is not shown."""
    arguments, errors = sys.argv, sys.stderr
    said = io.StringIO()
    sys.argv, sys.stderr = [name], said
    try:
        yield
    except SystemExit:
        said = io.StringIO()
        raise
    finally:
        sys.argv, sys.stderr = arguments, errors
        errors.write(said.getvalue())


# The folders of files that were run: their modules are told apart by where they lie.
_folders: set[str] = set()


@contextmanager
def _beside(folder: Path) -> Iterator[None]:
    """Modules beside a file are found first while it runs, as when Python runs it, and last afterwards.

    A neighbour of the same name beside an earlier file is forgotten: each file gets its own.
    """
    place = str(folder.resolve())
    for name, module in list(sys.modules.items()):
        home = str(Path(getattr(module, "__file__", None) or "/").parent)
        if home in _folders - {place} and (Path(place) / f"{name}.py").is_file():
            del sys.modules[name]
    _folders.add(place)
    sys.path.insert(0, place)
    try:
        yield
    finally:
        sys.path.remove(place)
        if place not in sys.path:
            sys.path.append(place)
