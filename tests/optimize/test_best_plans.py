"""Each strategy at its best: engineers whom a region has or has not, and the way that is worth most of those lived."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from board_lives import compared
from growing_plants import large_growth
from young_lines import shipped_priors, small_line

from optimize.growth.at_best import AtBest, Round, better
from optimize.growth.correcting import corrected, declared_starts
from optimize.growth.expansion import ExpansionPlan
from optimize.growth.expansion_outcome import outcome
from optimize.growth.life import live
from optimize.growth.line_costs import LineCosts
from optimize.growth.orders import Asked, Future
from optimize.growth.read_scale_up import read_scale_up
from optimize.growth.scale_up import Compared
from optimize.growth.site import Ground, MustBuild, Scarcity, Site
from optimize.growth.strategy import Strategy
from optimize.pages.board_story import at_edge, settled
from twin import find_declared, read_futures, sample_futures

STUDY, PLANT = read_scale_up(find_declared("studies", "scale_up"))
COSTS = LineCosts(400.0, 10.8, 2.0, 200, 62.0, 0.1, 1.7, 44_000.0, 0.75, 0.9, 0.6, 30.0, 5.0)
SCARCE = Scarcity(supply=10, elasticity=2.0, hires=0.5)


def ground(scarce: Scarcity | None) -> Ground:
    line = replace(small_line(), started=14_000.0, energy=8.96e-7)
    terms = STUDY.terms.model_copy(update={"scarce": scarce})
    return Ground(line, 0.02, shipped_priors(), 2, 72, 20, 1, terms)


def engineers(count: int, scarce: Scarcity | None) -> np.ndarray:
    """Return the engineers that are paid, month by month."""
    one = Strategy.model_validate({"title": "one", "build": {"rule": "at_once"}, "engineers": count})
    return live(Asked(ground(scarce), one, Future(0, 0.0, 1.0))).engineers


def test_who_is_beyond_the_supply_comes_later_and_makes_all_of_them_dearer() -> None:
    """40 of whom a region has 10, of elasticity 2: four times as many, and each at twice the pay."""
    paid, called = engineers(40, SCARCE), 20 - STUDY.terms.ahead
    assert not paid[: called - 1].any()
    assert paid[called] == pytest.approx(10)
    # two months bring one more
    assert paid[called + 3] == pytest.approx(11 * (11 / 10) ** 0.5)
    months = len(paid) - 1 - called
    assert paid[-1] == pytest.approx((10 + months // 2) ** 1.5 / 10**0.5, rel=0.05)
    assert SCARCE.dearer(np.array([5.0, 10.0, 40.0])) == pytest.approx([1, 1, 2])
    assert SCARCE.there(40, np.array([0.0, 2.0, 100.0])) == pytest.approx([10, 11, 40])


def test_who_is_within_the_supply_comes_and_costs_as_where_nobody_is_scarce() -> None:
    assert np.array_equal(engineers(10, SCARCE), engineers(10, None))
    assert engineers(40, None)[-1] == 40


def with_engineers(worth: dict[int, float], declared: int, planned: float | None = None) -> AtBest:
    """Return what is taken of a strategy whose numbers of engineers are worth so much."""
    some = compared().verdict.lived["fast"]

    def lived(count: int, shift: float) -> object:
        books = replace(some.books)
        free = np.zeros_like(some.books.free_cash)
        free[:, 0] = shift
        object.__setattr__(books, "free_cash", free)
        strategy = some.strategy.model_copy(update={"engineers": count})
        return replace(some, strategy=strategy, books=books)

    staffed = [lived(count, value) for count, value in worth.items()]
    plans = [] if planned is None else [lived(3, planned)]
    question = ExpansionPlan("optimal", None)  # type: ignore[arg-type]
    return better(question, lived(declared, worth[declared]), staffed, plans)  # type: ignore[arg-type]


def test_of_all_ways_that_were_lived_the_best_is_taken() -> None:
    worth = {2: 5.0, 4: 9.0, 8: 7.0}
    inside = with_engineers(worth, declared=2)
    assert (inside.strategy.engineers, inside.planned, inside.at_edge) == (4, False, False)
    assert with_engineers(worth, declared=2, planned=10.0).planned
    assert not with_engineers(worth, declared=2, planned=8.0).planned
    assert {count: npv.mean - inside.declared.mean for count, npv in inside.staffed.items()} == {
        2: 0.0,
        4: pytest.approx(4.0),
        8: pytest.approx(2.0),
    }


def test_the_page_says_whose_number_of_engineers_is_at_the_edge() -> None:
    inside, edge = (with_engineers({2: 5.0, 4: 9.0, 8: most}, declared=2) for most in (7.0, 11.0))
    found = Compared(compared().verdict, compared().swings, {"fast": inside, "seen": edge})
    assert at_edge(found) == "Gauges first takes the most that were tried: still more may be worth more."
    assert "lies inside" in at_edge(replace(found, at_best={"fast": inside}))
    both = at_edge(replace(found, at_best={"fast": edge, "seen": edge}))
    assert both.startswith("All at once and Gauges first take the most")


def test_the_page_says_what_is_better_not_built_and_what_is_not_settled() -> None:
    nothing = replace(with_engineers({2: 5.0}, declared=2), idle=True)
    open_ = replace(nothing, settled=False, rounds=(Round("2 engineers", (3,), 7.0, nothing.declared),))
    found = Compared(compared().verdict, compared().swings, {"fast": nothing, "seen": nothing})
    assert settled(found) == (
        "Of All at once and Gauges first the best plan is to build nothing, worth 0 MUSD. "
        "No plans beside what was declared were lived; in the end the model has no other to offer."
    )
    assert "1 plan beside what was declared was lived; for Gauges first it would still offer another." in settled(
        replace(found, at_best={"fast": nothing, "seen": open_})
    )
    must = found.verdict.site.study.model_copy(update={"must_build": MustBuild(lines=2, within=6)})
    asked = replace(found.verdict, site=replace(found.verdict.site, study=must))
    assert "the best plan that builds: at least 2 lines, ordered within 6 months of when that can first be." in settled(
        replace(found, verdict=asked)
    )


def test_a_corrected_model_is_exact_where_something_was_lived_and_shifted_elsewhere() -> None:
    found = large_growth(3)
    (name, *_), insolvent = found.options, np.array([False, False, True])
    quarters = found.options[name].starts[0]
    starts = [[(name, 0, quarter)] for quarter in quarters[:2]]
    before, after = (outcome(found, one).npv for one in starts)
    way = (name, (quarters[0], *[None] * (found.most_lines - 1)))
    books = SimpleNamespace(npv_musd=before + np.array([10.0, -4.0, 7.0]), insolvent=insolvent)
    told = corrected(found, way, SimpleNamespace(books=books))  # type: ignore[arg-type]
    # what ends in insolvency says nothing of plans that do not
    assert outcome(told, starts[0]).npv - before == pytest.approx([10, -4, 0])
    assert outcome(told, starts[1]).npv - after == pytest.approx([10, -4, 0])
    # the next correction replaces the first
    books = SimpleNamespace(npv_musd=before + 1.0, insolvent=~insolvent & insolvent)
    again = corrected(told, way, SimpleNamespace(books=books))  # type: ignore[arg-type]
    assert outcome(again, starts[0]).npv - before == pytest.approx([1, 1, 1])


def test_declared_starts_are_whole_quarters_that_are_the_same_in_all_futures() -> None:
    study = STUDY.model_copy(update={"months": 72, "lines": 2})
    where = Site(study, PLANT, ground(None), COSTS, read_futures("order_book"))
    futures = sample_futures(where.futures, 72, 3, 1)

    def starts(**build: object) -> tuple[int | None, ...] | None:
        one = Strategy.model_validate({"title": "one", "build": build, "engineers": 4})
        columns = zip(futures.numbers, futures.equipment_delay, strict=True)
        lives = [live(Asked(where.ground, one, Future(int(n), float(delay), 1.0))) for n, delay in columns]
        return declared_starts(one, lives, where, futures, 24)

    lead = -(-(20 + float(futures.equipment_delay.mean())) // 3)
    assert starts(rule="at_once") == (lead, lead)
    assert starts(rule="phased", gap=6) == (lead, lead + 2)
    assert starts(rule="phased", gap=5) is None
    assert starts(rule="phased", gap=60) == (lead, None)
    assert starts(rule="when_proved", output=0.1) is None
