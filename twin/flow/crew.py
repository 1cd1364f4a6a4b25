"""Crews: people that stations share, first asked first served."""

from __future__ import annotations

from collections import deque

from simpy import Environment, Event

# people come in fractions, whose sums are a little off
ROUNDING = 1e-9


class Pool:
    """A crew at run time.

    Attributes:
        free: people who have nothing to do.
        queue: who waits, first asked first: people, and the event of their coming.
    """

    def __init__(self, env: Environment, size: float) -> None:
        self.free = size
        self._env = env
        self.queue: deque[tuple[float, Event]] = deque()

    def ask(self, people: float) -> Event | None:
        """Ask for people. Returns None when they come at once, else the event of their coming."""
        if not self.queue and self.free >= people - ROUNDING:
            self.free -= people
            return None
        event = Event(self._env)
        self.queue.append((people, event))
        return event

    def give_back(self, people: float) -> None:
        """Give people back; who has waited longest gets them."""
        self.free += people
        while self.queue and self.free >= self.queue[0][0] - ROUNDING:
            needed, event = self.queue.popleft()
            self.free -= needed
            event.succeed()
