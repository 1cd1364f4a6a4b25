"""Timed lots that are worked on once more: how often, with what luck, and what a way back needs."""

from __future__ import annotations

import numpy as np
import pytest
from generic_lines import always, binomial_band, exponential, finished, line_of, run_days, timed, visits
from two_engines import assert_same

from twin import Deadlock, InputError, Journal, Line
from twin.journal import Action
from twin.kpi import kpis

TEST = "{step: {kind: timed, time: {distribution: deterministic, mean: 1 s}, rework: 0.1}, servers: 1}"


def sent(chance: float, times: int, scrap: float = 0.0, room: int | str = "endless", mean: float = 60.0) -> Line:
    """Return a line whose last station sends lots back to the one before it."""
    step = f"{{kind: timed, time: {exponential(mean)}, scrap: {scrap}, rework: {chance}, times: {times}}}"
    stations = {
        "source": timed(exponential(100.0)),
        "work": timed(exponential(mean)),
        "test": f"{{step: {step}, servers: 1}}",
    }
    buffers = ["source > work: 3", "work > test: 3", f"test > work: {room}, rework: true"]
    return line_of(stations, buffers)


def rounds(journal: Journal) -> np.ndarray:
    """Return how often each lot met the last station."""
    return np.unique(visits(journal, "test")["lot"], return_counts=True)[1]


@pytest.mark.parametrize("engine", ["simpy", "compiled"])
def test_lots_go_round_as_often_as_a_truncated_geometric_number(engine: str) -> None:
    # binomial intervals of 99.9 %, seed 4
    journal = run_days(sent(0.3, 2, mean=30.0), days=10, seed=4, engine=engine)
    met = rounds(journal)
    assert len(met) > 7000
    for often, chance in ((1, 0.7), (2, 0.3 * 0.7), (3, 0.3 * 0.3)):
        low, high = binomial_band(len(met), chance)
        # a few are still on their way
        assert low - 5 <= np.count_nonzero(met == often) <= high + 5
    back = journal.columns("rejects")
    assert set(back["action"]) == {Action.SENT_BACK}
    assert {journal.reasons[number] for number in back["reason"]} == {"rework"}
    # each turn hands a lot on, or sends it back
    passed = visits(journal, "test")["passed"]
    assert len(passed) == passed.sum() + len(back["time"])


def test_no_lot_goes_back_more_often_than_declared() -> None:
    journal = run_days(sent(1.0, 3, mean=20.0), days=2)
    assert rounds(journal).max() == 4
    assert finished(journal) > 1000


def test_a_lot_that_comes_back_meets_other_luck() -> None:
    worked = visits(run_days(sent(1.0, 1, mean=20.0), days=5), "work")
    seconds = worked["finish"] - worked["start"]
    first, again = (
        dict(zip(worked["lot"][order].tolist(), seconds[order].tolist(), strict=True))
        for order in (np.arange(len(seconds))[::-1], np.arange(len(seconds)))
    )
    pairs = np.array([(first[lot], again[lot]) for lot in first])
    assert len(pairs) > 3000
    # independent exponential times: 99.9 % of correlations lie within 3.3 standard errors, seed 1
    assert abs(np.corrcoef(pairs.T)[0, 1]) < 3.3 / np.sqrt(len(pairs))
    assert pairs.mean() == pytest.approx(20.0, rel=0.06)


def test_lots_that_were_sent_back_are_no_first_pass() -> None:
    # 10 % are lost at each test, 20 % of the others go back once; binomial interval of 99.9 %, seed 1
    journal = run_days(sent(0.2, 1, scrap=0.1, mean=30.0), days=10)
    decided = finished(journal) + np.count_nonzero(journal.columns("rejects")["action"] == Action.LOSS)
    low, high = binomial_band(int(decided), 0.9 * 0.8)
    found = kpis(journal)["first_pass_yield"]
    assert low - 5 <= found * decided <= high + 5


def test_a_circle_of_full_buffers_of_timed_lots_is_named_alike() -> None:
    # lots that always come back fill the two buffers between work and test
    with pytest.raises(Deadlock, match=r"(work|test) waits for (test|work) waits for"):
        assert_same(sent(1.0, 100, room=1))


@pytest.mark.parametrize(
    ("stations", "buffers", "words"),
    [
        ({}, ["work > test: 3"], "sends lots back over one buffer with 'rework: true' from 'test', but there are 0"),
        ({"work": timed(always(1.0), more="batch: {lots: 2}")}, [], "'work' takes several lots at once"),
        ({"work": timed(always(1.0), more="combine: 2")}, [], "'work' takes several lots at once"),
        ({"work": timed(always(1.0), split=2)}, [], "lots that come back would be split once more at 'work'"),
        (
            {"test": TEST.replace("rework: 0.1", "rework: 0.1, split: 2")},
            [],
            "a step that splits lots sends none back",
        ),
    ],
)
def test_a_way_back_that_cannot_be_is_refused(stations: dict[str, str], buffers: list[str], words: str) -> None:
    plant = {
        "source": timed(always(1.0)),
        "work": timed(always(1.0)),
        "test": TEST,
    }
    with pytest.raises(InputError, match=words):
        line_of(
            {**plant, **stations},
            ["source > work: 3", *(buffers or ["work > test: 3", "test > work: 3, rework: true"])],
        )
