"""Keyed random streams: the same lot meets the same luck, whatever else happens in the plant.

A number is found by its key (seed, station, what for, lot, place in the lot) and never by the order
of events. Speeding one station up, or adding workers, therefore leaves every other lot's luck alone,
and two plants compared on one seed share theirs. Numbers are drawn in blocks of lots.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Value = TypeVar("Value")
Draw = Callable[[np.random.Generator, tuple[int, int]], NDArray[np.floating]]


def _uniform(generator: np.random.Generator, shape: tuple[int, int]) -> Floats:
    return generator.random(shape, dtype=np.float32)


def _arrivals(generator: np.random.Generator, shape: tuple[int, int]) -> Floats:
    return np.cumsum(generator.standard_exponential(shape, dtype=np.float32), axis=0)


def _normal(generator: np.random.Generator, shape: tuple[int, int]) -> Floats:
    return generator.standard_normal(shape, dtype=np.float32)


def stream(seed: int, *key: str | int) -> np.random.Generator:
    """Return the generator of one key; equal keys give equal streams on every machine.

    Args:
        seed: the run's seed.
        key: words and whole numbers that name the stream.
    """
    words = [part if isinstance(part, int) else zlib.crc32(part.encode()) for part in key]
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=words)))


class Luck:
    """The luck of every lot at one station.

    Args:
        seed: the run's seed.
        station: name of the station; a renamed station has other luck.
        lots: lots drawn at once. Changing it changes the numbers, so it is a constant of the format.
    """

    lots = 64
    kept = 6

    def __init__(self, seed: int, station: str) -> None:
        self._seed = seed
        self._station = station
        self._blocks: dict[str, dict[int, Floats]] = {}
        self._scalars: dict[str, dict[int, list[float]]] = {}
        self._hits: dict[str, dict[int, tuple[list[list[tuple[int, int]]], int]]] = {}

    def uniform(self, purpose: str, lot: int, size: int) -> Floats:
        """Return ``size`` numbers in [0, 1) for one lot, one for each of its places. Shape (size,)."""
        block, row = divmod(lot, self.lots)
        return self._block(purpose, block, size, _uniform)[row, :size]

    def normal(self, purpose: str, lot: int, size: int) -> Floats:
        """Return ``size`` standard normal numbers for one lot. Shape (size,)."""
        block, row = divmod(lot, self.lots)
        return self._block(purpose, block, size, _normal)[row, :size]

    def one(self, purpose: str, lot: int, draw: Callable[[np.random.Generator, int], NDArray[np.floating]]) -> float:
        """Return one number for one lot from any distribution.

        Args:
            purpose: names the number; one purpose has one distribution.
            lot: the lot's serial number.
            draw: makes an array of the given length from a generator.
        """
        block, row = divmod(lot, self.lots)
        blocks = self._scalars.get(purpose)
        if blocks is None:
            blocks = self._scalars[purpose] = {}
        values = blocks.get(block)
        if values is None:
            generator = stream(self._seed, self._station, purpose, block)
            values = _keep(blocks, block, draw(generator, self.lots).tolist())
        return values[row]

    def arrivals(self, purpose: str, lot: int, until: float) -> list[float]:
        """Return the times before ``until`` at which something happens once a unit of time on average.

        A longer time only adds some at its end. Most lots meet nothing, so the first time is looked at alone.
        """
        block, row = divmod(lot, self.lots)
        size = int(until + 6 * until**0.5 + 8)
        numbers = self._block(purpose, block, size, _arrivals)[row]
        if numbers[0] >= until:
            return []
        times: list[float] = numbers[: numbers.searchsorted(np.float32(until))].tolist()
        return times

    def hits(self, purpose: str, lot: int, size: int, bounds: NDArray[np.float32]) -> list[tuple[int, int]]:
        """Return to which places of a lot something rare happens, and what.

        The whole block is searched once, so a lot to which nothing happens costs a look-up.

        Args:
            purpose: names the numbers; one purpose has one set of bounds.
            lot: the lot's serial number.
            size: places in the lot.
            bounds: cumulative chances of the events. Shape (events,).

        Returns:
            Place and event of each, in order of place.
        """
        block, row = divmod(lot, self.lots)
        blocks = self._hits.get(purpose)
        if blocks is None:
            blocks = self._hits[purpose] = {}
        found = blocks.get(block)
        if found is None or found[1] < size:
            numbers = self._block(purpose, block, size, _uniform)
            rows, places = np.nonzero(numbers < bounds[-1])
            what = np.searchsorted(bounds, numbers[rows, places], side="right").clip(max=len(bounds) - 1)
            by_row: list[list[tuple[int, int]]] = [[] for _ in range(self.lots)]
            for where, place, event in zip(rows.tolist(), places.tolist(), what.tolist(), strict=True):
                by_row[where].append((place, event))
            found = _keep(blocks, block, (by_row, numbers.shape[1]))
        hits = found[0][row]
        return hits if not hits or hits[-1][0] < size else [hit for hit in hits if hit[0] < size]

    def _block(self, purpose: str, block: int, size: int, draw: Draw) -> Floats:
        blocks = self._blocks.get(purpose)
        if blocks is None:
            blocks = self._blocks[purpose] = {}
        numbers = blocks.get(block)
        if numbers is None or numbers.shape[1] < size:
            # drawn place by place, so that a longer lot met later changes no number of a shorter one
            width = -(-max(size, 8) * 9 // 8)
            generator = stream(self._seed, self._station, purpose, block)
            numbers = _keep(blocks, block, np.ascontiguousarray(draw(generator, (width, self.lots)).T))
        return numbers


def _keep(blocks: dict[int, Value], block: int, value: Value) -> Value:
    """Remember a block and forget the oldest; a forgotten block is drawn again alike when asked for."""
    blocks[block] = value
    while len(blocks) > Luck.kept:
        del blocks[next(iter(blocks))]
    return value
