"""What a run that evaluates a share of its batches does not know: 95 % intervals of its headline figures.

A batch and all that is made of it is one draw (a cluster). A figure is a ratio of two sums over the drawn batches,
``R = sum(y) / sum(x)``, with the variance ``(1 - n/N) n / (n - 1) sum((y - R x)^2) / sum(x)^2``.

Source: Cochran, Sampling Techniques, 3rd ed. (1977), 6.3 and 9A.1, ratio estimates of clusters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any, NamedTuple

import numpy as np

from twin.journal import Journal
from twin.measured import Flags, Floats, Measured
from twin.output_analysis import CONFIDENCE
from twin.table import Columns

# share of a batch's coating that has met its fate when the batch is over: a little rests in trays for rework
OVER = 0.9
# how busy a station is that may hold the plant up
BUSY = 0.9


class Ratio(NamedTuple):
    """A ratio of sums over batches, and its standard error; both 0 where it has no denominator."""

    value: float
    error: float

    @property
    def relative(self) -> float:
        """Standard error relative to the ratio, 0 where that is 0 [-]."""
        return self.error / self.value if self.value else 0.0


def ratio_of(part: Floats, whole: Floats, drawn: float) -> Ratio:
    """Return the ratio of two sums over clusters that were drawn evenly from more.

    Args:
        part: y of each cluster. Shape (clusters,).
        whole: x of each cluster. Shape (clusters,).
        drawn: share of all clusters that was drawn [-].
    """
    size, total = len(whole), float(whole.sum())
    if size < 2 or total <= 0:
        return Ratio(0.0, 0.0)
    value = float(part.sum()) / total
    squares = float(np.square(part - value * whole).sum())
    return Ratio(value, sqrt((1 - drawn) * size / (size - 1) * squares) / total)


class Batches:
    """Evaluated batches of a run from its beginning on, and what became of each.

    In a run that goes on from a saved plant these are the batches begun since: of others only the end is known.

    Args:
        journal: of the run.

    Attributes:
        families: stations where batches begin.
        of_batches: batches that were begun there, evaluated or not.
        drawn: share of them that was evaluated [-].
    """

    def __init__(self, journal: Journal) -> None:
        self._rows = _whole(journal.columns("evaluated"))
        begun = journal.columns("visits")["station"]
        self.families: list[int] = np.unique(self._rows["root_family"]).tolist()
        self.of_batches = {family: float(np.count_nonzero(begun == family)) for family in self.families}
        self.drawn = {family: self._evaluated(family) / of for family, of in self.of_batches.items()}
        self._weight = {family: self._weights(family) for family in self.families}
        self._over = {family: self._is_over(family) for family in self.families}

    @property
    def cells(self) -> float:
        """Evaluated cells whose fate is known, or that went back for rework."""
        return float(sum(self._rows[name].sum() for name in ("good", "scrapped", "back")))

    @property
    def number(self) -> int:
        """Evaluated batches."""
        return sum(self._evaluated(family) for family in self.families)

    @property
    def least(self) -> int:
        """Batches that are over of the family that has fewest."""
        return min((int(np.count_nonzero(over)) for over in self._over.values()), default=0)

    def _evaluated(self, family: int) -> int:
        return len(np.unique(self._rows["root"][self._rows["root_family"] == family]))

    def sums(self, family: int, *columns: str, station: int | None = None) -> list[Floats]:
        """Return sums of columns over each batch of a family that is over, and over all that it stood for.

        Each of shape (batches,).
        """
        over, weight = self._over[family], self._weight[family]
        return [(weight * one)[over] for one in self._sums(family, columns, station)]

    def _weights(self, family: int) -> Floats:
        """Return for how many batches each stood, itself included; those that came to nothing for as many as others."""
        own = (self._rows["root_family"] == family) & (self._rows["kept_kg"] > 0)
        roots = np.unique(self._rows["root"][self._rows["root_family"] == family])
        lots = np.bincount(np.searchsorted(roots, self._rows["root"][own]), minlength=len(roots))
        (others,) = self._sums(family, ("others",), None)
        weight = 1 + others / np.maximum(lots, 1)
        return np.where(lots > 0, weight, weight[lots > 0].mean() if lots.any() else 1.0)

    def _sums(self, family: int, columns: Sequence[str], station: int | None) -> list[Floats]:
        of_family = self._rows["root_family"] == family
        roots, which = np.unique(self._rows["root"][of_family], return_inverse=True)
        rows = {name: self._rows[name][of_family] for name in (*columns, "station")}
        here = slice(None) if station is None else rows["station"] == station
        return [np.bincount(which[here], rows[name][here], len(roots)).astype(np.float64) for name in columns]

    def _is_over(self, family: int) -> Flags:
        """Return of which batches nearly everything has met its fate: the last to begin tell of losses alone."""
        kept, lost = self._sums(family, ("kept_kg", "lost_kg"), None)
        (begun,) = self._sums(family, ("tried",), family)
        return kept + lost >= OVER * begun


def _whole(rows: Columns) -> Columns:
    """Return the rows of batches whose beginning is among them."""
    begins = rows["station"] == rows["root_family"]
    whole = np.zeros(len(begins), np.bool_)
    for family in np.unique(rows["root_family"]):
        ours = rows["root_family"] == family
        whole |= ours & np.isin(rows["root"], rows["root"][ours & begins])
    return {name: column[whole] for name, column in rows.items()}


def estimated(measured: Measured, found: dict[str, Any], busy: Floats) -> dict[str, Any] | None:
    """Return how sure the figures of a run are that evaluates a share of its batches; None for one that does not.

    What is good at the end is as sure as the share of the coating of each electrode that is lost on the way, and as the
    time that a unit takes at busy stations, the least sure of them; these together as if they were independent. Cost is
    spread over what is good, so it is as sure.

    Args:
        measured: the measured part of a journal.
        found: its KPIs.
        busy: how busy each station is [-]. Shape (stations,).
    """
    if not len(measured.journal.columns("evaluated")["time"]):
        return None
    batches = Batches(measured.journal)
    told: dict[str, Any] = {
        "batches": batches.number,
        "of_batches": sum(batches.of_batches.values()),
        "cells": batches.cells,
    }
    if batches.least < 2:
        return told
    from scipy.stats import t

    width = float(t.ppf((1 + CONFIDENCE) / 2, batches.least - 1))
    part, first = width * _spread(batches, np.flatnonzero(busy >= BUSY).tolist()), width * _first(batches).error
    for name in ("good_cells", "good_gwh_per_year"):
        told[name] = _interval(found[name], part * found[name])
    if found.get("first_pass_yield") is not None:
        told["first_pass_yield"] = _interval(found["first_pass_yield"], first)
    if "cost_usd_per_kwh" in found and part < 1:
        cost = found["cost_usd_per_kwh"]["total"]
        told["cost_usd_per_kwh"] = {"mean": cost, "low": cost / (1 + part), "high": cost / (1 - part)}
    return told


def _spread(batches: Batches, stations: Sequence[int]) -> float:
    """Return the standard error of what is good at the end, relative to it [-]."""
    lost, slow = 0.0, 0.0
    for family, drawn in batches.drawn.items():
        kept, gone = batches.sums(family, "kept_kg", "lost_kg")
        lost += ratio_of(kept, kept + gone, drawn).relative ** 2
        for station in stations:
            seconds, tried = batches.sums(family, "seconds", "tried", station=station)
            slow = max(slow, ratio_of(seconds, tried, drawn).relative)
    return sqrt(lost + slow**2)


def _first(batches: Batches) -> Ratio:
    """Return the share of first-pass cells of those whose fate is known, by the batch that they belong to."""
    for family, drawn in batches.drawn.items():
        good, first, *others = batches.sums(family, "good", "first", "scrapped", "back")
        if good.any():
            return ratio_of(first, good + sum(others), drawn)
    return Ratio(0.0, 0.0)


def _interval(value: float, half: float) -> dict[str, float]:
    return {"mean": value, "low": value - half, "high": value + half}


def in_words(told: Mapping[str, Any]) -> str:
    """Return how figures were estimated and how sure they are, of a run or of the mean of several.

    Args:
        told: what ``estimated`` returns, or what ``summarise`` makes of it.
    """
    batches, of, cells = (_mean(told[name]) for name in ("batches", "of_batches", "cells"))
    basis = f"Counts are estimates: physics worked out {batches:,.0f} of {of:,.0f} batches, with {cells:,.0f} cells."
    parts = []
    for name, title, scale, unit in _TITLES:
        if name in told:
            low, high = (scale * _mean(told[name][end]) for end in ("low", "high"))
            parts.append(f"{title} {low:,.{_digits(high)}f} to {high:,.{_digits(high)}f}{unit}")
    if not parts:
        return f"{basis} They are too few to tell how sure that is."
    return f"{basis} With 95 % confidence: {'; '.join(parts)}."


_TITLES = (
    ("good_gwh_per_year", "good cells", 1.0, " GWh/yr"),
    ("first_pass_yield", "first-pass yield", 100.0, " %"),
    ("cost_usd_per_kwh", "cost", 1.0, " USD/kWh"),
)


def _mean(value: Any) -> float:
    return float(value["mean"] if isinstance(value, Mapping) else value)


def _digits(value: float) -> int:
    """Return decimals that leave four figures."""
    return max(0, 3 - int(np.floor(np.log10(abs(value))))) if value else 0
