"""Strategies lived through futures: rules of building, limits with known answers, money that balances."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from young_lines import shipped_priors, small_line

from optimize.growth.bench import Bench
from optimize.growth.life import Life, ask_life, live, of_data
from optimize.growth.line_costs import LineCosts
from optimize.growth.orders import Asked, Future
from optimize.growth.probes import PROBES, Leaders
from optimize.growth.read_scale_up import read_scale_up
from optimize.growth.scale_up import Compared, at_best, read_until
from optimize.growth.site import Ground, ScaleUp, Site
from optimize.growth.strategy import Strategy
from optimize.growth.swings import _flip, swings
from optimize.growth.verdict import Verdict, investments_of, wanted_share
from optimize.money.funding import read_funding
from optimize.pages.compare_data import as_data
from optimize.workers import hired
from twin import InputError, Scenarios, find_declared, read_futures, read_line, sample_futures

STUDY, PLANT = read_scale_up(find_declared("studies", "scale_up"))
CALM = Future(0, 0.0, 1.0)
COSTS = LineCosts(400.0, 10.8, 2.0, 200, 62.0, 0.1, 1.7, 44_000.0, 0.75, 0.9, 0.6, 30.0, 5.0)


def ground(**more: Any) -> Ground:
    line = replace(small_line(), started=14_000.0, energy=8.96e-7)
    plain = {"grade_b": 0.02, "lines": 2, "months": 72, "lead": 20, "seed": 1, "terms": STUDY.terms}
    return Ground(**{"mature": line, "priors": shipped_priors(), **plain, **more})


def strategy(**more: Any) -> Strategy:
    return Strategy.model_validate({"title": "one", "build": {"rule": "at_once"}, "engineers": 4, **more})


def life(future: Future = CALM, where: Ground | None = None, **more: Any) -> Life:
    return live(Asked(where or ground(), strategy(**more), future))


def site() -> Site:
    study: ScaleUp = STUDY.model_copy(update={"months": 72, "lines": 2, "replications": 4})
    return Site(study, PLANT, ground(), COSTS, read_futures("order_book"))


def verdict(strategies: dict[str, Strategy], workers: int = 1, count: int = 4) -> tuple[Verdict, Bench]:
    futures = sample_futures(site().futures, 72, count, 1)
    with hired(workers) as pool:
        bench = Bench(site(), read_funding("default"), pool, None, None)
        return Verdict(bench.site, bench.funding, futures, bench.lived(strategies, futures, "futures")), bench


def test_all_at_once_is_ordered_at_once_and_starts_after_lead_tests_and_delay() -> None:
    found = life(Future(0, 2.4, 1.0), tests={"site": True})
    assert found.ordered == [0, 0]
    # 20 months, one of tests, and two and a half of delay
    assert found.starts == [24, 24]
    assert not found.started[:24].any() and found.started[24] > 0


def test_phased_lines_are_ordered_so_far_apart_and_none_that_would_start_too_late() -> None:
    assert life(build={"rule": "phased", "gap": 15}).ordered == [0, 15]
    assert life(build={"rule": "phased", "gap": 60}).ordered == [0]


def test_the_next_line_is_ordered_when_those_before_are_proved() -> None:
    alone = life(where=ground(lines=1))
    full = ground().mature.started * ground().mature.good * 365 / 12 * ground().mature.energy
    month = int(np.flatnonzero((alone.good + alone.grade_b) / full >= 0.7)[0])
    assert life(build={"rule": "when_proved", "output": 0.7}).ordered == [0, month + 1]


def test_a_line_that_is_never_proved_is_the_only_one() -> None:
    assert life(build={"rule": "when_proved", "output": 1.0}, engineers=0).ordered == [0]


def test_a_pilot_line_runs_before_the_first_large_one_is_ordered() -> None:
    found = life(pilot={"size": 0.05, "lead": 6, "runs": 10})
    assert found.ordered == [16, 16]
    mature = ground().mature.started * 365 / 12 * ground().mature.energy
    assert 0 < found.started[8] <= 0.06 * mature


def test_without_hidden_causes_every_strategy_makes_what_mature_lines_make() -> None:
    calm = ground(priors=shipped_priors(causes={"per_station": 0.0, "later": 0.0}))
    found = life(where=calm)
    made = (found.good + found.grade_b)[-12:].sum()
    assert made == pytest.approx(calm.nameplate, rel=1e-9)


def test_what_customers_have_not_released_sells_as_grade_b() -> None:
    found, waits = life(), round(ground().priors.start.qualify / 86400 / 365 * 12)
    first = found.starts[0]
    early = slice(first, first + waits - 1)
    assert found.good[early].sum() == 0 < found.grade_b[early].sum()
    later = found.good[first + waits + 1 :]
    assert later.min() > 0
    assert found.grade_b[first + waits + 1 :] == pytest.approx(later * 0.02 / 0.98)


def test_experts_are_paid_for_what_they_cost_while_they_are_there() -> None:
    found = life(experts={"people": 6, "months": 12})
    dear = STUDY.terms.expert / STUDY.terms.engineer
    come = 20 - STUDY.terms.ahead
    assert found.engineers[come - 1] == 0
    assert found.engineers[come] == pytest.approx(4 + 6 * dear)
    assert found.engineers[come + 12] == 4


def test_a_copy_learns_sooner_than_the_first_plant() -> None:
    """Ten futures of the same luck, of a product that customers know."""
    first, copy = (
        np.mean([life(Future(number, 0.0, 1.0), product=0.0, **more).good[21:27].sum() for number in range(10)])
        for more in ({}, {"mother": {"years": 3, "engineers": 10}})
    )
    assert copy > first


def test_the_answer_is_the_same_after_it_was_kept_and_with_two_workers() -> None:
    asked = Asked(ground(), strategy(), CALM)
    assert np.array_equal(of_data(ask_life(asked)).good, live(asked).good)
    ways = {"one": strategy(), "two": strategy(engineers=9)}
    (first, _), (second, _) = (verdict(ways, workers) for workers in (1, 2))
    for name in ways:
        assert np.array_equal(first.lived[name].books.npv_musd, second.lived[name].books.npv_musd)


def test_books_balance_and_equal_strategies_are_worth_the_same() -> None:
    found, _ = verdict({"one": strategy(), "same": strategy(title="same"), "none": strategy(engineers=0)})
    assert all(np.abs(one.books.imbalance).max() < 1e-8 for one in found.lived.values())
    assert tuple(found.difference("one", "same")) == (0.0, 0.0, 0.0)
    assert found.ranking[-1] == "none"
    assert not found.decided()


def test_nobody_makes_cells_that_nobody_buys() -> None:
    futures: Scenarios = sample_futures(read_futures("order_book"), 60, 3, 2)
    good = np.full((3, 60), 5.0)
    share = wanted_share(good, np.zeros((3, 60)), futures, 0.6)
    # early on there are no contracts yet, and the spot market alone decides
    assert share[:, 0] * 5.0 == pytest.approx(futures.spot_demand[:, 0])
    assert (share <= 1).all() and (wanted_share(good / 1e4, good * 0, futures, 0.6) == 1).all()


def test_gauges_and_tests_are_bought_with_each_line() -> None:
    where = site()
    plain, better = strategy(), strategy(inline=True, genealogy=True, tests={"maker": True, "site": True})
    bought = [sum(one.cost for one in investments_of([life()], one, where)) for one in (plain, better)]
    terms = STUDY.terms
    assert bought[0] == pytest.approx(2 * COSTS.capital)
    assert bought[1] == pytest.approx(bought[0] * (1 + terms.inline + terms.genealogy + 2 * terms.tests))


@pytest.mark.parametrize(
    ("leads", "flip"),
    [
        ([{"b": 4.0}, {"b": 2.0}, {"b": -2.0}], (15.0, "b")),
        ([{"b": 4.0, "c": -1.0}, {"b": 2.0, "c": 3.0}, {"b": -2.0, "c": 9.0}], (15.0, "b")),
        ([{"b": 4.0}, {"b": 2.0}, {"b": 1.0}], (None, "")),
    ],
)
def test_the_ranking_flips_where_another_strategy_draws_level(leads: Any, flip: tuple[float | None, str]) -> None:
    assert _flip((0.0, 10.0, 20.0), leads) == flip


def test_everything_that_was_promised_is_told() -> None:
    found, _ = verdict({"one": strategy(), "two": strategy(engineers=9)})
    told = as_data(Compared(found, tuple(swings(found))))
    assert {"ranking", "flip_points", "replications"} <= set(told)
    figures = told["strategies"]["one"]  # type: ignore[index]
    assert set(figures) == {
        "title",
        "lines",
        "npv_musd",
        "insolvency_probability",
        "peak_funding_musd",
        "good_gwh_by_year",
        "first_pass_yield_by_quarter",
        "months_to_80_percent_of_nameplate",
        "cost_usd_per_kwh_by_year",
        "revenue_usd_per_kwh_by_year",
        "lag_hours_birth_to_discovery",
    }
    for name, figure in figures.items():
        if name != "title":
            told_of = figure if isinstance(figure, list) else [figure]
            # a year in which too few futures make cells has no cost
            assert all({"mean", "low", "high"} <= set(one) for one in told_of if one is not None), name
            assert any(one is not None for one in told_of), name
    assert len(figures["good_gwh_by_year"]) == len(figures["cost_usd_per_kwh_by_year"]) == 6
    assert len(figures["first_pass_yield_by_quarter"]) == 24
    assert told["replications"] == 4 and set(told["ranking"]) == {"one", "two"}  # type: ignore[call-overload]
    widths = [abs(swing["at_high"] - swing["at_low"]) for swing in told["flip_points"]]  # type: ignore[attr-defined]
    assert widths == sorted(widths, reverse=True)


def test_a_plan_is_taken_only_where_it_is_worth_more_than_what_was_declared() -> None:
    """Declared: four engineers and the second line two years late. The plan may have more of them, and sooner."""
    known = {"product": 0.0, "equipment": 0.0, "people": 0.0}
    ways = {"slow": strategy(build={"rule": "phased", "gap": 24}, **known), "none": strategy(**known)}
    study = STUDY.model_copy(update={"months": 72, "planned": 3, "engineers": (0.5, 2.0), "strategies": ways})
    with hired(1) as pool:
        found = at_best(study, Bench(site(), read_funding("default"), pool, None, None))
    for name, one in found.items():
        assert one.plan.status == "optimal", name
        assert one.simulated is not None
        # in the end the model proposes what was lived, and promises what the books say
        assert one.settled
        assert one.predicted == pytest.approx(one.simulated.mean, abs=1e-6)
        # the best of all ways that were lived
        others = {4: one.declared, **one.staffed}
        tried = [step.lived.mean for step in one.rounds]
        assert one.planned == (max(tried, default=-1e9) > max(npv.mean for npv in others.values()))
        assert set(one.staffed) == {2, 8}
        if not one.planned:
            assert one.strategy.engineers == max(others, key=lambda count: others[count].mean)
        # more risk allowed never makes the best plan worse
        values = [plan.npv for plan in one.frontier if plan.npv is not None]
        assert len(one.frontier) == 4 and values == sorted(values) and values[-1] == one.plan.npv
    # two years of the second line's output are worth more than its capital a little later
    assert found["slow"].planned


def test_who_waits_a_year_makes_the_same_a_year_later() -> None:
    """Without hidden causes, of which new ones come by the calendar; with a pilot line, and lines one by one."""
    calm = ground(priors=shipped_priors(causes={"per_station": 0.0, "later": 0.0}))
    for more in ({}, {"pilot": {"size": 0.05, "lead": 6, "runs": 6}}, {"build": {"rule": "phased", "gap": 5}}):
        now, later = (life(where=calm, wait=wait, **more) for wait in (0, 12))
        assert later.ordered == [month + 12 for month in now.ordered]
        assert later.good[12:] == pytest.approx(now.good[:-12], rel=1e-12, abs=1e-12)
        assert not later.good[:12].any()


def test_lines_ordered_one_by_one_cost_more_where_capital_has_economies_of_scale() -> None:
    """Two lines together cost 2^n of what one would cost if the plant were as large; each alone costs the one."""
    scaled = replace(site(), ground=ground(terms=STUDY.terms.model_copy(update={"scale": 0.7})))
    together, apart = (
        sum(one.cost for one in investments_of([life(build=build)], strategy(), scaled))
        for build in ({"rule": "at_once"}, {"rule": "phased", "gap": 6})
    )
    assert together == pytest.approx(2 * COSTS.capital)
    assert apart / together == pytest.approx(2 / 2**0.7)


def test_the_leading_strategies_are_lived_once_more_for_what_only_lives_can_tell() -> None:
    found, bench = verdict({"one": strategy(), "two": strategy(engineers=9)})
    leaders = Leaders(found, bench, 3)
    swung = {one.what: one for one in leaders.swings()}
    assert set(swung) == set(PROBES)
    first, second = found.ranking
    ahead = found.lived[first].books.npv_musd[:3] - found.lived[second].books.npv_musd[:3]
    for one in swung.values():
        assert set(one.leads) == {second} and one.leads[second][1] == pytest.approx(ahead.mean())
    # numbers of engineers are tried from half to eight times of what was chosen
    assert (swung["engineers"].low, swung["engineers"].high) == (0.5, 8.0)
    assert swung["novelty"].value == pytest.approx(1.5**3) and swung["novelty"].high == pytest.approx(2.0**3)
    waited = leaders.waiting()
    assert [(one.strategy, one.months) for one in waited] == [(n, m) for m in (3, 12) for n in (first, second)]
    late, _ = verdict({"one": strategy(wait=12), "two": strategy(engineers=9, wait=12)})
    gain = (late.lived[first].books.npv_musd - found.lived[first].books.npv_musd)[:3].mean()
    assert waited[2].gain.mean == pytest.approx(gain)


@pytest.mark.parametrize("text", ["sure", "95 kg", "100%", "20%"])
def test_a_confidence_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="expected a confidence"):
        read_until(text)


def test_the_default_study_is_of_the_plant_that_it_names() -> None:
    assert read_line(STUDY.line).name == PLANT.name
    assert len(STUDY.strategies) == 8
