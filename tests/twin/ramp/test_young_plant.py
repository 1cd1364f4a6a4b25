"""A young plant learns: limits with known answers, conservation, and what makes it quicker or slower."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import poisson
from young_lines import programme, shipped_priors, small_line

from twin.ramp.causes import hidden_causes
from twin.ramp.floor import Floor, Watch
from twin.ramp.learning import Ramp, ramp_up
from twin.ramp.priors import Module, Programme

NO_CAUSES = {"causes": {"per_station": 0.0, "later": 0.0}}
LINE, PRIORS = small_line(), shipped_priors()


def made(found: Ramp) -> float:
    """Return the good cells of a ramp."""
    return float(found.finished.sum())


def mean_made(asked: Programme, seeds: int = 12, lag: float = 1.0) -> float:
    line = small_line(lag)
    return float(np.mean([made(ramp_up(asked, line, PRIORS, seed)) for seed in range(seeds)]))


def test_without_hidden_causes_it_is_the_mature_line() -> None:
    found = ramp_up(programme(1), LINE, shipped_priors(**NO_CAUSES), 1)
    days = 365 - round(LINE.lag[LINE.end])
    assert found.started.sum() == pytest.approx(365 * LINE.started, rel=1e-12)
    assert made(found) == pytest.approx(days * LINE.started * LINE.good, rel=1e-12)
    assert found.found.sum() == 0
    # charts of a line with nothing hidden still alarm now and then
    assert all(case.cause < 0 for case in found.cases)


def test_nobody_learns_without_engineers() -> None:
    asked = programme(3, engineers=0, frozen=True)
    found = ramp_up(asked, LINE, shipped_priors(causes={"later": 0.0, "drifting": 0.0, "intermittent": 0.0}), 2)
    share = found.finished[2:].sum(axis=1) / found.decided[2:].sum(axis=1)
    assert np.ptp(share) < 1e-9
    assert share[0] < 0.9
    assert not found.cases


def test_with_perfect_gauges_and_endless_engineers_it_learns_at_once() -> None:
    """The charts need some days for what is small, and the cells that are in the plant still carry what was wrong."""
    causes = {"later": 0.0, "drifting": 0.0, "intermittent": 0.0}
    people = {"per_candidate": 1.0, "success": 1.0, "partly": 0.0, "trials": 0.0}
    priors = shipped_priors(causes=causes, engineers=people, evidence={"inline": 1.0, "downtime_noise": 1e-4})
    found = ramp_up(programme(1, engineers=10_000, inline=True), LINE, priors, 3)
    blind = ramp_up(programme(1, engineers=0, inline=True), LINE, priors, 3)
    wasted, never = ((one.found[1:].sum() / one.started[1:].sum()) for one in (found, blind))
    assert wasted < never / 50


@pytest.mark.parametrize("lines", [1, 3])
def test_every_cell_is_accounted_for(lines: int) -> None:
    """Started cells were scrapped for a hidden cause, or have ended good or as usual scrap, or are in the plant."""
    asked = programme(1, engineers=3, lines=lines, gap=60)
    causes = hidden_causes(asked, LINE, PRIORS, 5)
    floor = Floor(asked, LINE, causes, Watch(asked, LINE, PRIORS.evidence))
    started, ended, scrapped = np.zeros(lines), np.zeros(lines), np.zeros(lines)
    for day in range(asked.days):
        one = floor.run(day, np.where(causes.born <= day, causes.size, 0.0), np.zeros(lines))
        started += one.started
        ended += one.finished / LINE.good
        scrapped += one.scrap[:, LINE.cells].sum(axis=1)
        assert one.by_cause[causes.flaw >= 0].sum() == pytest.approx(one.scrap.sum(), rel=1e-9)
    assert scrapped.min() > 0
    assert ended + scrapped + floor.within(asked.days - 1) == pytest.approx(started, rel=1e-12)


def test_the_number_of_causes_at_birth_is_poisson_with_the_declared_mean() -> None:
    """Over 300 seeds, a chi-square of five bins; the limit is passed by chance in 1 of 1,000 such tests."""
    priors = shipped_priors(causes={"later": 0.0, "per_station": 1.0})
    asked = programme(1, product=0.0, equipment=0.0, people=0.0)
    counts = [len(hidden_causes(asked, LINE, priors, seed).key) for seed in range(300)]
    mean = float(len(LINE.stations))
    edges = [4, 5, 6, 7]
    below = poisson.cdf(edges, mean)
    chances = np.diff(np.concatenate([[0.0], below, [1.0]]))
    seen = np.histogram(counts, [-1, *(edge + 0.5 for edge in edges), 1000])[0]
    assert ((seen - 300 * chances) ** 2 / (300 * chances)).sum() < 18.5


def test_less_that_is_new_leaves_some_of_the_same_causes() -> None:
    new, known = (hidden_causes(programme(1, product=p, equipment=p, people=p), LINE, PRIORS, 7) for p in (1.0, 0.0))
    of_new = set(zip(new.station.tolist(), new.size.tolist(), strict=True))
    of_known = set(zip(known.station.tolist(), known.size.tolist(), strict=True))
    assert of_known < of_new


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


def test_scrap_weighs_the_same_by_where_it_was_born_and_by_where_it_was_lost() -> None:
    found = ramp_up(programme(1, lines=2, gap=90), LINE, PRIORS, 10)
    assert found.scrap_usd.sum(axis=1) == pytest.approx(found.scrap @ LINE.worth, rel=1e-9)
    assert found.scrap_kg.sum(axis=1) == pytest.approx(found.scrap @ LINE.mass, rel=1e-9)
    # nothing is wrong with a cell before it is born: ageing finds much and has no flaw of its own but the usual
    assert found.scrap_usd[:, 5].sum() < found.scrap[:, 5].sum() * LINE.worth[5]


def test_usual_scrap_of_a_flaw_is_born_at_its_station() -> None:
    """By hand: of 0.02 that ageing loses, 0.002 are overhangs of stacking, 0.003 leaks of welding and as many of
    formation."""
    born = LINE.scrap_by_birth(np.eye(len(LINE.stations))[5])
    assert born == pytest.approx([0, 0, 0.002, 0.003, 0.003, 0.02 - 0.008])


def test_the_narrowest_station_is_told_for_every_day_of_a_running_line() -> None:
    found = ramp_up(programme(1, lines=2, gap=59), LINE, PRIORS, 11)
    assert found.narrowest.sum() == 2 * 365 - 59
    calm = ramp_up(programme(1), LINE, shipped_priors(**NO_CAUSES), 1)
    assert calm.narrowest.sum(axis=0)[int(np.argmin(LINE.slack))] == 365


def test_cells_in_a_mature_plant_are_those_started_in_the_days_on_their_way() -> None:
    calm = ramp_up(programme(1), LINE, shipped_priors(**NO_CAUSES), 1)
    assert calm.within[-1] == pytest.approx(round(LINE.lag[LINE.end]) * LINE.started, rel=1e-12)
