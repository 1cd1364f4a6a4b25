"""The statistics of the table of cheaper runs."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ttest_1samp
from speed.fidelity import FULL, Ran, Way, left, spread, table


def test_the_interval_is_that_of_students_t() -> None:
    values = np.array([0.3, -0.1, 0.4, 0.2])
    mean, half = spread(values)
    low, high = ttest_1samp(values, 0.0).confidence_interval(0.95)
    assert (mean - half, mean + half) == pytest.approx((low, high))


def test_a_control_variate_leaves_what_a_straight_line_does_not_tell() -> None:
    coarse, fine = np.array([1.0, 2.0, 4.0, 7.0]), np.array([2.1, 3.7, 8.4, 13.6])
    residuals = fine - np.polyval(np.polyfit(coarse, fine, 1), coarse)
    assert left(fine, coarse) == pytest.approx(residuals.var() / fine.var())


def test_ways_are_told_apart_by_their_words() -> None:
    assert [Way.read(text) for text in ("8", "5%", "8:5%")] == [Way(8), Way(1, "sample:5%"), Way(8, "sample:5%")]


def test_the_table_tells_errors_relative_to_the_full_run_of_the_same_seed() -> None:
    way, other = Way(2), (3.0, 1.0, 1.0, 1.0)
    runs = [{FULL: Ran((exact, *other), 6.0), way: Ran((1.1 * exact, *other), 2.0)} for exact in (100.0, 110.0, 105.0)]
    row = table(runs, [way]).splitlines()[2]
    assert row.startswith("| 2 | all | +10.00 ± 0.00 % | +0.00 ± 0.00 % |") and row.endswith("| 0.00 | 3.0 |")
