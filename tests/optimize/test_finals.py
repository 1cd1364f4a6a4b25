"""Which plan of a strategy is taken: those that few futures do not tell apart are lived in more of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from costly_site import MONTHS, site, strategy

from optimize.cache import Cache
from optimize.figures import Interval
from optimize.growth.at_best import AtBest
from optimize.growth.bench import Bench
from optimize.growth.finals import Finalist, abreast, finals, flattered
from optimize.growth.scale_up import at_best
from optimize.growth.strategy import Scheduled
from optimize.money.funding import read_funding
from optimize.workers import Tell, hired
from twin import sample_futures

SAFE = Interval(0.0, 0.0, 0.1)


def worth(*values: float, orders: int = 0) -> Any:
    """Return a plan that was worth so much in some futures."""
    return SimpleNamespace(
        strategy=SimpleNamespace(build=orders or values),
        npv=SimpleNamespace(mean=np.mean(values)),
        books=SimpleNamespace(npv_musd=np.array(values)),
    )


def test_a_plan_goes_when_students_t_tells_it_from_the_best_one() -> None:
    """Eight differences of mean 10; one-sided at 90 % with 7 degrees of freedom t is 1.415, from tables."""
    best = worth(*[100] * 8)
    # standard deviation s: the standard error is s / 8^0.5, and 1.415 of it are 10 at s = 19.99
    for sd, stays in ((20.1, True), (19.9, False)):
        one = sd * np.sqrt(7 / 8)
        other = worth(*[90 - one, 90 + one] * 4)
        assert (abreast([other, best], 9) == [best, other]) == stays


def test_no_more_plans_stay_than_may_and_one_of_equal_orders() -> None:
    best, alike, second, third = worth(9, 1, orders=7), worth(8, 1, orders=7), worth(1, 7), worth(2, 5)
    assert abreast([third, second, alike, best], 9) == [best, second, third]
    assert abreast([third, second, alike, best], 2) == [best, second]
    # few futures tell nothing apart
    assert len(abreast([worth(*[1.0] * 7), worth(*[-99.0] * 7)], 2)) == 2
    assert len(abreast([worth(*[1.0] * 8), worth(*[-99.0] * 8)], 2)) == 1


def test_choosing_flatters_by_nothing_where_one_plan_is_best_without_any_future() -> None:
    one = strategy()
    steady, worse = Finalist(one, np.array([5.0, 6, 7]), 1, SAFE), Finalist(one, np.array([1.0, 2, 3]), 1, SAFE)
    assert flattered([steady, worse]) == 0
    # what was not lived to the end is in no choice
    assert flattered([steady, Finalist(one, np.array([99.0]), 1, SAFE)]) == 0


def test_choosing_between_equal_plans_flatters_by_what_the_normal_law_says() -> None:
    """Of two plans whose difference has mean 0 the better looks better by sd / (n^0.5 (2 pi)^0.5); 1,000 draws."""
    one, luck = strategy(), np.random.default_rng(5)
    apart = luck.normal(0, 40, 400)
    apart -= apart.mean()
    level = luck.normal(100, 300, 400)
    found = flattered([Finalist(one, level, 4, SAFE), Finalist(one, level + apart, 4, SAFE)])
    # a mean of half-normal numbers over 1,000 draws scatters by some 5 %
    assert found == pytest.approx(apart.std() / 20 / np.sqrt(2 * np.pi), rel=0.15)


@pytest.fixture(scope="module")
def pooled() -> Any:
    """Return plans of one strategy in all of eight futures, and how far each of them came."""
    where, one = site(), strategy()
    where = replace(where, study=where.study.model_copy(update={"finalists": 3}))
    with hired(1) as workers:
        bench = Bench(where, read_funding("default"), workers, None, None)
        futures = sample_futures(where.futures, MONTHS, 8, 3)
        ways = {
            f"{count} {orders}": one.model_copy(
                update={"engineers": count, "build": Scheduled(rule="scheduled", orders=orders)}
            )
            for count in (2, 4)
            for orders in ((0,), (0, 0), (0, 6))
        }
        few = list(bench.lived(ways, futures.only(range(2)), "few").values())
        return finals({"one": few}, bench, futures)["one"], bench.lived(ways, futures, "all")


def test_who_is_taken_is_the_best_of_all_plans_in_all_futures(pooled: Any) -> None:
    """Two futures of eight, seed 3: six plans lived in all of them."""
    found, whole = pooled
    best = max(whole.values(), key=lambda lived: lived.npv.mean)
    assert found[0].strategy == best.strategy
    assert found[0].npv == best.npv
    assert [len(one.values) for one in found] == sorted((len(one.values) for one in found), reverse=True)


def test_what_was_lived_in_parts_is_what_is_lived_in_one(pooled: Any) -> None:
    found, whole = pooled
    assert len(found) == 3 and {len(one.values) for one in found} == {4, 8}
    by_strategy = {lived.strategy.model_dump_json(): lived for lived in whole.values()}
    for one in found:
        lived = by_strategy[one.strategy.model_dump_json()]
        assert one.values.tolist() == lived.books.npv_musd[: len(one.values)].tolist()
        assert one.insolvency.mean == pytest.approx(lived.books.insolvent[: len(one.values)].mean())
        assert one.at_first == pytest.approx(float(lived.books.npv_musd[:2].mean()))


def planned(folder: Path, workers: int, tell: Tell | None = None) -> AtBest:
    """Return a strategy at its best: planned in two futures, the best plans lived in up to six."""
    where = site()
    more = {"planned": 2, "replications": 6, "strategies": {"one": strategy()}}
    where = replace(where, study=where.study.model_copy(update=more))
    with hired(workers) as pool:
        return at_best(where.study, Bench(where, read_funding("default"), pool, tell, Cache(folder)))["one"]


def test_interrupted_and_resumed_and_with_two_workers_it_is_the_same(tmp_path: Path) -> None:
    """Stopped in the middle of the finals, and begun again with what was kept."""
    whole = planned(tmp_path / "whole", 1)
    count = 0

    def stop(what: str, over: int, total: int) -> None:
        nonlocal count
        count += 1
        if what.startswith("finals") and over == total // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        planned(tmp_path / "some", 1, stop)
    before, count = count, 0

    def live(what: str, over: int, total: int) -> None:
        nonlocal count
        count += 1

    resumed = planned(tmp_path / "some", 2, live)
    # what was lived before is told of in one step and lived no more
    assert 0 < count < before
    assert [one.values.tolist() for one in resumed.finals] == [one.values.tolist() for one in whole.finals]
    assert [one.strategy for one in resumed.finals] == [one.strategy for one in whole.finals]
    assert resumed.rounds == whole.rounds and resumed.strategy == whole.strategy
