"""What a plant with physics in machine code holds at one moment, as the things that ``from_plant.py`` tells of SimPy's.

Lots and turns that are only counted are made out of their records; those that Python has are as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from twin.compiled.remembering import STANDS
from twin.compiled.state import ADJUSTED, BLOCKED, HELPED, MANNED, MENDED, NONE, REPAIRED, SET_UP, WORKING
from twin.flow.lot import Lot
from twin.flow.state import Server
from twin.flow.station import StationFlow
from twin.flow.turn import Rejection, Turn
from twin.journal import State
from twin.present.from_plant import TIMER, Things, Who, crew_told, inbox_told, server_told, station_told
from twin.present.to_flow import breaks_of, ended_lives, events_of

if TYPE_CHECKING:
    from twin.compiled.workshop import Workshop

# action of the alarm for which a machine stands in a state
ACTIONS_OF_ALARMS = {state: action for action, state in STANDS.items()}
_TURNS_RUN = (WORKING, HELPED, MENDED, REPAIRED)


def things_of_workshop(workshop: Workshop) -> Things:
    """Return all that a plant is; nothing is due."""
    workshop.settle()
    teller, world, flow = _Teller(workshop), workshop.world, workshop.flow
    return {
        "now": float(world.root["now"][0]),
        "closed": float(world.root["closed"][0]),
        "good": workshop.good,
        "to_come": [(time, *teller.who(number)) for time, number in events_of(world)],
        "stations": {station.name: teller.station(station) for station in flow.stations},
        "inboxes": {name: teller.inbox(box) for name, box in zip(flow.inboxes, world.parts["inboxes"], strict=True)},
        "crews": {
            name: crew_told(flow, name, float(crew["free"]), teller.queue(int(crew["first"])))
            for name, crew in zip(flow.pools, world.parts["pools"], strict=True)
        },
    }


class _Teller:
    """Makes things out of records; what has one record is one thing.

    Args:
        workshop: the plant.
    """

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._world = workshop.world
        self._shelf = workshop.shelf
        self._servers = workshop.world.parts["servers"]
        self._boxes = list(workshop.flow.inboxes)
        self._lots: dict[int, Lot] = {}

    def who(self, number: int) -> Who:
        """Return who waits: a server by its number in the plant, or a station's patience."""
        if number < 0:
            return -2 - number, TIMER
        return int(self._servers["station"][number]), int(self._servers["number"][number])

    def queue(self, first: int) -> list[tuple[float, int, int]]:
        """Return who waits for a crew: people, and the server."""
        asking = self._line("next_asking", first)
        return [(float(self._servers["people"][number]), *self.who(number)) for number in asking]

    def station(self, station: StationFlow) -> Things:
        """Return what a station is."""
        parts = self._world.parts
        record, begin = parts["stations"][station.number], station.number * len(State)
        clock = parts["clocks"][begin : begin + len(State)]
        seconds, since, counts = (clock[name].tolist() for name in ("seconds", "since", "servers"))
        idle = [self.who(number)[1] for number in self._line("next_idle", int(record["idle_head"]))]
        first = int(record["first_server"])
        servers = [self._server(station, number) for number in range(first, first + int(record["servers"]))]
        return station_told(station, int(record["serial"]), idle, (seconds, since, counts), servers)

    def inbox(self, box: Any) -> Things:
        """Return what a buffer holds."""
        blocked = self._row(int(box["first_blocked"]), int(box["blocked"]))
        holders = [int(self._shelf.flow.holder[number]) for number in blocked]
        waiting = [(self._lot(number), *self.who(holder)) for number, holder in zip(blocked, holders, strict=True)]
        lots = [self._lot(number) for number in self._row(int(box["first"]), int(box["lots"]))]
        return inbox_told(lots, waiting, float(box["area"]), float(box["since"]), int(box["most"]))

    def _line(self, following: str, number: int) -> Iterator[int]:
        """Yield a server and those that wait behind it."""
        while number != NONE:
            yield number
            number = int(self._servers[following][number])

    def _row(self, first: int, size: int) -> list[int]:
        """Return so many lots that stand behind each other, by their records."""
        found = []
        for _ in range(size):
            found.append(first)
            first = self._shelf.flow.next.item(first)
        return found

    def _lot(self, number: int) -> Lot:
        if number not in self._lots:
            self._lots[number] = self._shelf.lot(number)
        return self._lots[number]

    def _outputs(self, first: int) -> list[int]:
        """Return what came out of one turn from a lot on, by their records."""
        found = []
        while first != NONE:
            found.append(first)
            first = self._shelf.held.next_out.item(first)
        return found

    # servers and their turns

    def _server(self, station: StationFlow, number: int) -> Things:
        """Return what a server is."""
        record, bench = self._servers[number], self._workshop.holdings.parts["benches"][number]
        server = Server(int(record["number"]), station.clock)
        server.state, server.start, server.begin = (
            State(record["state"]),
            float(record["start"]),
            float(record["begin"]),
        )
        server.stays = (State(record["stay_state"]), float(record["left"]), float(record["shift_ends"]))
        server.waits_for = int(record["waits_for"])
        place = int(record["place"])
        if place in (SET_UP, MANNED):
            server.lots = [self._lot(lot) for lot in self._row(int(record["first"]), int(record["lots"]))]
        elif place in _TURNS_RUN:
            self._put_turns(server, station, record, bench)
        elif place == ADJUSTED:
            # nothing but the action of the alarm matters of a turn that is handed over
            state = server.stays[0] if server.state == State.OFF_SHIFT else server.state
            server.turns = [_alarmed(ACTIONS_OF_ALARMS[state], 0.0), *self._alarms(int(bench["adjusts"]))]
        elif place == BLOCKED:
            self._put_open_turn(server, station, record, bench)
        return {**server_told(server), **self._use(station, record, bench)}

    def _put_turns(self, server: Server, station: StationFlow, record: Any, bench: Any) -> None:
        """Put on a server the turns that run, and how they fail."""
        turns = self._turns(station, int(bench["first_turn"]), int(record["first"]))
        # what Python has decided knows how often the machine fails, its record knows when
        turns[0] = replace(turns[0], breaks=breaks_of(station, record, ended_lives(self._world, record)))
        server.turns, server.lots = turns, [lot for turn in turns for lot in turn.lots]
        server.failing = (0, float(record["work"]))

    def _put_open_turn(self, server: Server, station: StationFlow, record: Any, bench: Any) -> None:
        """Put on a server a turn that is over but whose lots wait to leave, and those that are handed over after it."""
        note = self._workshop.holdings.parts["turns"][bench["first_turn"]]
        opened = _turn_of(note, (), [])
        opened.passed = float(record["passed"])
        before = self._alarms(int(bench["adjusts"]))
        later = self._turns(station, int(note["next"]), int(record["first"]))
        server.turns, server.handed = [*before, opened, *later], len(before) + 1
        server.open = (opened, server.start, float(record["finish"]))
        left = [(self._box(number), self._lot(number)) for number in self._outputs(int(bench["out"]))]
        server.leaving, server.lots = left, [*(lot for turn in later for lot in turn.lots), *(lot for _, lot in left)]

    def _box(self, number: int) -> Any:
        return self._workshop.flow.inboxes[self._boxes[self._shelf.held.to[number]]]

    def _alarms(self, number: int) -> list[Turn]:
        """Return turns that are handed over, for whose alarms the machine will stand still."""
        notes, found = self._workshop.slate.notes, []
        while number != NONE:
            found.append(_alarmed(ACTIONS_OF_ALARMS[State(notes.state[number])], float(notes.takes[number])))
            number = notes.next.item(number)
        return found

    def _turns(self, station: StationFlow, number: int, lot: int) -> list[Turn]:
        """Return a turn and those after it on a server.

        Args:
            station: its station.
            number: of its record; NONE for none.
            lot: first of the lots that went in.
        """
        notes, found = self._workshop.holdings.parts["turns"], []
        while number != NONE:
            note, size = notes[number], int(notes["lots"][number])
            went_in = self._row(lot, size)
            known = self._workshop.slate.turns.get(number)
            found.append(self._counted(station, note, went_in) if known is None else known)
            lot = self._shelf.flow.next.item(went_in[-1]) if size else lot
            number = int(note["next"])
        return found

    def _counted(self, station: StationFlow, note: Any, went_in: Sequence[int]) -> Turn:
        """Return a turn of lots that are only counted."""
        turn = _turn_of(note, [self._lot(number) for number in went_in], self._rejections(int(note["piece"])))
        turn.outputs = [self._lot(number) for number in self._outputs(int(note["out"]))]
        if note["back"]:
            parts = self._workshop.trays[station.number].parts(int(note["piece"]))
            turn.back = [(to, cells) for to, cells, _ in parts]
        return turn

    def _rejections(self, piece: int) -> list[Rejection]:
        """Return what does not go on: cells one by one."""
        found: list[Rejection] = []
        for number in self._shelf.pieces(piece):
            one = self._workshop.holdings.parts["pieces"][number]
            first, what = int(one["first"]), (int(one["reason"]), int(one["action"]), int(one["unit"]))
            of = (int(one["family"]), int(one["serial"]))
            much = (float(one["quantity"]), float(one["cathode"]), float(one["anode"]))
            cells = range(first, first + int(one["count"])) if first != NONE else [NONE]
            found += [(*what, *of, cell, *much) for cell in cells]
        return found

    def _use(self, station: StationFlow, record: Any, bench: Any) -> Things:
        """Return how a server has been used, where that is counted."""
        found: Things = {}
        if record["wear"] != NONE:
            found["wear"] = (int(record["failures"]), float(record["life"]))
        declared = self._workshop.flow.line.stations[station.name]
        if declared.setups or declared.maintenance:
            parts, first, due = self._world.parts, int(record["first_use"]), int(record["first_due"])
            uses = parts["uses"][first : first + len(declared.setups)]
            planned = parts["due"]["value"][due : due + len(declared.maintenance)].tolist()
            lots, metres = uses["lots"].astype(int).tolist(), uses["metres"].tolist()
            found["upkeep"] = (float(bench["used"]), lots, metres, planned)
        return found


def _turn_of(note: Any, lots: Sequence[Lot], rejections: list[Rejection]) -> Turn:
    """Return a turn as machine code knows it, without what comes out.

    Args:
        note: its record.
        lots: what went in.
        rejections: what does not go on.
    """
    times, sizes = (float(note["arrive"]), float(note["seconds"])), (float(note["worked"]), float(note["tried"]))
    key = (int(note["family"]), int(note["serial"]))
    turn = Turn(key, lots, *times, *sizes, (), (), bool(note["born"]), rejections)
    if note["state"] != NONE:
        turn.adjust = (ACTIONS_OF_ALARMS[State(note["state"])], float(note["takes"]))
    return turn


def _alarmed(action: str, seconds: float) -> Turn:
    """Return a turn of which nothing but its alarm is known any more."""
    turn = Turn((NONE, NONE), (), 0.0, 0.0, 0.0, 0.0, (), (), False, [])
    turn.adjust = (action, seconds)
    return turn
