"""Keyed random streams: the same lot meets the same luck, whatever else happens in the plant.

A number is found by its key (seed, station, what for, lot, place in the lot) and never by the order
of events. Speeding one station up, or adding workers, therefore leaves every other lot's luck alone,
and two plants compared on one seed share theirs. Numbers are drawn in blocks of lots.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Value = TypeVar("Value")
Name = TypeVar("Name", bound=Hashable)
Streams = Callable[[str], np.random.Generator]
Draw = Callable[[np.random.Generator, tuple[int, int]], NDArray[np.floating]]

_WORD = (1 << 64) - 1
# what runs of this process have made once, by all that decides it: nothing that a run could change
_MADE: dict[Hashable, Any] = {}
_SHARED = 8


def _uniform(generator: np.random.Generator, shape: tuple[int, int]) -> Floats:
    return generator.random(shape, dtype=np.float32)


def _arrivals(generator: np.random.Generator, shape: tuple[int, int]) -> Floats:
    return np.cumsum(generator.standard_exponential(shape, dtype=np.float32), axis=0)


def _gaps(generator: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float64]:
    return generator.standard_exponential(shape)


def _normal(generator: np.random.Generator, shape: tuple[int, int]) -> Floats:
    return generator.standard_normal(shape, dtype=np.float32)


def _sequence(seed: int, key: tuple[str | int, ...]) -> np.random.SeedSequence:
    words = [part if isinstance(part, int) else zlib.crc32(part.encode()) for part in key]
    return np.random.SeedSequence(seed, spawn_key=words)


def stream(seed: int, *key: str | int) -> np.random.Generator:
    """Return the generator of one key; equal keys give equal streams on every machine.

    Args:
        seed: the run's seed.
        key: words and whole numbers that name the stream.
    """
    return np.random.Generator(np.random.Philox(_sequence(seed, key)))


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
        self._keys: dict[str, NDArray[np.uint64]] = {}
        self._words: dict[str, int] = {}
        self._blocks: dict[str, dict[int, Floats]] = {}
        self._scalars: dict[str, dict[int, list[float]]] = {}
        self._hits: dict[str, dict[int, tuple[list[list[tuple[int, int]]], int]]] = {}
        self._once: dict[Hashable, Any] = {}
        # one generator that is set to each key in turn: making one anew would cost twenty times as much
        self._bits = np.random.Philox(0)
        self._generator = np.random.Generator(self._bits)
        self._state = self._bits.state
        self._key, self._counter = self._state["state"]["key"], self._state["state"]["counter"]

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
            values = _keep(blocks, block, self.block(purpose, block, draw).tolist())
        return values[row]

    def block(
        self, purpose: str, block: int, draw: Callable[[np.random.Generator, int], NDArray[np.floating]]
    ) -> NDArray[np.floating]:
        """Return the numbers of ``one`` for a whole block of lots. Shape (lots,)."""
        return draw(self._at(purpose, block), self.lots)

    def toss(self, purpose: str, lot: int, place: int = 0) -> float:
        """Return one number in [0, 1) for one place of a lot, for what is asked of few places only.

        Source: the finaliser of SplitMix64 (Steele, Lea, Flood 2014) over the key.
        """
        word = self._words.get(purpose)
        if word is None:
            word = self._words[purpose] = int(self.key(purpose)[0])
        mixed = (word + lot * 0x9E3779B97F4A7C15 + place * 0xD1B54A32D192ED03) & _WORD
        mixed = ((mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9) & _WORD
        mixed = ((mixed ^ mixed >> 27) * 0x94D049BB133111EB) & _WORD
        # 53 bits, so that the largest is below one
        return ((mixed ^ mixed >> 31) >> 11) * 2.0**-53

    def arrivals(self, purpose: str, lot: int, until: float) -> Floats:
        """Return the times before ``until`` at which something happens once a unit of time on average.

        A longer time only adds some at its end. Shape (arrivals,).
        """
        block, row = divmod(lot, self.lots)
        size = int(until + 6 * until**0.5 + 8)
        numbers: Floats = self._block(purpose, block, size, _arrivals)[row]
        # most lots meet nothing, so the first time is looked at alone
        if numbers[0] >= until:
            return numbers[:0]
        return numbers[: int(numbers.searchsorted(np.float32(until)))]

    def hits(self, purpose: str, lot: int, size: int, bounds: NDArray[np.float32]) -> list[tuple[int, int]]:
        """Return to which places of a lot something rare happens, and what.

        The gaps between events are drawn, not a number for each place; a longer lot only adds events at its end.

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
            found = _keep(blocks, block, self._hits_of(purpose, block, size * 9 // 8, bounds))
        hits = found[0][row]
        return hits if not hits or hits[-1][0] < size else [hit for hit in hits if hit[0] < size]

    def once(self, key: Hashable, make: Callable[[Streams], Value], declared: Callable[[], Hashable]) -> Value:
        """Return what is made once for the station, and kept.

        Runs of one process share what they would all make alike, so that a plant that is asked a hundred questions
        makes it once.

        Args:
            key: names it in this run.
            make: makes it from streams of random numbers, each found by its purpose; nobody may change it afterwards.
            declared: returns all that decides it besides luck.
        """
        if key not in self._once:
            whole = (self._seed, self._station, declared())
            made = _MADE.pop(whole, None)
            if made is None:
                made = make(lambda purpose: stream(self._seed, self._station, f"once {purpose}"))
            self._once[key] = _keep(_MADE, whole, made, _SHARED)
        found: Value = self._once[key]
        return found

    def _hits_of(
        self, purpose: str, block: int, size: int, bounds: NDArray[np.float32]
    ) -> tuple[list[list[tuple[int, int]]], int]:
        """Return the rare events of each lot of a block up to a place, and that place."""
        chance = float(bounds[-1])
        by_row: list[list[tuple[int, int]]] = [[] for _ in range(self.lots)]
        if chance <= 0:
            return by_row, size
        width, places = int(size * chance + 5 * (size * chance) ** 0.5 + 4), list[list[int]]()
        scale = float(-np.log1p(-chance)) if chance < 1 else np.inf
        while not places:
            # drawn place by place: drawing more rows changes none of the first ones
            gaps = _gaps(self._at(purpose, block), (width, self.lots)) / scale
            places = _places(gaps.T.tolist(), size)
            width *= 2
        most = max(map(len, places))
        if most:
            which = self._at(f"{purpose} which", block).random((most, self.lots), dtype=np.float32) * bounds[-1]
            events = bounds.searchsorted(which, side="right").clip(max=len(bounds) - 1).T.tolist()
            by_row = [list(zip(*row, strict=False)) for row in zip(places, events, strict=True)]
        return by_row, size

    def _block(self, purpose: str, block: int, size: int, draw: Draw) -> Floats:
        blocks = self._blocks.get(purpose)
        if blocks is None:
            blocks = self._blocks[purpose] = {}
        numbers = blocks.get(block)
        if numbers is None or numbers.shape[1] < size:
            # drawn place by place, so that a longer lot met later changes no number of a shorter one
            width = -(-max(size, 8) * 9 // 8)
            drawn = draw(self._at(purpose, block), (width, self.lots))
            numbers = _keep(blocks, block, np.ascontiguousarray(drawn.T))
        return numbers

    def key(self, purpose: str) -> NDArray[np.uint64]:
        """Return the key of Philox for a purpose. Shape (2,)."""
        if purpose not in self._keys:
            words = _sequence(self._seed, (self._station, purpose)).generate_state(2, np.uint64)
            self._keys[purpose] = words.astype(np.uint64)
        return self._keys[purpose]

    def _at(self, purpose: str, block: int) -> np.random.Generator:
        """Return a generator at the beginning of one block's numbers; it is the same object each time."""
        self._key[:] = self.key(purpose)
        # the counter's highest word tells the block, so that no block runs into another; the others stay 0
        self._counter[3] = block
        self._bits.state = self._state
        return self._generator


def _places(gaps: list[list[float]], size: int) -> list[list[int]]:
    """Return the places below a size at which each lot meets something; none at all when gaps do not reach so far."""
    found = []
    for row in gaps:
        place, here = -1, []
        for gap in row:
            place += int(gap) + 1
            if place >= size:
                break
            here.append(place)
        if place < size:
            return []
        found.append(here)
    return found


def _keep(blocks: dict[Name, Value], block: Name, value: Value, most: int = Luck.kept) -> Value:
    """Remember a block and forget the oldest; a forgotten block is drawn again alike when asked for."""
    blocks[block] = value
    while len(blocks) > most:
        del blocks[next(iter(blocks))]
    return value
