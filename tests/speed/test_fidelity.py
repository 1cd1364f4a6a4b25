"""The statistics of the table of larger lots."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ttest_1samp
from speed.fidelity import left, spread


def test_the_interval_is_that_of_students_t() -> None:
    values = np.array([0.3, -0.1, 0.4, 0.2])
    mean, half = spread(values)
    low, high = ttest_1samp(values, 0.0).confidence_interval(0.95)
    assert (mean - half, mean + half) == pytest.approx((low, high))


def test_a_control_variate_leaves_what_a_straight_line_does_not_tell() -> None:
    coarse, fine = np.array([1.0, 2.0, 4.0, 7.0]), np.array([2.1, 3.7, 8.4, 13.6])
    residuals = fine - np.polyval(np.polyfit(coarse, fine, 1), coarse)
    assert left(fine, coarse) == pytest.approx(residuals.var() / fine.var())
