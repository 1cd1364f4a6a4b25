"""One station or two with everything that a station can have, against arithmetic and closed forms.

Intervals are t-intervals of independent replications, or binomial ones, with a confidence of 99.9 %.
"""

from __future__ import annotations

import numpy as np
import pytest
from generic_lines import (
    DAY,
    always,
    binomial_band,
    exponential,
    finished,
    interval,
    line_of,
    run_days,
    serial_line,
    state_shares,
    throughput,
    timed,
    visits,
)
from theory.solutions import shared_repair_availability

HOUR = 3600.0


def test_a_deterministic_line_runs_exactly_at_its_bottleneck() -> None:
    journal = run_days(serial_line([always(60.0), always(90.0), always(45.0)], [2, 2]), days=2, warmup=1)
    assert finished(journal) == 2 * DAY / 90
    assert state_shares(journal, "s1")["productive"] == pytest.approx(1.0)
    assert state_shares(journal, "s0") == pytest.approx({**_nothing(), "productive": 2 / 3, "blocked": 1 / 3})
    assert state_shares(journal, "s2") == pytest.approx({**_nothing(), "productive": 1 / 2, "starved": 1 / 2})


def test_parallel_servers_share_the_work() -> None:
    line = line_of({"source": timed(always(30.0)), "three": timed(always(100.0), servers=3)}, ["source > three: 5"])
    journal = run_days(line, days=2, warmup=1)
    assert throughput(journal) == pytest.approx(3 / 100, rel=1e-3)
    assert set(visits(journal, "three")["server"]) == {0, 1, 2}


def test_an_oven_takes_full_loads() -> None:
    # lots of 4 arrive every 100 s: one load every 400 s, worked on in 300 s, so the first lot waits 300 s
    oven = timed(always(300.0), more="batch: {lots: 4}")
    line = line_of({"source": timed(always(100.0)), "oven": oven}, ["source > oven: 10"])
    journal = run_days(line, days=1)
    here = visits(journal, "oven")
    waits = (here["start"] - here["arrive"]).reshape(-1, 4)
    np.testing.assert_allclose(waits, [[300.0, 200.0, 100.0, 0.0]] * len(waits), atol=1e-6)
    assert len(set(here["start"][:4])) == 1
    assert state_shares(journal, "oven")["productive"] == pytest.approx(0.75, abs=0.01)


def test_an_oven_that_loses_patience_starts_with_what_there_is() -> None:
    # it waits 250 s for the oldest lot, so three lots are there, then 100 s of baking
    oven = timed(always(100.0), more="batch: {lots: 9, patience: 250 s}")
    line = line_of({"source": timed(always(100.0)), "oven": oven}, ["source > oven: 20"])
    here = visits(run_days(line, days=1), "oven")
    starts, sizes = np.unique(here["start"], return_counts=True)
    assert set(sizes[:-1]) <= {3, 4}
    first = [here["arrive"][here["start"] == start].min() for start in starts]
    np.testing.assert_allclose(starts[:-1] - first[:-1], 250.0, atol=1e-6)


def test_lots_are_combined_to_one() -> None:
    line = line_of(
        {"source": timed(always(60.0)), "palletising": timed(always(10.0), more="combine: 5")},
        ["source > palletising: 8"],
    )
    journal = run_days(line, days=1)
    parents = journal.columns("lots")
    here = parents["family"] == journal.stations.index("palletising")
    assert finished(journal) == len(set(parents["lot"][here])) == DAY / 300 - 1
    assert parents["parent"][here].tolist() == list(range(int(here.sum())))


def test_a_lot_is_split_into_numbered_children() -> None:
    line = line_of(
        {"source": timed(always(60.0)), "slitting": timed(always(10.0), split=3), "last": timed(always(1.0))},
        ["source > slitting: 2", "slitting > last: 1"],
    )
    journal = run_days(line, days=1)
    made = journal.columns("finished")
    assert made["lot"].tolist() == list(range(len(made["lot"])))
    assert len(made["lot"]) == 3 * len(visits(journal, "slitting")["lot"])


def test_assembly_waits_for_both_electrodes() -> None:
    line = line_of(
        {"cathode": timed(exponential(50.0)), "anode": timed(exponential(60.0)), "stacking": timed(exponential(20.0))},
        ["cathode > stacking: endless", "anode > stacking: endless"],
    )
    journal = run_days(line, days=2)
    cathode, anode, stacks = (visits(journal, name) for name in ("cathode", "anode", "stacking"))
    lots = len(stacks["lot"])
    np.testing.assert_allclose(stacks["arrive"], np.maximum(cathode["leave"][:lots], anode["leave"][:lots]))
    free = np.concatenate(([0.0], stacks["leave"][:-1]))
    np.testing.assert_allclose(stacks["start"], np.maximum(stacks["arrive"], free))
    parents = journal.frame("lots").query("family == 'stacking'")
    assert parents.groupby("lot")["parent_family"].apply(set).map({"cathode", "anode"}.__eq__).all()


def test_a_merge_runs_at_its_slowest_branch() -> None:
    line = line_of(
        {"a": timed(always(50.0)), "b": timed(always(80.0)), "c": timed(always(30.0)), "all": timed(always(10.0))},
        ["a > all: 3", "b > all: 3", "c > all: 3"],
    )
    journal = run_days(line, days=2, warmup=1)
    assert finished(journal) == 2 * DAY / 80
    assert state_shares(journal, "a")["blocked"] == pytest.approx(30 / 80)


def test_a_tool_is_changed_after_every_so_many_lots() -> None:
    line = line_of({"press": timed(always(60.0), more="setups: {tool: {every_lots: 10, takes: 300 s}}")}, [])
    journal = run_days(line, days=9, warmup=1)
    assert throughput(journal) == pytest.approx(10 / 900, rel=1e-3)
    assert state_shares(journal, "press")["setup"] == pytest.approx(1 / 3, rel=1e-3)


def test_planned_work_takes_its_share_of_the_calendar() -> None:
    line = line_of({"coater": timed(always(60.0), more="maintenance: {clean: {every: 1 d, takes: 3 h}}")}, [])
    journal = run_days(line, days=8, warmup=2)
    assert throughput(journal) == pytest.approx(21 / 24 / 60, rel=1e-3)
    assert state_shares(journal, "coater")["maintenance"] == pytest.approx(1 / 8, rel=1e-3)


def test_a_week_of_five_days_gives_five_sevenths_within_a_lot() -> None:
    week = "calendars: {week: {shifts: [{days: [0, 1, 2, 3, 4], start: 0 h, hours: 24 h}]}}"
    journal = run_days(line_of({"s": timed(always(500.0), more="calendar: week")}, [], week), days=21)
    assert abs(finished(journal) - 15 * DAY / 500) <= 1
    shares = state_shares(journal, "s")
    assert shares["off_shift"] == pytest.approx(2 / 7)
    assert shares["productive"] == pytest.approx(5 / 7)


def test_work_stops_at_the_end_of_the_shift_and_goes_on_at_the_next() -> None:
    day = "calendars: {day: {shifts: [{start: 6 h, hours: 8 h}]}}"
    journal = run_days(line_of({"s": timed(always(5 * HOUR), more="calendar: day")}, [], day), days=5)
    # 5 h of work from 6:00; the second lot has 3 h on the first day and 2 h on the second
    np.testing.assert_allclose(visits(journal, "s")["finish"][:4] / HOUR, [11.0, 24 + 8, 24 + 13, 48 + 10])


@pytest.mark.parametrize("shape", [1.0, 2.5])
def test_a_machine_that_fails_with_use_has_the_efficiency_of_its_mttf_and_mttr(shape: float) -> None:
    failures = f"failures: {{mtbf: 40 min, mttr: 10 min, shape: {shape}}}"
    line = line_of({"s": timed(always(60.0), more=failures)}, [])
    found = [state_shares(run_days(line, days=10, seed=seed), "s")["productive"] for seed in range(8)]
    low, high = interval(found)
    assert low < 40 / 50 < high
    assert high - low < 0.1


def test_a_machine_does_not_fail_while_it_waits() -> None:
    # half of the time it has nothing to do, so it works 40 min and is repaired 10 min per failure in 90 min
    failures = "failures: {mtbf: 40 min, mttr: 10 min}"
    line = line_of({"source": timed(always(120.0)), "s": timed(always(60.0), more=failures)}, ["source > s: endless"])
    found = [state_shares(run_days(line, days=10, seed=seed), "s") for seed in range(8)]
    low, high = interval([shares["repair"] / shares["productive"] for shares in found])
    assert low < 10 / 40 < high
    assert all(shares["productive"] == pytest.approx(0.5, abs=0.01) for shares in found)


def test_one_repair_crew_for_two_machines_is_the_machine_repair_model() -> None:
    failures = "failures: {mtbf: 30 min, mttr: 20 min, crew: menders}"
    machine = timed(always(30.0), more=failures)
    line = line_of(
        {"a": machine, "b": machine, "packing": timed(always(1.0))},
        ["a > packing: endless", "b > packing: endless"],
        "crews: {menders: {size: 1}}",
    )
    working, waiting = [], []
    for seed in range(8):
        journal = run_days(line, days=10, seed=seed)
        shares = [state_shares(journal, name) for name in ("a", "b")]
        working.append(sum(share["productive"] for share in shares) / 2)
        waiting.append(sum(share["no_repair_crew"] for share in shares) / 2)
    # the weights of 0, 1 and 2 machines down are 1 : 2r : 2r^2 with r = 2/3; with two down one of them waits
    weights = np.array([1, 4 / 3, 8 / 9])
    for found, expected in (
        (working, shared_repair_availability(2, 30, 20)),
        (waiting, weights[2] / weights.sum() / 2),
    ):
        low, high = interval(found)
        assert low < expected < high
        assert high - low < 0.1


def test_two_stations_that_share_one_operator_never_work_at_once() -> None:
    station = timed(always(60.0), more="crew: {team: 1}")
    line = line_of(
        {"a": station, "b": station, "packing": timed(always(1.0))},
        ["a > packing: endless", "b > packing: endless"],
        "crews: {team: {size: 1}}",
    )
    journal = run_days(line, days=2)
    for name in ("a", "b"):
        shares = state_shares(journal, name)
        assert shares["productive"] == pytest.approx(0.5, abs=0.001)
        assert shares["no_crew"] == pytest.approx(0.5, abs=0.001)


def test_rolled_yield_is_the_product_of_the_yields_of_the_stations() -> None:
    chances = [0.02, 0.10, 0.05]
    stations = {f"s{k}": timed(always(20.0), scrap=chance) for k, chance in enumerate(chances)}
    journal = run_days(line_of(stations, ["s0 > s1: endless", "s1 > s2: endless"]), days=3, seed=3)
    entered = len(visits(journal, "s0")["lot"])
    low, high = binomial_band(entered, float(np.prod([1 - chance for chance in chances])))
    # a few lots are still on their way
    assert low <= finished(journal) + 3 and finished(journal) <= high
    rejects = journal.columns("rejects")
    for number, chance in enumerate(chances):
        tried = len(visits(journal, f"s{number}")["lot"])
        low, high = binomial_band(tried, chance)
        assert low <= np.count_nonzero(rejects["station"] == number) <= high


def test_exactly_those_lots_are_scrapped_that_waited_past_their_shelf_life() -> None:
    line = line_of(
        {"mixing": timed(exponential(50.0)), "coating": timed(exponential(55.0))},
        ["mixing > coating: endless, shelf_life: 200 s"],
    )
    journal = run_days(line, days=3)
    rejects = journal.columns("rejects")
    spoiled = set(rejects["lot"].tolist())
    assert {journal.reasons[number] for number in set(rejects["reason"])} == {"shelf_life"}
    mixed, coated = visits(journal, "mixing"), visits(journal, "coating")
    assert (coated["start"] - coated["arrive"]).max() <= 200.0
    assert set(coated["lot"].tolist()).isdisjoint(spoiled)
    # first come first served: a spoiled lot could have begun no earlier than the next good one did
    came = dict(zip(mixed["lot"].tolist(), mixed["leave"].tolist(), strict=True))
    begun = np.sort(coated["lot"])
    starts = dict(zip(coated["lot"].tolist(), coated["start"].tolist(), strict=True))
    for lot in spoiled:
        following = begun[np.searchsorted(begun, lot) :]
        assert not following.size or starts[int(following[0])] - came[lot] > 200.0
    assert len(spoiled) > 100


@pytest.mark.parametrize("capacity", [0, 3, "endless"])
def test_littles_law_holds_in_every_buffer(capacity: int | str) -> None:
    # its sample-path form, which holds exactly: lots in the buffer, summed over time, are the waits of all lots
    journal = run_days(serial_line([exponential(50.0), exponential(55.0)], [capacity]), days=2)
    came, after = visits(journal, "s0")["leave"], visits(journal, "s1")
    begun = after["start"]
    if len(came) > len(begun):
        # the lot on the second machine when the run ends has no visit yet
        begun = np.append(begun, max(after["leave"][-1], came[len(begun)]))
    waits = begun.sum() - came[: len(begun)].sum() + (journal.end - came[len(begun) :]).sum()
    lots = journal.columns("levels")["mean_lots"]
    assert lots.sum() * DAY == pytest.approx(waits, rel=1e-9, abs=1e-6)


def test_littles_law_links_mean_queue_rate_and_mean_wait() -> None:
    journal = run_days(serial_line([exponential(50.0), exponential(35.0)], ["endless"]), days=30)
    queue = visits(journal, "s1")
    mean_wait = float((queue["start"] - queue["arrive"]).mean())
    # what is still waiting at the end is one lot in 50 000
    assert journal.columns("levels")["mean_lots"].mean() == pytest.approx(
        len(queue["lot"]) / journal.end * mean_wait, rel=1e-3
    )


def _nothing() -> dict[str, float]:
    names = ("productive", "starved", "blocked", "no_crew", "no_repair_crew")
    return dict.fromkeys((*names, "engineering", "setup", "maintenance", "repair", "off_shift"), 0.0)
