"""The comparison of retina with VGG-19 as painters: its pairs, what it keeps, and what it says."""

import retina_style
from pareidolia.pictures import save_picture
from pareidolia.style import StyleSettings
from pareidolia.style.judging.distances import Distances
from pareidolia.style.judging.measuring import Judgement


def judgement(score):
    return Judgement({"efficientnet_lite2": Distances((score,) * 3, 0.0)}, 1.0, 0.5, 0.0)


class Judges:
    """What judges by the picture's name alone."""

    def __call__(self, picture, content, style):
        return judgement(1.0 if "retina" in picture.name else 2.0)


def test_pairs_are_twelve_and_all_different(tmp_path):
    assert len(set(retina_style.pairs(None))) == len(set(retina_style.pairs(tmp_path))) == 12
    assert retina_style.pairs(tmp_path)[0] == (
        str(tmp_path / "photos/01.jpg"),
        str(tmp_path / "paintings/munch_scream.jpg"),
    )


def test_pictures_are_painted_once_and_judged(monkeypatch, tmp_path, photo):
    monkeypatch.setattr(retina_style, "StyleJudges", Judges)
    files = tmp_path / "photo.png", tmp_path / "painting.png"
    for file in files:
        save_picture(photo, file)
    few = {"size": 48, "coarsest": 48, "coarse_steps": 1, "steps": 1, "weights": "random"}
    through = {
        "retina": StyleSettings(network="retina", **few),
        "vgg19": StyleSettings(network="retina", **few),
    }
    pairs = [tuple(map(str, files))]
    found = retina_style.scores(through, pairs, tmp_path / "out")
    assert all(each.seconds for scored in found.values() for each in scored)
    said = retina_style.in_words(found)
    assert (
        said.startswith("retina 1.000 (grain of color 0.50), vgg19 2.000")
        and "no worse than vgg19 in 1" in said
    )
    again = retina_style.scores(through, pairs, tmp_path / "out")
    assert [each.seconds for each in again["retina"]] == [
        None
    ] and "of the time" not in retina_style.in_words(again)
