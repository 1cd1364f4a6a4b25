"""What stations make of lots, laid out for machine code."""

from __future__ import annotations

import numpy as np

from twin.assembly.receiving import Receiving
from twin.assembly.stacking import Assembly
from twin.coarse import Coarse
from twin.compiled.decks import LaidOutDeck
from twin.compiled.holdings import BATCH, CRAFT, Holdings
from twin.compiled.remembering import Library
from twin.compiled.state import NONE
from twin.flow import Plant
from twin.flow.deck import REMEMBERED
from twin.flow.station import StationFlow


def lay_out_crafts(
    holdings: Holdings, library: Library, flow: Plant, coarse: Coarse, share: float, evaluated: float | None
) -> None:
    """Lay out the stations of a plant with physics.

    Args:
        holdings: where.
        library: what stations remember.
        flow: the stations.
        coarse: the plant as declared, or with larger lots.
        share: share of cells whose rows are kept [-].
        evaluated: share of the batches that physics works out [-]; None for every one.
    """
    line, root = coarse.line, holdings.root
    root["lot_scale"] = coarse.lots
    root["keeps_cells"] = 0 if share <= 0 else 1 if share < 1 else 2
    root["kept_below"] = flow.record.kept_below
    crafts = np.zeros(len(line.stations), CRAFT)
    crafts["remnant"] = crafts["separator_rest"] = NONE
    holdings.put("crafts", crafts)
    holdings.put("batches", np.zeros(len(line.stations) * REMEMBERED, BATCH))
    for craft, station in zip(holdings.parts["crafts"], flow.stations, strict=True):
        step = station.step
        craft["by_time"], craft["by_metre"] = step.by_time, step.unit == "m"
        craft["pairs"], craft["each"] = station.pairing != "first", coarse.each.get(station.name, 1.0)
        if isinstance(station.deck, LaidOutDeck):
            assert evaluated is not None
            station.deck.at(station.number, evaluated)
        if isinstance(step, Receiving) and not station.examines:
            library.put_always(station.number, step.kits, step.area, step.time * station.pace)
        if isinstance(step, Assembly):
            assert line.cell is not None
            craft["spliced"], craft["separator"] = step.spliced, line.cell.parts["separator"].value
            craft["cathode_area"], craft["anode_area"] = line.cell.cathode.area, line.cell.anode.area


def name_rests(holdings: Holdings, station: StationFlow) -> None:
    """Let machine code know the reasons of what merges leave over, once they have been met."""
    if not isinstance(station.step, Assembly):
        return
    craft, reasons = holdings.parts["crafts"][station.number], station.journal.reasons
    for name in ("remnant", "separator_rest"):
        if craft[name] == NONE and name in reasons:
            craft[name] = reasons.index(name)
