"""The station loop: one process per server, the same for every step of the plant."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

from simpy import Environment, Event, Timeout

from twin.calendar import Calendar
from twin.flow.buffer import Inbox
from twin.flow.crew import Pool
from twin.flow.deadlock import check_circle
from twin.flow.intake import Intake
from twin.flow.lot import REWORK, Lot
from twin.flow.state import Server, StateClock
from twin.flow.turn import Turn, pooled, take_turn
from twin.journal import Journal, State
from twin.material import Cell
from twin.product import CellDesign
from twin.quality.defect import Births
from twin.quality.disposition import Disposition
from twin.quality.inspection import Gate
from twin.quality.instrument import Instrument
from twin.randomness import Luck
from twin.steps import Step

if TYPE_CHECKING:
    from twin.flow.record import Recorder

Process = Generator[Event, Any, None]
Breaks = Sequence[tuple[float, float]]
PLANNED = {"scheduled_down": State.MAINTENANCE, "engineering": State.ENGINEERING}


class StationFlow(Intake):
    """A station at run time.

    The builder (``twin/flow/plant.py``) fills in what the line declares.

    Attributes:
        number: its place among the stations.
        clock: time of all its servers in each state.
        renews: True when what comes out is a new lot: at sources, merges and where lots are combined.
        flaws: number of each defect mode that may be born here.
        modes: name of the mode of each of the line's flaws.
        pace: how much longer a turn takes than its step says.
        tray: cells that go back for rework together.
        examines: True when flaws are born or seen here at declared rates.
    """

    examines = False

    def __init__(self, env: Environment, number: int, name: str, step: Step, journal: Journal, luck: Luck) -> None:
        super().__init__(env)
        self.number = number
        self.name = name
        self.step = step
        self.journal = journal
        self.luck = luck
        self.product: CellDesign | None = None
        self.pace = 1.0
        self.tray = 1
        self.disposition = Disposition([])
        self.births = Births([])
        self.gate = Gate([])
        self.instruments: Sequence[Instrument] = ()
        self.flaws: dict[str, int] = {}
        self.modes: tuple[str, ...] = ()
        self.false_reject = journal.reason("false_reject")
        self.renews = True
        self.outbox: Inbox | None = None
        self.rework: dict[str, Inbox] = {}
        self.calendar: Calendar | None = None
        self.operators: tuple[Pool, float] | None = None
        self.repair: Pool | None = None
        self.clock = StateClock(0, None)
        self.servers: list[Server] = []
        self.peers: Sequence[StationFlow] = ()
        self.in_a_loop = False
        self.record: Recorder
        self._serial = 0
        self._reworked = 0
        self.returning: dict[tuple[str, int], list[tuple[Cell, Lot]]] = {}

    def next_serial(self) -> int:
        """Return the number of the next new lot; turns begin first come first served, so no event order matters."""
        self._serial += 1
        return self._serial - 1

    # the loop

    def work(self, server: Server) -> Process:
        """Run one server for ever."""
        env = self.env
        prepares = server.upkeep is not None or self.operators is not None
        while True:
            # a server that stands empty keeps no lots of its last turn alive: thousands of racks may stand empty
            event = turn = turns = lots = wait = None
            if server.upkeep is not None:
                yield from self._planned(server)
            lots = None if self.idle else self.collect()
            if lots is None:
                server.enter(State.STARVED, env.now)
                event = Event(env)
                self.idle.append(event)
                lots = yield event
            assert lots is not None
            server.lots = lots
            if prepares:
                yield from self._prepare(server)
            start = env.now
            turns, seconds, breaks = self._begin(server, lots)
            if breaks:
                yield from self._work_with_failures(server, seconds, breaks)
            elif self.calendar is None:
                server.enter(State.PRODUCTIVE, start)
                yield Timeout(env, seconds)
            else:
                yield from self._stay(server, State.PRODUCTIVE, seconds)
            if self.operators is not None:
                self.operators[0].give_back(self.operators[1])
            for turn in turns:
                wait = self._hand_over(server, turn, start)
                if wait is not None:
                    yield from wait
            server.lots = ()
            for turn in turns:
                if turn.adjust is not None:
                    yield from self._adjust(server, *turn.adjust)

    def _begin(self, server: Server, lots: Sequence[Lot]) -> tuple[Sequence[Turn], float, Breaks]:
        """Work out the turn, or one turn for each lot of a batch: turns, working time and failures in it."""
        use = 0.0 if server.upkeep is None else server.upkeep.use
        if self.combine > 1 or (self.batch is None and self.channels is None):
            turns = [take_turn(self, lots, server.wear, use)]
            seconds = turns[0].seconds
        else:
            # the machine wears once, however many lots lie in it
            turns = [take_turn(self, [lot], None if place else server.wear, use) for place, lot in enumerate(lots)]
            seconds = max([turn.seconds for turn in turns])
        if server.upkeep is not None:
            server.upkeep.used(turns[0].entered if self.step.unit == "m" else turns[0].tried)
        return turns, seconds, turns[0].breaks

    def _prepare(self, server: Server) -> Process:
        """Wait for the shift, set up and wait for operators."""
        env = self.env
        if server.upkeep is not None:
            seconds = server.upkeep.setup_due()
            if seconds:
                begin = env.now
                yield from self._stay(server, State.SETUP, seconds)
                self.record.stop(self.number, server.number, State.SETUP, begin, env.now - begin)
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
            begin, state = self.env.now, PLANNED[plan.state]
            yield from self._stay(server, state, plan.takes)
            self.record.stop(self.number, server.number, state, begin, self.env.now - begin)

    def _adjust(self, server: Server, action: str, seconds: float) -> Process:
        """Stand still after the alarm of a control chart; a stop renews what wears, as a set-up does."""
        begin, state = self.env.now, State.SETUP if action == "stop" else State.ENGINEERING
        yield from self._stay(server, state, seconds)
        if action == "stop" and server.upkeep is not None:
            server.upkeep.renew()
        self.record.stop(self.number, server.number, state, begin, self.env.now - begin)

    def _stay(self, server: Server, state: State, seconds: float) -> Process:
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
            yield from self._stay(server, State.PRODUCTIVE, seconds)
            # one after the other: sum() rounds otherwise in newer Pythons
            yield from self._stay(server, State.REPAIR, reduce(add, [repair for _, repair in breaks]))
            return
        for use, repair in breaks:
            yield from self._stay(server, State.PRODUCTIVE, use)
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
        yield from self._stay(server, State.PRODUCTIVE, seconds)

    # what comes out

    def _hand_over(self, server: Server, turn: Turn, start: float) -> Process | None:
        """Write the turn down and bring its lots into the next buffer.

        Returns:
            None when all are in, else the process that waits until they are.
        """
        finish = self.env.now
        turn.passed = 0.0
        for lot in turn.outputs:
            lot.units = lot.material.units
            turn.passed += lot.units
        if turn.rejections:
            self.record.rejects(self.number, finish, turn.rejections)
        if turn.readings:
            self.record.readings(self.number, finish, turn)
        if turn.born:
            self.record.kin(turn.outputs, turn.lots, finish)
        outputs: list[tuple[Inbox | None, Lot]] = [(self.outbox, lot) for lot in turn.outputs]
        for to, cells in turn.back or ():
            outputs += self._send_back(to, cells, turn.lots[0])
        server.lots = [lot for lot in server.lots if lot not in turn.lots]
        for place, (box, lot) in enumerate(outputs):
            if box is None:
                self.record.finished(self.number, finish, lot)
                continue
            event = box.offer(lot)
            if event is not None:
                return self._blocked(server, turn, start, outputs[place:], event)
        self.record.visit(self.number, server.number, turn, start, finish, finish)
        return None

    def _blocked(
        self, server: Server, turn: Turn, start: float, outputs: list[tuple[Inbox | None, Lot]], event: Event | None
    ) -> Process:
        """Wait until the first of some lots is in its buffer, then bring in the others."""
        others, finish = server.lots, self.env.now
        server.open = (turn, start, finish)
        for place, (box, lot) in enumerate(outputs):
            assert box is not None
            event = event if place == 0 else box.offer(lot)
            if event is not None:
                server.lots = [*others, *(lot for _, lot in outputs[place:])]
                server.enter(State.BLOCKED, self.env.now)
                if self.in_a_loop:
                    server.waits_for = box.owner
                    check_circle(self, self.peers, self.env.now)
                yield event
                server.waits_for = -1
        server.lots, server.open = others, None
        self.record.visit(self.number, server.number, turn, start, finish, self.env.now)

    def _send_back(self, to: str, cells: Cell, parent: Lot) -> list[tuple[Inbox | None, Lot]]:
        """Collect cells for rework until they fill a tray; return the lots that go back now."""
        # a tray holds cells that have come back equally often, so that none loses a try
        waiting = self.returning.setdefault((to, cells.repeats), [])
        waiting.append((cells, parent))
        if sum(part.size for part, _ in waiting) < self.tray:
            return []
        tray = pooled([part for part, _ in waiting])
        lot = Lot(self.number, REWORK + self._reworked, tray, tray.units)
        self.record.kin([lot], [parent for _, parent in waiting], self.env.now)
        waiting.clear()
        self._reworked += 1
        return [(self.rework[to], lot)]

    def returning_lots(self) -> list[Lot]:
        """Return what waits here to fill a tray for rework, as lots."""
        parts = [part for waiting in self.returning.values() for part, _ in waiting]
        return [Lot(self.number, REWORK, part, part.units) for part in parts]

    def write_open_visits(self) -> None:
        """Write the turns that are over but whose lots still wait to leave when the run ends."""
        for server in self.servers:
            if server.open is not None:
                self.record.visit(self.number, server.number, *server.open, self.env.now)
