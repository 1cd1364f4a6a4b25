"""Flaws of a web with their places."""

from __future__ import annotations

import numpy as np

from twin.marks import FLAW, START, in_order, marks_of


def test_marks_brought_in_together_are_those_brought_in_one_by_one() -> None:
    """Those that begin at the same place stay in the order in which they came."""
    parts = [marks_of([3.0, 5.0], 0.1, 0, 1), marks_of([1.0, 5.0], 0.1, 0, 2), marks_of([3.0], 0.1, 0, 3)]
    together = in_order(parts)
    one_by_one = parts[0]
    for part in parts[1:]:
        one_by_one = in_order([one_by_one, part])
    assert np.array_equal(together, one_by_one)
    assert together[:, START].tolist() == [1, 3, 3, 5, 5] and together[:, FLAW].tolist() == [2, 1, 3, 1, 2]
