"""Controllers from rules in words and from lessons: what they answer, against other programs' answers."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from loading_loops import declared
from ruamel.yaml import YAML

from twin.control.controller import Seen
from twin.control.disturbance import Disturbance
from twin.control.equipment import Facts
from twin.control.fuzzy import WORDS, FuzzyPI, memberships, steps_of, surface
from twin.control.network import Averages, Network
from twin.read import lines_folder

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def rules() -> FuzzyPI:
    found = declared().controllers["fuzzy_pi"]
    assert isinstance(found, FuzzyPI)
    return found


@pytest.fixture(scope="module")
def network() -> Network:
    found = declared().controllers["network"]
    assert isinstance(found, Network)
    return found


def test_the_surface_of_the_rules_is_that_of_simpful(rules: FuzzyPI) -> None:
    # written by record_fuzzy_surface.py beside this file
    with (HERE / "fuzzy_surface.csv").open(encoding="utf-8") as file:
        rows = [[float(value) for value in row] for row in list(csv.reader(file))[1:]]
    error, change, step = np.array(rows).T
    assert len(step) == 441 and np.ptp(step) == 2
    assert surface(steps_of(rules.rules), error, change) == pytest.approx(step, abs=2e-6)


def test_words_share_each_value_among_two_neighbours() -> None:
    held = memberships(np.linspace(-1.5, 1.5, 61))
    assert held.sum(axis=1) == pytest.approx(np.ones(61)) and ((held > 0).sum(axis=1) <= 2).all()
    assert held[0].tolist() == [1, 0, 0, 0, 0] and held[-1].tolist() == [0, 0, 0, 0, 1]


def test_rules_are_the_same_upside_down_and_push_against_the_error(rules: FuzzyPI) -> None:
    steps = steps_of(rules.rules)
    assert np.array_equal(steps, -steps[::-1, ::-1])
    assert steps[WORDS.index("right"), WORDS.index("right")] == 0
    assert (np.diff(steps, axis=0) <= 0).all() and (np.diff(steps, axis=1) <= 0).all()


def test_a_network_of_one_straight_neuron_tells_the_average() -> None:
    # tanh is straight about 0: w2 tanh(w1 x) with w1 w2 = 1 is x
    memories = (20.0, 40.0)
    hidden = ((1e-3,), (0.0,), (0.0,), (0.0,))
    weights = {"hidden": hidden, "hidden_bias": (0.0,), "out": (1e3,), "out_bias": 0.0}
    told: dict[str, Any] = {"kind": "network", "memories": ("20 m", "40 m"), "scale": 0.01, "weights": weights}
    known = Network.model_validate(told)
    facts = Facts(1, 1.0, 1, 0.0, 0.0, 0.0, _quiet())
    average = Averages(memories, facts)
    assert [float(average.told(np.array([value]), 1.0)[0, 0]) for value in (3.0, 1.0)] == [3.0, 2.0]
    act = known.begin(facts)
    move = act(Seen(0, np.array([0.004]), None, np.zeros(1)))
    assert move.command == pytest.approx([-0.004], rel=1e-5)


def _quiet() -> Disturbance:
    return declared().disturbance.scaled(1e-9)


def test_weights_are_what_the_lesson_gives(network: Network) -> None:
    pytest.importorskip("sklearn")
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("train_network", HERE / "train_network.py")
    assert spec is not None and spec.loader is not None
    script = module_from_spec(spec)
    spec.loader.exec_module(script)
    text = script.text_of(*script.weights(script.declared_loop()))
    taught = YAML(typ="safe").load(text)["stations"]["cathode_coating"]["step"]["loop"]["controllers"]["network"]
    assert np.array(taught["weights"]["hidden"]) == pytest.approx(np.array(network.weights.hidden), abs=0.02)
    assert taught["weights"]["out"] == pytest.approx(list(network.weights.out), abs=0.02)


def test_both_coaters_have_the_weights_of_one_lesson() -> None:
    content = YAML(typ="safe").load(lines_folder() / "base" / "loading_network.yaml")["stations"]
    taught = [content[f"{side}_coating"]["step"]["loop"]["controllers"]["network"] for side in ("cathode", "anode")]
    assert taught[0] == taught[1]
