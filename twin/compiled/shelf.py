"""Lots and machines as Python knows them, beside their records in machine code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.compiled.holdings import Holdings
from twin.compiled.remembering import SIDES, Library
from twin.compiled.state import NONE, Records, World
from twin.compiled.strips import Strip
from twin.flow.lot import Lot
from twin.journal import Action
from twin.material import GRADE_A, GRADE_B, Cell, Electrode, Material, Separator, Slurry

Name = tuple[int, int]

_NOTHING = np.zeros(0, np.float32)


class Fields:
    """The columns of an array of records, each under its name."""

    def __init__(self, records: Records) -> None:
        for name in records.dtype.names or ():
            setattr(self, name, records[name])

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


class SentBack(NamedTuple):
    """Cells of a lot that was only counted, on their way to a tray.

    Attributes:
        parent: family and serial number of the lot.
        like: record of what they are taken for.
        cells: who they are. Shape (cells,).
        coating: dry coating of cathode and anode in one of them [kg].
    """

    parent: Name
    like: int
    cells: NDArray[np.int64]
    coating: tuple[float, float]


class Wearing:
    """How a machine fails while Python decides its turn.

    Args:
        fails: lets it age with some use [s], and returns how often it fails meanwhile.
    """

    def __init__(self, fails: Callable[[float], int]) -> None:
        self._fails = fails

    def stops(self, seconds: float) -> Sequence[tuple[float, float]]:
        """Return as many failures as there are during some use; how long each takes, machine code knows."""
        return [(0.0, 0.0)] * self._fails(seconds)


class Shelf:
    """The lots that Python has, and those that it makes out of records.

    Attributes:
        flow: records of lots in the flow, column by column.
        held: records of what they hold, column by column.

    Args:
        world: the state of the flow.
        holdings: what lots hold.
        library: what is remembered of evaluated ones.
        pairing: what lots are paired by; None where the first ones meet.
    """

    def __init__(self, world: World, holdings: Holdings, library: Library, pairing: str | None) -> None:
        self._world = world
        self._root = Fields(world.root)
        self._holdings = holdings
        self._library = library
        self._pairing = pairing
        self._lots: dict[int, Lot] = {}
        self.fit()

    def fit(self) -> None:
        """Follow arrays that have been put in the place of others."""
        self.flow, self.held = Fields(self._world.parts["lots"]), Fields(self._holdings.parts["held"])
        self._pieces = Fields(self._holdings.parts["pieces"])
        self._held = Strip(self._holdings.parts["held"], "object", "measured")
        self._gone = Strip(self._holdings.parts["held"], "run", "next_out")

    def lot(self, number: int) -> Lot:
        """Return a lot by the number of its record."""
        lot = self._lots.get(number) if self.held.object[number] else None
        if lot is None:
            lot = self._made_out(number)
        lot.entered = self.flow.entered.item(number)
        return lot

    def take(self, lot: Lot, to: int) -> int:
        """Take a free record for a lot, which Python has from now on; there has to be one.

        Args:
            lot: the lot.
            to: number of the inbox that it goes to.
        """
        number: int = self._root.free.item(0)
        flow = self.flow
        self._root.free[0] = flow.next[number]
        self._root.free_lots[0] -= 1
        flow.serial[number], flow.family[number], flow.units[number] = lot.serial, lot.family, lot.units
        flow.next[number] = flow.holder[number] = flow.parent[number] = NONE
        self.held.like[number] = NONE
        self._gone.write(number, NONE, 0, 0, to, NONE)
        self.fill(number, lot)
        return number

    def fill(self, number: int, lot: Lot) -> None:
        """Write into the record of a lot what it holds, and what it is taken for: then it is all in the record."""
        material, like = lot.material, self._take_for(number, lot)
        side, measured = 0, 1.0
        if isinstance(material, Cell):
            cathode, anode = material.cathode_kg, material.anode_kg
        else:
            cathode, anode = lot.coating
            if isinstance(material, Slurry | Electrode):
                side = SIDES.index(material.electrode)
                if self._pairing and isinstance(material, Electrode):
                    measured = material.measured.get(self._pairing, 1.0)
        self._lots[number] = lot
        held = (like == NONE, like, lot.batch, *(lot.root or (NONE, NONE)), lot.unit, side)
        self._held.write(number, *held, material.units, cathode, anode, measured)
        if like != NONE:
            self._write_rest(number, material)

    def _take_for(self, number: int, lot: Lot) -> int:
        """Take a lot for what its record says from now on; return the record of that, NONE where it is evaluated."""
        before = self.held.like.item(number)
        if before == NONE and lot.like is None:
            return NONE
        made = self._holdings.parts["made"]["lots"]
        if before != NONE:
            made[before] -= 1
        if lot.like is None:
            return NONE
        like = self._library.number_of(lot.like)
        made[like] += 1
        return like

    def _write_rest(self, number: int, material: Material) -> None:
        """Write into the record of a lot what Python need not know of any more."""
        held = self.held
        if isinstance(material, Electrode):
            held.width[number], held.begin[number], held.pitch[number] = material.width, material.begin, material.pitch
        elif isinstance(material, Cell):
            self._write_runs(number, material.identities()[material.alive].tolist())

    def _write_runs(self, number: int, cells: Sequence[int]) -> None:
        """Write down which cells are alive, as runs of identities."""
        root, pieces = self._holdings.root, self._pieces
        begins = [place for place, cell in enumerate(cells) if place == 0 or cell != cells[place - 1] + 1]
        old = self.held.run.item(number)
        if old != NONE:
            self.give_back(old)
        following = NONE
        for begin, end in reversed(list(zip(begins, [*begins[1:], len(cells)], strict=True))):
            if root["free_pieces"][0] < 2:
                self._holdings.grow_chained("pieces", "free_piece", "free_pieces", len(cells))
                self.fit()
                pieces = self._pieces
            piece = int(root["free_piece"][0])
            root["free_piece"] = pieces.next[piece]
            root["free_pieces"] -= 1
            pieces.first[piece], pieces.count[piece], pieces.next[piece] = cells[begin], end - begin, following
            following = piece
        self.held.run[number] = following

    def _made_out(self, number: int) -> Lot:
        """Return a lot that was only counted, made out of its record; bought separator is no more than that."""
        flow, held = self.flow, self.held
        like = None
        material: Material = Separator(held.amount.item(number))
        if held.like[number] != NONE:
            like = self._library.things[held.like.item(number)]
            material = self._material(number, like)
        lot = Lot(flow.family.item(number), flow.serial.item(number), material, flow.units.item(number))
        lot.like, lot.batch = like, held.batch.item(number)
        if held.root_family[number] != NONE:
            lot.root = (held.root_family.item(number), held.root.item(number))
        return lot

    def _material(self, number: int, like: Material) -> Material:
        held, amount = self.held, self.held.amount.item(number)
        sides = (held.cathode.item(number), held.anode.item(number))
        if isinstance(like, Cell):
            return self._cells_like(number, like, *sides)
        if isinstance(like, Slurry):
            return Slurry(like.electrode, amount, like.offset, like.flaws, like.state, like.measured)
        assert isinstance(like, Electrode)
        return Electrode(
            like.electrode,
            length=amount,
            width=like.width,
            solids=sides[SIDES.index(like.electrode)],
            loading=like.loading,
            marks=like.marks,
            begin=held.begin.item(number),
            pitch=held.pitch.item(number),
            state=like.state,
            flaws=like.flaws,
            measured=like.measured,
            target=like.target,
        )

    def _cells_like(self, number: int, like: Cell, cathode: float, anode: float) -> Cell:
        """Return the cells that are alive in a lot; those that have come to the end of their route have a grade."""
        ids: list[int] = []
        for piece in self.pieces(self.held.run.item(number)):
            first = self._pieces.first.item(piece)
            ids += range(first, first + self._pieces.count.item(piece))
        cell = Cell(np.ones(len(ids), np.bool_), {}, _NOTHING, _NOTHING, cathode, anode, ids=np.array(ids, np.int64))
        worse, flawed = self.held.worse.item(number), self.held.flawed.item(number)
        if worse or flawed:
            cell.grade = np.full(cell.size, GRADE_A, np.int8)
            cell.grade[:worse] = GRADE_B
            cell.flaws = dict(islice(like.flaws.items(), flawed))
        return cell

    def name_of(self, number: int) -> Name:
        """Return family and serial number of a lot."""
        return self.flow.family.item(number), self.flow.serial.item(number)

    def sent_back(self, piece: int) -> list[SentBack]:
        """Return the cells that are sent back among pieces, those of one lot that are taken for the same together.

        Args:
            piece: the first of them.
        """
        found: dict[tuple[Name, int], tuple[list[int], tuple[float, float]]] = {}
        pieces = self._pieces
        for one in self._sent_back(piece):
            first, like = pieces.first.item(one), pieces.like.item(one)
            name = (pieces.family.item(one), pieces.serial.item(one))
            coating = (pieces.cathode.item(one), pieces.anode.item(one))
            found.setdefault((name, like), ([], coating))[0].extend(range(first, first + pieces.count.item(one)))
        return [
            SentBack(name, like, np.array(cells, np.int64), coating) for (name, like), (cells, coating) in found.items()
        ]

    def pieces(self, piece: int) -> Iterator[int]:
        """Yield a piece and those that follow it, by their records."""
        while piece != NONE:
            yield piece
            piece = self._pieces.next.item(piece)

    def _sent_back(self, piece: int) -> Iterator[int]:
        return (one for one in self.pieces(piece) if self._pieces.action.item(one) == Action.SENT_BACK)

    def have_gone_back(self, piece: int) -> None:
        """Let Python alone know of the cells among pieces that are sent back."""
        for one in self._sent_back(piece):
            self._holdings.parts["made"]["lots"][self._pieces.like.item(one)] -= 1

    def hold(self, lots: Sequence[Lot], times: int = 1) -> None:
        """Let what lots are taken for be kept while these have no records, or no longer with -1."""
        for lot in lots:
            if lot.like is not None:
                self._holdings.parts["made"]["lots"][self._library.number_of(lot.like)] += times

    def give_back(self, piece: int) -> None:
        """Give the records of a piece, and of those that follow it, back."""
        root, pieces, last, size = self._holdings.root, self._pieces, piece, 1
        while (following := pieces.next.item(last)) != NONE:
            last, size = following, size + 1
        pieces.next[last] = root["free_piece"][0]
        root["free_piece"] = piece
        root["free_pieces"] += size

    def tidy(self) -> None:
        """Let lots go that are no more."""
        there = self.held.object
        self._lots = {number: lot for number, lot in self._lots.items() if there[number]}
