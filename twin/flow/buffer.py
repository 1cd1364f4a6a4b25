"""Buffers: finite storage in front of a station. Full means the one who fills it is blocked."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from simpy import Environment, Event

from twin.flow.lot import Lot

ENDLESS = 1 << 60


class Inbox:
    """A buffer at run time, owned by the one station that empties it.

    Attributes:
        lots: lots in it, first come first.
        blocked: lots that wait on their machines because it is full, first come first.
        owner: number of the station that empties it.
        area: lots times seconds since the day began, until ``since`` [s].
        since: when a lot came or went last, or the day began [s].
        most: most lots since the day began.
        wake: called when a lot has come.
        expire: called with each lot that has grown too old.
    """

    def __init__(self, env: Environment, name: str, capacity: int | None, shelf_life: float | None, owner: int) -> None:
        self.name = name
        self.owner = owner
        self.capacity = ENDLESS if capacity is None else capacity
        self.shelf_life = shelf_life
        self.lots: deque[Lot] = deque()
        self.blocked: deque[tuple[Lot, Event]] = deque()
        self.wake: Callable[[], None] = lambda: None
        self.expire: Callable[[Lot], None] = lambda lot: None
        self._env = env
        self.area = 0.0
        self.since = 0.0
        self.most = 0

    def offer(self, lot: Lot) -> Event | None:
        """Bring a lot in. Returns None when it is in, else the event of its coming in."""
        now = self._env.now
        lots = self.lots
        if len(lots) < self.capacity:
            self.area += len(lots) * (now - self.since)
            self.since = now
            lot.entered = now
            lots.append(lot)
            self.most = max(self.most, len(lots))
            self.wake()
            return None
        event = Event(self._env)
        lot.entered = now
        self.blocked.append((lot, event))
        self.wake()
        return None if event.triggered else event

    def ready(self) -> bool:
        """Return whether a lot can be taken, once those past their shelf life are out."""
        if self.shelf_life is not None:
            limit = self._env.now - self.shelf_life
            while self.lots and self.lots[0].entered < limit:
                self.expire(self.take())
        return bool(self.lots or self.blocked)

    def take(self, place: int = 0) -> Lot:
        """Take the first lot out, or the one at a place behind it, and let the first blocked one in."""
        now = self._env.now
        lots = self.lots
        if not lots:
            lot, event = self.blocked.popleft()
            lot.entered = now
            event.succeed()
            return lot
        self.area += len(lots) * (now - self.since)
        self.since = now
        lots.rotate(-place)
        lot = lots.popleft()
        lots.rotate(place)
        # none while there is less room than before in a plant that goes on from a saved state
        if self.blocked and len(lots) < self.capacity:
            following, event = self.blocked.popleft()
            following.entered = now
            lots.append(following)
            event.succeed()
        return lot

    def close_day(self, day: float) -> tuple[float, int]:
        """Return mean and largest number of lots since the last call, ``day`` seconds ago."""
        now = self._env.now
        mean = (self.area + len(self.lots) * (now - self.since)) / day
        most, self.most = self.most, len(self.lots)
        self.area, self.since = 0.0, now
        return mean, most
