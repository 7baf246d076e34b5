"""The weights in a checkpoint, as training scripts wrap and name them."""

import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from torch import Tensor

from pareidolia.settings import PareidoliaWarning

# What training scripts call the weights in a checkpoint, the averaged ones first where both are kept.
_WRAPPERS = (
    "state_dict_ema",
    "params_ema",
    "model_ema",
    "ema",
    "state_dict",
    "model_state_dict",
    "model_state",
    "model",
    "params",
    "net",
    "network",
    "weights",
    "module",
    "ema_state_dict",
)
_COMPILED = "_orig_mod."
_PARALLEL = "module."
# What torch's averaging of weights counts beside them.
_COUNTERS = frozenset({"n_averaged"})


def unwrapped(loaded: object, own: Iterable[str] = ()) -> dict[str, object]:
    """What a checkpoint holds by name, without what it is wrapped in; empty where that is nothing.

    Args:
        loaded: what the file holds.
        own: names of a network's weights; of several sets of weights under words of their own (a student and
            a teacher) the first that holds these is taken, and a warning says so.

    Returns:
        The entries by name.
    """
    if not isinstance(loaded, Mapping):
        return {}
    names = list(own)
    fitting = list(_that_fit(loaded, names))
    for wrapper in (*_WRAPPERS, *_only_weights(loaded), *fitting):
        inner = loaded.get(wrapper)
        if isinstance(inner, Mapping) and next(_tensors(inner), None) is not None:
            if wrapper not in _WRAPPERS and len(fitting) > 1:
                told = ", ".join(map(str, fitting))
                warnings.warn(
                    f"the weights of several networks fit ({told}): {wrapper}'s are taken",
                    PareidoliaWarning,
                    stacklevel=2,
                )
            return unwrapped(inner, names)
    return {key: value for key, value in loaded.items() if isinstance(key, str)}


def _that_fit(loaded: Mapping[object, object], own: list[str]) -> Iterator[object]:
    """The entries that hold weights of these names."""
    for key, value in loaded.items():
        if own and isinstance(value, Mapping):
            inner = {name: each for name, each in value.items() if isinstance(each, Tensor)}
            if inner and needed_of(own) <= set(renamed_to_fit(inner, own)):
                yield key


def needed_of(own: Iterable[str]) -> set[str]:
    """The names that a file must have; counters of batches are missing in older ones."""
    return {name for name in own if not name.endswith("num_batches_tracked")}


def _only_weights(loaded: Mapping[object, object]) -> list[object]:
    """The one entry that holds tensors by name, where there is nothing else like it."""
    if any(isinstance(value, Tensor) for value in loaded.values()):
        return []
    found = [
        key
        for key, value in loaded.items()
        if isinstance(value, Mapping) and value and all(isinstance(each, Tensor) for each in value.values())
    ]
    return found if len(found) == 1 else []


def _tensors(value: object) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _tensors(each)


def renamed_to_fit(tensors: Mapping[str, Tensor], own: Iterable[str]) -> dict[str, Tensor]:
    """`tensors` by the names of a network that are its `own`, where they are its weights.

    Prefixes that wrappers leave are put on or taken off: of DataParallel and averaged weights ("module."), of
    torch.compile ("_orig_mod.", anywhere in a name), of Lightning and the like ("model.", "net.", any). What
    stands under other prefixes beside them (losses, a second network) is left out. A prefix that the network
    itself has, being wrapped, is put on. Names that fit as they are stay as they are.
    """
    names = list(own)
    given = dict(tensors)
    if not names or set(names) <= set(given):
        return {key: value for key, value in given.items() if key in names or key not in _COUNTERS}
    plain = {_plain(key): key for key in given}
    if len(plain) < len(given):
        return given
    wanted = {_plain(name): name for name in names}
    for wrapper in ("", *wrappers_of(wanted)):
        inside = {
            name.removeprefix(wrapper): full for name, full in wanted.items() if name.startswith(wrapper)
        }
        needed = needed_of(inside)
        for prefix in _prefixes(plain, needed):
            if all(f"{prefix}{name}" in plain for name in needed):
                return {inside.get(name, name): given[key] for name, key in _under(prefix, plain).items()}
    prefix = _common_prefix(plain)
    return {wanted.get(name, name): given[key] for name, key in _under(prefix, plain).items()}


def _plain(key: str) -> str:
    key = key.replace(_COMPILED, "")
    while key.startswith(_PARALLEL):
        key = key.removeprefix(_PARALLEL)
    return key


def _prefixes(keys: Iterable[str], needed: Iterable[str]) -> list[str]:
    """What may stand before all names that are needed, shortest first."""
    one = next(iter(needed), "")
    return sorted({key.removesuffix(one) for key in keys if key == one or key.endswith(f".{one}")}, key=len)


def wrappers_of(own: Iterable[str]) -> list[str]:
    """What may stand before the names of the network inside a wrapper, the part with most names first.

    Beside it the wrapper may have a few tensors of its own: a mean, a head.
    """
    parts = Counter(f"{name.partition('.')[0]}." for name in own if "." in name)
    total = parts.total()
    return [part for part, count in parts.most_common() if 2 * count > total]


def _common_prefix(keys: Iterable[str]) -> str:
    """The first part of the names where all have the same before a dot, and it is one that wrappers leave."""
    firsts = {key.partition(".")[0] for key in keys if key not in _COUNTERS}
    first = firsts.pop() if len(firsts) == 1 else ""
    return f"{first}." if first in ("model", "net", "network", "backbone") else ""


def _under(prefix: str, keys: Mapping[str, str]) -> dict[str, str]:
    return {
        key.removeprefix(prefix): full
        for key, full in keys.items()
        if key.startswith(prefix) and key not in _COUNTERS
    }
