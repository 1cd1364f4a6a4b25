"""A plant with physics in machine code set going with the things that ``from_plant.py`` has told.

They are put into the objects of its stations, as in SimPy, and from there into records. Turns that run are those of
Python from then on, counted ones too: they are written down as they were decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from twin.compiled.crafts import name_rests
from twin.compiled.state import ADJUSTED, BLOCKED, HELPED, MENDED, NONE, REPAIRED, WORKING, Records
from twin.flow.lot import Lot
from twin.flow.state import Server
from twin.flow.station import StationFlow
from twin.flow.turn import Turn
from twin.present.from_flow import (
    fill_clocks,
    fill_failures,
    fill_lives,
    fill_pool,
    fill_root,
    fill_times,
    fill_use,
    place_of,
    put_in_line,
)
from twin.present.from_plant import TIMER, Things
from twin.present.room import go_on_now, let_in
from twin.present.to_plant import fill_plant, leaving
from twin.present.worn import wear_world

if TYPE_CHECKING:
    from twin.compiled.workshop import Workshop

_TURNS_RUN = (WORKING, HELPED, MENDED, REPAIRED)


def set_workshop_going(
    workshop: Workshop, things: Things, gauges: Sequence[int | None], worn: Records, seed: int
) -> None:
    """Let a plant that has not begun go on from a state; machines and room that it has more begin there.

    Args:
        workshop: the plant.
        things: the state.
        gauges: number that each gauge has now; None for one that is no longer there.
        worn: how far machines have lived.
        seed: key of its luck.
    """
    flow, world = workshop.flow, workshop.world
    fill_plant(flow, things, gauges)
    filler = _Filler(workshop, things)
    for number, (station, server) in enumerate(flow.servers):
        fill_use(world, world.parts["servers"][number], server)
        if server.number < len(things["stations"][station.name]["servers"]):
            filler.fill_server(number, station, server)
    fill_lives(world, flow)
    fill_clocks(world.parts["clocks"], flow)
    filler.fill_stations()
    filler.fill_inboxes()
    filler.fill_pools()
    filler.set_going()
    wear_world(world, worn)
    workshop.begin_lives(flow.line, seed)
    filler.empty()


class _Filler:
    """Puts lots and turns into records; what is one thing gets one record.

    Args:
        workshop: the plant, whose stations know what is in them.
        things: the state.
    """

    def __init__(self, workshop: Workshop, things: Things) -> None:
        self._workshop = workshop
        self._things = things
        self._world = workshop.world
        self._shelf = workshop.shelf
        self._servers = workshop.world.parts["servers"]
        self._benches = workshop.holdings.parts["benches"]
        self._boxes = {id(box): number for number, box in enumerate(workshop.flow.inboxes.values())}
        # lots that wait for room on their servers are on these and in line at their buffer
        self._records: dict[int, int] = {}
        for name in ("first_turn", "adjusts", "out", "next_out"):
            self._benches[name] = NONE
        self._make_room()

    def _make_room(self) -> None:
        """Make room for all lots that there are."""
        flow = self._workshop.flow
        lots = [lot for _, server in flow.servers for lot in server.lots]
        lots += [lot for box in flow.inboxes.values() for lot in box.lots]
        if self._world.root["free_lots"][0] < len(lots) + 2:
            self._workshop.make_lots(len(lots) + 2)

    def _number(self, station: int, server: int) -> int:
        """Return who waits, by the numbers of its station and there; see ``EVENT``.

        Raises:
            ValueError: there is no such server; machine code would look for it all the same.
        """
        record = self._world.parts["stations"][station]
        if not (station >= 0 and TIMER <= server < record["servers"]):
            raise ValueError(f"there is no server {server} at station {station}")
        return -2 - station if server == TIMER else int(record["first_server"]) + server

    # lots

    def _take(self, lot: Lot, to: int = NONE) -> int:
        """Return the record of a lot."""
        if id(lot) not in self._records:
            self._know([lot])
            number = self._records[id(lot)] = self._shelf.take(lot, to)
            self._shelf.flow.entered[number] = lot.entered
        return self._records[id(lot)]

    def _know(self, lots: Iterable[Lot]) -> None:
        """Lay out what lots are taken for."""
        for lot in lots:
            if lot.like is not None:
                self._workshop.library.keep(lot.like)

    def _line_up(self, lots: Sequence[Lot]) -> tuple[int, int]:
        """Let lots stand behind each other; return the first and the last, NONE where there is none."""
        return put_in_line(self._world.parts["lots"], "next", [self._take(lot) for lot in lots])

    # servers

    def fill_server(self, number: int, station: StationFlow, server: Server) -> None:
        """Write what a server is in the middle of."""
        record, held = self._servers[number], self._things["stations"][station.name]["servers"][server.number]
        place = record["place"] = place_of(station, server)
        fill_times(record, station, server)
        record["rows"] = max(1, len(server.turns))
        self._benches["used"][number] = 0.0 if server.upkeep is None else server.upkeep.use
        if place == BLOCKED:
            self._fill_open_turn(number, server, held)
        elif place in _TURNS_RUN:
            self._note(number, server, server.turns)
            fill_failures(record, station, server)
        elif place == ADJUSTED:
            self._benches["adjusts"][number] = self._alarms(server.turns[server.adjusts + 1 :])
        record["first"], record["last"] = self._line_up(server.lots)
        record["lots"] = len(server.lots)

    def _note(self, number: int, server: Server, turns: Sequence[Turn]) -> None:
        """Let turns of a server be written down when they are over.

        Raises:
            ValueError: their lots are not those on the server; machine code would look for them all the same.
        """
        if [lot for turn in turns for lot in turn.lots] != [*server.lots]:
            raise ValueError("the lots on a server are not those of its turns")
        for turn in turns:
            self._know(turn.outputs)
            self._workshop.slate.note(number, turn, len(turn.lots))

    def _alarms(self, turns: Iterable[Turn]) -> int:
        """Let a machine stand still for alarms in turns that are handed over; return the first of their records."""
        slate = self._workshop.slate
        numbers = [slate.take(turn, 0) for turn in turns if turn.adjust is not None]
        return put_in_line(self._workshop.holdings.parts["turns"], "next", numbers)[0]

    def _fill_open_turn(self, number: int, server: Server, held: Things) -> None:
        """Write a turn that is over but whose lots wait to leave, and those that are handed over after it."""
        record, turn = self._servers[number], held["open"]
        left = leaving(self._workshop.flow, server, held)
        slots = [self._take(lot, self._boxes[id(box)]) for box, lot in left]
        first, _ = put_in_line(self._workshop.holdings.parts["held"], "next_out", slots)
        self._benches["adjusts"][number] = self._alarms(server.turns[: server.handed - 1])
        note = self._workshop.slate.take(turn, 0)
        self._benches["first_turn"][number] = self._benches["last_turn"][number] = note
        self._benches["turns"][number] = 1
        self._note(number, server, server.turns[server.handed :])
        self._benches["opened"][number], self._benches["worked"][number] = 1, turn.entered
        self._benches["out"][number] = first
        self._benches["next_out"][number] = self._shelf.held.next_out[first]
        record["family"], record["serial"] = turn.key
        record["arrive"] = turn.arrive if turn.arrive >= 0 else server.start
        record["finish"], record["tried"], record["passed"] = held["finish"], turn.tried, turn.passed
        record["waits_for"] = left[0][0].owner

    # stations, buffers, crews, and what happens next

    def fill_stations(self) -> None:
        """Write what stations count, and who waits for lots."""
        patient = {at for _, at, who in self._things["to_come"] if who == TIMER}
        for station, record in zip(self._workshop.flow.stations, self._world.parts["stations"], strict=True):
            held = self._things["stations"][station.name]
            record["serial"] = station.serial
            record["timer"] = station.number in patient
            idle = [self._number(station.number, server) for server in held["idle"]]
            record["idle_head"], record["idle_tail"] = put_in_line(self._servers, "next_idle", idle)
            self._workshop.trays[station.number].count()
            name_rests(self._workshop.holdings, station)

    def fill_inboxes(self) -> None:
        """Write what is in buffers, and who waits for room in them."""
        flow, records = self._workshop.flow, self._world.parts["inboxes"]
        for (name, box), record in zip(flow.inboxes.items(), records, strict=True):
            record["first"], record["last"] = self._line_up(list(box.lots))
            blocked = self._things["inboxes"][name]["blocked"]
            record["first_blocked"], record["last_blocked"] = self._line_up([lot for lot, *_ in blocked])
            for lot, *who in blocked:
                self._shelf.flow.holder[self._take(lot)] = self._number(*who)
            record["lots"], record["blocked"] = len(box.lots), len(blocked)
            record["area"], record["since"], record["most"] = box.area, box.since, box.most

    def fill_pools(self) -> None:
        """Write who waits for people."""
        flow = self._workshop.flow
        for (name, pool), record in zip(flow.pools.items(), self._world.parts["pools"], strict=True):
            queue = [(people, self._number(*who)) for people, *who in self._things["crews"][name]["queue"]]
            fill_pool(self._servers, record, pool.free, queue)

    def set_going(self) -> None:
        """Write what happens next: what was to come, then who has got room, then machines that are new."""
        root, things = self._world.root, self._things
        fill_root(self._world, things["now"], [(time, self._number(*who)) for time, *who in things["to_come"]])
        root["closed"], root["good"], root["first_due"] = things["closed"], things["good"], 0
        self._workshop.flow.record.good = 0.0
        let_in(self._world)
        # those are no longer on their servers
        into = (self._servers["place"] == BLOCKED) & (self._servers["waits_for"] == NONE)
        self._benches["out"][into] = self._benches["next_out"][into]
        for number, (station, server) in enumerate(self._workshop.flow.servers):
            if server.number >= len(things["stations"][station.name]["servers"]):
                go_on_now(self._world, number)

    def empty(self) -> None:
        """Leave lots and turns to their records."""
        flow = self._workshop.flow
        for _, server in flow.servers:
            server.lots, server.turns = (), ()
        for box in flow.inboxes.values():
            box.lots.clear()
