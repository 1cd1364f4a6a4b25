"""A bank of rolls: run through the loop once, taken from it for ever."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.control.cross_web import PIECE
from twin.control.loop import Loop, Rolls, Tolerance, run_rolls
from twin.machine_code import equation, loop
from twin.randomness import Streams

Floats = NDArray[np.float32]
Mark = tuple[float, float, int]
# rolls are simulated in whole lengths of this many metres, so that lots of nearly the same length share a bank
WHOLE = 500
# a lot's roll is drawn from so large a share of the bank about its offset
NEIGHBOURS = 0.02
# pieces out of tolerance of a roll for which there is room at first
_MARKS = 32


class Bank:
    """Rolls in the order of their batch offsets.

    Args:
        rolls: as the loop has left them.
        tolerance: when web is out of tolerance.
        batch: standard deviation of the offsets that coaters come to rolls with, without the slurry's [-].
    """

    def __init__(self, rolls: Rolls, tolerance: Tolerance, batch: float = 0.0) -> None:
        self.batch = batch
        order = np.argsort(rolls.offsets, kind="stable")
        along = rolls.along[:, order]
        self.offsets = rolls.offsets[order]
        self.stops: list[int] = rolls.stops[order].tolist()
        self._across = np.ascontiguousarray(rolls.across[:, order].transpose(1, 0, 2), np.float32)
        self._sums = np.zeros((len(order), len(along) + 1))
        np.cumsum(along.T, axis=1, out=self._sums[:, 1:])
        self._marks = marks_out_of_tolerance(along, rolls.across[:, order], tolerance)

    def pick(self, offset: float, drawn: float) -> int:
        """Return the number of a roll whose batch is about as far off as another [-].

        Args:
            offset: of the other batch [-].
            drawn: number in [0, 1) that chooses among neighbours.
        """
        size = len(self.offsets)
        place = int(self.offsets.searchsorted(offset)) + round((2 * drawn - 1) * NEIGHBOURS * size)
        return min(max(place, 0), size - 1)

    def loading(self, roll: int, begin: float, length: float, segments: int) -> Floats:
        """Return the mean error of equal segments of a roll. Shape (segments, lanes).

        Args:
            roll: its number.
            begin: web that is scrapped before [m].
            length: web that is left [m].
            segments: how many.
        """
        across = self._across[roll]
        found = np.empty((segments, across.shape[1]), np.float32)
        _take(self._sums[roll], across, begin, length / segments, PIECE, found)
        return found

    def marks(self, roll: int, begin: float, length: float) -> list[Mark]:
        """Return the web of a roll that is out of tolerance, from where it is left: start [m], length [m], lane."""
        found = []
        for start, size, lane in self._marks[roll]:
            first, last = max(start - begin, 0.0), min(start + size - begin, length)
            if last > first:
                found.append((first, last - first, lane))
        return found


@loop
def _take(sums: NDArray[np.float64], across: Floats, begin: float, step: float, piece: float, found: Floats) -> None:
    """Note the mean error of each segment, which may end within a metre, in each lane.

    Of pieces across the web that are as long as several segments, or the other way round, that in the middle is taken.
    """
    before = sum_until(sums, begin)
    for i in range(len(found)):
        until = sum_until(sums, begin + (i + 1) * step)
        middle = min(int((begin + (i + 0.5) * step) / piece), len(across) - 1)
        for lane in range(found.shape[1]):
            found[i, lane] = across[middle, lane] + (until - before) / step
        before = until


@equation
def sum_until(sums: NDArray[np.float64], end: float) -> float:
    """Return the sum over a web until a place that may lie within a metre, from the sums over whole metres."""
    whole = min(int(end), len(sums) - 2)
    return float(sums[whole] + (end - whole) * (sums[whole + 1] - sums[whole]))


class Taken(NamedTuple):
    """Rolls of a bank that a batch becomes, those that are spliced to one behind each other.

    Attributes:
        bank: the bank.
        rolls: their numbers in it.
    """

    bank: Bank
    rolls: list[int]

    @property
    def stops(self) -> int:
        """How often the controller stopped the coater."""
        return sum([self.bank.stops[roll] for roll in self.rolls])

    def loading(self, begin: float, length: float, segments: int, spliced: int = 1) -> list[Floats]:
        """Return the loading of each roll relative to target. Each of shape (spliced * segments, lanes)."""
        found = [1 + self.bank.loading(roll, begin, length, segments) for roll in self.rolls]
        if spliced == 1:
            return found
        return [np.concatenate(found[first : first + spliced]) for first in range(0, len(found), spliced)]

    def marks(self, begin: float, length: float, spliced: int = 1) -> list[tuple[int, list[Mark]]]:
        """Return the web that is out of tolerance: place of the roll in the batch, and its pieces, if it has any."""
        found: dict[int, list[Mark]] = {}
        for place, roll in enumerate(self.rolls):
            before = place % spliced * length
            if marks := self.bank.marks(roll, begin, length):
                moved = [(start + before, size, lane) for start, size, lane in marks] if before else marks
                found.setdefault(place // spliced, []).extend(moved)
        return list(found.items())


def build_bank(loop: Loop, streams: Streams, speed: float, metres: float, lanes: int) -> Bank:
    """Simulate a bank of rolls at least as long as what is needed.

    Args:
        loop: with its choices.
        streams: one stream of random numbers for each part.
        speed: of the web [m/s].
        metres: web of a roll [m].
        lanes: side by side.
    """
    rolls = run_rolls(loop, streams, speed, (whole(metres), loop.bank, lanes))
    return Bank(rolls, loop.tolerance, loop.disturbed.batch)


def whole(metres: float) -> int:
    """Return the length of the bank's rolls for a roll of some length [m]."""
    return max(1, int(np.ceil(metres / WHOLE))) * WHOLE


def marks_out_of_tolerance(
    along: NDArray[np.float64], across: NDArray[np.float64], tolerance: Tolerance
) -> list[list[Mark]]:
    """Return the pieces of web of each roll that are out of tolerance, in order of their start.

    A metre is out of tolerance when it lies in a piece of web whose mean is off, or is too heavy itself. What lies
    between two that are less than a cell's piece apart is lost with them.

    Args:
        along: loading error by the metre [-]. Shape (metres, rolls).
        across: what each lane adds to it [-]. Shape (pieces of ``PIECE`` metres, rolls, lanes).
        tolerance: how far off is too far.
    """
    over = max(1, round(tolerance.over))
    by_roll, lanes = np.ascontiguousarray(along.T), np.ascontiguousarray(across.transpose(1, 2, 0))
    limits = (tolerance.mean * over, tolerance.peak)
    rows = np.empty((_MARKS * len(by_roll), 4), np.int64)
    count = _mark(by_roll, lanes, PIECE, over, *limits, rows)
    if count > len(rows):
        rows = np.empty((count, 4), np.int64)
        _mark(by_roll, lanes, PIECE, over, *limits, rows)
    found: list[list[Mark]] = [[] for _ in by_roll]
    for roll, lane, start, size in rows[:count].tolist():
        found[roll].append((float(start), float(size), lane))
    for marks in found:
        marks.sort()
    return found


@loop
def _mark(
    along: NDArray[np.float64],
    across: NDArray[np.float64],
    piece: int,
    over: int,
    mean: float,
    peak: float,
    rows: NDArray[np.int64],
) -> int:
    """Note roll, lane, start and length of each piece of web that is out of tolerance, as far as there is room.

    Args:
        along: loading error by the metre [-]. Shape (rolls, metres).
        across: what each lane adds to it [-]. Shape (rolls, lanes, pieces).
        piece: metres of a piece of ``across``.
        over: metres over which the mean is taken.
        mean: largest sum of the error over so many metres [-].
        peak: largest error of a metre [-].
        rows: where to. Shape (rows, 4).

    Returns:
        How many there are.
    """
    rolls, metres = along.shape
    lanes, count = across.shape[1], 0
    sums, bad = np.empty(metres + 1), np.empty(metres, np.bool_)
    for roll in range(rolls):
        for lane in range(lanes):
            sums[0] = 0.0
            for number in range(-(-metres // piece)):
                here = across[roll, lane, number]
                for metre in range(number * piece, min((number + 1) * piece, metres)):
                    error = along[roll, metre] + here
                    sums[metre + 1] = sums[metre] + error
                    bad[metre] = error > peak
            for metre in range(over, metres + 1):
                if abs(sums[metre] - sums[metre - over]) > mean:
                    bad[metre - over : metre] = True
            # a row of the same lane that ended less than so many metres before goes on
            end, first = -over, True
            for metre in range(metres):
                if bad[metre]:
                    if first or metre - end >= over:
                        count += 1
                        if count <= len(rows):
                            rows[count - 1, 0], rows[count - 1, 1], rows[count - 1, 2] = roll, lane, metre
                    if count <= len(rows):
                        rows[count - 1, 3] = metre + 1 - rows[count - 1, 2]
                    end, first = metre + 1, False
    return count
