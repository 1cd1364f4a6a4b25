"""Decks that machine code reads as well: which turns stand in which place of the ring of batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from twin.compiled.remembering import FLAWS, GRADES, Carried, Library
from twin.compiled.state import NONE
from twin.flow.deck import REMEMBERED, Deck, Remembered


class LaidOutDeck(Deck):
    """A deck that machine code reads as well.

    Args:
        share: share of the lots that is evaluated [-].
        library: where its turns are laid out.
    """

    def __init__(self, share: float, library: Library) -> None:
        super().__init__(share)
        self._library = library
        self._carried = self.carried = Carried(library)
        # records of each batch, the oldest first
        self._laid_out: dict[tuple[int, int], list[int]] = {}
        self._first = 0
        self.station = NONE

    def at(self, station: int, share: float) -> None:
        """Let machine code find it."""
        self.station = station
        craft = self._library.holdings.parts["crafts"][station]
        craft["counts"], craft["threshold"] = share < 1, self._threshold if share < 1 else 0
        craft["grades"], craft["flaws"] = self.carried.place(GRADES), self.carried.place(FLAWS)

    def keep(self, root: tuple[int, int], turn: Remembered) -> None:
        """Keep a turn, and lay it out."""
        super().keep(root, turn)
        here = self._laid_out.setdefault(root, [])
        if len(self._laid_out) > REMEMBERED:
            for number in self._laid_out.pop(next(iter(self._laid_out))):
                self._library.forget(number)
            self._first = (self._first + 1) % REMEMBERED
        self._put_behind(here, turn)
        self._lay_out(list(self._laid_out).index(root), here)

    def go_on(self, remembered: Mapping[str, Any]) -> None:
        """Go on with what another deck remembers, and lay it out."""
        super().go_on(remembered)
        for place, (root, turns) in enumerate(self._of.items()):
            here = self._laid_out[root] = []
            for turn in turns:
                self._put_behind(here, turn)
            self._lay_out(place, here)

    def _put_behind(self, here: list[int], turn: Remembered) -> None:
        """Lay out a turn behind others of its batch."""
        new = self._library.put(self.station, turn, self.carried)
        if here:
            self._library.holdings.parts["told"]["next"][here[-1]] = new
        here.append(new)

    def _lay_out(self, place: int, turns: Sequence[int]) -> None:
        parts = self._library.holdings.parts
        craft = parts["crafts"][self.station]
        craft["first_batch"], craft["batches"] = self._first, len(self._laid_out)
        batch = parts["batches"][self.station * REMEMBERED + (self._first + place) % REMEMBERED]
        batch["first"], batch["turns"] = turns[0], len(turns)
