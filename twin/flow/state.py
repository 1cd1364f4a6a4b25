"""Equipment states: every second of every server is in exactly one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from twin.calendar import Calendar
from twin.journal import State

if TYPE_CHECKING:
    from simpy import Process

    from twin.flow.buffer import Inbox
    from twin.flow.downtime import Upkeep, Wear
    from twin.flow.lot import Lot
    from twin.flow.turn import Turn

# time in these goes by whether or not the station is staffed; the unstaffed part is told apart
IDLE = frozenset((State.STARVED, State.BLOCKED, State.NO_CREW, State.NO_REPAIR_CREW))


class StateClock:
    """How many servers of a station are in each state, and for how long.

    The integral of the counts over time is the sum of all servers' times, so that a station of thousands
    of places costs no more to account for than one of two.

    Attributes:
        counts: servers in each state.
        seconds: of all servers in each state since the day began, until ``since`` [s].
        since: when a server entered or left each state last, or the day began [s].

    Args:
        servers: how many there are; they begin starved.
        calendar: when the station is staffed; None means always.
    """

    def __init__(self, servers: int, calendar: Calendar | None) -> None:
        self.counts = [0] * len(State)
        self.counts[State.STARVED] = servers
        self.seconds = [0.0] * len(State)
        self.since = [0.0] * len(State)
        self._calendar = calendar

    def change(self, old: State, new: State, now: float) -> None:
        """Note that one server goes from one state to another."""
        if self._calendar is not None:
            self._count_staffed(old, now)
            self._count_staffed(new, now)
        else:
            counts, since, seconds = self.counts, self.since, self.seconds
            seconds[old] += counts[old] * (now - since[old])
            seconds[new] += counts[new] * (now - since[new])
            since[old] = since[new] = now
        self.counts[old] -= 1
        self.counts[new] += 1

    def _count(self, state: State, now: float) -> None:
        if self._calendar is not None:
            self._count_staffed(state, now)
        else:
            self.seconds[state] += self.counts[state] * (now - self.since[state])
            self.since[state] = now

    def _count_staffed(self, state: State, now: float) -> None:
        assert self._calendar is not None
        passed = now - self.since[state]
        if state in IDLE and self.counts[state]:
            staffed = self._calendar.staffed(now) - self._calendar.staffed(self.since[state])
            self.seconds[State.OFF_SHIFT] += self.counts[state] * (passed - staffed)
            passed = staffed
        self.seconds[state] += self.counts[state] * passed
        self.since[state] = now

    def go_on(self, seconds: list[float], since: list[float], counts: list[int], servers: int, now: float) -> None:
        """Go on from a state; servers that were not there yet are starved from now on [s].

        Args:
            seconds: of all servers in each state since the day began, until ``since`` [s].
            since: when a server entered or left each state last [s].
            counts: servers in each state.
            servers: how many there are now.
            now: the time [s].
        """
        self.seconds, self.since, self.counts = [*seconds], [*since], [*counts]
        more = servers - sum(counts)
        if more > 0:
            # what has passed is told of those that were there
            self._count(State.STARVED, now)
            self.counts[State.STARVED] += more

    def close_day(self, now: float) -> list[float]:
        """Return the servers' seconds in each state since the last call, and begin anew. Shape (states,)."""
        for state in State:
            self._count(state, now)
        closed, self.seconds = self.seconds, [0.0] * len(State)
        return closed


class Server:
    """One machine of a station.

    Attributes:
        number: its place in the station.
        state: what it is doing.
        lots: lots on it.
        turns: what it does to them, once that is decided.
        start: when it began to [s].
        begin: when its last stop began [s].
        stays: state of the stretch of staffed time it is in or was in last, what is left of it after the part that runs
            [s], and when the shift ends [s].
        failing: how many failures of its turn a crew has repaired, and the working time that was left then [s].
        process: its loop.
        wear: its failures; None when it never fails.
        upkeep: set-ups and maintenance; None when it needs none.
        waits_for: number of the station it is blocked by, -1 for none.
        handed: how many of its turns are handed over while lots of the last of them wait to leave.
        open: that turn while its lots wait to leave, with its start and finish [s].
        leaving: those lots, each with the buffer that it waits for.
        adjusts: which of its turns it stands still for, after the alarm of a chart.
    """

    __slots__ = (
        "_clock",
        "adjusts",
        "begin",
        "failing",
        "handed",
        "leaving",
        "lots",
        "number",
        "open",
        "process",
        "start",
        "state",
        "stays",
        "turns",
        "upkeep",
        "waits_for",
        "wear",
    )

    def __init__(self, number: int, clock: StateClock) -> None:
        self.number = number
        self.state = State.STARVED
        self.lots: Sequence[Lot] = ()
        self.turns: Sequence[Turn] = ()
        self.start = 0.0
        self.begin = 0.0
        self.stays = (State.STARVED, 0.0, 0.0)
        self.failing = (0, 0.0)
        self.process: Process | None = None
        self.wear: Wear | None = None
        self.upkeep: Upkeep | None = None
        self.waits_for = -1
        self.handed = 0
        self.open: tuple[Turn, float, float] | None = None
        self.leaving: Sequence[tuple[Inbox | None, Lot]] = ()
        self.adjusts = 0
        self._clock = clock

    def enter(self, state: State, now: float) -> None:
        """Change the state; the time since the last change belongs to the old one."""
        if state is not self.state:
            self._clock.change(self.state, state, now)
            self.state = state
