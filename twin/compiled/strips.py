"""Records of machine code written by Python, several fields at once."""

from __future__ import annotations

from struct import Struct

import numpy as np

from twin.compiled.state import Records

_PACKED = {np.dtype(kind).str: code for kind, code in (("i8", "q"), ("u8", "Q"), ("f8", "d"))}


class Strip:
    """Fields of records that follow each other, written at once: one by one they would take twice as long.

    Args:
        records: the records. All their fields are of 8 bytes.
        first: name of the first field; None for the first of all.
        last: name of the last field; None for the last of all.
    """

    def __init__(self, records: Records, first: str | None = None, last: str | None = None) -> None:
        names = list(records.dtype.names or ())
        begin = 0 if first is None else names.index(first)
        fields = names[begin : None if last is None else names.index(last) + 1]
        self._pack = Struct("=" + "".join([_PACKED[records.dtype[name].str] for name in fields])).pack_into
        self._bytes = records.view(np.uint8).data
        self._size, self._begin = records.dtype.itemsize, 8 * begin

    def write(self, number: int, *values: float) -> None:
        """Write the fields of a record."""
        self._pack(self._bytes, number * self._size + self._begin, *values)
