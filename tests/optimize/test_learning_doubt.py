"""Futures that learn each in its own way: draws from what the back-test has left of the priors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from board_lives import lived_through

from optimize.growth.learning_doubt import ground_in
from optimize.growth.probes import PROBES
from optimize.growth.site import Site
from twin import Priors, find_declared, read_priors, split

PRIORS = read_priors(find_declared("ramps", "calibrated"))


def site(learning: str = "drawn", priors: Priors = PRIORS, seed: int = 1) -> Site:
    found, _ = lived_through()
    study = found.study.model_copy(update={"learning": learning, "seed": seed})
    return replace(found, study=study, ground=found.ground.with_priors(priors))


def value(priors: Priors, path: str) -> float:
    part, _, name = path.partition(".")
    return float(getattr(getattr(priors, part), name))


def test_each_future_has_a_whole_draw_as_often_as_it_weighs() -> None:
    """256 points of a Sobol sequence in one dimension: of each interval one in its length, give or take one."""
    draws = PRIORS.draws
    assert draws is not None
    weights = np.array(draws.weights) / sum(draws.weights)
    count = 256
    grounds = [ground_in(site(), number).priors for number in range(count)]
    seen = np.array([[value(one, path) for path in draws.values] for one in grounds])
    sets = np.array([[whole(path, place) for path in draws.values] for place in range(len(weights))])
    # every future has one of the sets, all of it
    which = np.abs(seen[:, None, :] / sets[None] - 1).max(axis=2).argmin(axis=1)
    assert seen == pytest.approx(sets[which], rel=1e-9)
    assert np.abs(np.bincount(which, minlength=len(weights)) - count * weights).max() < 2


def whole(path: str, place: int) -> float:
    """Return a number of a draw in the unit of the twin: as much more than its middle as it is written to be."""
    assert PRIORS.draws is not None
    (written,) = (split(one.value) for one in PRIORS._provenance if one.path == path)
    assert written is not None
    return value(PRIORS, path) * PRIORS.draws.values[path][place] / written[0]


def test_nine_in_ten_draws_lie_in_the_declared_range() -> None:
    draws = PRIORS.draws
    assert draws is not None and len(draws.values) > 8
    for path, values in draws.values.items():
        (record,) = (one for one in PRIORS._provenance if one.path == path)
        inside = [record.low * 0.995 <= one <= record.high * 1.005 for one in values]
        # ends of the band lie between draws
        assert np.dot(inside, draws.weights) > 0.85, path


def test_what_the_back_test_does_not_tell_has_one_value_and_so_has_all_in_the_middle() -> None:
    drawn, middle = ground_in(site(), 5).priors, ground_in(site("middle"), 5).priors
    assert middle == PRIORS and drawn != PRIORS
    assert drawn.evidence == PRIORS.evidence
    assert drawn.causes.turnover == PRIORS.causes.turnover
    # priors of which no report has told anything
    plain = read_priors(find_declared("ramps", "priors"))
    assert ground_in(site(priors=plain), 5).priors == plain


def test_a_future_learns_alike_in_every_study_of_its_seed_and_otherwise_with_another() -> None:
    first, again, other = ([ground_in(site(seed=seed), number).priors for number in range(8)] for seed in (1, 1, 2))
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
        assert len({ground_in(there, number).priors.start.accept for number in range(8)}) > 4
