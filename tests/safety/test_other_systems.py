"""What Windows and a cp1252 console would meet, as far as it can be seen from here."""

import re
from pathlib import Path, PureWindowsPath

import pytest

from pareidolia.cli import main
from pareidolia.networks.sources import callables
from pareidolia.pictures.naming import for_any_system, names_of
from pareidolia.studio.serving import default_folder
from pareidolia.training.data.opening import is_folder

SOURCES = {
    str(file): file.read_text(encoding="utf-8")
    for file in sorted((Path(__file__).parents[2] / "src").rglob("*.py"))
}
LACKING = {
    "os": "fork forkpty getuid geteuid getgid getpgid setsid killpg sysconf statvfs sched_getaffinity uname "
    "mkfifo chown O_NOFOLLOW O_DIRECTORY O_NONBLOCK",
    "signal": "SIGKILL SIGHUP SIGUSR1 SIGUSR2 SIGALRM SIGCHLD SIGPIPE alarm setitimer pthread_sigmask",
    "time": "tzset",
    "socket": "AF_UNIX",
}
MODULES = "fcntl resource pwd grp termios tty pty posix"


@pytest.mark.parametrize("module", sorted(LACKING))
def test_nothing_is_used_without_asking_that_windows_lacks(module):
    lacking = re.compile(rf"\b{module}\.(?:{'|'.join(LACKING[module].split())})\b")
    assert not {name: found for name, text in SOURCES.items() if (found := lacking.findall(text))}


def test_no_module_is_imported_at_the_top_that_windows_lacks():
    lacking = re.compile(rf"^(?:import|from) (?:{'|'.join(MODULES.split())})\b", re.MULTILINE)
    assert not {name: found for name, text in SOURCES.items() if (found := lacking.findall(text))}


def test_every_text_is_read_and_written_as_utf_8():
    """The default of Windows is a code page, which lacks the letters of names and records."""
    for name, text in SOURCES.items():
        calls = re.findall(r"\.(?:read_text|write_text)\([^\n]*", text)
        assert all("encoding=" in call or "utf-8" in call for call in calls), (name, calls)


def test_only_one_place_expands_a_home_folder():
    """`Path.expanduser` raises where there is no such user or home; `expanded` leaves the path as it is."""
    assert [Path(name).name for name, text in SOURCES.items() if "expanduser" in text] == ["paths.py"]


HOMELESS = [
    "style ~nobody-at-all/a.jpg sample:waves --size 32 --out a.png",
    "train vae ~nobody-at-all/photos --out run",
    "manifold ~nobody-at-all/run --out a.png",
    "patches ~nobody-at-all/photos --layer stage1.relu1 --out a.png",
    "stylizer paint ~nobody-at-all/run sample:ink --out a.png",
    "networks ~nobody-at-all/nets.py:make",
]


@pytest.mark.parametrize("line", HOMELESS, ids=[line.split()[0] for line in HOMELESS])
def test_the_home_of_nobody_is_one_line(line, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(line.split()) == 2
    assert "~nobody-at-all" in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_the_studio_of_a_user_without_a_home_asks_for_a_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setattr("pathlib.Path.home", homeless)
    assert main(["studio", "--no-browser", "--port", "0"]) == 2
    assert "--folder" in capsys.readouterr().err
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "pareidolia" / "studio"


def homeless():
    raise RuntimeError("Could not determine home directory.")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("con", "con_"), ("NUL", "NUL_"), ("lpt1.old", "lpt1_.old"), ("console", "console"), ("com0", "com0"),
        ('a:b?c*"d"', "a_b_c__d_"), ("dot.", "dot"), ("blank ", "blank"), ("...", "_"),
        ("tab\there", "tab_here"),
        ("кошка", "кошка"), ("a\\b", "a_b"),
    ],
)  # fmt: skip
def test_results_have_names_that_any_system_can_keep(name, wanted):
    assert for_any_system(name) == wanted
    assert not PureWindowsPath(f"{wanted}.png").is_reserved()
    assert for_any_system(wanted) == wanted


def test_names_stay_apart_that_only_signs_kept_apart():
    assert (
        len({each.lower() for each in names_of(["a:b.jpg", "a?b.jpg", "a_b.jpg", "con.jpg", "con_.jpg"])})
        == 5
    )


@pytest.mark.parametrize("name", [r"C:\photos", "D:/photos", r"\\server\share\photos", r"C:\mnist:"])
def test_a_drive_is_no_name_of_a_data_set(name):
    assert is_folder(name)


def test_a_factory_of_a_file_on_a_drive_is_split_at_the_last_colon():
    home, _, function = r"C:\nets\mine.py:build".rpartition(":")
    assert (home, function) == (r"C:\nets\mine.py", "build") and hasattr(callables, "find_callable")
