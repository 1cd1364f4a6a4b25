"""Lots as records that hang together, and as the objects that SimPy's engine moves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from twin.compiled.state import NONE, World
from twin.flow.lot import Lot
from twin.material import Plain


def repeats_of(lot: Lot) -> int:
    """Return how often a lot of a generic line has come back for rework."""
    assert isinstance(lot.material, Plain)
    return lot.material.repeats


class LotRecords:
    """Records of lots that are being written."""

    def __init__(self) -> None:
        self._written: list[dict[str, float]] = []

    def add(self, lot: Lot, **more: float) -> int:
        """Write a lot and return its number.

        Args:
            lot: the lot.
            more: what else its record holds.
        """
        known = {"serial": lot.serial, "family": lot.family, "entered": lot.entered, "units": lot.units}
        known["repeats"] = repeats_of(lot)
        self._written.append({**known, "next": NONE, "holder": NONE, "parent": NONE, **more})
        return len(self._written) - 1

    def chain(self, numbers: Sequence[int]) -> tuple[int, int]:
        """Let each of some lots know the next one; return the first and the last, NONE where there is none."""
        for number, following in pairwise(numbers):
            self._written[number]["next"] = following
        return (numbers[0], numbers[-1]) if numbers else (NONE, NONE)

    def put_into(self, world: World) -> None:
        """Write all of them into a plant; a few more stay free."""
        from twin.compiled.layout import free_lots

        count = len(self._written)
        lots = free_lots(2 * count + 64, 0)
        for number, record in enumerate(self._written):
            for name, value in record.items():
                lots[name][number] = value
        world.put("lots", lots)
        root = world.root
        root["free"], root["free_lots"], root["n_lots"] = count, len(lots) - count, len(lots)


class LotObjects:
    """Lots of a plant whose state is given in records.

    Args:
        world: that state.
    """

    def __init__(self, world: World) -> None:
        self._lots = world.parts["lots"]

    def record(self, number: int) -> Any:
        """Return the record of a lot."""
        return self._lots[number]

    def one(self, number: int) -> Lot:
        """Return a lot."""
        record = self._lots[number]
        units = float(record["units"])
        lot = Lot(int(record["family"]), int(record["serial"]), Plain(units, int(record["repeats"])), units)
        lot.entered = float(record["entered"])
        return lot

    def numbers(self, first: int) -> Iterator[int]:
        """Yield a lot and those that hang behind it, by number."""
        while first != NONE:
            yield int(first)
            first = self._lots["next"][first]

    def chain(self, first: int) -> list[Lot]:
        """Return a lot and those that hang behind it."""
        return [self.one(number) for number in self.numbers(first)]
