"""Numbers and lists in words."""

from __future__ import annotations

import pytest

from optimize.figures import Interval
from optimize.words import listed, spread


@pytest.mark.parametrize(
    ("middle", "text"),
    [
        # half the interval has one digit, or two when the first is 1 or 2
        (Interval(100.913, 100.36, 101.47), "100.9 (100.4 to 101.5)"),
        (Interval(13243.7, 11377.0, 15110.2), "13,200 (11,400 to 15,100)"),
        (Interval(0.25349, 0.2521, 0.2549), "0.2535 (0.2521 to 0.2549)"),
        (Interval(7.0, 2.0, 12.0), "7 (2 to 12)"),
        # a figure without spread keeps four digits
        (Interval(12.34567, 12.34567, 12.34567), "12.35"),
        (Interval(0.0, 0.0, 0.0), "0"),
    ],
)
def test_a_number_has_no_more_digits_than_its_interval_supports(middle: Interval, text: str) -> None:
    assert spread(middle) == text


def test_things_in_a_row_have_an_and_before_the_last() -> None:
    assert [listed(parts) for parts in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
