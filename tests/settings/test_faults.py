"""Settings made by hand say in one line what is wrong; validation by name stays pydantic's."""

import pytest
from pydantic import ValidationError

from pareidolia.inspection.visualization import FeatureSettings
from pareidolia.settings import BadSetting, NetworkSettings
from pareidolia.style import StyleSettings


@pytest.mark.parametrize(
    ("kind", "given", "line"),
    [
        (FeatureSettings, {"unit": 3}, "FeatureSettings: there is no 'unit'; did you mean units or"),
        (
            FeatureSettings,
            {"steps": -3},
            "FeatureSettings: steps: Input should be greater than or equal to 1, not -3",
        ),
        (FeatureSettings, {"units": ("a",)}, "'a' names no channels: write 12, or 0-63"),
        (FeatureSettings, {"units": "9-3"}, "'9-3' names no channels: the first is larger than the last"),
        (StyleSettings, {"size": "large"}, "StyleSettings: size: Input should be a valid integer"),
        (NetworkSettings, {"netwrok": "vgg19"}, "there is no 'netwrok'; did you mean network or"),
    ],
)
def test_settings_made_by_hand_say_in_one_line_what_is_wrong(kind, given, line):
    with pytest.raises(BadSetting) as caught:
        kind(**given)
    assert line in str(caught.value) and "\n" not in str(caught.value)


def test_settings_that_are_read_raise_what_pydantic_does():
    with pytest.raises(ValidationError):
        FeatureSettings.model_validate({"steps": -3})
    assert FeatureSettings(units=3) == FeatureSettings.model_validate({"units": "3"})


def test_a_long_value_is_not_repeated_whole():
    with pytest.raises(BadSetting, match="not 'aaaa") as caught:
        FeatureSettings(size="a" * 10_000)
    assert len(str(caught.value)) < 300
