"""What stations remember of evaluated lots, laid out for machine code."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, Sequence

import numpy as np

from twin.compiled.holdings import Holdings
from twin.compiled.state import NONE
from twin.flow.deck import REMEMBERED, Remembered
from twin.journal import UNITS, Action, State
from twin.material import GRADE_B, Cell, Electrode, Material, Separator, Slurry
from twin.quality.inspection import FALSE_WEB

STANDS = {"stop": State.SETUP, "call": State.ENGINEERING}
SIDES = ("cathode", "anode")
GRADES, FLAWS = (-1, 0), (-2, 0)


class Carried(MutableMapping[tuple[int, int], float]):
    """What rounding has left at a station, by reason and action, where machine code finds it.

    Args:
        library: where it stands.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._places: dict[tuple[int, int], int] = {}

    def place(self, what: tuple[int, int]) -> int:
        """Return where it stands."""
        if what not in self._places:
            self._places[what] = self._library.place_to_carry()
        return self._places[what]

    def __getitem__(self, what: tuple[int, int]) -> float:
        return float(self._library.holdings.parts["carried"]["value"][self._places[what]])

    def __setitem__(self, what: tuple[int, int], value: float) -> None:
        # a new place may need more room than there was
        place = self.place(what)
        self._library.holdings.parts["carried"]["value"][place] = value

    def __delitem__(self, what: tuple[int, int]) -> None:
        del self._places[what]

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


class Library:
    """Remembered turns of all stations as records, and the material that lots are taken for.

    Attributes:
        holdings: where the records are.
        things: material behind each record of what was made.
        back: station to which cells go back, and those, by their record.

    Args:
        holdings: where the records are.
        pairing: what lots are paired by; None where the first ones meet.
        false_reject: number of that reason.
    """

    def __init__(self, holdings: Holdings, pairing: str | None, false_reject: int) -> None:
        self.holdings = holdings
        self._pairing = pairing
        self._false_reject = false_reject
        self.things: dict[int, Material] = {}
        self.back: dict[int, tuple[str, Cell]] = {}
        self._numbers: dict[int, int] = {}
        self._turns: dict[int, Remembered] = {}
        self._free: dict[str, list[int]] = {"told": [], "made": []}
        self._used = dict.fromkeys(("losses", "lost_cells", "lanes", "cuts", "bits"), 0)
        self._waiting: list[int] = []
        self._carries = 0
        self._trays: dict[int, dict[tuple[str, int], int]] = {}

    def place_to_carry(self) -> int:
        """Return where what rounding leaves can be carried."""
        self.holdings.grow("carried", self._carries + 1)
        self._carries += 1
        return self._carries - 1

    def trays_of(self, station: int) -> dict[tuple[str, int], int]:
        """Return the records of a station's trays, by where they go and how often their cells have been there."""
        return self._trays.setdefault(station, {})

    def _tray(self, station: int, to: str, cells: Cell) -> int:
        """Return the tray in which cells like some others wait; Python counts first what waits there already."""
        here, key = self.trays_of(station), (to, cells.repeats)
        if key not in here:
            here[key] = sum(map(len, self._trays.values()))
            self.holdings.grow("trays", here[key] + 1)
            self.holdings.parts["trays"][here[key]] = (0, NONE, NONE)
        return here[key]

    def number_of(self, thing: Material) -> int:
        """Return the record of what a remembered turn made."""
        return self._numbers[id(thing)]

    def keep(self, thing: Material) -> None:
        """Lay out what a turn made that may be forgotten, as long as lots are taken for it."""
        if id(thing) not in self._numbers:
            self._waiting.append(self._put_things([(0, thing)]))

    def put(self, station: int, turn: Remembered, carried: Carried) -> int:
        """Lay out a turn of a station, and return the number of its record."""
        number = self._record("told")
        out = self._put_things(turn.outputs)
        self._put_things([(0, cells) for _, cells in turn.back.values()])
        for to, cells in turn.back.values():
            back = self._numbers[id(cells)]
            self.back[back] = (to, cells)
            self.holdings.parts["made"]["tray"][back] = self._tray(station, to, cells)
        state, takes = (NONE, 0.0) if turn.adjust is None else (STANDS[turn.adjust[0]], turn.adjust[1])
        sizes = (turn.amount, turn.solids, turn.seconds, turn.entered, turn.tried, turn.made, turn.born)
        made = (state, takes, *(turn.root or (NONE, NONE)), _is_odd(turn), out, len(turn.outputs))
        self.holdings.whole["told"].write(number, *sizes, *made, *self._put_lists(turn, carried), NONE)
        self._turns[number] = turn
        return number

    def put_always(self, station: int, kits: int, area: float, seconds: float) -> None:
        """Lay out the turn that a station always takes: it cuts what is bought in to kits [m^2]."""
        everything = kits * area
        outputs = [(place, Separator(area)) for place in range(kits)]
        turn = Remembered(1.0, 1.0, seconds, everything, everything, kits, True, outputs, (), (), {}, None, None)
        craft = self.holdings.parts["crafts"][station]
        craft["counts"] = craft["always"] = craft["batches"] = 1
        number = self.put(station, turn, Carried(self))
        self.holdings.parts["told"]["odd"][number] = 0
        self.holdings.parts["batches"][station * REMEMBERED] = (number, 1)

    def forget(self, number: int) -> None:
        """Forget a turn; what it made is kept as long as lots are taken for it."""
        turn = self._turns.pop(number)
        self._waiting += [self._numbers[id(thing)] for thing in _things_of(turn)]
        told = self.holdings.parts["told"][number]
        self._clear("losses", told["loss"], told["losses"])
        self._clear("lost_cells", told["cell"], told["cells"])
        for lane in self.holdings.parts["lanes"][told["lane"] : told["lane"] + 2] if turn.cuts else ():
            self._clear("cuts", lane["cut"], lane["cuts"])
        self._clear("lanes", told["lane"], 2 if turn.cuts else 0)
        self._free["told"].append(number)

    def tidy(self) -> None:
        """Forget material for which no lot is taken any more."""
        taken = self.holdings.parts["made"]["lots"]
        still = [number for number in self._waiting if taken[number]]
        for number in set(self._waiting).difference(still):
            thing = self.things.pop(number)
            self.back.pop(number, None)
            del self._numbers[id(thing)]
            if isinstance(thing, Cell):
                made = self.holdings.parts["made"][number]
                self._clear("bits", made["flaw"], made["flaws"])
            self._free["made"].append(number)
        self._waiting = still

    def _record(self, name: str) -> int:
        """Return a record that nobody uses."""
        free = self._free[name]
        if not free:
            before = len(self.holdings.parts[name])
            self.holdings.grow(name, max(256, 2 * before))
            free += range(len(self.holdings.parts[name]) - 1, before - 1, -1)
        return free.pop()

    def _put_things(self, outputs: Sequence[tuple[int, Material]]) -> int:
        """Lay out what a turn made, and return the first of it."""
        following = NONE
        for place, thing in reversed(outputs):
            number = self._record("made")
            kind, side, solids, measured, worse = UNITS.index("m**2"), 0, 0.0, 1.0, 0
            along, flaw, flaws = (0.0, 0.0, 0.0), 0, 0
            if isinstance(thing, Cell):
                kind, flaw, flaws = UNITS.index("cell"), self._put_bits(thing), len(thing.flaws)
                if thing.grade is not None:
                    worse = int(np.count_nonzero((thing.grade == GRADE_B) & thing.alive))
            elif isinstance(thing, Slurry | Electrode):
                kind = UNITS.index("kg" if isinstance(thing, Slurry) else "m")
                side, solids = SIDES.index(thing.electrode), thing.solids
            if isinstance(thing, Electrode):
                along = (thing.width, thing.begin, thing.pitch)
                measured = thing.measured.get(self._pairing, 1.0) if self._pairing else 1.0
            held = (kind, side, thing.units, solids, *along, measured)
            self.holdings.whole["made"].write(number, 0, place, *held, worse, flaw, flaws, 0, following)
            self.things[number], self._numbers[id(thing)] = thing, number
            following = number
        return following

    def _put_bits(self, cell: Cell) -> int:
        """Lay out the flaws in a lot of cells, and return the first of them."""
        begin = self._room("bits", len(cell.flaws))
        self.holdings.parts["bits"]["value"][begin : begin + len(cell.flaws)] = list(cell.flaws.values())
        return begin

    def _put_lists(self, turn: Remembered, carried: Carried) -> tuple[int, int, int, int, int]:
        """Lay out what a turn lost; return the first loss and their number, the same of lost cells, the first lane."""
        parts, loss = self.holdings.parts, self._room("losses", len(turn.losses))
        for place, row in enumerate(turn.losses, loss):
            self.holdings.whole["losses"].write(place, *row)
        cell = self._room("lost_cells", len(turn.cells))
        for place, (reason, action, count) in enumerate(turn.cells, cell):
            like = self._numbers[id(turn.back[reason][1])] if action == Action.SENT_BACK else NONE
            carry = carried.place((reason, action))
            self.holdings.whole["lost_cells"].write(place, reason, action, carry, count, like)
        lane = self._room("lanes", 2 if turn.cuts else 0)
        for side, electrode in enumerate(SIDES if turn.cuts else ()):
            length, (total, by_flaw) = turn.cuts.get(electrode, (1.0, (0.0, {})))
            first = self._room("cuts", len(by_flaw))
            parts["lanes"][lane + side] = (length, total, first, len(by_flaw))
            for place, (flaw, metres) in enumerate(by_flaw.items(), first):
                parts["cuts"][place] = (self._false_reject if flaw == FALSE_WEB else flaw, metres)
        return loss, len(turn.losses), cell, len(turn.cells), lane

    def _room(self, name: str, size: int) -> int:
        """Return where so many records can stand in a row."""
        free = self._free.setdefault(f"{name} {size.bit_length()}", [])
        if free:
            return free.pop()
        begin = self._used[name]
        self._used[name] = begin + (1 << size.bit_length())
        self.holdings.grow(name, self._used[name])
        return begin

    def _clear(self, name: str, begin: int, size: int) -> None:
        """Give back where some records stood."""
        self._free[f"{name} {int(size).bit_length()}"].append(int(begin))


def _things_of(turn: Remembered) -> list[Material]:
    """Return all material that lots may be taken for."""
    return [thing for _, thing in turn.outputs] + [cells for _, cells in turn.back.values()]


def _is_odd(turn: Remembered) -> bool:
    """Return whether Python has to count lots as a turn went: where cells go back, and where none were left."""
    of_cells = bool(turn.cells or turn.cuts)
    strange = not all(isinstance(thing, Slurry | Electrode | Cell) for _, thing in turn.outputs)
    return strange or (of_cells and not turn.outputs) or (bool(turn.cuts) and len(turn.cuts) != len(SIDES))
