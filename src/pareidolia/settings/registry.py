"""`Registry`: things of one kind by name, each registered where it is defined. No torch here."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Generic, TypeVar

from pareidolia.settings.errors import PareidoliaError, UnknownName
from pareidolia.settings.plugins import load_plugins

T = TypeVar("T")


class Registry(Mapping[str, T], Generic[T]):
    """What is registered under names, by the package's own modules and by plug-ins.

    The modules at home are imported when a name is first looked for, then the plug-ins. Built on it, a
    decorator registers a definition where it stands:

        METHODS: Registry[Method] = Registry("attribution method", ("pareidolia.inspection.attribution.cam",))

        def attribution_method(name: str, *, signed: bool = False):
            def keep(function):
                METHODS.add(name, Method(function, signed), function.__module__)
                return function
            return keep

    Args:
        what: what is registered, in words; errors name it.
        homes: modules of the package that register such things when they are imported.
    """

    def __init__(self, what: str, homes: tuple[str, ...] = ()) -> None:
        self.what = what
        self._homes = homes
        self._found: dict[str, T] = {}
        self._modules: dict[str, str] = {}
        self._gathered = False

    def add(self, name: str, thing: T, module: str) -> None:
        """Register a definition.

        Args:
            name: its name.
            thing: the definition.
            module: the module that defines it.

        Raises:
            PareidoliaError: If another module has the name already.
        """
        owner = self._modules.setdefault(name, module)
        if owner != module:
            raise PareidoliaError(
                f"{module} names a {self.what} '{name}', which is taken: {owner} defines it already"
            )
        self._found[name] = thing

    def registered(self) -> list[T]:
        """What is registered so far; nothing is imported for it."""
        return list(self._found.values())

    def __getitem__(self, name: str) -> T:
        self._gather()
        if name not in self._found:
            raise UnknownName(self.what, name, self._found)
        return self._found[name]

    def __contains__(self, name: object) -> bool:
        self._gather()
        return name in self._found

    def __iter__(self) -> Iterator[str]:
        self._gather()
        return iter(self._found)

    def __len__(self) -> int:
        self._gather()
        return len(self._found)

    def _gather(self) -> None:
        """Import whatever registers; modules that do so look nothing up while they are imported."""
        if self._gathered:
            return
        self._gathered = True
        try:
            for home in self._homes:
                import_module(home)
            load_plugins()
        except BaseException:
            self._gathered = False
            raise
