"""What is posted: settings by the operation's own rules; no path, no address, no code, nothing too large."""

import pytest

from pareidolia.operations import OPERATIONS
from pareidolia.settings import PareidoliaError
from pareidolia.studio.limits import Limits
from pareidolia.studio.references import References
from pareidolia.studio.validation import Validator

PHOTO = {"content": "sample:coffee", "styles": ["sample:waves"]}


@pytest.fixture
def validator(store):
    return Validator(References(store), Limits())


def test_what_is_not_given_has_the_operations_defaults(validator):
    validated = validator.validate({"operation": "brush", "inputs": PHOTO, "settings": {"strength": 0.5}})
    kind = OPERATIONS["brush"].settings_type
    assert validated.settings == kind(strength=0.5).model_dump(mode="json")
    assert validated.inputs == PHOTO


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"strength": 2}, "strength"),
        ({"strengh": 1}, "did you mean strength"),
        ({"size": 5000}, "at most 4096"),
        ({"colors": "green"}, "colors"),
        ({"device": "cuda"}, "command line only"),
        ({"painting_weights": [1.0] * 300}, "too long"),
    ],
)
def test_bad_settings_are_refused_in_one_line(validator, settings, word):
    with pytest.raises(PareidoliaError, match=word) as refused:
        validator.validate({"operation": "brush", "inputs": PHOTO, "settings": settings})
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "settings",
    [
        {"weights": "/etc/passwd"},
        {"weights": "weights.pth"},
        {"classes": "/etc/passwd"},
        {"network": "evil.py:build"},
        {"network": "os:system"},
        {"network": "torchvision:vgg19"},
        {"network": "timm:resnet18"},
        {"mean": [0.1, 0.2, 0.3]},
    ],
)
def test_no_file_no_code_and_nothing_to_fetch_is_taken(validator, settings):
    with pytest.raises(PareidoliaError):
        validator.validate({"operation": "dream", "inputs": {"photo": "sample:coffee"}, "settings": settings})


@pytest.mark.parametrize(
    "reference",
    [
        "/etc/passwd", "../../secret.png", "photo.jpg", "file:///etc/passwd", "http://127.0.0.1/x.png",
        "~/x.png", "picture:../../x", "picture:unknown", "job:unknown", "sample:../x", "C:\\x.png", "",
        "label:8", "x" * 5000,
    ],
)  # fmt: skip
def test_no_path_from_outside_is_an_input(validator, reference):
    with pytest.raises(PareidoliaError):
        validator.validate({"operation": "brush", "inputs": {**PHOTO, "content": reference}})


@pytest.mark.parametrize("run", ["/etc", "../runs", "digits-vae/../x", "hub:model"])
def test_runs_are_those_in_the_package_and_those_made_here(validator, run):
    assert validator.validate({"operation": "sample", "inputs": {"run": "digits-vae"}}).inputs == {
        "run": "digits-vae"
    }
    with pytest.raises(PareidoliaError):
        validator.validate({"operation": "sample", "inputs": {"run": run}})


@pytest.mark.parametrize("data", ["mnist", "fashion-mnist:/x", "/home", "."])
def test_data_to_train_on_are_never_fetched_or_read_from_a_path(validator, data):
    with pytest.raises(PareidoliaError):
        validator.validate({"operation": "train vae", "inputs": {"data": data}})


@pytest.mark.parametrize("sum", ["label:8 - label:3", "test:1 + random:5"])
def test_sums_are_taken_term_by_term(validator, sum):
    validated = validator.validate(
        {"operation": "arithmetic", "inputs": {"run": "digits-vae", "expression": sum}}
    )
    assert validated.inputs["expression"] == sum
    with pytest.raises(PareidoliaError):
        validator.validate(
            {"operation": "arithmetic", "inputs": {"run": "digits-vae", "expression": f"{sum} + /x.png"}}
        )


@pytest.mark.parametrize("posted", [{}, {"operation": 3}, {"operation": "evolution"}, {"operation": "no"}])
def test_only_what_is_offered_is_taken(validator, posted):
    with pytest.raises(PareidoliaError):
        validator.validate(posted)


@pytest.mark.parametrize(
    "inputs", [[], {"content": 3}, {"content": None}, {"styles": "sample:waves"}, {**PHOTO, "no": "sample:x"},
               {**PHOTO, "content": ["sample:coffee"]}, {**PHOTO, "styles": [["sample:waves"]]}]
)  # fmt: skip
def test_inputs_of_another_shape_are_refused(validator, inputs):
    with pytest.raises(PareidoliaError):
        validator.validate({"operation": "brush", "inputs": inputs})


def test_a_grid_is_every_combination(validator):
    posted = {"operation": "brush", "inputs": PHOTO, "grid": {"strength": [0.2, 0.8], "size": [64, 96, 128]}}
    made = [(each.settings["strength"], each.settings["size"]) for each in validator.grid(posted)]
    assert made == [(0.2, 64), (0.2, 96), (0.2, 128), (0.8, 64), (0.8, 96), (0.8, 128)]


@pytest.mark.parametrize(
    "grid",
    [
        {"strength": []},
        {"strength": 3},
        {"strength": [0.1], "size": [64], "tile": [128]},
        {"size": list(range(64, 128))},
        [],
    ],
)
def test_a_grid_of_another_shape_or_too_large_is_refused(validator, grid):
    posted = {"operation": "brush", "inputs": PHOTO, "grid": grid}
    if grid == []:  # nothing asked for: one job
        assert len(validator.grid(posted)) == 1
        return
    with pytest.raises(PareidoliaError):
        validator.grid(posted)
