"""Futures that learn each in its own way: draws from what the back-test has left of the priors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from board_lives import lived_through

from optimize.growth.learning_doubt import drawn_together, ground_in
from optimize.growth.probes import PROBES
from optimize.growth.site import Site
from optimize.ranges import declared_range
from twin import Priors, find_declared, read_priors

PRIORS = read_priors(find_declared("ramps", "calibrated"))


def site(learning: str = "drawn", priors: Priors = PRIORS, seed: int = 1) -> Site:
    found, _ = lived_through()
    study = found.study.model_copy(update={"learning": learning, "seed": seed})
    return replace(found, study=study, ground=found.ground.with_priors(priors))


def value(priors: Priors, path: str) -> float:
    part, _, name = path.partition(".")
    return float(getattr(getattr(priors, part), name))


def draws(path: str, count: int = 64) -> np.ndarray:
    return np.array([value(ground_in(site(), number).priors, path) for number in range(count)])


@pytest.mark.parametrize("path", [path for paths in drawn_together(PRIORS).values() for path in paths])
def test_draws_fill_the_range_and_half_of_them_lie_below_the_middle(path: str) -> None:
    """The first 64 points of a Sobol sequence: each 64th of the range holds one."""
    found = draws(path)
    low, middle, high = declared_range(PRIORS._provenance, path, value(PRIORS, path))
    assert low <= found.min() < low * (middle / low) ** (1 / 16)
    assert high >= found.max() > middle * (high / middle) ** (15 / 16)
    assert np.count_nonzero(found < middle) == 32


def test_rows_of_one_parameter_go_together_and_others_by_themselves() -> None:
    accept, crews, stops = (draws(path) for path in ("start.accept", "start.crews", "causes.stop_size"))
    assert np.array_equal(np.argsort(accept), np.argsort(crews))
    assert abs(np.corrcoef(np.log(accept), np.log(stops))[0, 1]) < 0.2


def test_what_the_back_test_does_not_tell_has_one_value_and_so_has_all_in_the_middle() -> None:
    drawn, middle = ground_in(site(), 5).priors, ground_in(site("middle"), 5).priors
    assert middle == PRIORS and drawn != PRIORS
    assert drawn.evidence == PRIORS.evidence
    assert drawn.causes.turnover == PRIORS.causes.turnover
    # priors of which no report has told anything
    plain = read_priors(find_declared("ramps", "priors"))
    assert ground_in(site(priors=plain), 5).priors == plain


def test_a_future_learns_alike_in_every_study_of_its_seed_and_otherwise_with_another() -> None:
    first, again, other = (ground_in(site(seed=seed), 3).priors for seed in (1, 1, 2))
    assert first == again != other
    # later futures change none of the first
    before = ground_in(site(), 1).priors
    ground_in(site(), 200)
    assert ground_in(site(), 1).priors == before


@pytest.mark.parametrize(("probe", "path"), [("effort", "engineers.per_candidate"), ("novelty", "causes.new_people")])
def test_what_a_probe_puts_to_an_end_is_not_drawn(probe: str, path: str) -> None:
    low, _, high = PROBES[probe].range(site())
    for end in (low, high):
        there, _ = PROBES[probe].put(site(), {}, end)
        values = {value(ground_in(there, number).priors, path) for number in range(8)}
        assert values == {value(there.ground.priors, path)}
        # all else is
        assert len({ground_in(there, number).priors.start.accept for number in range(8)}) == 8
