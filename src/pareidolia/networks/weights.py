"""Weights files: read without running code, and put into a network or refused in words."""

import pickle
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from pareidolia.settings import BadNetwork

_WRAPPERS = ("state_dict", "model_state_dict", "model")
_PREFIXES = ("module.", "_orig_mod.")
_SHOWN = 3


def load_weights(module: nn.Module, path: Path, name: str) -> None:
    """Read the weights file `path` into `module`, the network called `name`; half precision is widened.

    Raises BadNetwork where the file cannot be read (see `read_state_dict`) or is of another architecture.
    """
    fit_state_dict(module, read_state_dict(path), path, name)


def read_state_dict(path: Path) -> dict[str, Tensor]:
    """The tensors of a .safetensors or .pth/.pt file by name, on the CPU. No code in the file is run.

    Checkpoints that wrap the weights ("state_dict", "model_state_dict", "model") are opened, and the
    prefixes that DataParallel and torch.compile leave ("module.", "_orig_mod.") are taken off.
    Raises BadNetwork for a missing, truncated or foreign file, and for a pickle that holds code.
    """
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise BadNetwork(f"the weights file {path} {what}")
    try:
        loaded = load_file(path) if path.suffix == ".safetensors" else _unwrap(_read_pickle(path))
    except OSError as error:
        raise BadNetwork(f"the weights file {path} cannot be read: {error.strerror or error}") from error
    except SafetensorError as error:
        raise BadNetwork(f"{path} is not a whole .safetensors file; is it truncated? ({error})") from error
    tensors = {key: value for key, value in loaded.items() if isinstance(value, Tensor)}
    if not tensors:
        raise BadNetwork(
            f"{path} holds no weights by name; save them with torch.save(model.state_dict(), FILE)"
        )
    return _without_prefix(tensors)


def _read_pickle(path: Path) -> object:
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        if "global" in str(error).lower():  # pickle's word for a function or class
            raise BadNetwork(
                f"{path} holds code besides weights, so it was not opened; "
                "save the weights alone with torch.save(model.state_dict(), FILE)"
            ) from error
        raise BadNetwork(f"{path} is not a weights file that torch or safetensors wrote") from error
    except OSError:
        raise
    except Exception as error:  # the reader meets broken bytes with errors of all kinds
        raise BadNetwork(f"{path} is not a whole weights file; is it truncated?") from error


def _unwrap(loaded: object) -> Mapping[str, object]:
    if not isinstance(loaded, Mapping):
        return {}
    for wrapper in _WRAPPERS:
        if isinstance(loaded.get(wrapper), Mapping):
            return _unwrap(loaded[wrapper])
    return loaded


def _without_prefix(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    for prefix in _PREFIXES:
        if all(key.startswith(prefix) for key in tensors):
            return _without_prefix({key.removeprefix(prefix): value for key, value in tensors.items()})
    return tensors


def fit_state_dict(module: nn.Module, tensors: Mapping[str, Tensor], path: Path, name: str) -> None:
    """Put `tensors`, read from `path`, into `module`; BadNetwork names what is missing or does not fit."""
    own = module.state_dict()
    misshapen = {
        key: f"{key} ({_shape(tensors[key])}, not {_shape(value)})"
        for key, value in own.items()
        if key in tensors and tensors[key].shape != value.shape
    }
    fitting = {key: value for key, value in tensors.items() if key not in misshapen}
    # Modules that changed over the years look at the version of what they load: say it is today's.
    outcome = module.load_state_dict(_with_metadata(fitting, own), strict=False)
    missing = [
        key
        for key in outcome.missing_keys
        if key not in misshapen and not key.endswith("num_batches_tracked")  # older files lack these counters
    ]
    faults = [
        f"{what} {_first(keys)}"
        for what, keys in (
            ("missing", missing),
            ("unexpected", outcome.unexpected_keys),
            ("of another shape", list(misshapen.values())),
        )
        if keys
    ]
    if faults:
        raise BadNetwork(f"the weights in {path} are not of {name}: {'; '.join(faults)}")


def _with_metadata(tensors: dict[str, Tensor], own: Mapping[str, Tensor]) -> OrderedDict[str, Tensor]:
    marked = OrderedDict(tensors)
    vars(marked)["_metadata"] = getattr(own, "_metadata", None)
    return marked


def _shape(tensor: Tensor) -> str:
    return "×".join(str(length) for length in tensor.shape) or "one number"


def _first(keys: list[str]) -> str:
    more = len(keys) - _SHOWN
    return ", ".join(keys[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
