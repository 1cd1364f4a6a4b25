"""The clock of a plant: SimPy's, which also tells what is to come."""

from __future__ import annotations

from simpy import Environment, Event


class Clock(Environment):
    """Time and the events to come."""

    def to_come(self) -> list[tuple[float, Event]]:
        """Return the events to come with their times [s], in the order in which they will happen."""
        # the end of a run stays behind as an event that nobody waits for
        return [(time, event) for time, _, _, event in sorted(self._queue, key=lambda e: e[:3]) if event.callbacks]

    def put(self, time: float) -> None:
        """Put the clock to a time where something else than SimPy tells what happens next [s]."""
        self._now = time

    def let_begin(self, processes: int) -> None:
        """Let so many processes that have just been made come to what they wait for first."""
        for _ in range(processes):
            self.step()
