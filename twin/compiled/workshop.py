"""A plant in machine code whose lots hold something: Python works out the turns of those that are evaluated."""

from __future__ import annotations

from functools import partial

import numpy as np

from twin.coarse import Coarse
from twin.compiled.crafts import lay_out_crafts, name_rests
from twin.compiled.decks import LaidOutDeck
from twin.compiled.holdings import BENCH, DECIDE, ROOM, WRITE, Holdings
from twin.compiled.physics import age, forget
from twin.compiled.plant import CompiledPlant
from twin.compiled.remembering import Library
from twin.compiled.shelf import Fields, Shelf, Wearing
from twin.compiled.slate import Slate
from twin.compiled.state import NONE
from twin.compiled.trays import Trays
from twin.compiled.woven import WovenRows
from twin.flow import Plant
from twin.flow.station import Outputs
from twin.journal import TABLES, Journal

_PIECES = 16384
_WOVEN = ("rejects", "lots", "finished", "evaluated", "cells", "escapes")


class Workshop(CompiledPlant):
    """One plant with physics, running.

    Machine code runs the flow and counts the lots that are not evaluated. Python has the material of the others, and
    decides their turns with the same functions as the flow in SimPy.

    Attributes:
        holdings: what lots hold.
        library: what stations remember.
        flow: stations that decide turns.
        shelf: lots as Python knows them.
        trays: of each station.
        slate: turns that Python has decided.

    Args:
        coarse: the plant as declared, or with larger lots.
        seed: key of all luck.
        journal: where everything is written.
        share: share of cells whose rows are kept [-].
        truth: whether what is true is written beside what gauges report.
        evaluated: share of the batches that physics works out [-]; None for every one.
    """

    _physics = 1

    def __init__(
        self,
        coarse: Coarse,
        seed: int,
        journal: Journal,
        share: float,
        truth: bool = False,
        evaluated: float | None = None,
    ) -> None:
        super().__init__(coarse.line, seed, journal)
        root = self.world.root
        self._woven = {name: WovenRows(TABLES[name], root[f"{name}_used"]) for name in _WOVEN}
        self._make_rows(self._rows.size)
        self.holdings = Holdings()
        pairings = {station.pairing for station in coarse.line.stations.values()} - {"first"}
        pairing = next(iter(pairings), None)
        self.library = Library(self.holdings, pairing, journal.reason("false_reject"))
        deck = partial(LaidOutDeck, library=self.library)
        self.flow = Plant(coarse, seed, journal, share, truth, evaluated, self._woven, deck)
        self._inboxes = {id(inbox): number for number, inbox in enumerate(self.flow.inboxes.values())}
        lay_out_crafts(self.holdings, self.library, self.flow, coarse, share, evaluated)
        self._make_first_room()
        root["physics"] = self.holdings.root.ctypes.data
        self._root, self._asks = Fields(root), Fields(self.holdings.root)
        self._stations = self._server["station"].tolist()
        self._apart = [
            station.combine == 1 and (station.batch is not None or station.channels is not None)
            for station in self.flow.stations
        ]
        self.shelf = Shelf(self.world, self.holdings, self.library, pairing)
        self.slate = Slate(self.holdings, self.shelf)
        self.trays = [Trays(station, self.library, self.shelf) for station in self.flow.stations]
        self._fit()

    # what machine code asks for

    def serve(self) -> None:
        """Do what compiled code has asked for."""
        self._write_notes()
        asked = self._asks.asked.item(0)
        if asked == ROOM:
            self._make_room()
        elif asked == DECIDE:
            self._decide(self._asks.server.item(0))
        elif asked == WRITE:
            self._write_down(self._asks.server.item(0))
        else:
            self._send_back(self._asks.server.item(0))

    def _failures_of(self, server: int, seconds: float) -> int:
        """Let a machine age, and return how often it fails meanwhile."""
        while not age(self.world.root, server, seconds):
            self._bring_lives(server)
        self._bench.aged[server] = 1
        return int(self._servers.fails[server])

    def _decide(self, server: int) -> None:
        """Work out the turn of a server, or of one lot of its load."""
        number, bench, shelf = self._stations[server], self._bench, self.shelf
        station, slots = self.flow.stations[number], self._slots_of(server)
        self.flow.env.put(self._root.now.item(0))
        wear = None
        if bench.turns[server] == 0 and self._servers.wear[server] != NONE:
            wear = Wearing(partial(self._failures_of, server))
        if station.renews:
            station.serial = self._serials.item(number)
        made_out = [not shelf.held.object[slot] for slot in slots]
        lots = [shelf.lot(slot) for slot in slots]
        turn = station.decide(lots, wear, bench.used.item(server))
        if station.renews:
            self._serials[number] = station.serial
        for slot, lot, was_counted in zip(slots, lots, made_out, strict=True):
            # it may have become one that is evaluated
            if was_counted:
                shelf.fill(slot, lot)
        self.slate.note(server, turn, len(slots))
        if self._apart[number]:
            bench.deciding[server] = shelf.flow.next[slots[0]]
        else:
            name_rests(self.holdings, station)

    def _slots_of(self, server: int) -> list[int]:
        """Return the lots of the turn that is to be decided, by their records."""
        if self._apart[self._stations[server]]:
            return [self._bench.deciding.item(server)]
        return self._first_lots(server, self._servers.lots.item(server))

    def _first_lots(self, server: int, lots: int) -> list[int]:
        """Return so many of the lots on a server, by their records."""
        found, slot, following = [], self._servers.first.item(server), self.shelf.flow.next
        for _ in range(lots):
            found.append(slot)
            slot = following.item(slot)
        return found

    def _write_down(self, server: int) -> None:
        """Write down a turn that is over, and let what came of it go on."""
        number, shelf = self._bench.first_turn.item(server), self.shelf
        station, turn, now = self._stations[server], self.slate.turns[number], self._root.now.item(0)
        self.flow.env.put(now)
        outputs = self.trays[station].write_down(turn, now)
        if self._root.free_lots[0] < len(outputs) + 2:
            self.make_lots(len(outputs))
        went_in = {id(lot): slot for lot, slot in zip(turn.lots, self._first_lots(server, len(turn.lots)), strict=True)}
        kept = first = last = NONE
        for box, lot in outputs:
            if box is None:
                self.flow.record.finished(station, now, lot)
                continue
            slot, to = went_in.get(id(lot), NONE), self._inboxes[id(box)]
            if slot == NONE:
                slot = shelf.take(lot, to)
            else:
                kept = slot
                shelf.fill(slot, lot)
                shelf.held.to[slot], shelf.held.next_out[slot] = to, NONE
            if first == NONE:
                first = slot
            else:
                shelf.held.next_out[last] = slot
            last = slot
        self.slate.wipe(number)
        notes = self.slate.notes
        notes.out[number], notes.kept[number], notes.passed[number] = first, kept, turn.passed
        notes.written[number] = 1

    def _send_back(self, server: int) -> None:
        """Let cells of a lot that was only counted go back for rework."""
        number, notes = self._bench.first_turn.item(server), self.slate.notes
        self.flow.env.put(self._root.now.item(0))
        parent = self.shelf.name_of(self._servers.first.item(server))
        outputs = self.trays[self._stations[server]].fill(notes.piece.item(number), parent)
        notes.tray[number] = self._put_on(outputs)
        notes.written[number] = 1

    def _put_on(self, outputs: Outputs) -> int:
        """Take records for trays, and return the first of them."""
        if self._root.free_lots[0] < len(outputs) + 2:
            self.make_lots(len(outputs))
        first, held = NONE, self.shelf.held
        for box, lot in reversed(outputs):
            slot = self.shelf.take(lot, self._inboxes[id(box)])
            held.next_out[slot], first = first, slot
        return first

    def _write_notes(self) -> None:
        """Write down the lots that have grown too old, in front of the rows that came after them."""
        noted = self._asks.noted.item(0)
        if not noted:
            return
        for note in self.holdings.parts["notes"][:noted].tolist():
            slot, station, time, *before = note
            for name, rows in zip(("rejects", "cells", "evaluated"), before, strict=True):
                self._woven[name].before = rows
            self.flow.record.expired(station, time, self.shelf.lot(slot))
            forget(self.world.root, slot)
        self._asks.noted[0] = 0
        for rows in self._woven.values():
            rows.before = None

    # days, and room

    def _make_first_room(self) -> None:
        """Make room for the turns of servers, and for lots."""
        holdings = self.holdings
        holdings.put("benches", np.zeros(len(self._server), BENCH))
        holdings.root["free_turn"] = holdings.root["free_piece"] = NONE
        holdings.grow_chained("pieces", "free_piece", "free_pieces", _PIECES)
        self._fit_lots()

    @property
    def good(self) -> float:
        """Cells finished so far."""
        return super().good + self.flow.good

    def settle(self) -> None:
        """Let Python have all that machine code has put aside for it."""
        self._write_notes()
        for trays in self.trays:
            trays.gather()

    def open_day(self, day: int) -> None:
        """Write what is in the plant before a day begins."""
        self._count_waiting()
        super().open_day(day)

    def close_day(self, day: int) -> None:
        """Write what the day was like: states of servers, levels of buffers, what is in the plant."""
        self._count_waiting()
        super().close_day(day)
        self.library.tidy()
        self.shelf.tidy()

    def _count_waiting(self) -> None:
        """Let machine code know of the cells that wait to fill a tray."""
        self.settle()
        waiting = [
            (station.number, part.units, part.units * part.cathode_kg, part.units * part.anode_kg)
            for station in self.flow.stations
            for part in station.put_by()
        ]
        self.holdings.grow("waiting", len(waiting))
        self.holdings.parts["waiting"][: len(waiting)] = waiting
        self.holdings.root["n_waiting"] = len(waiting)

    def hand_over(self) -> None:
        """Give the journal all rows there are."""
        self._write_notes()
        super().hand_over()

    def make_lots(self, size: int) -> None:
        super().make_lots(size)
        self._fit_lots()
        self._fit()

    def _make_room(self) -> None:
        """Make room for more lots, turns and pieces."""
        self.slate.make_room()
        self.holdings.grow_chained("pieces", "free_piece", "free_pieces", _PIECES)
        self.make_lots(0)

    def _fit_lots(self) -> None:
        """Have as many records of what lots hold, and of lots that grew too old, as there are of lots."""
        for name in ("held", "notes"):
            self.holdings.grow(name, len(self.world.parts["lots"]))

    def _fit(self) -> None:
        """Follow arrays that have been put in the place of others."""
        self._bench = Fields(self.holdings.parts["benches"])
        self._servers, self._serials = Fields(self._server), self.world.parts["stations"]["serial"]
        self.shelf.fit()
