"""The station loop: one process per server, the same for every step of the plant."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any

from simpy import Environment, Event, Timeout

from twin.flow.buffer import Inbox
from twin.flow.deadlock import check_circle
from twin.flow.deck import Deck
from twin.flow.lot import REWORK, Lot
from twin.flow.sampled import sampled_turn
from twin.flow.state import Server, StateClock
from twin.flow.stretches import PLANNED as PLANNED
from twin.flow.stretches import Breaks, Process, Stretches
from twin.flow.turn import Turn, take_turn
from twin.journal import Journal, State
from twin.material import Cell
from twin.pooling import Picked, joined
from twin.product import CellDesign
from twin.quality.defect import Births
from twin.quality.disposition import Disposition
from twin.quality.inspection import Gate
from twin.quality.instrument import Instrument
from twin.randomness import Luck
from twin.steps import Step

if TYPE_CHECKING:
    from twin.flow.downtime import Ageing

# ends what a server is in the middle of, and returns where in its loop it goes on
Midway = Generator[Event, Any, int]

# lots, each with the buffer that it goes to; None is out of the plant
Outputs = list[tuple[Inbox | None, Lot]]

# places in the loop
TOP, SEEKING, HAS_LOTS, READY, WORKED, FINISHED, ADJUSTED = range(7)


class StationFlow(Stretches):
    """A station at run time.

    The builder (``twin/flow/plant.py``) fills in what the line declares.

    Attributes:
        clock: time of all its servers in each state.
        renews: True when what comes out is a new lot: at sources, merges and where lots are combined.
        flaws: number of each defect mode that may be born here.
        modes: name of the mode of each of the line's flaws.
        pace: how much longer a turn takes than its step says.
        tray: cells that go back for rework together.
        reworked: trays that have gone back so far.
        returning: cells that wait to fill one, by station that they go to and how often they have been there.
        examines: True when flaws are born or seen here at declared rates.
        deck: what it remembers of evaluated lots; None where every lot is evaluated.
    """

    examines = False
    deck: Deck | None = None

    def __init__(self, env: Environment, number: int, name: str, step: Step, journal: Journal, luck: Luck) -> None:
        super().__init__(env, number)
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
        self.clock = StateClock(0, None)
        self.servers: list[Server] = []
        self.peers: Sequence[StationFlow] = ()
        self.in_a_loop = False
        self.serial = 0
        self.reworked = 0
        self.returning: dict[tuple[str, int], list[tuple[Cell | Picked, Lot]]] = {}

    def next_serial(self) -> int:
        """Return the number of the next new lot; turns begin first come first served, so no event order matters."""
        self.serial += 1
        return self.serial - 1

    def set_going(self, server: Server, midway: Midway | None = None) -> None:
        """Let a server begin its work, or go on with what it is in the middle of."""
        server.process = self.env.process(self.work(server, midway))

    # the loop

    def work(self, server: Server, midway: Midway | None = None) -> Process:
        """Run one server for ever.

        Args:
            server: the server.
            midway: what it is in the middle of: it ends that, and returns where in the loop the server goes on.
        """
        env = self.env
        prepares = server.upkeep is not None or self.operators is not None
        place = TOP if midway is None else (yield from midway)
        turns: Sequence[Turn] = ()
        while True:
            if place == TOP:
                # a server that stands empty keeps no lots of its last turn alive: thousands of racks may stand empty
                event = turn = lots = wait = None
                server.turns = turns = ()
                if server.upkeep is not None:
                    yield from self._planned(server)
            if place <= SEEKING:
                lots = None if self.idle else self.collect()
                if lots is None:
                    server.enter(State.STARVED, env.now)
                    event = Event(env)
                    self.idle.append(event)
                    lots = yield event
                assert lots is not None
                server.lots = lots
            if place <= HAS_LOTS and prepares:
                yield from self._prepare(server)
            if place <= READY:
                server.start = env.now
                seconds, breaks = self._begin(server)
                if breaks:
                    yield from self.work_with_failures(server, seconds, breaks)
                elif self.calendar is None:
                    server.enter(State.PRODUCTIVE, env.now)
                    yield Timeout(env, seconds)
                else:
                    yield from self.stay(server, State.PRODUCTIVE, seconds)
            if place <= WORKED and self.operators is not None:
                self.operators[0].give_back(self.operators[1])
            if place <= FINISHED:
                turns = server.turns
                for number in range(server.handed, len(turns)):
                    wait = self._hand_over(server, turns[number])
                    if wait is not None:
                        server.handed = number + 1
                        yield from wait
                server.lots, server.handed = (), 0
                for number, turn in enumerate(turns):
                    if turn.adjust is not None:
                        yield from self.adjust(server, number)
            place = TOP

    def _begin(self, server: Server) -> tuple[float, Breaks]:
        """Work out the turn, or one turn for each lot of a batch; return working time and failures in it."""
        lots = server.lots
        use = 0.0 if server.upkeep is None else server.upkeep.use
        if self.combine > 1 or (self.batch is None and self.channels is None):
            turns = [self.decide(lots, server.wear, use)]
            seconds = turns[0].seconds
        else:
            # the machine wears once, however many lots lie in it
            turns = [self.decide([lot], None if place else server.wear, use) for place, lot in enumerate(lots)]
            seconds = max([turn.seconds for turn in turns])
        if server.upkeep is not None:
            server.upkeep.used(turns[0].entered if self.step.unit == "m" else turns[0].tried)
        server.turns = turns
        return seconds, turns[0].breaks

    def decide(self, lots: Sequence[Lot], wear: Ageing | None, use: float) -> Turn:
        """Work out one turn.

        Args:
            lots: what goes in.
            wear: how the machine fails; None when it does not.
            use: what it has worked on since its last set-up.
        """
        if self.deck is None:
            return take_turn(self, lots, wear, use)
        return sampled_turn(self, self.deck, lots, wear, use)

    # what comes out

    def _hand_over(self, server: Server, turn: Turn) -> Process | None:
        """Write the turn down and bring its lots into the next buffer.

        Returns:
            None when all are in, else the process that waits until they are.
        """
        finish = self.env.now
        outputs = self.write_down(turn, finish)
        server.lots = [lot for lot in server.lots if lot not in turn.lots]
        for place, (box, lot) in enumerate(outputs):
            if box is None:
                self.record.finished(self.number, finish, lot)
                continue
            event = box.offer(lot)
            if event is not None:
                return self.wait_for_room(server, turn, outputs[place:], event, finish)
        self.record.visit(self.number, server.number, turn, server.start, finish, finish)
        return None

    def write_down(self, turn: Turn, finish: float) -> Outputs:
        """Write down what came of a turn that is over.

        Returns:
            The lots that come out, each with the buffer that it goes to; None is out of the plant.
        """
        turn.passed = 0.0
        for lot in turn.outputs:
            lot.units = lot.material.units
            # what goes back is not handed on
            turn.passed += 0.0 if turn.returns else lot.units
        if turn.rejections:
            self.record.rejects(self.number, finish, turn.rejections)
        if turn.readings:
            self.record.readings(self.number, finish, turn)
        if self.deck is not None:
            self.record.evaluated(self.number, finish, turn, self.outbox is None)
        if turn.born:
            self.record.kin(turn.outputs, turn.lots, finish)
        into = next(iter(self.rework.values())) if turn.returns else self.outbox
        outputs: Outputs = [(into, lot) for lot in turn.outputs]
        for to, cells in turn.back or ():
            outputs += self.send_back(to, cells, turn.lots[0])
        return outputs

    def wait_for_room(
        self,
        server: Server,
        turn: Turn,
        outputs: Sequence[tuple[Inbox | None, Lot]],
        event: Event | None,
        finish: float,
    ) -> Process:
        """Wait until the first of some lots is in its buffer, then bring in the others.

        Args:
            server: the server on which they are.
            turn: what they came of.
            outputs: the lots, each with its buffer.
            event: of the first of them coming in.
            finish: when the turn was over [s].
        """
        others = server.lots
        server.open = (turn, server.start, finish)
        for place, (box, lot) in enumerate(outputs):
            assert box is not None
            event = event if place == 0 else box.offer(lot)
            if event is not None:
                server.leaving = outputs[place:]
                server.lots = [*others, *(lot for _, lot in server.leaving)]
                server.enter(State.BLOCKED, self.env.now)
                if self.in_a_loop:
                    server.waits_for = box.owner
                    check_circle(self.number, self._waiting_for, self.journal.stations, self.env.now)
                yield event
                server.waits_for = -1
        server.lots, server.open, server.leaving = others, None, ()
        self.record.visit(self.number, server.number, turn, server.start, finish, self.env.now)

    def _waiting_for(self, station: int) -> set[int]:
        """Return which stations the servers of a station wait for; -1 is none."""
        return {server.waits_for for server in self.peers[station].servers}

    def send_back(self, to: str, cells: Cell | Picked, parent: Lot) -> Outputs:
        """Collect cells for rework until they fill a tray; return the lots that go back now."""
        waiting = self.put_aside(to, cells, parent)
        if sum([part.size for part, _ in waiting]) < self.tray:
            return []
        tray = joined([part for part, _ in waiting])
        lot = Lot(self.number, REWORK + self.reworked, tray, tray.units)
        self.record.kin([lot], [parent for _, parent in waiting], self.env.now)
        waiting.clear()
        self.reworked += 1
        return [(self.rework[to], lot)]

    def put_aside(self, to: str, cells: Cell | Picked, parent: Lot) -> list[tuple[Cell | Picked, Lot]]:
        """Put cells where they wait for a tray; return all that wait there, with the lots that they come of."""
        # a tray holds cells that have come back equally often, so that none loses a try
        waiting = self.returning.setdefault((to, cells.repeats), [])
        waiting.append((cells, parent))
        return waiting

    def put_by(self) -> list[Cell | Picked]:
        """Return the cells that wait here to fill a tray for rework."""
        return [part for waiting in self.returning.values() for part, _ in waiting]

    def write_open_visits(self) -> None:
        """Write the turns that are over but whose lots still wait to leave when the run ends."""
        for server in self.servers:
            if server.open is not None:
                self.record.visit(self.number, server.number, *server.open, self.env.now)
