"""Presets, the one size of strokes, and the sheets that show them."""

import pytest
import torch

from pareidolia.pictures import open_picture, save_picture
from pareidolia.requests import Request
from pareidolia.settings import PareidoliaError, UnknownName
from pareidolia.style.feedforward.strokes import in_strokes
from pareidolia.style.figure_series import StyleSheet
from pareidolia.style.figure_settings import StyleSheetSettings
from pareidolia.style.presets import STYLE_PRESETS, Preset, style_preset
from pareidolia.style.settings import StyleSettings


@pytest.mark.parametrize("name", list(STYLE_PRESETS))
def test_a_preset_is_its_options_and_stands_in_the_settings(name):
    options = STYLE_PRESETS[name].options
    settings = StyleSettings(preset=name)
    assert settings.preset == name and options
    assert settings == StyleSettings(**options).model_copy(update={"preset": name})
    assert settings.model_dump(exclude_defaults=True).keys() <= {*options, "preset", "network"}


def test_what_is_given_counts_before_the_preset():
    settings = StyleSettings(preset="oil", stroke_size=1.0, match="gram")
    assert (settings.stroke_size, settings.match) == (1.0, ("gram",))
    assert settings.smoothness == STYLE_PRESETS["oil"].options["smoothness"]


def test_a_record_is_read_as_it_was_and_another_preset_takes_its_place():
    kept = StyleSettings(preset="oil", steps=7).model_dump(mode="json")
    assert StyleSettings.changed(kept, {}) == StyleSettings(preset="oil", steps=7)
    assert StyleSettings.changed(kept, {"preset": "ink"}) == StyleSettings(preset="ink", steps=7)
    assert StyleSettings.changed(kept, {"stroke_size": 3.0}).stroke_size == 3.0


def test_a_preset_there_is_not_is_refused():
    with pytest.raises(UnknownName, match="no style preset 'oli'; did you mean oil"):
        StyleSettings(preset="oli")


def test_others_register_presets(monkeypatch):
    monkeypatch.setattr(STYLE_PRESETS, "_found", dict(STYLE_PRESETS._found))

    @style_preset("night")
    def night():
        """Dark."""
        return {"colors": "matched"}

    assert STYLE_PRESETS["night"] == Preset("night", "Dark", {"colors": "matched"})
    assert StyleSettings(preset="night").colors == "matched"


@pytest.mark.parametrize(
    ("stroke_size", "sides"),
    [(1.0, [96]), (2.0, [48, 96]), (5.0, [43, 86, 96]), (0.5, [192]), (1.4, [69, 96])],
)
def test_one_pass_paints_smaller_first_for_larger_strokes(photo, stroke_size, sides):
    seen = []

    def paint(shown):
        seen.append(max(shown.shape[-2:]))
        return shown

    assert in_strokes(paint, photo, stroke_size).shape == photo.shape
    assert seen == sides


def test_the_same_stroke_size_means_the_same_without_a_change(photo):
    assert torch.equal(in_strokes(lambda shown: shown, photo, 1.0), photo)


def test_a_contact_sheet_has_every_preset_and_stroke(small_network, photo, painting_picture, tmp_path):
    files = [tmp_path / "photo.png", tmp_path / "stripes.png"]
    for picture, file in zip((photo, painting_picture), files, strict=True):
        save_picture(picture, file)
    settings = StyleSheetSettings(
        size=48, presets=("oil", "texture-only"), stroke_sizes=(0.5, 2), coarse_steps=1, steps=1
    )
    sheets = StyleSheet(str(files[0]), [str(files[1])], settings, small_network, out=tmp_path / "out")
    for _ in sheets:
        pass
    names = {file.name for file in (tmp_path / "out" / "cells").iterdir() if file.suffix == ".png"}
    assert names == {
        "preset-oil.png", "preset-texture-only.png", "strokes-0.5.png", "strokes-2.png",
        "strokes-one-pass-0.5.png", "strokes-one-pass-2.png",
    }  # fmt: skip
    for sheet in ("1-presets.png", "2-strokes.png"):
        assert open_picture(tmp_path / "out" / sheet).shape[1] == 3
    from pareidolia.pictures import read_record

    record = read_record(tmp_path / "out" / "cells" / "preset-oil.png")
    again = Request.from_record(record, tmp_path / "out" / "cells", {"network": "retina"})
    assert again.settings.preset == "oil" and again.settings.stroke_size == 1.5


def test_sheets_refuse_what_they_cannot_show(photo, tmp_path):
    with pytest.raises(UnknownName, match="no style preset 'oli'"):
        StyleSheet("sample:chelsea", ["sample:waves"], StyleSheetSettings(presets=("oli",)), out=tmp_path)
    with pytest.raises(PareidoliaError, match="at least one painting"):
        StyleSheet("sample:chelsea", [], out=tmp_path)
