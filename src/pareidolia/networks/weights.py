"""Weights files: read without running code, and loaded into a network or refused with a clear error."""

import argparse
import pickle
import warnings
import zipfile
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path, PosixPath, PurePosixPath, PureWindowsPath, WindowsPath
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from pareidolia.networks.checkpoints import needed_of, renamed_to_fit, unwrapped, wrappers_of
from pareidolia.settings import BadNetwork

_SHOWN = 3
# What training scripts keep beside the weights, and what runs no code when it is read: options of a command
# line, NumPy's numbers, paths, times, counters.
_HARMLESS: list[Any] = [
    argparse.Namespace,
    date,
    datetime,
    time,
    timedelta,
    timezone,
    Counter,
    defaultdict,
    Path,
    PosixPath,
    PurePosixPath,
    PureWindowsPath,
    WindowsPath,
    np.ndarray,
    np.dtype,
    np._core.multiarray.scalar,  # type: ignore[attr-defined]
    np._core.multiarray._reconstruct,  # type: ignore[attr-defined]
    (np._core.multiarray.scalar, "numpy.core.multiarray.scalar"),  # type: ignore[attr-defined]
    (np._core.multiarray._reconstruct, "numpy.core.multiarray._reconstruct"),  # type: ignore[attr-defined]
    *(getattr(np.dtypes, name) for name in dir(np.dtypes) if name.endswith("DType")),
]


def load_weights(module: nn.Module, path: Path, name: str) -> None:
    """Load a weights file into a module; half precision is widened.

    Args:
        module: the network.
        path: the file.
        name: of the network, for errors.

    Raises:
        BadNetwork: If the file cannot be read (see `read_state_dict`) or is of another architecture.
    """
    fit_state_dict(module, read_state_dict(path, module.state_dict()), path, name)


def read_state_dict(path: Path, own: Iterable[str] = ()) -> dict[str, Tensor]:
    """The tensors of a .safetensors or .pth/.pt file by name, on the CPU. No code in the file is run.

    Checkpoints that wrap the weights ("state_dict", "model", "params_ema", "net" and the like) are opened.

    Args:
        path: of the file.
        own: names of the network's weights, by which one of several sets in a file is chosen.

    Returns:
        The tensors by name.

    Raises:
        BadNetwork: a missing, truncated or foreign file, a pickle that holds code, or tensors that are not
            plain numbers (sparse, quantized, without values).
    """
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise BadNetwork(f"the weights file {path} {what}")
    try:
        loaded = load_file(path) if path.suffix == ".safetensors" else unwrapped(_read_pickle(path), own)
    except OSError as error:
        raise BadNetwork(f"the weights file {path} cannot be read: {error.strerror or error}") from error
    except SafetensorError as error:
        raise BadNetwork(f"{path} is not a whole .safetensors file; is it truncated? ({error})") from error
    tensors = {key: value for key, value in loaded.items() if isinstance(value, Tensor)}
    if not tensors:
        raise BadNetwork(
            f"{path} holds no weights by name; save them with torch.save(model.state_dict(), FILE)"
        )
    for key, tensor in tensors.items():
        if tensor.layout is not torch.strided or tensor.is_quantized or tensor.is_meta:
            kind = "meta" if tensor.is_meta else "quantized" if tensor.is_quantized else "sparse"
            raise BadNetwork(f"{key} in {path} is a {kind} tensor: save the weights as plain tensors")
    return tensors


def _read_pickle(path: Path) -> object:
    if _is_torch_script(path):
        raise BadNetwork(
            f"{path} is a TorchScript program, not weights; "
            "save them with torch.save(model.state_dict(), FILE)"
        )
    try:
        with torch.serialization.safe_globals(_HARMLESS):
            return unpickled(path)
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


def unpickled(path: Path) -> Any:
    """What torch saved in a file, on the CPU, without code and without torch's remarks on odd pickles.

    Args:
        path: of the file.

    Returns:
        Tensors and plain values.

    Raises:
        Exception: of many kinds, as torch's reader meets broken bytes and code.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return torch.load(path, map_location="cpu", weights_only=True)


def _is_torch_script(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any("/code/" in name for name in archive.namelist())
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):  # archives with damaged heads
        return False


def fit_state_dict(module: nn.Module, tensors: Mapping[str, Tensor], path: Path, name: str) -> None:
    """Put `tensors`, read from `path`, into `module`.

    Names may have prefixes that wrappers leave (see `renamed_to_fit`). Lazy layers take the shapes given.

    Args:
        module: takes them, in place.
        tensors: by name.
        path: of the file they come from, for errors.
        name: the network's, for errors.

    Raises:
        BadNetwork: some are missing, too many or do not fit; the error names them.
    """
    own = module.state_dict()
    tensors = renamed_to_fit(tensors, own)
    misshapen = {
        key: f"{key} ({_shape(tensors[key])}, not {_shape(value)})"
        for key, value in own.items()
        if key in tensors and not is_lazy(value) and tensors[key].shape != value.shape
    } | {
        key: f"{key} (complex, not real)"
        for key, value in own.items()
        if key in tensors and tensors[key].is_complex() and not is_lazy(value) and not value.is_complex()
    }
    fitting = {key: value for key, value in tensors.items() if key not in misshapen}
    # Modules that changed over the years look at the version of what they load: say it is today's.
    outcome = module.load_state_dict(_with_metadata(fitting, own), strict=False)
    missing = [
        key
        for key in outcome.missing_keys
        if key not in misshapen
        and not key.endswith("num_batches_tracked")  # older files lack these counters
        and key not in _buffers_around(module, tensors)
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


def _buffers_around(module: nn.Module, tensors: Mapping[str, Tensor]) -> set[str]:
    """The buffers of a wrapper around the network that is in the file, such as a mean to subtract."""
    needed = needed_of(module.state_dict())
    within = {part: {name for name in needed if name.startswith(part)} for part in wrappers_of(needed)}
    part = next((part for part, names in within.items() if names <= set(tensors)), None)
    return (
        set() if part is None else {name for name, _ in module.named_buffers() if not name.startswith(part)}
    )


def _with_metadata(tensors: dict[str, Tensor], own: Mapping[str, Tensor]) -> OrderedDict[str, Tensor]:
    marked = OrderedDict(tensors)
    vars(marked)["_metadata"] = getattr(own, "_metadata", None)
    return marked


def _shape(tensor: Tensor) -> str:
    return "×".join(str(length) for length in tensor.shape) or "one number"


def _first(keys: list[str]) -> str:
    more = len(keys) - _SHOWN
    return ", ".join(keys[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
