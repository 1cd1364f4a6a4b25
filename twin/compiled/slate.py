"""Turns that Python has decided, beside their records in machine code."""

from __future__ import annotations

from twin.compiled.holdings import Holdings
from twin.compiled.remembering import STANDS
from twin.compiled.shelf import Fields, Shelf
from twin.compiled.state import NONE
from twin.flow.turn import Turn

_TURNS = 4096
# what is lost in a turn that Python decides, and what comes out of it, machine code does not know yet
_NOT_YET = (NONE, 0, NONE, NONE, 0, NONE, NONE, 0, NONE, 0)


class Slate:
    """The turns that Python has decided and not yet written down.

    Attributes:
        turns: by their records.
        notes: records of all turns, column by column.

    Args:
        holdings: where the records are.
        shelf: lots as Python knows them.
    """

    def __init__(self, holdings: Holdings, shelf: Shelf) -> None:
        self._holdings = holdings
        self._shelf = shelf
        self._root, self._bench = Fields(holdings.root), Fields(holdings.parts["benches"])
        self.turns: dict[int, Turn] = {}
        self.make_room()

    def make_room(self) -> None:
        """Make room for more turns."""
        self._holdings.grow_chained("turns", "free_turn", "free_turns", _TURNS)
        self.notes = Fields(self._holdings.parts["turns"])

    def take(self, turn: Turn, lots: int) -> int:
        """Let a free record say what machine code has to know of a turn; return its number.

        Args:
            turn: the turn.
            lots: how many lots of its server go into it.
        """
        if self._root.free_turns[0] < 2:
            self.make_room()
        number: int = self._root.free_turn.item(0)
        self._root.free_turn[0] = self.notes.next[number]
        self._root.free_turns[0] -= 1
        state, takes = NONE, 0.0
        if turn.adjust is not None:
            state, takes = STANDS[turn.adjust[0]], turn.adjust[1]
        numbers = (*turn.key, lots, *_NOT_YET, state, takes, turn.arrive)
        self._holdings.whole["turns"].write(number, 1, 0, *numbers, turn.seconds, turn.entered, turn.tried, 0.0, NONE)
        return number

    def note(self, server: int, turn: Turn, lots: int) -> int:
        """Let a turn be the last one of a server; return the number of its record.

        Args:
            server: its number in the plant.
            turn: the turn.
            lots: how many lots on the server go into it.
        """
        number, bench = self.take(turn, lots), self._bench
        if bench.first_turn[server] == NONE:
            bench.first_turn[server] = number
        else:
            self.notes.next[bench.last_turn[server]] = number
        bench.last_turn[server] = number
        bench.turns[server] += 1
        self.turns[number] = turn
        self._shelf.hold(turn.outputs)
        return number

    def wipe(self, number: int) -> Turn:
        """Return a turn that is over, and forget it."""
        turn = self.turns.pop(number)
        self._shelf.hold(turn.outputs, -1)
        return turn
