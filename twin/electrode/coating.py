"""Coating with drying: slurry becomes rolls of double-coated, dried web."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from twin.control.bank import Taken, build_bank, whole
from twin.control.loop import Loop
from twin.declared import DeclaredStep, Extras
from twin.electrode.drying import DELAMINATION, RESIDUE, Dryer
from twin.electrode.slot_die import AGGLOMERATES, PINHOLES, STREAKS, SlotDie
from twin.material import Electrode, Floats, Material, Slurry
from twin.occasion import Born, Loss, Made, Occasion
from twin.product import CellDesign
from twin.units import Fraction, Metres, Positive, Seconds, Speed

OUT_OF_TOLERANCE = "areal_loading_out_of_tolerance"


class Coating(DeclaredStep):
    """A slot-die coater with its dryer.

    With ``dryer`` it leaves in each roll: "residual_solvent" [kg/kg], "adhesion" [N/m], "cracks" [-]; with ``die``
    the "wet_film" of one side [m].

    Attributes:
        speed: web speed [m/s].
        width: coated width of all lanes [m].
        lanes: lanes coated side by side.
        rolls: mother rolls made of one batch.
        spliced: webs that are spliced to one mother roll, each with a beginning of its own.
        target: areal loading that it is set for, relative to the design of the cell [-].
        slurry_loss: dry matter lost at the die, on edges and at purges [kg/kg].
        splice: web scrapped at each roll change [m].
        start_stop: web scrapped at each stop [m].
        roll_change: time that a roll change takes [s].
        loop: what keeps its loading; without one the loading is drawn from the next three.
        roll_sd: spread of the mean loading between rolls of a batch [-].
        lane_sd: spread of the loading between lanes [-].
        web_sd: spread of the loading along the web, between segments [-].
        segments: pieces of web whose loading is followed one by one.
        die: its coating window; None when only the declared defect rates are known.
        dryer: how it dries; None when only the declared defect rates are known.
    """

    kind: Literal["coating"]
    electrode: Literal["cathode", "anode"]
    speed: Speed
    width: Metres
    lanes: int = Field(ge=1)
    rolls: int = Field(default=1, ge=1)
    spliced: int = Field(default=1, ge=1)
    target: Positive = 1.0
    slurry_loss: Fraction
    splice: Metres
    start_stop: Metres
    roll_change: Seconds
    loop: Loop | None = None
    roll_sd: Fraction = 0.0
    lane_sd: Fraction = 0.0
    web_sd: Fraction = 0.0
    segments: int = Field(default=64, ge=1)
    die: SlotDie | None = None
    dryer: Dryer | None = None

    unit: ClassVar[str] = "kg"
    makes: ClassVar[str] = "m"
    grows: ClassVar[tuple[str, ...]] = ("spliced",)

    @property
    def explains(self) -> frozenset[str]:
        """Defect modes that come out of its die, its dryer and its loop."""
        film = (AGGLOMERATES, PINHOLES, STREAKS) if self.die is not None else ()
        dry = (DELAMINATION, RESIDUE) if self.dryer is not None else ()
        loaded = (OUT_OF_TOLERANCE,) if self.loop is not None else ()
        return frozenset((*film, *dry, *loaded))

    @property
    def extras(self) -> Extras:
        """What the loop of one coater costs."""
        return Extras() if self.loop is None else self.loop.extras

    @property
    def heating(self) -> float:
        """Heat that its dryer takes relative to the station's energy as declared [-]."""
        return 1.0 if self.dryer is None else self.dryer.heating

    @property
    def webs(self) -> int:
        """Webs coated of one batch, each with a roll change of its own."""
        return self.rolls * self.spliced

    def web(self, solids: float, product: CellDesign) -> float:
        """Return the web that a mass of dry matter coats [m]."""
        return solids * (1 - self.slurry_loss) / (product.electrode(self.electrode).areal * self.target * self.width)

    def seconds(self, inputs: Sequence[Material], at: Occasion) -> float:
        """Return the time to coat one batch [s]."""
        (slurry,) = inputs
        assert isinstance(slurry, Slurry) and at.product is not None
        coated = self.web(slurry.solids, at.product)
        seconds = coated / self.speed + self.webs * self.roll_change
        if self.loop is None or not self.loop.controllers[self.loop.controller].may_stop:
            return seconds
        return seconds + self.loop.stop_time * self._taken(slurry, at).stops

    def make(self, inputs: Sequence[Material], at: Occasion) -> Made:
        """Coat and dry one batch."""
        (slurry,) = inputs
        assert isinstance(slurry, Slurry) and at.product is not None
        coated = self.web(slurry.solids, at.product)
        kept = slurry.solids * (1 - self.slurry_loss)
        per_metre = kept / coated
        taken = None if self.loop is None else self._taken(slurry, at)
        stops = at.stops + (taken.stops if taken is not None else 0)
        cut = self.webs * self.splice + stops * self.start_stop
        cut = min(cut, coated)
        length = (coated - cut) / self.rolls
        splice, stop = _share(cut, self.webs * self.splice)
        losses = [
            Loss("slurry_loss", slurry.solids - kept, "kg", self.electrode, slurry.solids - kept),
            Loss("splice", splice, "m", self.electrode, splice * per_metre),
        ]
        if stop > 0:
            losses.append(Loss("start_stop", stop, "m", self.electrode, stop * per_metre))
        if length <= 0:
            return Made([], slurry.solids, coated, losses)
        # the splice takes the beginning of a web
        begin, born = splice / self.webs, list[Born]()
        if taken is None:
            loading: Sequence[Floats] | Floats = self._loading(slurry, at)
        else:
            long = length / self.spliced
            loading = taken.loading(begin, long, self.segments, self.spliced)
            found = taken.marks(begin, long, self.spliced)
            born = [Born(OUT_OF_TOLERANCE, marks=marks, output=roll) for roll, marks in found]
        if self.target != 1:
            loading = [np.float32(self.target) * roll for roll in loading]
        rolls = [
            Electrode(self.electrode, length, self.width, length * per_metre, loading[roll], flaws=slurry.flaws)
            for roll in range(self.rolls)
        ]
        for roll in rolls:
            roll.target = self.target
        born += self._flawed(slurry, rolls, at)
        return Made(rolls, slurry.solids, coated, losses, born=born)

    def _taken(self, slurry: Slurry, at: Occasion) -> Taken:
        """Return the rolls of the loop's bank that a batch becomes; a slurry that is off gives rolls that began so."""
        loop = self.loop
        assert loop is not None and at.product is not None
        long = self.web(slurry.solids, at.product) / self.webs
        metres = whole(long)
        bank = at.luck.once(
            metres,
            lambda streams: build_bank(loop, streams, self.speed, metres, self.lanes),
            lambda: (loop.model_dump_json(), self.speed, metres, self.lanes),
        )
        set_up = at.luck.normal("roll", at.lot, self.webs).tolist()
        drawn = at.luck.uniform("neighbour", at.lot, self.webs).tolist()
        offsets = [slurry.offset + bank.batch * one for one in set_up]
        return Taken(bank, [bank.pick(offset, one) for offset, one in zip(offsets, drawn, strict=True)])

    def _flawed(self, slurry: Slurry, rolls: Sequence[Electrode], at: Occasion) -> list[Born]:
        """Return what die and dryer bring into the rolls of a batch, and note in them what is true of them."""
        assert at.product is not None
        areal = at.product.electrode(self.electrode).areal / 2
        born: list[Born] = []
        if self.die is not None:
            born += self.die.coat(slurry, rolls, areal, self.speed, at)
        if self.dryer is not None:
            born += self.dryer.dry(slurry, rolls, areal, self.speed, at)
        return born

    def _loading(self, slurry: Slurry, at: Occasion) -> Floats:
        """Return the loading relative to target. Shape (rolls, segments, lanes)."""
        segments = self.spliced * self.segments
        shape = (self.rolls, segments, self.lanes)
        web = at.luck.normal("web", at.lot, self.rolls * segments).reshape(self.rolls, segments, 1)
        lane = at.luck.normal("lane", at.lot, self.lanes).reshape(1, 1, self.lanes)
        roll = at.luck.normal("roll", at.lot, self.rolls).reshape(self.rolls, 1, 1)
        spread = np.float32(self.web_sd) * web + np.float32(self.lane_sd) * lane + np.float32(self.roll_sd) * roll
        return np.broadcast_to(np.float32(1 + slurry.offset) + spread, shape)


def _share(cut: float, splice: float) -> tuple[float, float]:
    """Split what is cut from a short batch into splice and stop scrap."""
    return (splice, cut - splice) if cut > splice else (cut, 0.0)
