"""The plant at run time: stations, buffers and crews built from the line, and the day that closes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from operator import add
from types import MappingProxyType

from twin.coarse import Coarse
from twin.equipment import Station
from twin.flow.buffer import Inbox
from twin.flow.clock import Clock
from twin.flow.crew import Pool
from twin.flow.deadlock import standstill
from twin.flow.deck import SPARSE, Deck
from twin.flow.downtime import Upkeep, Wear
from twin.flow.lot import Lot
from twin.flow.record import Recorder, RowTaker
from twin.flow.state import Server, StateClock
from twin.flow.station import StationFlow
from twin.flow.turn import CELL
from twin.journal import Journal, State
from twin.line import Line
from twin.material import Cell
from twin.pooling import Picked
from twin.quality.defect import Births
from twin.quality.disposition import Disposition
from twin.quality.inspection import Gate
from twin.quality.instrument import Instrument
from twin.randomness import Luck


class Plant:
    """One plant, running.

    Attributes:
        env: the clock, and what happens next.
        stations: in the order of the line.
        inboxes: buffers by name.
        pools: crews by name.
        closed: when the last day was closed [s].

    Args:
        line: the plant as declared, or with larger lots.
        seed: key of all luck.
        journal: where everything is written.
        share: share of cells whose rows are kept [-].
        truth: whether what is true is written beside what gauges report.
        evaluated: share of the batches that physics works out [-]; None for every one.
        tables: what takes rows in place of the journal's tables, by their names.
        deck: makes what a station remembers.
    """

    def __init__(
        self,
        line: Line | Coarse,
        seed: int,
        journal: Journal,
        share: float,
        truth: bool = False,
        evaluated: float | None = None,
        tables: Mapping[str, RowTaker] = MappingProxyType({}),
        deck: Callable[[float], Deck] = Deck,
    ) -> None:
        self.env = Clock()
        self.coarse = line if isinstance(line, Coarse) else Coarse(line)
        self.line = line = self.coarse.line
        self.truth = truth
        self.journal = journal
        self.record = Recorder(journal, share, tables)
        self.closed = 0.0
        numbers = {name: number for number, name in enumerate(line.stations)}
        self.stations = [
            StationFlow(self.env, number, name, line.stations[name].step, journal, Luck(seed, name))
            for name, number in numbers.items()
        ]
        self.inboxes: dict[str, Inbox] = {}
        self.pools = {name: Pool(self.env, crew.size) for name, crew in line.crews.items()}
        for name, buffer in line.buffers.items():
            self._connect(name, numbers[buffer.source], numbers[buffer.to])
        loops = any(buffer.rework for buffer in line.buffers.values())
        for station in self.stations:
            station.in_a_loop = loops
            self._equip(station, line.stations[station.name], seed)
        if evaluated is not None:
            self._sample(evaluated, deck)

    @property
    def servers(self) -> list[tuple[StationFlow, Server]]:
        """Every server with its station, in the order of the line."""
        return [(station, server) for station in self.stations for server in station.servers]

    def begin(self) -> None:
        """Let every server look for its first lot."""
        for station, server in self.servers:
            station.set_going(server)

    def _sample(self, share: float, deck: Callable[[float], Deck]) -> None:
        """Let every station that works on coating remember its evaluated lots."""
        for station in self.stations:
            side = getattr(station.step, "electrode", None)
            if not station.inboxes and side is None:
                continue
            station.deck = deck(share)
            if share < SPARSE:
                station.luck.lots = 1
            if not station.inboxes:
                self.record.sides[station.number] = int(side == "anode")

    def _connect(self, name: str, source: int, to: int) -> None:
        buffer = self.line.buffers[name]
        giver, taker = self.stations[source], self.stations[to]
        inbox = Inbox(self.env, name, buffer.capacity, buffer.shelf_life, taker.number)
        inbox.wake = taker.wake
        inbox.expire = lambda lot: self.record.expired(taker.number, self.env.now, lot)
        self.inboxes[name] = inbox
        if buffer.rework:
            taker.ways_back.append(inbox)
            giver.rework[taker.name] = inbox
        else:
            taker.inboxes.append(inbox)
            giver.outbox = inbox

    def _equip(self, station: StationFlow, declared: Station, seed: int) -> None:
        line = self.line
        station.record = self.record
        station.peers = self.stations
        station.product = line.cell
        station.pace = self.coarse.pace.get(station.name, 1.0)
        station.tray = line.cell.tray * self.coarse.lots if line.cell is not None else 1
        station.combine = declared.combine
        station.pairing = declared.pairing
        station.renews = declared.combine > 1 or len(station.inboxes) != 1
        if declared.batch is not None:
            station.batch, station.channels = declared.batch.lots, declared.batch.units
            station.patience = declared.batch.patience
        # who works all week needs no look at the calendar
        if declared.calendar is not None and line.staffed(declared.calendar) < 1:
            station.calendar = line.calendars[declared.calendar]
        for crew, people in declared.crew.items():
            station.operators = (self.pools[crew], people)
        if declared.failures is not None and declared.failures.crew is not None:
            station.repair = self.pools[declared.failures.crew]
        self._equip_quality(station, declared)
        station.clock = StateClock(declared.servers, station.calendar)
        for number in range(declared.servers):
            server = Server(number, station.clock)
            if declared.failures is not None:
                server.wear = Wear(declared.failures, seed, station.name, number)
            if declared.setups or declared.maintenance:
                setups, plans = list(declared.setups.values()), list(declared.maintenance.values())
                server.upkeep = Upkeep(setups, plans, number, declared.servers)
            station.servers.append(server)

    def _equip_quality(self, station: StationFlow, declared: Station) -> None:
        line = self.line
        station.disposition = Disposition(line.flaws, (declared.step.kind, station.name))
        here = [flaw for flaw in line.flaws if flaw.station == station.name]
        station.flaws = {flaw.name: flaw.number for flaw in here}
        station.modes = tuple(flaw.name for flaw in line.flaws)
        born = [flaw for flaw in here if flaw.name not in declared.step.explains]
        station.instruments = self._instruments(station.name)
        measured = {gauge.mode for gauge in declared.gauges.values() if gauge.instead}
        seen = [
            (flaw, sight.pod)
            for flaw in line.flaws
            for sight in flaw.mode.seen
            if sight.at in (station.name, declared.step.kind) and flaw.name not in measured
        ]
        station.births = Births(born, line.cell.welds if line.cell else 1)
        station.gate = Gate(seen, declared.false_rejects, declared.step.looks_at)
        station.examines = bool(station.births) or bool(station.gate) or bool(station.instruments)

    def _instruments(self, name: str) -> list[Instrument]:
        """Return the gauges of a station at work."""
        flaws, looks_at = self.line.flaws, self.line.stations[name].step.looks_at
        return [
            Instrument(
                number, word, gauge.at_work(looks_at), [flaw for flaw in flaws if flaw.name == gauge.mode], self.truth
            )
            for number, (station, word, gauge) in enumerate(self.line.gauges)
            if station == name
        ]

    @property
    def good(self) -> float:
        """Cells, or lots of a generic line, finished so far."""
        return self.record.good

    def run_until(self, time: float) -> None:
        """Run to a moment and close the day there.

        Raises:
            Deadlock: stations wait for each other for ever.
        """
        self.env.run(until=time)
        # SimPy puts the event that stops it back among those to come
        self.env.step()
        if self.env.peek() == float("inf"):
            doing = {station.name: {State(server.state) for server in station.servers} for station in self.stations}
            raise standstill(doing, self.env.now)

    def open_day(self, day: int) -> None:
        """Write what is in the plant before a day begins."""
        self._take_stock(day - 1)

    def close_day(self, day: int) -> None:
        """Write what the day was like: states of servers, levels of buffers, what is in the plant."""
        now = self.env.now
        tables = self.journal.tables
        for station in self.stations:
            # a server that stands for several is written down as all of them
            each = self.coarse.each.get(station.name, 1.0)
            tables["states"].add((day, station.number, *[each * one for one in station.clock.close_day(now)]))
        for number, inbox in enumerate(self.inboxes.values()):
            mean, most = inbox.close_day(now - self.closed)
            tables["levels"].add((day, number, mean * self.coarse.lots, most * self.coarse.lots))
        self.closed = now
        self._take_stock(day)
        self.journal.put_away()

    def _take_stock(self, day: int) -> None:
        """Count every lot in the plant, at its place and in its unit."""
        for station in self.stations:
            lots = [lot for server in station.servers for lot in server.lots]
            self._count(day, station.number, lots, station.put_by())
        for number, inbox in enumerate(self.inboxes.values(), start=len(self.stations)):
            self._count(day, number, list(inbox.lots))

    def _count(self, day: int, place: int, lots: Sequence[Lot], parts: Sequence[Cell | Picked] = ()) -> None:
        totals: dict[int, tuple[int, float, float, float]] = {}
        # thousands of lots of cells rest in a plant and every day is counted: no call for each
        cells: list[tuple[float, Cell | Picked]] = [
            (lot.units, lot.material) for lot in lots if type(lot.material) is Cell
        ]
        of_cells = len(cells)
        cells += [(part.units, part) for part in parts]
        if cells:
            # one after the other: sum() rounds otherwise in newer Pythons
            cathode = reduce(add, [units * cell.cathode_kg for units, cell in cells])
            anode = reduce(add, [units * cell.anode_kg for units, cell in cells])
            totals[CELL] = (len(cells), reduce(add, [units for units, _ in cells]), cathode, anode)
        for lot in lots if of_cells < len(lots) else ():
            if type(lot.material) is not Cell:
                before = totals.get(lot.unit, (0, 0.0, 0.0, 0.0))
                totals[lot.unit] = (before[0] + 1, before[1] + lot.units, *map(add, before[2:], lot.coating))
        for unit, total in totals.items():
            self.journal.tables["stock"].add((day, place, unit, *total))

    def put_away(self) -> None:
        """Write everything there is."""
        self.journal.put_away(everything=True)

    def close(self) -> None:
        """Write down turns that are over but whose lots still wait to leave."""
        for station in self.stations:
            station.write_open_visits()
