"""Random numbers drawn in machine code are NumPy's for the same key."""

from __future__ import annotations

import math

import numpy as np
import pytest
from generic_lines import exponential, line_of, timed, visits
from two_engines import assert_same

from twin.compiled.luck import layers


def test_hundreds_of_thousands_of_times_and_tosses_are_numpys_bit_by_bit() -> None:
    # so many that every layer of the ziggurat, its edges and its tail are met
    source = timed(exponential(2.0), scrap=0.3)
    journal = assert_same(line_of({"source": source}, []), days=5)
    here = visits(journal, "source")
    seconds = here["finish"] - here["start"]
    assert len(seconds) > 200_000
    # the largest come out of the tail
    assert np.count_nonzero(seconds > 2.0 * 7.7) > 20


def test_the_layers_of_the_ziggurat_have_equal_areas_under_the_exponential() -> None:
    found = layers()
    width, height = found["width"] * 2.0**53, found["height"]
    areas = width[1:] * (np.append(1.0, height[1:-1]) - height[1:])
    np.testing.assert_allclose(areas[1:], areas[1:].mean(), rtol=1e-12)
    np.testing.assert_allclose(height[1:], np.exp(-width[1:]), rtol=1e-14)
    tail = width[-1]
    assert areas[1:].mean() == pytest.approx((tail + 1) * math.exp(-tail), rel=1e-12)
    assert math.isclose(width[0] * height[-1], areas[1:].mean(), rel_tol=1e-12)
