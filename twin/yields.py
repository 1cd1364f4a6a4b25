"""What became of what was started: first-pass and rolled yield, scrap by defect and cause, the flow of units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from twin.bought import carrier
from twin.journal import Action
from twin.measured import CELL, Floats, Measured
from twin.oee import ratio
from twin.table import Columns


def station_first_pass(measured: Measured) -> Floats:
    """Return the first-pass yield of each station, NaN where nothing was tried. Shape (stations,).

    What was handed on without scrap and rework over what was tried; at the last station also without
    grade B.
    """
    visits = measured.visits
    tried = measured.by_station(visits, "tried")
    first = measured.by_station(visits, "passed")
    cured = measured.rejects["action"] == Action.CURED
    first = first - measured.by_station(measured.rejects, "quantity", cured)
    if measured.line.cell is not None:
        # one sink is the rule; with several, grade B is shared by what they pass
        passed = np.where(measured.is_sink, first, 0.0)
        total = passed.sum()
        first = first - (passed / total * measured.finished["grade_b"].sum() if total > 0 else 0.0)
    share: Floats = np.divide(first, tried, out=np.full(measured.size, np.nan), where=tried > 0)
    return share


def rolled_throughput_yield(first_pass: Floats) -> float | None:
    """Return the product of the stations' first-pass yields: the chance to meet no trouble anywhere."""
    known = first_pass[~np.isnan(first_pass)]
    return float(known.prod()) if known.size else None


def first_pass_yield(measured: Measured) -> float | None:
    """Return ISO 22400's first-pass yield of the plant: good at the first attempt over all that was decided.

    Cells: grade A cells that were never reworked over good and scrapped cells. A cell that was reworked
    and is neither scrapped nor downgraded by the end counts as decided. Lots of a generic line: the same,
    and all that are finished are good.
    """
    units = measured.finished["units"].sum()
    scrapped = scrapped_units(measured)
    rows = measured.rejects
    # a lot of a generic line is known by its family and its number
    known = rows["cell"] if measured.line.cell else rows["family"].astype(np.int64) << 40 | rows["lot"]
    again = np.unique(known[_has(rows, Action.CURED, Action.SENT_BACK) & (known >= 0)])
    bad = known[_has(rows, Action.SCRAP, Action.DOWNGRADE, Action.LOSS) & (known >= 0)]
    reworked = np.count_nonzero(~np.isin(again, bad)) if again.size else 0
    first = measured.finished["grade_a"].sum() - reworked
    return ratio(max(first, 0.0), units + scrapped)


def scrapped_units(measured: Measured) -> float:
    """Return the cells, or lots of a generic line, that left the plant as scrap."""
    rows = measured.rejects
    counted = measured.gone if measured.line.cell is None else measured.gone & (rows["unit"] == CELL)
    return float(rows["quantity"][counted].sum())


def _has(rows: Columns, *actions: Action) -> Any:
    return np.isin(rows["action"], actions)


def causes(measured: Measured) -> tuple[list[str], list[str | None]]:
    """Return what each reason of the journal is called, and the station that caused it.

    Flaws carry the station where they are born; losses and false rejects are caused where they appear.
    """
    names: list[str] = []
    stations: list[str | None] = []
    for number, reason in enumerate(measured.journal.reasons):
        mode, _, station = reason.partition("@")
        is_flaw = number < measured.journal.flaws
        names.append(mode if is_flaw else reason)
        stations.append(station if is_flaw else None)
    return names, stations


def scrap(measured: Measured) -> dict[str, Any]:
    """Return what was lost, by defect and by the station that caused it, in equivalents of what the plant makes."""
    names, born = causes(measured)
    table = _lost_by_station_and_reason(measured)
    by_defect: dict[str, float] = {}
    by_cause: dict[str, float] = {}
    for station, reason in zip(*np.nonzero(table), strict=True):
        lost = float(table[station, reason])
        by_defect[names[reason]] = by_defect.get(names[reason], 0.0) + lost
        cause = born[reason] or measured.journal.stations[station]
        by_cause[cause] = by_cause.get(cause, 0.0) + lost
    return {
        "unit": "lots" if measured.line.cell is None else "cell equivalents",
        "total": float(table.sum()),
        "by_defect": _largest_first(by_defect),
        "by_cause": _largest_first(by_cause),
    }


def scrap_found(measured: Measured) -> list[dict[str, float]]:
    """Return what each station lost, by defect, in equivalents of what the plant makes."""
    names, _ = causes(measured)
    found = []
    for row in _lost_by_station_and_reason(measured):
        by_defect: dict[str, float] = {}
        for reason in np.flatnonzero(row):
            by_defect[names[reason]] = by_defect.get(names[reason], 0.0) + float(row[reason])
        found.append(_largest_first(by_defect))
    return found


def _lost_by_station_and_reason(measured: Measured) -> Floats:
    """Return losses in equivalents. Shape (stations, reasons)."""
    rows, gone = measured.rejects, measured.gone
    width = len(measured.journal.reasons)
    key = rows["station"][gone].astype(np.int64) * width + rows["reason"][gone]
    lost = np.bincount(key, measured.lost[gone], measured.size * width)
    return np.asarray(lost, np.float64).reshape(measured.size, width)


def _largest_first(amounts: dict[str, float]) -> dict[str, float]:
    return dict(sorted(amounts.items(), key=lambda item: -item[1]))


def flow(measured: Measured) -> dict[str, dict[str, float]]:
    """Return what went into each station, out of it and was lost there, in equivalents of what the plant makes.

    In a plant of cells it is followed by the mass of coating up to where cells are started, and by
    counting from there on, with what stayed in stations and buffers taken out, so that it adds up. Coating of one
    electrode is half of an equivalent; ``cells_in`` counts it as the cells that it is enough for.
    """
    entered, left = (_followed if measured.line.cell is not None else _tried_and_passed)(measured)
    lost = measured.by_station(measured.rejects, measured.lost, measured.gone)
    line, stations = measured.line, measured.journal.stations
    halves = [line.cell is not None and carrier(line, name) in ("cathode", "anode") for name in stations]
    return {
        name: {
            "in": float(entered[i]),
            "out": float(left[i]),
            "lost": float(lost[i]),
            "cells_in": float(entered[i]) * (2 if halves[i] else 1),
        }
        for i, name in enumerate(stations)
    }


def _tried_and_passed(measured: Measured) -> tuple[Floats, Floats]:
    return measured.by_station(measured.visits, "tried"), measured.by_station(measured.visits, "passed")


def _followed(measured: Measured) -> tuple[Floats, Floats]:
    """Follow coating and cells from the sources: what comes in less what is lost or stays goes on."""
    line, names = measured.line, list(measured.journal.stations)
    stays = _stock_change(measured)
    lost = measured.by_station(measured.rejects, measured.lost, measured.gone)
    started = measured.by_station(measured.visits, "tried")
    entered, left = np.zeros(measured.size), np.zeros(measured.size)
    boxes = list(line.buffers.values())
    for number in _downstream_order(measured):
        step = line.stations[names[number]].step
        arriving = [place for place, box in enumerate(boxes) if box.to == names[number] and not box.rework]
        for place in arriving:
            entered[number] += left[names.index(boxes[place].source)] - stays[measured.size + place]
        if not arriving and hasattr(step, "electrode"):
            solids = measured.visits["entered"][measured.visits["station"] == number].sum()
            electrode = line.cell.electrode(step.electrode) if line.cell else None
            entered[number] = solids / electrode.solids / 2 if electrode else 0.0
        back = sum(
            stays[measured.size + place]
            for place, box in enumerate(boxes)
            if box.rework and box.source == names[number]
        )
        left[number] = entered[number] - lost[number] - stays[number] - back
        if measured.makes_cells[number]:
            cells = measured.rejects["unit"] == CELL
            scrapped = measured.by_station(measured.rejects, measured.lost, measured.gone & cells)[number]
            left[number] = started[number] - scrapped - _waiting_cells(measured, number)
    return entered, left


def _waiting_cells(measured: Measured, number: int) -> float:
    """Return by how much the cells that wait to leave the machines of a station have grown."""
    change = 0.0
    for sign, stock in ((1.0, measured.closing), (-1.0, measured.opening)):
        here = (stock["place"] == number) & (stock["unit"] == CELL)
        change += sign * float(stock["units"][here].sum())
    return change


def _stock_change(measured: Measured) -> Floats:
    """Return how stock grew at each station and in each buffer, in equivalents. Shape (stations + buffers,)."""
    places = measured.size + len(measured.journal.buffers)
    change = np.zeros(places)
    for sign, stock in ((1.0, measured.closing), (-1.0, measured.opening)):
        amounts = measured.equivalents(stock["unit"], stock["units"], stock["cathode_kg"], stock["anode_kg"])
        change += sign * np.bincount(stock["place"], amounts, places)
    return change


def _downstream_order(measured: Measured) -> Sequence[int]:
    """Return station numbers so that each comes after those that feed it; ways back do not count."""
    names = list(measured.journal.stations)
    boxes = [box for box in measured.line.buffers.values() if not box.rework]
    feeders = {name: {box.source for box in boxes if box.to == name} for name in names}
    order: list[str] = []
    while len(order) < len(names):
        order += [name for name in names if name not in order and feeders[name] <= set(order)]
    return [names.index(name) for name in order]
