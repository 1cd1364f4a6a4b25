"""Flaws of a web with their places, as rows of one array."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

ALL_LANES = -1

# Flaws of a web with their places, one row each. Columns: where it begins, from where the coating of the roll
# began [m]; web that it spoils [m]; the lane it lies in, or ALL_LANES; number of its flaw; 1 once a gauge has
# marked it for cutting out. Rows are in order of their beginning.
Marks = NDArray[np.float64]
START, LENGTH, LANE, FLAW, FOUND = range(5)
NO_MARKS: Marks = np.zeros((0, 5))


def marks_of(start: ArrayLike, length: ArrayLike, lane: ArrayLike, flaw: ArrayLike) -> Marks:
    """Return marks that nobody has found yet, in order of their beginning. Shape (marks, 5)."""
    start = np.atleast_1d(np.asarray(start, np.float64))
    marks = np.zeros((len(start), 5))
    marks[:, START], marks[:, LENGTH], marks[:, LANE], marks[:, FLAW] = start, length, lane, flaw
    return marks


def in_order(parts: Sequence[Marks]) -> Marks:
    """Return several marks together, in order of their beginning. Shape (marks, 5)."""
    if len(parts) == 1:
        return parts[0]
    marks = np.concatenate(parts)
    return np.asarray(marks[np.argsort(marks[:, START], kind="stable")])
