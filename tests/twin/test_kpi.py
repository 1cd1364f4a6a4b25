"""KPIs against what can be worked out on paper, and against what must add up."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from generic_lines import always, line_of, run_days, serial_line, timed
from hand_made_journal import hand_made_journal
from scipy import stats

from twin.calendar import DAY
from twin.journal import SEMI_E10, Journal, State
from twin.kpi import kpis, mser5, settle, summarise
from twin.summary import table_of_kpis


@pytest.fixture(name="kpi")
def _kpi() -> dict[str, Any]:
    return kpis(hand_made_journal())


def test_only_what_happened_after_the_warmup_counts(kpi: dict[str, Any]) -> None:
    assert (kpi["days"], kpi["warmup_days"]) == (2, 1)
    assert kpi["started_cells"] == 200
    assert kpi["good_cells"] == 96 + 94
    assert (kpi["grade_a_cells"], kpi["grade_b_cells"]) == (182, 8)
    assert kpi["scrapped_cells"] == 3 + 2 + 3
    assert kpi["stations"]["stacking"]["lots"] == 2


def test_cells_started_are_good_scrapped_or_still_there(kpi: dict[str, Any]) -> None:
    assert (kpi["wip_cells_start"], kpi["wip_cells"]) == (98, 100)
    assert kpi["started_cells"] + kpi["wip_cells_start"] == kpi["good_cells"] + kpi["scrapped_cells"] + kpi["wip_cells"]


def test_energy_of_good_cells_is_capacity_times_voltage(kpi: dict[str, Any]) -> None:
    # 190 cells of 100 Ah at 3 V are 57 kWh, in two days
    assert kpi["good_gwh"] == pytest.approx(57e-6)
    assert kpi["good_gwh_per_year"] == pytest.approx(57e-6 * 365 / 2)


def test_first_pass_means_grade_a_without_rework(kpi: dict[str, Any]) -> None:
    # 182 of grade A, one of them reworked, of 190 good and 8 scrapped
    assert kpi["first_pass_yield"] == pytest.approx(181 / 198)
    # grading handed on 190 of 195: one of them cured, eight of them grade B
    assert kpi["stations"]["stacking"]["first_pass_yield"] == pytest.approx(197 / 200)
    assert kpi["stations"]["grading"]["first_pass_yield"] == pytest.approx((190 - 1 - 8) / 195)
    assert kpi["rolled_throughput_yield"] == pytest.approx(197 / 200 * 181 / 195)


def test_oee_is_availability_times_performance_times_quality(kpi: dict[str, Any]) -> None:
    grading = kpi["stations"]["grading"]
    # 24 h productive of 48 h less 6 h of maintenance and 4 h of trials
    assert grading["availability"] == pytest.approx(24 / 38)
    # 195 cells at 50 cells an hour in twice 24 productive hours
    assert grading["performance"] == pytest.approx(195 / 50 / 48)
    assert grading["quality"] == pytest.approx(190 / 195)
    product = grading["availability"] * grading["performance"] * grading["quality"]
    assert grading["oee"] == pytest.approx(product)
    # unstaffed hours are not planned: the mixer has 12 h a day
    assert kpi["stations"]["cathode_mixing"]["availability"] == pytest.approx(0.5)


def test_the_six_states_of_semi_e10_add_up(kpi: dict[str, Any]) -> None:
    for station in kpi["stations"].values():
        assert list(station["states"]) == list(SEMI_E10)
        assert sum(station["states"].values()) == pytest.approx(1)
        assert sum(station["standby"].values()) == pytest.approx(station["states"]["standby"])
    assert kpi["stations"]["stacking"]["standby"]["no_repair_crew"] == pytest.approx(2 / 24)
    assert kpi["stations"]["stacking"]["states"]["scheduled_downtime"] == pytest.approx(2 / 24)


def test_the_bottleneck_is_the_least_idle_station(kpi: dict[str, Any]) -> None:
    # stacking idles 4 of 24 h; the mixers 6 and 9 of 12 staffed hours; the two graders 14 of 48
    assert kpi["bottleneck"] == "stacking"
    assert kpi["bottleneck_busy"] == pytest.approx(20 / 24)
    busy = {name: station["busy"] for name, station in kpi["stations"].items()}
    assert busy == pytest.approx(
        {"cathode_mixing": 6 / 12, "anode_mixing": 3 / 12, "stacking": 20 / 24, "grading": 34 / 48}
    )
    assert kpi["weekly"]["busy"]["grading"] == pytest.approx([34 / 48])


def test_scrap_is_charged_to_the_station_that_caused_it(kpi: dict[str, Any]) -> None:
    # 8 kg of cathode coating would have done for 4 cells; without their anodes that is 2 equivalents
    assert kpi["scrap"]["by_defect"] == pytest.approx({"burr": 6, "vessel_residue": 2, "low_capacity": 2})
    assert kpi["scrap"]["by_cause"] == pytest.approx({"stacking": 6, "cathode_mixing": 2, "grading": 2})
    assert kpi["stations"]["grading"]["scrap"] == pytest.approx({"burr": 3, "low_capacity": 2})


def test_flow_follows_the_coating_and_then_the_cells(kpi: dict[str, Any]) -> None:
    # two batches of 400 kg at 2 kg a cell, halved because the anodes are the other half
    assert kpi["flow"]["cathode_mixing"] == pytest.approx({"in": 200, "out": 198, "lost": 2, "cells_in": 400})
    assert kpi["flow"]["stacking"]["out"] == 197
    # 98 cells waited at first and 100 at the end
    assert kpi["flow"]["grading"] == pytest.approx({"in": 195, "out": 190, "lost": 5, "cells_in": 195})


def test_waits_and_queues(kpi: dict[str, Any]) -> None:
    # lots waited 14 h and 4 h for the grader
    assert kpi["stations"]["grading"]["mean_wait_s"] == pytest.approx(9 * 3600)
    assert kpi["stations"]["grading"]["mean_queue_lots"] == pytest.approx(1.0)
    assert kpi["stations"]["grading"]["wip_equivalents"] == pytest.approx(100 / 2)
    assert kpi["daily"]["wip"]["formation and ageing"] == [0, 100]
    assert kpi["daily"]["good"] == [190, 0]


def test_kpis_survive_json(kpi: dict[str, Any]) -> None:
    assert json.loads(json.dumps(kpi, allow_nan=False)) == kpi


def test_a_run_that_finished_nothing_has_no_yield() -> None:
    line = serial_line([always(3 * DAY)], [])
    kpi = kpis(run_days(line, 1))
    assert kpi["first_pass_yield"] is None and kpi["stations"]["s0"]["oee"] is None
    assert kpi["bottleneck_busy"] == 1


def test_rolled_yield_of_a_generic_line_is_the_product_of_its_stations() -> None:
    stations = {"a": timed(always(60), scrap=0.1), "b": timed(always(60), scrap=0.2)}
    kpi = kpis(run_days(line_of(stations, ["a > b: 3"]), days=20))
    # seed 1, 28800 lots: 99.9 % of such runs have a yield within 3.3 standard errors of 0.9 * 0.8
    width = float(stats.norm.ppf(0.9995)) * (0.72 * 0.28 / kpi["started_lots"]) ** 0.5
    assert kpi["rolled_throughput_yield"] == pytest.approx(0.72, abs=width)
    assert kpi["first_pass_yield"] == pytest.approx(0.72, abs=width)


def test_a_deterministic_line_makes_what_its_slowest_station_can() -> None:
    kpi = kpis(run_days(serial_line([always(60), always(240), always(120)], [2, 2]), days=3, warmup=1))
    assert kpi["bottleneck"] == "s1"
    assert kpi["throughput_per_hour"] == pytest.approx(15, rel=1e-3)
    assert kpi["stations"]["s2"]["standby"]["starved"] == pytest.approx(0.5, abs=1e-3)
    assert kpi["stations"]["s0"]["standby"]["blocked"] == pytest.approx(0.75, abs=1e-3)


def test_half_empty_loads_cost_performance() -> None:
    # one lot an hour comes to an oven of four places that waits no longer than an hour and bakes an hour
    oven = timed(always(3600), more="batch: {lots: 4, patience: 1 min}")
    kpi = kpis(run_days(line_of({"feed": timed(always(3600)), "oven": oven}, ["feed > oven: 8"]), days=10, warmup=1))
    assert kpi["stations"]["oven"]["performance"] == pytest.approx(0.25, rel=0.02)


def test_mser5_leaves_out_the_rise_to_steady_output() -> None:
    # rises for 30 days, then normal noise of 2 % (seed 5)
    noise = np.random.default_rng(5).normal(1, 0.02, 300)
    series = np.concatenate((np.linspace(0, 1, 30), noise))
    assert 25 <= mser5(series) <= 40
    # what is steady from the start, exactly or but for noise, keeps nearly all
    assert mser5(np.ones(100)) == 0
    assert mser5(np.concatenate((np.zeros(20), np.full(100, 7.0)))) == 20


def test_mser5_is_the_smallest_standard_error_by_brute_force() -> None:
    series = np.random.default_rng(8).exponential(1.0, 200).cumsum()[::-1] ** 0.5
    means = series.reshape(-1, 5).mean(axis=1)
    errors = [means[d:].var() / len(means[d:]) for d in range(len(means) // 2 + 1)]
    assert mser5(series) == 5 * int(np.argmin(errors))


def test_mser5_never_leaves_out_more_than_half() -> None:
    assert mser5(np.arange(100.0)) <= 50
    assert mser5([1.0, 2.0, 3.0]) == 0


def test_settling_leaves_out_the_days_without_output_in_whole_days() -> None:
    # the oven takes eight days: nothing comes out before the ninth, then four lots a day
    oven = timed(always(8 * DAY), servers=32)
    journal = run_days(line_of({"feed": timed(always(6 * 3600)), "oven": oven}, ["feed > oven: endless"]), days=60)
    assert settle(journal) == 10
    assert journal.warmup == 10 * DAY
    assert kpis(journal)["days"] == 50


def test_intervals_are_students_of_the_replications() -> None:
    found = [
        {"a": 1.0, "deep": {"x": 10.0}, "who": "p", "series": [1]},
        {"a": 3.0, "deep": {}, "who": "q", "series": []},
    ]
    third = {"a": 5.0, "deep": {"x": 20.0}, "who": "q", "series": []}
    together = summarise([*found, third])
    low, high = stats.t.interval(0.95, 2, loc=3.0, scale=stats.sem([1.0, 3.0, 5.0]))
    assert together["a"] == pytest.approx({"mean": 3.0, "low": low, "high": high})
    # a replication without that defect had none of it
    assert together["deep"]["x"]["mean"] == pytest.approx(10.0)
    assert together["who"] == "q" and "series" not in together and together["replications"] == 3


def test_the_screen_shows_totals_of_replications_with_their_intervals() -> None:
    costs = [{"cost_usd_per_kwh": {"total": total, "scrap": 1.0}} for total in (90.0, 92.0, 94.0)]
    table = table_of_kpis(summarise(costs))
    low, high = stats.t.interval(0.95, 2, loc=92.0, scale=stats.sem([90.0, 92.0, 94.0]))
    rows = list(zip(*(list(column.cells) for column in table.columns), strict=True))
    assert rows[-1] == ("cost_usd_per_kwh", "92", f"{low:.4g} to {high:.4g}")


def test_one_replication_has_no_interval() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        summarise([{"a": 1.0}])


def test_a_day_that_was_interrupted_does_not_count() -> None:
    journal: Journal = hand_made_journal()
    journal.tables["finished"].add((3.1 * DAY, 2, 2, 100, 100, 0, 200, 100))
    journal.complete = False
    kpi = kpis(journal)
    assert kpi["good_cells"] == 190 and kpi["complete"] is False


def test_every_state_is_somewhere_in_semi_e10() -> None:
    assert sorted(state for members in SEMI_E10.values() for state in members) == sorted(State)
