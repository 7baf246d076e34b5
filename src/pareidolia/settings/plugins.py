"""Plug-ins: what other packages add, found by the entry points `pareidolia.plugins`. No torch here."""

from functools import cache
from importlib.metadata import entry_points

from pareidolia.settings.errors import PareidoliaError, one_line

GROUP = "pareidolia.plugins"


@cache
def load_plugins() -> None:
    """Import every installed plug-in once; what it registers is then found like what is built in.

    A package names a module in its pyproject.toml:

        [project.entry-points."pareidolia.plugins"]
        my_methods = "my_package.my_methods"

    Raises:
        PareidoliaError: a plug-in that cannot be imported, named with the reason.
    """
    for entry in sorted(entry_points(group=GROUP), key=lambda found: found.name):
        try:
            entry.load()
        except PareidoliaError as error:
            raise PareidoliaError(f"the plug-in '{entry.name}' ({entry.value}): {error}") from error
        # A plug-in may fail in any way, also by leaving; the user is to read which one it was.
        except (Exception, SystemExit) as error:
            reason = one_line(error, named=True)
            raise PareidoliaError(
                f"the plug-in '{entry.name}' ({entry.value}) cannot be imported: {reason}; "
                "mend it or uninstall its package"
            ) from error
