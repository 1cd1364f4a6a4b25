"""Cells that are sent back and wait at a station to fill a tray, in Python and in the records of machine code.

Machine code puts the cells of counted lots into trays. What they are like is made when Python has to know it: when a
tray may be full, when an evaluated lot sends cells back, and at midnight.
"""

from __future__ import annotations

from collections.abc import Iterator

from twin.compiled.remembering import Library
from twin.compiled.shelf import Name, Shelf
from twin.compiled.state import NONE
from twin.flow.lot import Lot
from twin.flow.station import Outputs, StationFlow
from twin.flow.turn import Turn
from twin.material import Plain
from twin.pooling import Picked, picked_like


class Trays:
    """The trays of a station.

    Args:
        station: the station.
        library: what is remembered of evaluated lots, those that were sent back among them.
        shelf: lots as Python knows them.
    """

    def __init__(self, station: StationFlow, library: Library, shelf: Shelf) -> None:
        self._station = station
        self._library = library
        self._shelf = shelf

    def gather(self) -> None:
        """Let Python have the cells that machine code has put into trays."""
        first = self._library.holdings.parts["trays"]["piece"]
        for place in self._library.trays_of(self._station.number).values():
            if first[place] != NONE:
                for part in self.parts(first.item(place)):
                    self._station.put_aside(*part)
                self._shelf.have_gone_back(first.item(place))
                self._shelf.give_back(first.item(place))
                first[place] = NONE

    def write_down(self, turn: Turn, finish: float) -> Outputs:
        """Write down what came of an evaluated turn, which may send cells back, too; see ``StationFlow.write_down``."""
        if not turn.back:
            return self._station.write_down(turn, finish)
        self.gather()
        outputs = self._station.write_down(turn, finish)
        self.count()
        return outputs

    def fill(self, piece: int, parent: Name) -> Outputs:
        """Let cells of a counted lot go back; return the trays that are full with them.

        Args:
            piece: the first of all that does not go on.
            parent: the name of their lot.
        """
        self.gather()
        outputs: Outputs = []
        for to, cells, _ in self.parts(piece):
            outputs += self._station.send_back(to, cells, _named(parent))
        self._shelf.have_gone_back(piece)
        self.count()
        return outputs

    def parts(self, piece: int) -> Iterator[tuple[str, Picked, Lot]]:
        """Yield where cells among some pieces go, those cells, and the lot that they come of."""
        for parent, like, cells, coating in self._shelf.sent_back(piece):
            to, those = self._library.back[like]
            yield to, picked_like(those, cells, coating), _named(parent)

    def count(self) -> None:
        """Let machine code know how many cells are missing for a full tray."""
        trays, station = self._library.holdings.parts["trays"], self._station
        for key, place in self._library.trays_of(station.number).items():
            trays["room"][place] = station.tray - sum([part.size for part, _ in station.returning.get(key, ())])


def _named(name: Name) -> Lot:
    """Return a lot of which nothing but the name is asked."""
    return Lot(*name, Plain(), 0.0)
