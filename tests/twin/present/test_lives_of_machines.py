"""Machines of one present fail at other times in other futures, as they would having lived so far."""

from __future__ import annotations

from math import gamma
from pathlib import Path

import numpy as np
import pytest
from generic_lines import DAY, always, line_of, timed
from numpy.typing import NDArray
from saved_plants import assert_tail, branch, gone_on_and_saved, saved
from scipy import stats

from twin import Journal, Line, turn
from twin.present import read_present
from twin.table import Columns

MACHINES, TURN, AT = 150, 1500.0, 0.8 * DAY
MTBF = 5 * 3600.0
# the rest of a life is seen on this many lives, less those that end in the turn that runs
SEEDS = (11, 12, 13, 14)


def machines(shape: float) -> Line:
    """Return machines that work all the time, each of which is mended at once."""
    failures = f"failures: {{mtbf: {MTBF} s, mttr: 60 s, shape: {shape}, crew: fitters}}"
    line = line_of({"work": timed(always(TURN), MACHINES, more=failures)}, [], "crews: {fitters: {size: 1000}}")
    return line


def ends_of_turns(journal: Journal, at: float) -> NDArray[np.float64]:
    """Return when the turn ends in which each machine is at a moment [s]."""
    visits, ends = journal.columns("visits"), np.zeros(MACHINES)
    begun = visits["start"] < at
    np.maximum.at(ends, visits["server"][begun], visits["finish"][begun])
    return ends


def used_until(ends: NDArray[np.float64], *stops: Columns) -> NDArray[np.float64]:
    """Return the use of each machine since its last failure; it works whenever it is not mended [s]."""
    last = np.zeros(MACHINES)
    for rows in stops:
        before = rows["begin"] < ends[rows["server"]]
        np.maximum.at(last, rows["server"][before], (rows["begin"] + rows["seconds"])[before])
    return ends - last


def left_after(tail: Journal, ends: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how long each machine works from the end of a turn until it fails [s]."""
    stops = tail.columns("stops")
    later = stops["begin"] > ends[stops["server"]]
    first = np.full(MACHINES, np.inf)
    np.minimum.at(first, stops["server"][later], stops["begin"][later])
    return first - ends


@pytest.fixture(scope="module", params=[1.0, 3.0])
def futures(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Return a shape, the use of the machines at a moment, and what was left of their lives in each future."""
    file, line = tmp_path_factory.mktemp("lives") / "plant.state", machines(request.param)
    whole = saved(line, AT, file, days=3)
    ends = ends_of_turns(whole, AT)
    used = used_until(ends, whole.columns("stops"))
    left = [left_after(branch(line, file, 3, seed, engine), ends) for seed, engine in zip(SEEDS, _ENGINES, strict=True)]
    return request.param, used, np.array(left)


_ENGINES = ("compiled", "simpy", "compiled", "compiled")


def test_what_is_left_of_a_life_follows_weibull_given_what_was_lived(
    futures: tuple[float, NDArray[np.float64], NDArray[np.float64]],
) -> None:
    shape, used, left = futures
    scale = MTBF / gamma(1 + 1 / shape)
    # uniform when the rest has its distribution: 1 - S(a + x) / S(a)
    chance = 1 - np.exp((used / scale) ** shape - ((used + left) / scale) ** shape)
    # 600 lives; Kolmogorov and Smirnov find less once in a thousand seeds
    assert np.isfinite(left).all()
    assert stats.kstest(chance.ravel(), "uniform").pvalue > 0.001


def test_an_exponential_life_forgets_how_long_it_has_lasted(
    futures: tuple[float, NDArray[np.float64], NDArray[np.float64]],
) -> None:
    shape, used, left = futures
    old = used > np.median(used)
    apart = stats.ks_2samp(left[:, old].ravel(), left[:, ~old].ravel()).pvalue
    if shape == 1:
        assert stats.kstest(left.ravel(), "expon", (0, MTBF)).pvalue > 0.001
        assert apart > 0.001
    else:
        # a machine that wears fails the sooner the longer it has lived
        assert apart < 1e-6


def test_the_machines_of_two_futures_do_not_fail_together(
    futures: tuple[float, NDArray[np.float64], NDArray[np.float64]],
) -> None:
    shape, used, left = futures
    scale = MTBF / gamma(1 + 1 / shape)
    chance = np.exp((used / scale) ** shape - ((used + left) / scale) ** shape)
    for one, other in ((0, 1), (0, 2), (1, 3)):
        # 150 pairs; |r| is larger once in a thousand seeds
        assert abs(stats.pearsonr(chance[one], chance[other]).statistic) < 0.27


@pytest.mark.parametrize("engine", ["simpy", "compiled"])
def test_a_future_of_a_future_goes_on_with_the_life_that_was_drawn_there(engine: str, tmp_path: Path) -> None:
    first, again, line = tmp_path / "first.state", tmp_path / "again.state", machines(3.0)
    begun = saved(line, 0.3 * DAY, first, days=1)
    future = gone_on_and_saved(line, first, 0.4 * DAY, again, seed=5, engine=engine)
    assert_tail(future, branch(line, again, 2, seed=5, engine=engine), 0.4 * DAY)
    # and how far machines have lived is known to whoever draws once more
    worn, stops = read_present(again).worn, begun.columns("stops")
    lived = stops["begin"] < ends_of_turns(begun, 0.3 * DAY)[stops["server"]]
    before = {name: column[lived] for name, column in stops.items()}
    used = used_until(ends_of_turns(future, 0.4 * DAY), before, future.columns("stops"))
    np.testing.assert_allclose(worn["life"] - worn["left"], used, atol=1e-6)


def test_both_engines_draw_the_same_rest_whichever_has_saved(tmp_path: Path) -> None:
    line, states = turn(machines(2.0), {"work.servers": 12}), {}
    for engine in ("simpy", "compiled"):
        file = tmp_path / f"{engine}.state"
        saved(line, AT, file, engine=engine)
        for other in ("simpy", "compiled"):
            states[engine, other] = branch(line, file, 2, seed=9, engine=other).columns("stops")["begin"]
    first, *others = states.values()
    assert len(first) > 12
    for one in others:
        np.testing.assert_array_equal(one, first)
