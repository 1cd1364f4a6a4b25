"""Sequential bifurcation against functions whose effects are known: what matters is found, within the budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf

import numpy as np
import pytest

from optimize.screen import Ends, Found, Screening, Way
from twin import Input

COUNT = 400


def number(place: int) -> Input:
    return Input(f"input.{place:03d}", 0.0, -1.0, 1.0, ("est",), "estimate")


INPUTS = [number(place) for place in range(COUNT)]


class Twin:
    """Answers with a sum of effects, each times the end at which its input stands, and luck; counts its runs."""

    def __init__(self, effects: Mapping[int, float], luck: float = 0.0, refused: Sequence[int] = ()) -> None:
        self.effects = {f"input.{place:03d}": size for place, size in effects.items()}
        self.refused = {f"input.{place:03d}" for place in refused}
        self.luck, self.runs = luck, 0
        self.draws = np.random.default_rng(5)

    def __call__(self, tried: Sequence[tuple[Ends, int]]) -> list[float | None]:
        self.runs += len(tried)
        return [self._answer(ends) for ends, _ in tried]

    def _answer(self, ends: Ends) -> float | None:
        if self.refused & set(ends):
            return None
        felt = sum(self.effects[path] * float(end) for path, end in ends.items() if path in self.effects)
        return felt + (self.luck * float(self.draws.normal()) if self.luck else 0.0)


def search(twin: Twin, budget: int = 150, wanted: int = 5, known: Sequence[float] = ()) -> Found:
    found = Screening(twin, budget, wanted, known).search(INPUTS)
    assert found.runs == twin.runs <= budget
    told = [*found.single, *(way for ways, _ in found.groups for way in ways)]
    every = [Way(one.path, end) for one in INPUTS for end in (one.low, one.high)]
    assert sorted(told) == sorted(every), "every end of every range is told once"
    return found


def test_the_inputs_that_matter_are_found_among_many_with_their_effect() -> None:
    effects = {3: 5.0, 77: -4.0, 180: 3.0, 181: -2.5, 399: 2.0}
    found = search(Twin(effects))
    assert found.finished
    for place, size in effects.items():
        for end in (-1.0, 1.0):
            assert found.single[Way(f"input.{place:03d}", end)] == pytest.approx(end * size)
    assert found.runs < COUNT / 2


def test_small_effects_are_left_in_their_groups_when_larger_ones_are_known() -> None:
    found = search(Twin({3: 5.0, 77: 0.1, 180: 0.1}), wanted=2, known=[1.0, 0.9])
    # the one of 5 is found, the others cannot be among the two largest
    assert found.finished
    assert {way.path for way, change in found.single.items() if change} == {"input.003"}
    # one at each end for either of them
    assert sum(1 for _, change in found.groups if change) == 4


def test_a_budget_that_is_too_small_is_told() -> None:
    found = search(Twin({place: 1.0 + place / COUNT for place in range(0, COUNT, 7)}), budget=40)
    assert not found.finished


def test_an_input_that_no_plant_can_have_is_found_and_hides_nobody() -> None:
    found = search(Twin({3: 5.0}, refused=[4]), wanted=3)
    assert sorted(found.impossible) == [Way("input.004", -1.0), Way("input.004", 1.0)]
    assert found.single[Way("input.003", 1.0)] == pytest.approx(5.0)


class Stopping(Twin):
    """Makes nothing when some inputs are at their high ends."""

    def __init__(self, effects: Mapping[int, float], stops: Sequence[int]) -> None:
        super().__init__(effects)
        self.stops = {f"input.{place:03d}" for place in stops}

    def _answer(self, ends: Ends) -> float | None:
        return inf if any(ends.get(path) == 1.0 for path in self.stops) else super()._answer(ends)


def test_what_stops_a_plant_is_found_besides_the_inputs_that_change_it() -> None:
    # input 9 would hide both of its neighbours, and input 200 works at one end only
    found = search(Stopping({3: 5.0, 10: 4.0, 300: 0.1}, stops=[9, 200]), wanted=2)
    assert found.finished
    assert sorted(found.stopping) == [Way("input.009", 1.0), Way("input.200", 1.0)]
    for place, size in ((3, 5.0), (10, 4.0)):
        assert found.single[Way(f"input.{place:03d}", 1.0)] == pytest.approx(size)


def test_a_budget_that_is_used_up_has_found_some_of_what_stops_a_plant() -> None:
    found = search(Stopping({}, stops=range(0, COUNT, 20)), budget=80)
    assert not found.finished
    assert found.stopping


def test_noise_is_told_about_as_large_as_it_is() -> None:
    # two standard deviations of the difference of two runs, by its middle size among five pairs; seed 5
    noise = search(Twin({3: 50.0}, luck=1.0)).noise
    assert 0.5 < noise < 5.0
    assert search(Twin({3: 50.0})).noise == 0.0


def test_without_a_budget_nothing_is_asked_and_nothing_is_claimed() -> None:
    found = search(Twin({3: 5.0}), budget=0)
    assert not found.single
    assert not found.finished
