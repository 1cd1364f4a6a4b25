"""What is calibrated becomes a file that a study can name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from optimize.growth.read_scale_up import read_scale_up
from optimize.past.backtest import judged
from optimize.past.calibrated import calibrated_priors
from optimize.past.calibration import Setup, read_setup
from optimize.past.case import read_case
from optimize.past.past import Told
from twin import Priors, find_declared, read_declared, read_priors, split


@pytest.fixture(scope="module", name="setup")
def _setup() -> Setup:
    return read_setup()


def test_calibrated_priors_are_a_file_that_a_study_can_name(setup: Setup, tmp_path: Path) -> None:
    """Yields that grow with the draw, one reported: what is kept lies around it, and so does the file."""
    known = read_case(find_declared("ramps/cases", "panasonic_nevada"))
    places = setup.draws(64, 1)
    yields = places[:, 0].tolist()
    told = {"panasonic_nevada": [Told([1e9, 0.33 + one, 2e9], {"yield": [one], "cells": [1e9]}) for one in yields]}
    found = judged([known], setup, 1, places, told)
    (tmp_path / "priors.yaml").write_text(
        find_declared("ramps", "priors").read_text(encoding="utf-8"), encoding="utf-8"
    )
    path = tmp_path / "calibrated.yaml"
    path.write_text(calibrated_priors(found), encoding="utf-8")
    priors = read_priors(path)
    assert priors.causes.per_station == pytest.approx(2.0, rel=0.1)
    assert priors.draws is not None and len(priors.draws.weights) == found.posterior.kept
    # what goes together are the axes of one parameter, from the kept places
    kept = np.sort(places[found.posterior.weights > 0, 0])
    axis = next(axis for one in setup.parameters for axis in one.axes if axis.path == "causes.per_station")
    assert priors.draws.values["causes.per_station"] == pytest.approx([axis.at(place) for place in kept], rel=0.01)
    assert priors.causes.largest == read_priors(find_declared("ramps", "priors")).causes.largest


def test_the_priors_of_the_default_study_are_within_those_that_were_declared(setup: Setup) -> None:
    study, _ = read_scale_up(find_declared("studies", "scale_up"))
    _, document = read_declared(find_declared("ramps", study.priors), Priors)
    records = {record.path: record for record in document.records}
    axes = [axis for parameter in setup.parameters for axis in parameter.axes if axis.path]
    assert len(axes) > 8
    for axis in axes:
        record = records[axis.path]
        assert record.source == ("gigatwin_backtest",)
        number = split(record.value)
        assert number is not None and number[1] == axis.unit
        assert axis.low * 0.99 <= record.low < number[0] < record.high <= axis.high * 1.01, axis.path
