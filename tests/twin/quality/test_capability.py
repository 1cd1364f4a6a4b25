"""Process capability of what gauges reported, against the definition on all single values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from generic_lines import always, line_of, run_days, timed

from twin.capability import capability, charts
from twin.journal import Journal
from twin.measured import Measured

LOTS, SIZE = 60, 50
MEAN, WITHIN, BETWEEN = 1.001, 0.004, 0.002


def journal_of_values(values: np.ndarray, limits: dict[str, Any]) -> Journal:
    """Return a journal in which one gauge has measured lots of values. Shape (lots, values)."""
    declared = {"measures": "loading", "noise": 0.001, **limits}
    beta = ", ".join(f"{name}: {value}" for name, value in declared.items())
    coat = timed(always(60), more=f"gauges: {{beta: {{{beta}}}}}")
    modes = "defects: {areal: {born: [coat], per_lot: 0.1}}"
    line = line_of({"coat": coat, "pack": timed(always(60))}, ["coat > pack: 2"], modes)
    journal = run_days(line, 1)
    table = journal.tables["measurements"]
    for lot, row in enumerate(values):
        outside = np.count_nonzero((row < limits.get("low", -9)) | (row > limits.get("high", 9)))
        table.add((600.0 * lot, 0, 0, 0, lot, row.size, row.mean(), row.std(), row.min(), row.max(), outside))
    return journal


def test_capability_is_that_of_all_single_values() -> None:
    generator = np.random.default_rng(8)
    values = MEAN + WITHIN * generator.standard_normal((LOTS, SIZE)) + BETWEEN * generator.standard_normal((LOTS, 1))
    limits = {"low": 0.985, "high": 1.015}
    (row,) = capability(Measured(journal_of_values(values, {**limits, "mode": "areal"})))
    within, overall = np.sqrt(values.var(axis=1, ddof=1).mean()), values.std(ddof=1)
    percent = (100 * values.mean(), 100 * within, 100 * overall)
    assert (row["mean"], row["sd_within"], row["sd"]) == pytest.approx(percent)
    assert row["cp"] == pytest.approx(0.03 / (6 * within))
    assert row["ppk"] == pytest.approx(min(1.015 - values.mean(), values.mean() - 0.985) / (3 * overall))
    assert row["cpk"] > row["ppk"] and row["pp"] > row["ppk"]


def test_one_sided_limits_have_no_cp() -> None:
    values = np.random.default_rng(8).normal(1.0, 0.01, (LOTS, SIZE))
    (row,) = capability(Measured(journal_of_values(values, {"high": 1.03, "mode": "areal"})))
    assert row["cp"] is None and row["cpk"] == pytest.approx((1.03 - values.mean()) / (3 * row["sd_within"] / 100))


def test_a_shift_shows_on_the_chart() -> None:
    values = np.random.default_rng(8).normal(1.0, 0.01, (LOTS, SIZE))
    calm = charts(Measured(journal_of_values(values, {})))["coat.beta"]
    values[40] += 0.02
    jump = charts(Measured(journal_of_values(values, {})))["coat.beta"]
    assert jump["alarm"][40] and sum(jump["alarm"]) - sum(calm["alarm"]) <= 3
    assert jump["mean"][40] == pytest.approx(100 * values[40].mean())
