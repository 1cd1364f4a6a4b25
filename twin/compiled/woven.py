"""Rows that Python writes between those of machine code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from struct import Struct
from typing import Any

import numpy as np
from numpy.typing import NDArray


class WovenRows:
    """Rows of one table, each with the number of rows of machine code before it.

    Attributes:
        before: that number, when it is not how many rows there are now.

    Args:
        kinds: columns of the table.
        used: how many rows of machine code wait to become part of the journal. Shape (1,).
    """

    def __init__(self, kinds: Mapping[str, str], used: NDArray[np.int64]) -> None:
        self._kinds = kinds
        self._used = used
        self._flat = bytearray()
        self._pack = Struct(f"{len(kinds)}d").pack
        self._places: list[int] = []
        self.before: int | None = None

    def add(self, row: Sequence[float]) -> None:
        """Take a row: one number for each column."""
        self._flat += self._pack(*row)
        self._places.append(self._used.item(0) if self.before is None else self.before)

    def add_rows(self, *columns: Any) -> None:
        """Take several rows: each column an array, or one value for all."""
        size = max([len(column) for column in columns if isinstance(column, np.ndarray)])
        rows = np.empty((size, len(columns)))
        for place, column in enumerate(columns):
            rows[:, place] = column
        self._flat += rows.tobytes()
        self._places += [self._used.item(0) if self.before is None else self.before] * size

    def woven_into(self, columns: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Return rows of machine code with these between them, and begin anew."""
        if not self._places:
            return dict(columns)
        rows = np.array(np.frombuffer(self._flat)).reshape(-1, len(self._kinds)).T
        size = len(columns[next(iter(self._kinds))]) + len(self._places)
        there = np.array(self._places)
        there[there.argsort(kind="stable")] += np.arange(len(there))
        others, whole = np.ones(size, np.bool_), {}
        others[there] = False
        for row, (name, kind) in zip(rows, self._kinds.items(), strict=True):
            whole[name] = np.empty(size, kind)
            whole[name][there], whole[name][others] = row, columns[name]
        self._flat.clear()
        self._places.clear()
        return whole
