"""Objectives and style statistics of other packages, as a person uses them from the command line."""

from pathlib import Path

import pytest
from tests.plugin_packages import install_plugin, run_with_plugins

from pareidolia.pictures import open_picture, read_record

PLUGIN = """
import torch
from pareidolia.painting import Objective, PositionSums, objective, style_statistic

@objective("contrast")
def contrast(layer: str, power: float = 1.0) -> Objective:
    return Objective.of(layer, lambda maps: maps.std(dim=(2, 3)).pow(power).mean(dim=1))

@style_statistic("mean")
class Mean(PositionSums):
    @staticmethod
    def summed(rows, weighted):
        return weighted.sum(1)

    def distance(self, target):
        return (self.means - target.means).square().sum(1)
"""


@pytest.fixture
def plugin(tmp_path):
    """A package with an entry point, where Python finds it, as pip would put it."""
    site = tmp_path / "site"
    install_plugin(site, "painters", PLUGIN)
    return site


def pareidolia(folder, site, *words):
    run = run_with_plugins(folder, *words, site=site)
    assert run.returncode == 0, run.stderr
    return read_record(Path(folder) / "out.png")


def test_an_objective_of_a_plugin_is_an_aim_of_features(plugin, tmp_path):
    aim = "2*contrast:stage2.relu1,power=2 - stage2.relu1:3"
    words = ("features", "--aim", aim, "--size", "32", "--steps", "2", "--out", "out.png")
    assert pareidolia(tmp_path, plugin, *words)["settings"]["aim"] == [aim]


def test_a_statistic_of_a_plugin_is_matched_by_style(plugin, tmp_path):
    words = ("style", "sample:waves", "sample:mosaic", "--match", "mean", "--size", "64", "--coarsest", "64")
    record = pareidolia(tmp_path, plugin, *words, "--steps", "2", "--out", "out.png")
    assert record["settings"]["match"] == ["mean"]
    assert open_picture(tmp_path / "out.png").shape[-1] == 64
