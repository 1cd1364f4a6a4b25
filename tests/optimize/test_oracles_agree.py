"""The oracles of the planning model: against each other, and on plants that hold every kind of question and answer.

Plants are drawn with the seeds named; money, yields and machines are invented.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from planning_plants import GOALS, random_plant, serial_plant
from theory.every_plan import MOST, Best, best_of_a_large_plant, best_plan, choices, plans, worth
from theory.label_setting import Label, least_cost, undominated

SEEDS = range(48)


@pytest.fixture(name="answers", scope="module")
def _answers() -> list[Best | None]:
    return [best_plan(random_plant(seed)) for seed in SEEDS]


def test_the_random_plants_hold_every_kind_of_question_and_answer(answers: list[Best | None]) -> None:
    # keeps the test above from passing on easy or on infeasible plants only
    asked = [random_plant(seed) for seed in SEEDS]
    assert Counter(data.goal for data in asked) == dict.fromkeys(GOALS, len(SEEDS) // len(GOALS))
    assert all(100 < plans(data) <= MOST for data in asked)
    without = [data for data, best in zip(asked, answers, strict=True) if best is None]
    assert 4 <= len(without) <= len(SEEDS) // 3
    merging = [data for data in asked if len(set(data.after.values())) < len(data.after)]
    assert len(merging) == len(SEEDS) // 2
    chosen = Counter(choice for best in answers if best is not None for choice in best.choice.items())
    assert min(chosen[group, option] for group, options in asked[0].options.items() for option in options) >= 3


@pytest.mark.parametrize("limit", ["capital", "floor", "people", "power", "escapes", "first_pass", "places"])
def test_every_limit_costs_something_in_some_plant(limit: str, answers: list[Best | None]) -> None:
    moved = 0
    for seed in SEEDS:
        data = random_plant(seed)
        if limit in data.limits:
            free = {name: value for name, value in data.limits.items() if name != limit}
            loose, best = best_plan(replace(data, limits=free)), answers[seed]
            moved += (loose and loose.goal) != (best and best.goal)
    assert moved > 0


@pytest.mark.parametrize("seed", range(8))
def test_what_planning_data_works_out_for_a_plan_is_what_plain_loops_do(seed: int) -> None:
    # ten plans drawn; without limits a plan makes what its machines carry, as far as that can be sold and is worth it
    data, luck = replace(random_plant(seed), limits={}), np.random.default_rng(seed)
    every = list(choices(data))
    for _ in range(10):
        choice = every[luck.integers(len(every))]
        servers = {s: int(luck.integers(data.lowest[s], data.highest[s] + 1)) for s in data.stations}
        expected, output = worth(data, choice, servers), data.output(choice, servers)
        if data.goal in ("cost", "energy"):
            assert data.demand is not None
            found = data.goal_at(choice, servers, data.demand) if output >= data.demand else None
        else:
            sold = min(output, data.demand or output)
            found = max(data.goal_at(choice, servers, good) for good in (0.0, sold))
        assert expected == (None if found is None else pytest.approx(found, rel=1e-12))


@pytest.mark.parametrize("seed", range(24))
def test_the_fewest_machines_for_every_useful_output_hold_the_best_plan(seed: int) -> None:
    data = random_plant(seed)
    small, large = best_plan(data), best_of_a_large_plant(data)
    assert (small and small.goal) == (large and pytest.approx(large.goal, rel=1e-12))


@pytest.mark.parametrize("seed", range(6))
def test_the_dynamic_programme_agrees_with_trying_every_plan(seed: int) -> None:
    data = serial_plant(seed, stations=3, recipes=3)
    expected = best_plan(data)
    assert expected is not None
    assert least_cost(data) == pytest.approx(expected.goal, rel=1e-12)


def test_a_label_goes_when_another_is_as_good_in_everything() -> None:
    good, worse, other = Label(1.2, 1.1, 5.0), Label(1.3, 1.1, 5.0), Label(1.3, 1.0, 6.0)
    assert undominated([worse, other, good, good]) == [good, other]
