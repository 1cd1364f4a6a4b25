"""What a server spends time with: work, repair, set-ups, planned work, and waiting for people."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

from simpy import Environment, Event, Timeout

from twin.calendar import Calendar
from twin.flow.crew import Pool
from twin.flow.intake import Intake
from twin.flow.state import Server
from twin.journal import State

if TYPE_CHECKING:
    from twin.flow.record import Recorder

Process = Generator[Event, Any, None]
Breaks = Sequence[tuple[float, float]]
PLANNED = {"scheduled_down": State.MAINTENANCE, "engineering": State.ENGINEERING}


class Stretches(Intake):
    """The time of a station's servers.

    Attributes:
        number: its place among the stations.
        calendar: when it is staffed; None means always.
        operators: crew, and how many of them a server needs while it works; None for none.
        repair: crew that repairs; None when the operator clears failures on the spot.
        record: the scribe.
    """

    record: Recorder

    def __init__(self, env: Environment, number: int) -> None:
        super().__init__(env)
        self.number = number
        self.calendar: Calendar | None = None
        self.operators: tuple[Pool, float] | None = None
        self.repair: Pool | None = None

    def _prepare(self, server: Server) -> Process:
        """Wait for the shift, set up and wait for operators."""
        env = self.env
        if server.upkeep is not None:
            seconds = server.upkeep.setup_due()
            if seconds:
                server.begin = env.now
                yield from self.stay(server, State.SETUP, seconds)
                self.note_stop(server, State.SETUP)
        yield from self.call_operators(server)

    def call_operators(self, server: Server) -> Process:
        """Wait for the operators that a turn needs."""
        if self.operators is not None:
            pool, people = self.operators
            event = pool.ask(people)
            if event is not None:
                server.enter(State.NO_CREW, self.env.now)
                yield event

    def _planned(self, server: Server) -> Process:
        assert server.upkeep is not None
        plan = server.upkeep.planned_due(self.env.now)
        if plan is not None:
            server.begin, state = self.env.now, PLANNED[plan.state]
            yield from self.stay(server, state, plan.takes)
            self.note_stop(server, state)

    def adjust(self, server: Server, number: int, event: Event | None = None) -> Process:
        """Stand still after the alarm of a control chart; a stop renews what wears, as a set-up does.

        Args:
            server: the server.
            number: which of its turns had the alarm.
            event: with which a part of it is over, when it has begun already.
        """
        alarm = server.turns[number].adjust
        assert alarm is not None
        action, seconds = alarm
        state = State.SETUP if action == "stop" else State.ENGINEERING
        if event is None:
            server.begin, server.adjusts = self.env.now, number
            yield from self.stay(server, state, seconds)
        else:
            yield from self.stay_on(server, event)
        if action == "stop" and server.upkeep is not None:
            server.upkeep.renew()
        self.note_stop(server, state)

    def note_stop(self, server: Server, state: State) -> None:
        """Write down a stop that is over."""
        self.record.stop(self.number, server.number, state, server.begin, self.env.now - server.begin)

    def stay(self, server: Server, state: State, seconds: float, end: float | None = None) -> Process:
        """Spend staffed time in a state; unstaffed time on the way is off shift.

        Args:
            server: the server.
            state: the state.
            seconds: how long [s].
            end: of the shift that begins now [s]; None looks for the shift.
        """
        env, calendar = self.env, self.calendar
        if calendar is None:
            server.enter(state, env.now)
            yield Timeout(env, seconds)
            return
        while True:
            if end is None:
                begin, end = calendar.stretch(env.now)
                if begin > env.now:
                    server.enter(State.OFF_SHIFT, env.now)
                    server.stays = (state, seconds, end)
                    yield Timeout(env, begin - env.now)
            part = min(seconds, end - env.now)
            seconds -= part
            server.enter(state, env.now)
            server.stays = (state, seconds, end)
            yield Timeout(env, part)
            if seconds <= 0:
                return
            end = None

    def stay_on(self, server: Server, event: Event) -> Process:
        """End a stretch of staffed time, of which a part is over with an event."""
        yield event
        if self.calendar is None:
            return
        state, seconds, end = server.stays
        if server.state == State.OFF_SHIFT:
            yield from self.stay(server, state, seconds, end)
        elif seconds > 0:
            yield from self.stay(server, state, seconds)

    def work_with_failures(self, server: Server, seconds: float, breaks: Breaks, first: int = 0) -> Process:
        """Work until it fails, wait for the repair crew, have it repaired, go on.

        Stops that operators clear on the spot are short and many: they are lived through in one piece.

        Args:
            server: the server.
            seconds: working time that is left [s].
            breaks: all failures of the turn.
            first: how many of them are over.
        """
        if self.repair is None:
            yield from self.stay(server, State.PRODUCTIVE, seconds)
            yield from self.clear(server, breaks)
            return
        for place in range(first, len(breaks)):
            use, repair = breaks[place]
            server.failing = (place, seconds)
            yield from self.stay(server, State.PRODUCTIVE, use)
            seconds -= use
            yield from self.call_repair(server, repair)
        server.failing = (len(breaks), seconds)
        yield from self.stay(server, State.PRODUCTIVE, seconds)

    def clear(self, server: Server, breaks: Breaks) -> Process:
        """Let the operator clear all failures of a turn."""
        # one after the other: sum() rounds otherwise in newer Pythons
        yield from self.stay(server, State.REPAIR, reduce(add, [repair for _, repair in breaks]))

    def call_repair(self, server: Server, seconds: float) -> Process:
        """Wait for the repair crew and be repaired."""
        assert self.repair is not None
        event = self.repair.ask(1.0)
        if event is not None:
            server.enter(State.NO_REPAIR_CREW, self.env.now)
            yield event
        yield from self.be_repaired(server, seconds)

    def be_repaired(self, server: Server, seconds: float, end: Event | None = None) -> Process:
        """Be repaired by a crew that is there, until the end of that when it has begun already."""
        assert self.repair is not None
        if end is None:
            server.begin = self.env.now
            server.enter(State.REPAIR, server.begin)
            end = Timeout(self.env, seconds)
        yield end
        self.repair.give_back(1.0)
        self.record.stop(self.number, server.number, State.REPAIR, server.begin, seconds)
