from itertools import islice

import pytest

from pareidolia.pictures import save_picture
from pareidolia.settings import InUse, PareidoliaError
from pareidolia.style.figure_series import StyleFigures, StyleSheet
from pareidolia.style.figure_settings import StyleFiguresSettings, StyleSheetSettings


def test_figures_of_paths_are_those_of_their_names(small_network, photo, painting_picture, tmp_path):
    files = tmp_path / "photo.png", tmp_path / "stripes.png"
    for picture, file in zip((photo, painting_picture), files, strict=True):
        save_picture(picture, file)
    settings = StyleFiguresSettings(size=64, steps=1)

    def figures(content, painting):
        return StyleFigures(content, [painting], settings, small_network, out=tmp_path / "out").figures

    of_paths = figures(*files)
    assert of_paths == figures(*map(str, files))
    assert of_paths[-1].columns == ("stripes",) and of_paths[0].beside == (str(files[0]), "the photo")


def test_a_run_that_was_stopped_before_its_last_sheet_is_finished_by_the_same(
    small_network, photo, painting_picture, tmp_path
):
    files = tmp_path / "photo.png", tmp_path / "stripes.png"
    for picture, file in zip((photo, painting_picture), files, strict=True):
        save_picture(picture, file)

    def sheets(steps):
        settings = StyleSheetSettings(
            size=44, steps=steps, coarse_steps=1, presets=("ink",), stroke_sizes=(1,)
        )
        return StyleSheet(files[0], [files[1]], settings, small_network, out=tmp_path / "out")

    list(sheets(1))
    (tmp_path / "out/2-strokes.png").unlink()
    (tmp_path / "out/cells/.pareidolia-preset-ink.png.lock").touch()
    (tmp_path / "out/cells/preset-ink.png.resume").touch()
    list(sheets(1))
    names = {path.name for path in (tmp_path / "out").rglob("*")}
    assert "2-strokes.png" in names and not any(name.endswith((".lock", ".resume")) for name in names)
    with pytest.raises(PareidoliaError, match="exists already"):
        sheets(2)


def test_two_at_once_in_one_folder_are_refused(small_network, photo, painting_picture, tmp_path):
    files = tmp_path / "photo.png", tmp_path / "stripes.png"
    for picture, file in zip((photo, painting_picture), files, strict=True):
        save_picture(picture, file)
    settings = StyleSheetSettings(size=44, steps=1, coarse_steps=1, presets=("ink",), stroke_sizes=(1,))

    def sheets():
        return StyleSheet(files[0], [files[1]], settings, small_network, out=tmp_path / "out", overwrite=True)

    first = iter(sheets())
    list(islice(first, 1))
    with pytest.raises(InUse, match="is in use by another process"):
        list(sheets())
    list(first)
    list(sheets())
    assert not (tmp_path / "out/cells/.lock").exists()
