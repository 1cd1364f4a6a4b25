"""A young plant held against reports: known parameters are found again, bands hold what they say, nothing is hidden."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from math import log
from pathlib import Path

import numpy as np
import pytest
from command import is_self_contained
from past_plants import CASE, PLANT, run
from scipy.stats import binom
from young_lines import small_line

from optimize.pages.backtest_story import as_data, unexplained
from optimize.past.backtest import Backtest, backtest, judged
from optimize.past.calibration import Axis, Parameter, Setup, read_setup
from optimize.past.case import Bound, Case, Fact, Known, Point, read_case
from optimize.past.judging import SHARES, Band, Held, band, error, kernel
from optimize.past.past import Told, Trial, ask, built
from optimize.past.reported import METRICS, Seen, counted, curve
from twin import read_line

START = date(2020, 1, 1)


def small_case(points: Sequence[Point], name: str = "made", **more: object) -> Case:
    """Return a case of two modules of 10 GWh/yr with everything new."""
    modules = [{"start": START + timedelta(days=gap), "nameplate": "10 GWh/yr"} for gap in (0, 120)]
    told = {
        "gigatwin": 1,
        "name": name,
        "line": "made",
        "start": START,
        "novelty": {"product": 1, "equipment": 1, "people": 1},
        "tests": {"maker": False, "site": False},
        "modules": modules,
        "points": points,
    }
    return Case.model_validate({**told, **more})


def point(day: int, metric: str, value: float = 0.5, bound: Bound = "exact", use: str = "calibrate") -> Point:
    told = {"date": START + timedelta(days=day), "metric": metric, "reported": value, "bound": bound, "use": use}
    return Point.model_validate(told)


def fact(what: Point, spread: float = 1.2) -> Fact:
    return Fact(what, what.reported / spread, what.reported * spread, ("est",), "read", "")


def trial_of(case: Case, setup: Setup, place: Sequence[float], seed: int) -> Trial:
    return Trial(case, small_line(), *setup.put(place), seed)


@pytest.fixture(scope="module", name="setup")
def _setup() -> Setup:
    return read_setup()


@pytest.fixture(scope="module", name="small")
def _small(tmp_path_factory: pytest.TempPathFactory) -> Known:
    path = tmp_path_factory.mktemp("case") / "bench_past.yaml"
    path.write_text(CASE, encoding="utf-8")
    return read_case(path)


def test_bands_of_nine_in_ten_hold_the_parameter_behind_a_made_ramp(setup: Setup) -> None:
    """20 ramps made with sizes of causes drawn from the range, each calibrated on with 64 draws of other luck, seed 3.

    Bands of nine in ten hold 13 of 20 or more with probability 0.999. The range is a factor of 100 wide and the bands
    less than 60 % of it, in logarithms, so that they do not hold the truth by being wide.
    """
    axis = Axis("causes.median_size", "", 0.001, 0.01, 0.1)
    sizes = replace(setup, parameters=(Parameter("size", (axis,)),))
    asked = [point(day, "yield") for day in (60, 90, 120)]
    places, line = sizes.draws(64, 3), read_line(PLANT)
    answers = [ask(trial_of(small_case(asked), sizes, place, 3 + n)) for n, place in enumerate(places.tolist())]
    held, widths = 0, []
    for number, truth in enumerate(np.random.default_rng(3).random(20).tolist()):
        made = ask(trial_of(small_case(asked), sizes, [truth], 1000 + number))
        points = [what.model_copy(update={"reported": value}) for what, value in zip(asked, made.points, strict=True)]
        known = Known(small_case(points), line, tuple(fact(what) for what in points))
        found = judged([known], sizes, 3, places, {"made": answers}).posterior.parameters["size"][axis.path]
        held += found.low <= axis.at(truth) <= found.high
        widths.append(log(found.high / found.low) / log(axis.high / axis.low))
    assert held >= binom.ppf(0.001, 20, 0.9)
    assert np.mean(widths) < 0.6


def test_without_reports_to_calibrate_every_draw_counts_the_same(setup: Setup) -> None:
    known = Known(small_case([point(200, "yield", use="predict")]), read_line(PLANT), (fact(point(200, "yield")),))
    places = setup.draws(32, 1)
    told = {"made": [Told([number / 40], {"yield": [number / 40]}) for number in range(1, 33)]}
    found = judged([known], setup, 1, places, told)
    assert found.posterior.effective == pytest.approx(32)
    held = found.held["made"][0]
    assert (held.band, held.calibrated) == (held.before, False)
    assert not found.left_out


def test_a_plant_left_out_is_predicted_by_the_reports_of_the_others_alone(setup: Setup) -> None:
    """Two plants whose yields grow with the draw, one reported as low and one as high: each misleads the other."""
    line = read_line(PLANT)
    wanted = {"low": 0.1, "high": 0.9}
    cases = [
        Known(small_case([what], name), line, (fact(what, 1.02),))
        for name, value in wanted.items()
        for what in [point(200, "yield", value)]
    ]
    told = {name: [Told([share], {"yield": [share]}) for share in np.linspace(0.05, 0.95, 40)] for name in wanted}
    found = judged(cases, setup, 1, setup.draws(40, 1), told)
    assert found.left_out["low"][0].band.low > 0.7
    assert found.left_out["high"][0].band.high < 0.3
    assert not any(held.inside or held.calibrated for (held,) in found.left_out.values())
    for (held,) in found.left_out.values():
        narrow, told_, wide = (held.bands[share] for share in SHARES)
        assert wide.low <= told_.low <= narrow.low <= narrow.middle <= narrow.high <= told_.high <= wide.high


def test_weights_of_draws_are_those_of_epanechnikov() -> None:
    found = kernel(np.array([3.0, 1.0, 0.0, 4.0, 2.0]), 0.6)
    # three are kept, the fourth is as far as the kernel goes
    wanted = np.array([0, 1 - 1 / 9, 1, 0, 1 - 4 / 9])
    assert found == pytest.approx(wanted / wanted.sum())


def test_a_band_of_whole_weights_is_that_of_repeated_values() -> None:
    values, times = np.array([5.0, 1.0, 2.0, 9.0, 4.0]), np.full(5, 30)
    found = band(values, times / times.sum())
    wanted = np.quantile(values, [0.05, 0.5, 0.95], method="hazen")
    assert [found.low, found.middle, found.high] == pytest.approx(wanted.tolist())
    # what has no weight is not there
    assert band(np.array([7.0, 1.0]), np.array([0.0, 1.0])).high == 1.0


@pytest.mark.parametrize(
    ("metric", "bound", "value", "wanted"),
    [
        ("cells", "exact", 50.0, log(50 / 100)),
        ("cells", "at_most", 50.0, 0.0),
        ("cells", "at_most", 200.0, log(2)),
        ("cells", "at_least", 200.0, 0.0),
        ("cells", "at_least", 50.0, -log(2)),
    ],
)
def test_errors_are_those_of_logarithms_and_none_on_the_right_side_of_a_bound(
    metric: str, bound: Bound, value: float, wanted: float
) -> None:
    assert error(fact(point(100, metric, 100.0, bound)), value) == pytest.approx(wanted)


def test_errors_of_yields_are_those_of_odds() -> None:
    assert error(fact(point(100, "yield", 0.5)), 0.8) == pytest.approx(log(0.8 / 0.2))


def test_what_is_reported_is_read_from_months() -> None:
    """Cells of 1 kWh: 1 GWh in the first month of 30 days, 2 in the second, and so on; 24 GWh/yr installed."""
    good = np.arange(1.0, 15.0)
    seen = Seen(
        good, np.where(good > 2, good, 0.0), np.linspace(0.1, 0.9, 14), np.full(14, 24.0), np.full(14, 30.0), 1e-6
    )
    assert METRICS["cells"].at(seen, 2.5) == pytest.approx((1 + 2 + 1.5) * 1e6)
    assert METRICS["good_gwh_per_year"].at(seen, 3.0) == pytest.approx(3 / 30 * 365)
    assert METRICS["cells_per_week"].at(seen, 3.0) == pytest.approx(3e6 / 30 * 7)
    assert METRICS["utilisation"].at(seen, 14.0) == pytest.approx(sum(range(3, 15)) / (24 * 360 / 365))
    assert METRICS["yield"].at(seen, 13.2) == pytest.approx(0.9)
    assert curve("good_gwh_per_year", seen)[-1] == pytest.approx(14 / 30 * 365)
    # customers have released the product after two months
    assert METRICS["cells"].at(counted(seen, shipped=True), 2.5) == pytest.approx(1.5e6)


def test_engineers_follow_what_is_installed_and_those_who_are_sent_are_quicker(setup: Setup) -> None:
    sent = [{"start": START + timedelta(days=50), "end": START + timedelta(days=59)}]
    case = small_case([point(200, "yield")], sent=sent, tests={"maker": True, "site": True})
    asked = replace(trial_of(case, setup, [0.5] * len(setup.parameters), 1), engineers=0.5)
    programme, priors = built(asked), asked.priors
    assert programme.engineers[[0, 119, 120]].tolist() == [5, 5, 10]
    assert np.flatnonzero(programme.speed == priors.engineers.experienced).tolist() == list(range(50, 60))
    assert set(programme.speed.tolist()) == {1.0, priors.engineers.experienced}
    missed = (1 - priors.causes.maker_test) * (1 - priors.causes.site_test)
    assert programme.modules[0].tests == pytest.approx(1 - missed)
    assert [module.start for module in programme.modules] == [0, 120]


def test_a_copy_of_a_running_plant_makes_more_at_first(setup: Setup) -> None:
    """Four seeds, each with the same causes in both."""
    asked = [point(90, "cells", 1.0)]
    own, copied = (small_case(asked, **more) for more in ({}, {"mother": {"time": "1 yr"}}))
    middle = [0.5] * len(setup.parameters)
    pairs = [[ask(trial_of(case, setup, middle, seed)).points[0] for case in (own, copied)] for seed in range(4)]
    assert all(after > before for before, after in pairs)


def test_more_draws_go_on_from_fewer_and_stay_in_the_declared_ranges(setup: Setup) -> None:
    few, more = setup.draws(20, 5), setup.draws(64, 5)
    assert np.array_equal(few, more[:20])
    lowest, highest = (setup.put([end] * len(setup.parameters)) for end in (0.0, 1.0))
    assert lowest[0].engineers.per_candidate == pytest.approx(2 * 86400)
    assert highest[0].engineers.per_candidate == pytest.approx(15 * 86400)
    assert highest[1] / lowest[1] == pytest.approx(100)
    for names in (
        ("per_station", 1, 4),
        ("new_product", 1.2, 2),
        ("new_people", 1.2, 2),
        ("median_size", 0.005, 0.04),
        ("spread", 2, 4),
        ("stop_size", 0.015, 0.1),
    ):
        assert [getattr(end[0].causes, names[0]) for end in (lowest, highest)] == pytest.approx(names[1:])


def test_the_answer_does_not_depend_on_the_number_of_workers(small: Known, setup: Setup) -> None:
    one, two = (as_data(backtest([small], setup, 20, 2, workers)) for workers in (1, 2))
    assert one == two


def test_what_lies_outside_is_said_with_its_side(setup: Setup) -> None:
    what = point(200, "yield", 0.2)
    known = Known(small_case([what], title="Made"), read_line(PLANT), (fact(what),))
    told = {"made": [Told([0.9], {"yield": [0.9]})] * 24}
    found: Backtest = judged([known], setup, 1, setup.draws(24, 1), told)
    assert list(unexplained(found)) == [
        "Outside the band: Made: yield on 2020-07-19 (20 % reported, too much is predicted, at least 90 %)."
    ]


def test_the_command_leaves_json_picture_and_page(tmp_path: Path) -> None:
    case, out = tmp_path / "bench_past.yaml", tmp_path / "out"
    case.write_text(CASE, encoding="utf-8")
    kept = ("--workers", "1", "--cache", str(tmp_path / "answers"))
    code, said = run("backtest", str(case), "--draws", "20", *kept, "--out", str(out))
    assert code == 0, said
    assert f"report: {out / 'report.html'}" in said
    found = json.loads((out / "backtest.json").read_text(encoding="utf-8"))
    first, second = found["cases"]["bench_past"]["points"]
    assert (first["calibrated"], second["calibrated"]) == (True, False)
    assert (second["reported"], second["source"], second["bound"]) == (9000, ["mem"], "at_least")
    for told in (first, second):
        assert told["predicted"]["low"] <= told["predicted"]["middle"] <= told["predicted"]["high"]
        assert isinstance(told["inside"], bool)
    assert len(found["calibration"]["loss"]) == found["draws"] == 20
    assert sum(found["calibration"]["weights"]) == pytest.approx(1)
    for axes in found["calibration"]["parameters"].values():
        assert all(middle["low"] <= middle["middle"] <= middle["high"] for middle in axes.values())
    assert is_self_contained(out / "report.html")
    assert (out / "pictures" / "bands.png").is_file()
    # and its folder is known as one of ours
    assert run("backtest", str(case), "--draws", "20", *kept, "--out", str(out), "--overwrite")[0] == 0


@pytest.mark.parametrize(
    ("bound", "low", "high", "inside"),
    [
        ("exact", 130, 200, False),
        ("exact", 119, 200, True),
        ("exact", 50, 79, False),
        ("at_most", 50, 200, True),
        ("at_most", 20, 50, True),
        ("at_most", 130, 200, False),
        ("at_least", 130, 200, True),
        ("at_least", 20, 50, False),
    ],
)
def test_a_report_is_inside_where_its_range_meets_the_band(bound: Bound, low: float, high: float, inside: bool) -> None:
    """100 is reported, give or take 20."""
    what = point(100, "cells", 100.0, bound)
    told, elsewhere = Band(low, (low + high) / 2, high), Band(1e6, 1e6, 1e6)
    found = Held(Fact(what, 80, 120, ("est",), "read", ""), told, elsewhere, False)
    assert found.inside is inside
    assert found.inside_before is (bound == "at_least")
