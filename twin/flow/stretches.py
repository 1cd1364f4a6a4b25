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
        if self.operators is not None:
            pool, people = self.operators
            event = pool.ask(people)
            if event is not None:
                server.enter(State.NO_CREW, env.now)
                yield event

    def _planned(self, server: Server) -> Process:
        assert server.upkeep is not None
        plan = server.upkeep.planned_due(self.env.now)
        if plan is not None:
            server.begin, state = self.env.now, PLANNED[plan.state]
            yield from self.stay(server, state, plan.takes)
            self.note_stop(server, state)

    def _adjust(self, server: Server, action: str, seconds: float) -> Process:
        """Stand still after the alarm of a control chart; a stop renews what wears, as a set-up does."""
        server.begin, state = self.env.now, State.SETUP if action == "stop" else State.ENGINEERING
        yield from self.stay(server, state, seconds)
        if action == "stop" and server.upkeep is not None:
            server.upkeep.renew()
        self.note_stop(server, state)

    def note_stop(self, server: Server, state: State) -> None:
        """Write down a stop that is over."""
        self.record.stop(self.number, server.number, state, server.begin, self.env.now - server.begin)

    def stay(self, server: Server, state: State, seconds: float) -> Process:
        """Spend staffed time in a state; unstaffed time on the way is off shift."""
        env, calendar = self.env, self.calendar
        if calendar is None:
            server.enter(state, env.now)
            yield Timeout(env, seconds)
            return
        while True:
            begin, end = calendar.stretch(env.now)
            if begin > env.now:
                server.enter(State.OFF_SHIFT, env.now)
                yield Timeout(env, begin - env.now)
            part = min(seconds, end - env.now)
            server.enter(state, env.now)
            yield Timeout(env, part)
            seconds -= part
            if seconds <= 0:
                return

    def _work_with_failures(self, server: Server, seconds: float, breaks: Breaks) -> Process:
        """Work until it fails, wait for the repair crew, have it repaired, go on.

        Stops that operators clear on the spot are short and many: they are lived through in one piece.
        """
        if self.repair is None:
            yield from self.stay(server, State.PRODUCTIVE, seconds)
            # one after the other: sum() rounds otherwise in newer Pythons
            yield from self.stay(server, State.REPAIR, reduce(add, [repair for _, repair in breaks]))
            return
        for use, repair in breaks:
            yield from self.stay(server, State.PRODUCTIVE, use)
            seconds -= use
            event = self.repair.ask(1.0)
            if event is not None:
                server.enter(State.NO_REPAIR_CREW, self.env.now)
                yield event
            begin = self.env.now
            server.enter(State.REPAIR, begin)
            yield Timeout(self.env, repair)
            self.repair.give_back(1.0)
            self.record.stop(self.number, server.number, State.REPAIR, begin, repair)
        yield from self.stay(server, State.PRODUCTIVE, seconds)
