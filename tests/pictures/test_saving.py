"""Saving: exact, whole or not at all, never over what was there, with the settings inside."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from pareidolia.pictures import check_target, open_picture, read_record, save_picture, write_atomically
from pareidolia.settings import BadPicture, PareidoliaError

LOSSLESS = [".png", ".webp", ".tif"]
RECORD = {"operation": "style", "seed": 3, "weights": [1.5, -2e-9], "names": {"α": "été", "none": None}}


@st.composite
def pictures(draw: st.DrawFn) -> torch.Tensor:
    channels, height, width = (
        draw(st.sampled_from([1, 3, 4])),
        draw(st.integers(1, 9)),
        draw(st.integers(1, 9)),
    )
    content = draw(st.binary(min_size=channels * height * width, max_size=channels * height * width))
    return torch.tensor(list(content)).view(1, channels, height, width).float() / 255


@pytest.mark.parametrize("suffix", LOSSLESS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(picture=pictures())
def test_round_trip(tmp_path: Path, suffix: str, picture: torch.Tensor) -> None:
    path = tmp_path / f"a{suffix}"
    save_picture(picture, path, overwrite=True)
    again = open_picture(path, alpha="keep")
    assert torch.equal(again, picture if picture.shape[1] > 1 else picture.expand(-1, 3, -1, -1))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.floats(-3, 3, width=32))
def test_rounding_to_the_nearest_of_256_levels_and_clipping(tmp_path: Path, value: float) -> None:
    path = tmp_path / "a.png"
    save_picture(torch.full((1, 1, 1, 1), value), path, overwrite=True)
    assert abs(open_picture(path).max().item() - min(max(value, 0), 1)) <= 0.5 / 255 + 1e-6


@pytest.mark.parametrize("value", [float("inf"), 1.0])
def test_infinity_is_clipped(tmp_path: Path, value: float) -> None:
    save_picture(torch.tensor([value, -value]).view(1, 1, 1, 2), tmp_path / "a.png")
    assert open_picture(tmp_path / "a.png")[0, 0].tolist() == [[1.0, 0.0]]


def test_grey_stays_grey_and_gradients_and_halves_are_taken(tmp_path: Path) -> None:
    save_picture(torch.rand(1, 1, 4, 4, dtype=torch.float16, requires_grad=True), tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as image:
        assert image.mode == "L"


def test_jpeg_lays_alpha_on_white(tmp_path: Path) -> None:
    save_picture(torch.zeros(1, 4, 16, 16), tmp_path / "a.jpg")
    assert open_picture(tmp_path / "a.jpg").min() > 0.98


@pytest.mark.parametrize("suffix", [*LOSSLESS, ".jpg", ".jpeg", ".tiff", ".PNG"])
def test_same_bytes_and_record(tmp_path: Path, noise: torch.Tensor, suffix: str) -> None:
    for name in ("a", "b"):
        save_picture(noise, tmp_path / f"{name}{suffix}", record=RECORD)
    assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()
    assert read_record(tmp_path / f"a{suffix}") == RECORD
    assert (open_picture(tmp_path / f"a{suffix}") - noise).abs().mean() < 0.03


def test_png_shows_its_record_as_text(tmp_path: Path, noise: torch.Tensor) -> None:
    save_picture(noise, tmp_path / "a.png", record={"seed": 1})
    with Image.open(tmp_path / "a.png") as image:
        assert image.text["pareidolia"] == '{"seed": 1}'


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    record=st.dictionaries(st.text(), json_values, max_size=5), suffix=st.sampled_from([*LOSSLESS, ".jpg"])
)
def test_any_record_comes_back(tmp_path: Path, record: dict[str, object], suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    save_picture(torch.zeros(1, 3, 2, 2), path, record=record, overwrite=True)
    assert read_record(path) == record


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif"])
def test_no_record(tmp_path: Path, noise: torch.Tensor, suffix: str) -> None:
    save_picture(noise, tmp_path / f"a{suffix}")
    with pytest.raises(BadPicture, match="carries no settings"):
        read_record(tmp_path / f"a{suffix}")


@pytest.mark.parametrize("text", ["", "no json", "[1]", "3", "[" * 100_000])
def test_a_foreign_record(tmp_path: Path, text: str) -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("pareidolia", text)
    Image.new("L", (2, 2)).save(tmp_path / "a.png", pnginfo=info)
    with pytest.raises(BadPicture, match="carries no settings"):
        read_record(tmp_path / "a.png")


# --- what cannot be saved --------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(3, 4, 4), (2, 3, 4, 4), (1, 2, 4, 4), (1, 3, 0, 4)])
def test_no_single_picture(tmp_path: Path, shape: tuple[int, ...]) -> None:
    with pytest.raises(BadPicture, match="one picture is"):
        save_picture(torch.zeros(shape), tmp_path / "a.png")
    assert not list(tmp_path.iterdir())


def test_nan(tmp_path: Path) -> None:
    with pytest.raises(BadPicture, match="NaN"):
        save_picture(torch.full((1, 3, 2, 2), float("nan")), tmp_path / "a.png")
    assert not list(tmp_path.iterdir())


def test_larger_than_the_format(tmp_path: Path) -> None:
    with pytest.raises(BadPicture, match=r"a\.webp.*try \.png"):
        save_picture(torch.zeros(1, 3, 1, 20_000), tmp_path / "a.webp")
    with pytest.raises(BadPicture, match=r"a\.jpg.*try \.png"):
        save_picture(torch.zeros(1, 3, 1, 70_000), tmp_path / "a.jpg")
    with pytest.raises(BadPicture, match=r"b\.jpg.*try \.png"):
        save_picture(torch.zeros(1, 3, 1, 1), tmp_path / "b.jpg", record={"long": "x" * 70_000})
    assert not list(tmp_path.iterdir())


# --- the target ------------------------------------------------------------------------------------------


def bad_targets(folder: Path) -> Iterator[tuple[Path, str]]:
    (folder / "there.png").write_bytes(b"mine")
    (folder / "folder.png").mkdir()
    yield folder / "there.png", "exists already"
    yield folder / "folder.png", "is a folder"
    yield folder / "a.xyz", "must end in one of .png"
    yield folder / "noending", "must end in one of .png"
    yield folder / "missing" / "a.png", "there is no folder"
    yield folder / "there.png" / "a.png", "cannot|there is no folder"
    yield folder / f"{'n' * 300}.png", "name too long"


def test_bad_targets_are_refused_early_and_leave_nothing(tmp_path: Path, noise: torch.Tensor) -> None:
    for target, words in bad_targets(tmp_path):
        before = sorted(tmp_path.rglob("*"))
        for attempt in (lambda t=target: check_target(t), lambda t=target: save_picture(noise, t)):
            with pytest.raises(PareidoliaError, match=f"(?i){words}") as caught:
                attempt()
            assert str(target) in str(caught.value)
        assert sorted(tmp_path.rglob("*")) == before
        for extra in (tmp_path / "there.png", tmp_path / "folder.png"):
            extra.rmdir() if extra.is_dir() else extra.unlink(missing_ok=True)
        (tmp_path / "there.png").write_bytes(b"mine")
        (tmp_path / "folder.png").mkdir()


def test_an_unwritable_folder(tmp_path: Path, noise: torch.Tensor) -> None:
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    folder = tmp_path
    if os.access(folder, os.W_OK):  # root writes anywhere but there
        folder = Path("/proc")
        if not folder.is_dir():
            pytest.skip("this user may write everywhere")
    for attempt in (lambda: check_target(folder / "a.png"), lambda: save_picture(noise, folder / "a.png")):
        with pytest.raises(PareidoliaError, match=r"cannot write '.*a\.png'"):
            attempt()


def test_a_good_target_is_left_alone(tmp_path: Path) -> None:
    check_target(tmp_path / "a.png")
    assert not list(tmp_path.iterdir())
    (tmp_path / "a.png").write_bytes(b"mine")
    check_target(tmp_path / "a.png", overwrite=True)
    assert (tmp_path / "a.png").read_bytes() == b"mine"


def test_overwrite(tmp_path: Path, noise: torch.Tensor) -> None:
    (tmp_path / "a.png").write_bytes(b"mine")
    save_picture(noise, tmp_path / "a.png", overwrite=True)
    assert torch.equal(open_picture(tmp_path / "a.png"), noise)


# --- write_atomically ------------------------------------------------------------------------------------


def test_the_file_appears_whole_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    with write_atomically(path) as file:
        file.write(b"first half, ")
        file.flush()
        assert not path.exists()
        file.write(b"second half")
    assert path.read_bytes() == b"first half, second half"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_an_interrupted_block_leaves_what_was(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    with pytest.raises(error), write_atomically(path) as file:
        file.write(b"new")
        raise error
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(PareidoliaError, match="No space left"), write_atomically(tmp_path / "a.bin"):
        raise OSError(28, "No space left on device")
    assert not list(tmp_path.iterdir())


def test_a_folder_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "a.bin").mkdir()
    with pytest.raises(PareidoliaError, match="cannot write"), write_atomically(tmp_path / "a.bin") as file:
        file.write(b"new")
    assert list(tmp_path.iterdir()) == [tmp_path / "a.bin"]


@pytest.mark.skipif(os.name != "posix", reason="permission bits and links")
def test_permissions_follow_the_umask_and_links_are_followed(tmp_path: Path) -> None:
    (tmp_path / "link.bin").symlink_to(tmp_path / "real.bin")
    before = os.umask(0o027)
    try:
        with write_atomically(tmp_path / "link.bin") as file:
            file.write(b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "real.bin").stat().st_mode) == 0o640
    assert (tmp_path / "link.bin").is_symlink()
