"""Control charts: their run lengths are those of the literature, and the chart at work agrees with the one on paper."""

from __future__ import annotations

import numpy as np
import pytest

from twin.quality.chart import Chart, Watch, cusum, ewma, shewhart


def run_lengths(shift: float, kind: str, runs: int = 4000, longest: int = 6000, **limits: float) -> np.ndarray:
    """Return after how many values a chart alarms, once the mean has shifted by so many sd. Shape (runs,)."""
    found = np.full(runs, longest, np.float64)
    for run in range(runs):
        size = 64
        while True:
            z = np.random.default_rng((20, run)).standard_normal(size) + shift
            alarm = alarms(z, kind, **limits)
            if alarm.any() or size >= longest:
                found[run] = np.argmax(alarm) + 1 if alarm.any() else longest
                break
            size *= 4
    return found


def alarms(z: np.ndarray, kind: str, limit: float, weight: float = 0.2, slack: float = 0.5) -> np.ndarray:
    if kind == "shewhart":
        return shewhart(z, limit)
    if kind == "limits":
        return np.abs(z) > limit
    if kind == "ewma":
        smooth, sd = ewma(z, weight)
        return np.abs(smooth) > limit * sd
    if kind == "steady ewma":
        return np.abs(ewma(z, weight)[0]) > limit * np.sqrt(weight / (2 - weight))
    return np.maximum(*cusum(z, slack)) > limit


@pytest.mark.parametrize(
    ("kind", "shift", "limits", "published"),
    [
        # Champ and Woodall (1987), Table 1: all four rules
        ("shewhart", 0.0, {"limit": 3.0}, 91.75),
        ("shewhart", 1.0, {"limit": 3.0}, 9.22),
        # Hawkins and Olwell (1998), two-sided, k = 0.5, h = 4
        ("cusum", 0.0, {"limit": 4.0}, 168.0),
        ("cusum", 1.0, {"limit": 4.0}, 8.38),
        # Lucas and Saccucci (1990), limits of the steady state
        ("steady ewma", 1.0, {"limit": 2.814, "weight": 0.1}, 10.3),
        ("steady ewma", 2.0, {"limit": 2.814, "weight": 0.1}, 4.36),
    ],
)
def test_the_average_run_length_is_the_published_one(
    kind: str, shift: float, limits: dict[str, float], published: float
) -> None:
    lengths = run_lengths(shift, kind, **limits)
    # 4000 runs, seed 20, 99.9 % of the mean's distribution; published to the last digit given
    margin = 3.29 * lengths.std() / np.sqrt(len(lengths)) + 0.05
    assert lengths.mean() == pytest.approx(published, abs=margin)


def test_each_western_electric_rule_alarms_alone() -> None:
    quiet = np.zeros(6)
    beyond = {
        "one beyond three": [3.1],
        "two of three beyond two": [2.1, 0.5, 2.1],
        "four of five beyond one": [1.1, 1.1, -0.1, 1.1, 1.1],
        "eight on one side": [0.1] * 8,
    }
    for rule, values in beyond.items():
        alarm = shewhart(np.concatenate([quiet, values]))
        assert np.flatnonzero(alarm).tolist() == [len(alarm) - 1], rule
        # one value less, and nothing happens
        assert not shewhart(np.concatenate([quiet, values[1:]])).any(), rule


@pytest.mark.parametrize("kind", ["shewhart", "ewma", "cusum"])
def test_a_chart_at_work_alarms_first_where_the_one_on_paper_does(kind: str) -> None:
    chart = Chart(kind=kind, learn=200, limit=4.0 if kind == "cusum" else 3.0)
    for seed in range(20):
        generator = np.random.default_rng(seed)
        learnt, ahead = generator.normal(7.0, 0.5, 200), generator.normal(7.3, 0.5, 400)
        watch = Watch(chart)
        assert not any(watch.alarms(value) for value in learnt.tolist())
        assert (watch.centre, watch.sd) == pytest.approx((learnt.mean(), learnt.std(ddof=1)))
        z = (ahead - learnt.mean()) / learnt.std(ddof=1)
        first = next(place for place, value in enumerate(ahead.tolist()) if watch.alarms(value))
        assert first == np.argmax(alarms(z, kind, chart.limit))


def test_a_gauge_that_always_reports_the_same_never_alarms() -> None:
    watch = Watch(Chart(learn=5))
    assert not any(watch.alarms(3.0) for _ in range(100))
