"""Equipment states: every second of every server is in exactly one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from twin.calendar import Calendar
from twin.journal import State

if TYPE_CHECKING:
    from twin.flow.downtime import Upkeep, Wear
    from twin.flow.lot import Lot
    from twin.flow.turn import Turn

# time in these goes by whether or not the station is staffed; the unstaffed part is told apart
IDLE = (State.STARVED, State.BLOCKED, State.NO_CREW, State.NO_REPAIR_CREW)


class Server:
    """One machine of a station.

    Attributes:
        number: its place in the station.
        state: what it is doing.
        lots: lots on it.
        wear: its failures; None when it never fails.
        upkeep: set-ups and maintenance; None when it needs none.
        waits_for: number of the station it is blocked by, -1 for none.
        open: a turn that is over while its lots wait to leave, with its start and finish [s].
    """

    __slots__ = ("_calendar", "_seconds", "_since", "lots", "number", "open", "state", "upkeep", "waits_for", "wear")

    def __init__(self, number: int, seconds: list[float], calendar: Calendar | None) -> None:
        self.number = number
        self.state = State.STARVED
        self.lots: Sequence[Lot] = ()
        self.wear: Wear | None = None
        self.upkeep: Upkeep | None = None
        self.waits_for = -1
        self.open: tuple[Turn, float, float] | None = None
        self._seconds = seconds
        self._since = 0.0
        self._calendar = calendar

    def enter(self, state: State, now: float) -> None:
        """Change the state; the time since the last change belongs to the old one."""
        if self._calendar is not None and self.state in IDLE:
            staffed = self._calendar.staffed(now) - self._calendar.staffed(self._since)
            self._seconds[self.state] += staffed
            self._seconds[State.OFF_SHIFT] += now - self._since - staffed
        else:
            self._seconds[self.state] += now - self._since
        self._since = now
        self.state = state
