"""Ranges of declared numbers, from the records of where they come from."""

from __future__ import annotations

from collections.abc import Sequence

from twin import Provenance, split


def declared_range(records: Sequence[Provenance], path: str, value: float) -> tuple[float, float, float]:
    """Return low end, value and high end of a declared number in the unit of its value; the same where it has none.

    Args:
        records: of the numbers of a file.
        path: where the number stands in it.
        value: as it was read, in the unit of the twin.
    """
    for record in records:
        number = split(record.value)
        if record.path == path and record.low is not None and record.high is not None and number and number[0]:
            scale = value / number[0]
            return scale * record.low, value, scale * record.high
    return value, value, value
