"""A young plant learns: limits with known answers, conservation, and what makes it quicker or slower."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numba import njit
from young_lines import STEADY, programme, shipped_priors, small_line

from twin.ramp.births import hidden_causes
from twin.ramp.floor import Floor
from twin.ramp.learning import Ramp, month_of, ramp_up
from twin.ramp.pace import pace_of
from twin.ramp.priors import Module, Priors, Programme
from twin.ramp.tables import Floats, Route, State
from twin.ramp.watch import Watch
from twin.ramp.working_day import line_speed, within

NO_CAUSES = {"causes": {"per_station": 0.0, "later": 0.0}}
# lines that are there at once, with all crews, and make what customers have released
NO_WAIT = {"start": {"accept": 0.0, "crews": 0.0, "qualify": 0.0}}
LINE, PRIORS = small_line(), shipped_priors()


# parts of machine code have no doors for Python
@njit
def _within(state: State, route: Route, line: int, day: int) -> float:
    return within(state, route, line, day)


@njit
def _line_speed(slack: Floats, work: Floats, up: Floats, rated: Floats, passing: float) -> tuple[float, int]:
    return line_speed(slack, work, up, rated, passing)


def made(found: Ramp) -> float:
    """Return the good cells of a ramp."""
    return float(found.finished.sum())


def mean_made(asked: Programme, seeds: int = 12, lag: float = 1.0) -> float:
    line = small_line(lag)
    return float(np.mean([made(ramp_up(asked, line, PRIORS, seed)) for seed in range(seeds)]))


@pytest.mark.parametrize("priors", [shipped_priors(**NO_CAUSES), shipped_priors(**NO_CAUSES, **NO_WAIT)])
def test_without_hidden_causes_and_with_nothing_new_it_is_the_mature_line(priors: Priors) -> None:
    found = ramp_up(programme(1, product=0.0, equipment=0.0, people=0.0), LINE, priors, 1)
    days = 365 - round(LINE.lag[LINE.end])
    assert found.started.sum() == pytest.approx(365 * LINE.started, rel=1e-12)
    assert made(found) == pytest.approx(days * LINE.started * LINE.good, rel=1e-12)
    assert np.array_equal(found.shipped, found.finished)
    assert found.found.sum() == 0
    # charts of a line with nothing hidden still alarm now and then
    assert all(case.cause < 0 for case in found.cases)


def test_nobody_learns_without_engineers() -> None:
    asked = programme(3, engineers=0, frozen=True)
    found = ramp_up(asked, LINE, shipped_priors(causes=STEADY, **NO_WAIT), 2)
    share = found.finished[2:].sum(axis=1) / found.decided[2:].sum(axis=1)
    assert np.ptp(share) < 1e-9
    assert share[0] < 0.9
    assert not found.cases


def test_with_perfect_gauges_and_endless_engineers_it_learns_at_once() -> None:
    """The charts need some days for what is small, and the cells that are in the plant still carry what was wrong.

    Nothing has to be tried or built.
    """
    people = {"per_candidate": 1.0, "success": 1.0, "partly": 0.0, "trials": 0.0, "experiments": 0.0, "parts": 0.0}
    exact = {"inline": 1.0, "downtime_noise": 1e-4, "count_noise": 0.0}
    priors = shipped_priors(causes=STEADY, engineers=people, evidence=exact, **NO_WAIT)
    found = ramp_up(programme(1, engineers=10_000, inline=True), LINE, priors, 3)
    blind = ramp_up(programme(1, engineers=0, inline=True), LINE, priors, 3)
    wasted, never = ((one.found[1:].sum() / one.started[1:].sum()) for one in (found, blind))
    assert wasted < never / 50


@pytest.mark.parametrize("lines", [1, 3])
def test_every_cell_is_accounted_for(lines: int) -> None:
    """Started cells were scrapped for a hidden cause, or have ended good or as usual scrap, or are in the plant."""
    asked = programme(1, engineers=3, lines=lines, gap=60)
    causes = hidden_causes(asked, LINE, PRIORS, 5)
    found = Ramp.empty(asked, LINE, causes)
    floor = Floor(asked, LINE, causes, Watch(asked, LINE, PRIORS.evidence), PRIORS, found.months, 5)
    state = floor.plant.state
    started, ended, scrapped = np.zeros(lines), np.zeros(lines), np.zeros(lines)
    for day in range(asked.days):
        floor.run(day, month_of(day))
        started += state.started
        ended += state.finished / LINE.good
        scrapped += state.scrap[:, LINE.cells].sum(axis=1)
        assert state.by_cause[causes.flaw >= 0].sum() == pytest.approx(state.scrap.sum(), rel=1e-9)
    assert scrapped.min() > 0
    inside = [_within(state, floor.plant.route, line, asked.days - 1) for line in range(lines)]
    assert ended + scrapped + inside == pytest.approx(started, rel=1e-12)
    assert found.started.sum(axis=0) == pytest.approx(started, rel=1e-12)
    assert found.decided.sum(axis=0) == pytest.approx(ended + scrapped, rel=1e-12)


def test_a_shared_cause_is_removed_from_every_line_at_once() -> None:
    found = ramp_up(programme(2, engineers=10, lines=2, gap=200), LINE, PRIORS, 4)
    gone: dict[str, set[int]] = {}
    for key, day in zip(found.causes.key, found.causes.gone.tolist(), strict=True):
        if key:
            gone.setdefault(key, set()).add(day)
    assert len(gone) > 5
    assert all(len(days) == 1 for days in gone.values())
    assert found.solved


def test_a_plant_that_copies_another_is_spared_what_that_one_has_solved() -> None:
    mother = ramp_up(programme(3, engineers=10), LINE, PRIORS, 6)
    own = programme(1, engineers=1)
    copied, first = (ramp_up(one, LINE, PRIORS, 6) for one in (replace(own, solved=mother.solved), own))
    assert copied.finished[1:4].sum() > 1.03 * first.finished[1:4].sum()
    assert made(copied) > made(first)


def test_gauges_where_flaws_are_born_shorten_the_lag() -> None:
    plain, inline = (ramp_up(programme(1, inline=there), LINE, PRIORS, 8) for there in (False, True))
    assert inline.found_lag.sum() / inline.found.sum() < 0.5 * plain.found_lag.sum() / plain.found.sum()


def test_longer_lags_never_help() -> None:
    """Twelve seeds with the same causes; what is still in the plant at the end is no loss, so the time is long."""
    assert mean_made(programme(2), lag=2.0) < mean_made(programme(2))


def test_more_engineers_genealogy_and_experience_help_and_many_lines_dilute_them() -> None:
    base = mean_made(programme(1, engineers=3))
    assert mean_made(programme(1, engineers=6)) > base
    assert mean_made(programme(1, engineers=3, genealogy=True)) > base
    assert mean_made(programme(1, engineers=3, speed=2.5)) > base
    alone = mean_made(programme(1, engineers=1))
    assert mean_made(programme(1, engineers=1, lines=3)) < 3 * alone


def test_acceptance_tests_find_causes_before_the_start() -> None:
    assert mean_made(programme(1, tests=0.5)) > mean_made(programme(1))


def test_the_same_programme_and_seed_give_the_same_ramp() -> None:
    first, second = (ramp_up(programme(1, lines=2), LINE, PRIORS, 9) for _ in range(2))
    assert np.array_equal(first.finished, second.finished)
    assert [case.closed for case in first.cases] == [case.closed for case in second.cases]


def test_a_line_learns_alike_whatever_stands_beside_it_later() -> None:
    alone = Programme((Module(0),), 200, np.full(200, 4), np.ones(200))
    two = replace(alone, modules=(Module(0), Module(400)))
    assert np.array_equal(ramp_up(alone, LINE, PRIORS, 3).finished[:, 0], ramp_up(two, LINE, PRIORS, 3).finished[:, 0])


def test_charts_give_the_declared_rate_of_false_alarms() -> None:
    """40 lines of 1,000 days with nothing hidden: about one false alarm in 200 days and chart, 15 % off at most.

    Siegmund's approximation is good to some per cent; with some thousand alarms chance adds 5 % (three sigma).
    """
    quick = {"per_candidate": 1.0, "false_time": 1.0}
    priors = shipped_priors(**NO_CAUSES, evidence={"false_alarms": 200 * 86400.0}, engineers=quick)
    asked = programme(3, engineers=1000)
    alarms, days = 0, 0.0
    for seed in range(8):
        found = ramp_up(asked, small_line(0.0), priors, seed)
        charts = len(Watch(asked, LINE, priors.evidence).charts.module)
        alarms += len(found.cases)
        # a chart is quiet for two days after each
        days += charts * asked.days - 3 * len(found.cases)
    assert days / alarms == pytest.approx(200, rel=0.15)


def test_the_narrowest_station_is_told_for_every_day_of_a_running_line() -> None:
    found = ramp_up(programme(1, lines=2, gap=59), LINE, PRIORS, 11)
    assert found.narrowest.sum() == 2 * 365 - 59
    calm = ramp_up(programme(1), LINE, shipped_priors(**NO_CAUSES, **NO_WAIT), 1)
    assert calm.narrowest.sum(axis=0)[int(np.argmin(LINE.slack))] == 365


def test_cells_in_a_mature_plant_are_those_started_in_the_days_on_their_way() -> None:
    calm = ramp_up(programme(1), LINE, shipped_priors(**NO_CAUSES, **NO_WAIT), 1)
    assert calm.within[-1] == pytest.approx(round(LINE.lag[LINE.end]) * LINE.started, rel=1e-12)


def test_a_stop_passes_between_what_buffers_without_end_and_no_buffers_allow() -> None:
    """Buzacott 1967: a line without buffers runs 1 / (1 + sum of down over up) of the time; the worst station is one
    that is up 80 % of it, the others have slack."""
    up = np.array([1.0, 1.0, 0.8, 0.9, 1.0, 1.0])
    one = np.ones_like(up)
    speeds = [_line_speed(LINE.slack, one, up, one, passing)[0] for passing in (0.0, 0.5, 1.0)]
    assert speeds[0] == pytest.approx(0.8)
    assert speeds[2] == pytest.approx(1 / (1 + 0.2 / 0.8 + 0.1 / 0.9))
    assert speeds[0] > speeds[1] > speeds[2]
    # a slow machine holds nobody up but itself
    slow = np.array([1.0, 1.0, 0.6, 0.7, 1.0, 1.0])
    assert _line_speed(LINE.slack, one, one, slow, 1.0) == (pytest.approx(0.6), 2)


def test_machines_are_accepted_team_by_team_and_crews_come_one_after_another() -> None:
    start = PRIORS.start.model_copy(update={"accept": 100 * 86400.0, "crews": 200 * 86400.0, "teams": 1})
    pace = pace_of(programme(1, lines=2), start)
    assert pace.accepted[0, 49] == pytest.approx(0.5)
    assert pace.accepted[1, 99] == 0
    assert pace.accepted[1, 149] == pytest.approx(0.5)
    assert pace.covered[0, 99] == pytest.approx((1 + start.first_crew) / 2)
    together = pace_of(programme(1, lines=2), start.model_copy(update={"teams": 2}))
    assert np.array_equal(together.accepted[0], together.accepted[1])


def test_until_customers_release_a_product_lines_run_for_samples() -> None:
    priors = shipped_priors(**NO_CAUSES, start={"accept": 0.0, "crews": 0.0, "qualify": 146 * 86400.0, "samples": 0.2})
    found = ramp_up(programme(1, lines=2, gap=100), LINE, priors, 1)
    full = 365 / 12 * LINE.started
    assert found.started[1] == pytest.approx([0.2 * full, 0.0], rel=0.03)
    assert found.shipped[:4].sum() == 0 < found.finished[:4].sum()
    # the second line makes the same product, and both ship from the same day on
    assert (found.shipped[5] > 0).all()
    assert np.array_equal(found.shipped[5:], found.finished[5:])


def test_a_trial_waits_until_it_has_come_to_the_gauge() -> None:
    """Cases that ended with a cause were on trial at least as long as one trial and the way to the gauge take."""
    people = {"experiments": 2.0, "trial_time": 5 * 86400.0, "parts": 40 * 86400.0}
    found = ramp_up(programme(2), LINE, shipped_priors(engineers=people), 3)
    shown = [case for case in found.cases if case.cause >= 0]
    assert len(shown) > 5
    assert all(case.closed - case.begun >= 10 for case in shown)
    assert all(case.closed - case.begun >= 50 for case in shown if found.causes.flaw[case.cause] < 0)
