"""Where flaws were born and where they were found: how long that took, what was made meanwhile and what it cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.bought import upstream
from twin.cost import spent_per_cell
from twin.genealogy import Genealogy, code
from twin.journal import Action
from twin.measured import CELL, Floats, Measured
from twin.oee import ratio
from twin.product import JOULES_PER_KWH

SECONDS_PER_HOUR = 3600.0
_FOUND = {Action.SCRAP: "scrap", Action.DOWNGRADE: "downgrade", Action.CURED: "cured", Action.SENT_BACK: "sent back"}


class Births:
    """When the lots of a journal, or what they are made of, were worked on at a station.

    Args:
        measured: the measured part of the journal.
    """

    def __init__(self, measured: Measured) -> None:
        tree, visits = Genealogy(measured.journal), measured.journal.columns("visits")
        self._visit_station, self._visit_time = visits["station"], visits["finish"]
        visited = code(visits["family"], visits["lot"])
        kin = tree.parent >= 0
        everybody = np.concatenate([visited, tree.child[kin], tree.parent[kin]])
        self._lots, number = np.unique(everybody, return_inverse=True)
        self._visited, rest = number[: len(visited)], number[len(visited) :]
        self._child, self._parent = rest[: kin.sum()], rest[kin.sum() :]

    def times(self, station: int, lots: NDArray[np.int64]) -> Floats:
        """Return when each lot, or the youngest part of it that was there, left a station [s]; NaN for never.

        Args:
            station: its number.
            lots: as numbers of ``code``. Shape (lots,).
        """
        when = np.full(len(self._lots), -np.inf)
        here = self._visit_station == station
        np.maximum.at(when, self._visited[here], self._visit_time[here])
        child, parent = self._child, self._parent
        while child.size:
            # a lot that was there itself keeps its own time; others inherit, generation by generation
            open_ = np.isneginf(when[child])
            child, parent = child[open_], parent[open_]
            known = ~np.isneginf(when[parent])
            if not known.any():
                break
            np.maximum.at(when, child[known], when[parent[known]])
        place = np.searchsorted(self._lots, lots).clip(max=len(self._lots) - 1)
        found = np.where(self._lots[place] == lots, when[place], -np.inf)
        return np.where(np.isneginf(found), np.nan, found)


def defect_flow(measured: Measured) -> list[dict[str, Any]]:
    """Return where each flaw was born and found, the dearest first.

    Returns:
        One row for each mode, birthplace and place of finding: ``found`` units (cells, or equivalents of coating), what
        was done with them, the median lag [h] from birth to finding, the cells started in that time (median), and
        ``cost_usd``, the material and work put into scrapped cells after the flaw was in them. Lag and cost are None
        where they are not known: in a generic line, or for what is cut out of a web.
    """
    journal, line = measured.journal, measured.line
    rows = measured.rejects
    is_flaw = rows["reason"] < journal.flaws
    if line.cell is None or not is_flaw.any():
        return []
    births, started = Births(measured), _started(measured)
    worth, before = spent_per_cell(line, journal) if line.prices is not None else {}, upstream(line)
    keys = np.stack([rows["reason"], rows["station"], rows["action"]])[:, is_flaw]
    kinds, which = np.unique(keys, axis=1, return_inverse=True)
    places = np.flatnonzero(is_flaw)
    found = []
    for kind, (reason, station, action) in enumerate(kinds.T.tolist()):
        here = places[which == kind]
        mode, _, born = journal.reasons[reason].partition("@")
        cells = here[rows["unit"][here] == CELL]
        lag, meanwhile = _lag(births, started, measured, cells, journal.stations.index(born))
        name = journal.stations[station]
        scrapped = len(cells) if action == Action.SCRAP else 0
        found.append(
            {
                "mode": mode,
                "born": born,
                "found": name,
                "action": _FOUND[Action(action)],
                "units": float(measured.lost[here].sum()),
                "lag_h": lag,
                "cells_meanwhile": meanwhile,
                "cost_usd": scrapped * _added(worth, before, born, name) if worth and scrapped else None,
            }
        )
    return sorted(found, key=lambda row: (-(row["cost_usd"] or 0.0), -row["units"]))


def _added(worth: Mapping[str, float], before: Mapping[str, set[str]], born: str, found: str) -> float:
    """Return what was put into a cell after one station, up to and with another [USD]."""
    between = (before[found] | {found}) - before[born] - {born}
    # in an order of their own: that of a set is another one in every process, and so would be the last digit
    return sum(worth[name] for name in sorted(between))


def _started(measured: Measured) -> tuple[Floats, Floats]:
    """Return when cells were started, and how many in all until then. Each of shape (visits + 1,)."""
    visits = measured.journal.columns("visits")
    ours = measured.makes_cells[visits["station"]]
    order = np.argsort(visits["finish"][ours], kind="stable")
    times, cells = visits["finish"][ours][order], visits["passed"][ours][order]
    return np.concatenate([[0.0], times]), np.concatenate([[0.0], np.cumsum(cells)])


def _lag(
    births: Births, started: tuple[Floats, Floats], measured: Measured, cells: NDArray[np.intp], station: int
) -> tuple[float | None, float | None]:
    """Return the median lag from birth to finding [h] of some rejected cells, and the cells started in it."""
    rows = measured.rejects
    if not cells.size:
        return None, None
    seen = rows["time"][cells]
    born = births.times(station, code(rows["family"][cells], rows["lot"][cells]))
    known = ~np.isnan(born)
    if not known.any():
        return None, None
    seen, born = seen[known], np.minimum(born[known], seen[known])
    made = np.interp(seen, *started) - np.interp(born, *started)
    return float(np.median(seen - born)) / SECONDS_PER_HOUR, float(np.median(made))


def escapes(measured: Measured) -> list[dict[str, Any]]:
    """Return which flaws left the plant in good cells, the dearest first.

    Returns:
        One row for each mode and birthplace: ``cells`` that have it, those of them that customers will send back
        (``returned``), and what that costs; None without prices.
    """
    journal, line = measured.journal, measured.line
    rows = measured.escaped
    cells = np.bincount(rows["reason"], rows["cells"], journal.flaws) if len(rows["reason"]) else np.zeros(0)
    price = line.prices.returned if line.prices is not None else None
    found = []
    for number in np.flatnonzero(cells).tolist():
        mode, _, born = journal.reasons[number].partition("@")
        count = float(cells[number])
        back = count * line.defects[mode].harm
        cost = None if price is None else back * price
        found.append({"mode": mode, "born": born, "cells": count, "returned": back, "cost_usd": cost})
    return sorted(found, key=lambda row: (-row["returned"], -row["cells"]))


def outgoing(measured: Measured, rows: Sequence[Mapping[str, Any]], good: float) -> dict[str, float | None]:
    """Return how bad the good cells are that leave the plant, and what it costs that customers send some back.

    Args:
        measured: the measured part of a journal.
        rows: of ``escapes``.
        good: good cells.

    Returns:
        ``escapes_ppm``, escaped flaws in a million good cells. Flaws are counted mode by mode and birthplace by
        birthplace, so a cell with two of them counts twice. Most of them do no harm: ``returned_ppm`` is how many
        of a million good cells customers will send back. With prices also ``returns_usd_per_kwh``, which stands
        beside the cost and is no part of it. None without good cells; nothing for a generic line.
    """
    cell, prices = measured.line.cell, measured.line.prices
    if cell is None:
        return {}
    found = {
        "escapes_ppm": ratio(1e6 * sum(row["cells"] for row in rows), good),
        "returned_ppm": ratio(1e6 * sum(row["returned"] for row in rows), good),
    }
    if prices is not None:
        back = sum(row["cost_usd"] for row in rows)
        found["returns_usd_per_kwh"] = ratio(back, good * cell.energy / JOULES_PER_KWH)
    return found
