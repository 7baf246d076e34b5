"""The registry, and plug-ins as installed packages have them."""

import sys

import pytest
from tests.plugin_packages import install_plugin

from pareidolia.settings import PareidoliaError, UnknownName
from pareidolia.settings.plugins import load_plugins
from pareidolia.settings.registry import Registry


@pytest.fixture(autouse=True)
def plugins_anew():
    load_plugins.cache_clear()
    yield
    load_plugins.cache_clear()


def install(folder, monkeypatch, name: str, code: str) -> None:
    """Put a package with one plug-in module where Python finds it, as pip would."""
    install_plugin(folder, name, code)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, name, raising=False)


def test_a_registry_is_a_mapping_in_the_order_of_registration():
    registry: Registry[int] = Registry("number")
    registry.add("two", 2, "here")
    registry.add("one", 1, "here")
    assert list(registry) == ["two", "one"] and registry["one"] == 1 and len(registry) == 2
    assert "two" in registry and "three" not in registry


def test_an_unknown_name_names_the_nearest():
    registry: Registry[int] = Registry("attribution method")
    registry.add("grad-cam", 1, "here")
    with pytest.raises(UnknownName, match=r"no attribution method 'gradcam'; did you mean grad-cam\?"):
        registry["gradcam"]


def test_a_name_is_taken_once():
    registry: Registry[int] = Registry("number")
    registry.add("one", 1, "first.module")
    registry.add("one", 1, "first.module")  # a module may be imported anew
    with pytest.raises(PareidoliaError, match=r"second\.module names a number 'one'.*first\.module"):
        registry.add("one", 2, "second.module")


def test_homes_are_imported_when_a_name_is_looked_for(tmp_path, monkeypatch):
    (tmp_path / "a_home.py").write_text(
        "from pareidolia.settings import registry\nregistry.probed.add('at home', 1, __name__)\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    registry: Registry[int] = Registry("number", ("a_home",))
    monkeypatch.setattr("pareidolia.settings.registry.probed", registry, raising=False)
    assert "a_home" not in sys.modules
    assert list(registry) == ["at home"]
    del sys.modules["a_home"]


def test_plugins_register_beside_what_is_built_in(tmp_path, monkeypatch):
    registry: Registry[str] = Registry("word")
    registry.add("built in", "here", __name__)
    monkeypatch.setattr("pareidolia.settings.registry.probed", registry, raising=False)
    install(
        tmp_path,
        monkeypatch,
        "pareidolia_words",
        "from pareidolia.settings import registry\nregistry.probed.add('more', 'there', __name__)\n",
    )
    assert sorted(registry) == ["built in", "more"]


@pytest.mark.parametrize(
    "code, reason",
    [
        ("raise ValueError('no good')", "ValueError: no good"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("import not_there_at_all", "No module named 'not_there_at_all'"),
        ("def broken(:", "SyntaxError"),
    ],
)
def test_a_broken_plugin_is_named_in_one_line(tmp_path, monkeypatch, code, reason):
    install(tmp_path, monkeypatch, "pareidolia_broken", code)
    registry: Registry[int] = Registry("number")
    for _ in range(2):  # it is refused as often as it is asked for
        with pytest.raises(PareidoliaError) as refused:
            list(registry)
        message = str(refused.value)
        assert "pareidolia_broken" in message and reason in message and "\n" not in message
