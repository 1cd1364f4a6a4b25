"""What the expansion model promises of a strategy, held against the books of the same lives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from young_lines import shipped_priors, small_line

from optimize.growth.at_best_data import _deadline, question_of
from optimize.growth.at_best_lines import _by_age, _subsidy, first_quarter, lead_quarters
from optimize.growth.expansion_outcome import outcome
from optimize.growth.expansion_outlook import Deadline
from optimize.growth.life import Life, live
from optimize.growth.line_costs import LineCosts
from optimize.growth.orders import Asked, Future
from optimize.growth.read_scale_up import read_scale_up
from optimize.growth.site import Ground, Site
from optimize.growth.strategy import Strategy
from optimize.growth.verdict import keep
from optimize.money.funding import read_funding
from twin import Scenarios, find_declared, read_futures, sample_futures

STUDY, PLANT = read_scale_up(find_declared("studies", "scale_up"))
COSTS = LineCosts(400.0, 10.8, 2.0, 200, 62.0, 0.1, 1.7, 44_000.0, 0.75, 0.9, 0.6, 30.0, 5.0)
FUTURES = read_futures("order_book")
# no loan, so no interest that comes off the tax, and nobody is insolvent
RICH = read_funding("default").model_copy(update={"equity": 2e10, "debt": None})
MONTHS = 72


def site() -> Site:
    calm = shipped_priors(causes={"per_station": 0.0, "later": 0.0})
    line = replace(small_line(), started=14_000.0, energy=8.96e-7)
    ground = Ground(line, 0.02, calm, 2, MONTHS, 20, 1, STUDY.terms)
    return Site(STUDY.model_copy(update={"months": MONTHS, "lines": 2}), PLANT, ground, COSTS, FUTURES)


def strategy(**more: object) -> Strategy:
    return Strategy.model_validate({"title": "one", "build": {"rule": "at_once"}, "engineers": 4, **more})


def lives_of(one: Strategy, futures: Scenarios) -> list[Life]:
    columns = zip(futures.numbers, futures.equipment_delay, strict=True)
    return [live(Asked(site().ground, one, Future(int(number), float(delay), 1.0))) for number, delay in columns]


def promised_and_lived(one: Strategy, quarters: list[int], count: int = 6) -> tuple[float, float]:
    """Return the mean net present value of some first quarters of lines by the model and by the books [MUSD]."""
    futures, where = sample_futures(FUTURES, MONTHS, count, 3), site()
    lives = lives_of(one, futures)
    data = question_of(one, {"only": one}, {"only": lives}, where, RICH, futures, None)
    first = first_quarter(one, futures) + lead_quarters(one, where, futures)
    starts = [("only", line, first + quarter) for line, quarter in enumerate(quarters)]
    books = keep("one", one, lives, where, RICH, futures).books
    assert not books.insolvent.any()
    return float(outcome(data, starts).npv.mean()), float(books.npv_musd.mean())


@pytest.mark.parametrize(
    ("more", "quarters"),
    [
        ({}, [0, 0]),
        ({"build": {"rule": "phased", "gap": 6}}, [0, 2]),
        ({"tests": {"maker": True, "site": True}, "inline": True}, [0, 0]),
        ({"pilot": {"size": 0.1, "lead": 4, "runs": 5}}, [0, 0]),
    ],
)
def test_what_is_promised_is_what_the_books_say_but_for_whole_quarters(
    more: dict[str, object], quarters: list[int]
) -> None:
    """Six futures, seed 3; a month of output of the two lines is worth some 20 MUSD."""
    promised, lived = promised_and_lived(strategy(**more), quarters)
    assert promised == pytest.approx(lived, abs=0.03 * 2 * COSTS.capital)


def test_a_contract_is_waited_for_until_the_last_whole_quarter_in_which_it_may_be_late() -> None:
    called = np.zeros((3, MONTHS))
    called[:, 30:] = 1.0
    # months 30 to 48 may be late; 45 to 47 are the last whole quarter of them, and 49 is nearest to quarter 16
    assert _deadline(called, 0.5, 18) == Deadline(15, 0.5, 16)
    # too short for a whole quarter: the one in which it begins
    assert _deadline(called, 0.5, 1) == Deadline(10, 0.5, 11)
    assert _deadline(called, 0.0, 18) is None
    assert _deadline(np.zeros((3, MONTHS)), 0.5, 18) is None


def test_age_begins_when_the_plan_has_it_and_delay_is_in_the_curve() -> None:
    early, late = (replace(live(Asked(site().ground, strategy(), Future(1, 0.0, 1.0))), ordered=[3]) for _ in range(2))
    tables = [np.zeros((14, 1)), np.zeros((14, 1))]
    tables[0][5:], tables[1][7:] = 1.0, 1.0
    # ordered in month 3 with a lead of a quarter: month 6 is the first that was planned
    # and the last whole quarter that was seen goes on
    found = _by_age([early, late], tables, 1, 1, 4, 99.0)
    assert found[:, 0].tolist() == [[4.0, 3.0, 3.0, 3.0], [2.0, 3.0, 3.0, 3.0]]


def test_a_line_ordered_after_a_milestone_is_not_subsidised_at_it() -> None:
    futures = sample_futures(FUTURES, MONTHS, 3, 1)
    good, capital = np.full((3, 24), 1.25), np.full(3, 500.0)
    found = _subsidy(good, capital, 2, False, futures, RICH)
    first, second, third = (one.share for one in futures.instalments)
    # the first line's order is paid above the first milestone, its first quarter makes 5 GWh a year
    assert np.flatnonzero(found[0]).tolist() == [0, 2, 3]
    assert found[0][[0, 2, 3]] == pytest.approx(500 * np.array([first, second, third]))
    # the second is a quarter later than the first milestone
    assert found[1].sum() == pytest.approx(500 * (second + third))
    assert found[2].sum() == pytest.approx(500 * (second + third))
    together = _subsidy(good, capital, 2, True, futures, RICH)
    assert together.sum() == pytest.approx(1500 * (first + second + third))
