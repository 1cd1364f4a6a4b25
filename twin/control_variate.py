"""Cheap runs beside dear ones: how they are asked for, and what they were good for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from twin.problems import InputError
from twin.run import Run

# fewer replications tell no slope
LEAST = 5
_TITLES = {
    "good_cells": "good cells",
    "first_pass_yield": "first-pass yield",
    "cost_usd_per_kwh": "cost",
    "energy_kwh_per_kwh": "energy",
}


class Way(NamedTuple):
    """How a run is made cheaper: as many lots as one, and which batches are evaluated."""

    lots: int = 1
    evaluate: str = "all"

    @classmethod
    def read(cls, text: str) -> Way:
        """Return the way in words such as 8, 5% or 8:5%.

        Raises:
            InputError: something else.
        """
        lots, _, share = text.rpartition(":") if text.endswith("%") else (text, "", "")
        if not (lots or "1").isdecimal() or (not share and int(lots or 1) < 2):
            raise InputError(f"'{text}' makes no run cheaper; expected lots as one, a share, or both: 8, 1% or 8:1%")
        return cls(int(lots or 1), f"sample:{share}" if share else "all")

    def __str__(self) -> str:
        lots, share = str(self.lots) if self.lots > 1 else "", self.evaluate.removeprefix("sample:")
        return lots if self.evaluate == "all" else ":".join([*([lots] if lots else []), share])

    def of(self, run: Run) -> Run:
        """Return a run made cheaper."""
        return replace(run, lot_scale=self.lots, evaluate=self.evaluate, cells="none", truth=False)


class CoarseRuns(NamedTuple):
    """Cheap runs that are made beside replications, as control variates.

    Attributes:
        runs: how many, those with the seeds of the replications first.
        way: how they are made cheaper.
    """

    runs: int
    way: Way

    @classmethod
    def read(cls, text: str, replications: int) -> CoarseRuns:
        """Return what ``--coarse`` asks for, such as ``40x1%``.

        Raises:
            InputError: something else, or too few runs of either kind.
        """
        number, _, how = text.partition("x")
        if not number.isdecimal() or not how:
            raise InputError(f"--coarse {text}: expected how many and how, such as 40x1% or 40x8:1%")
        try:
            way = Way.read(how)
        except InputError as error:
            raise InputError(f"--coarse {text}: {error}") from None
        if replications < LEAST:
            raise InputError(f"--coarse {text}: goes with --replications {LEAST} or more, from which its worth is told")
        if int(number) <= replications:
            raise InputError(
                f"--coarse {text}: the first {replications} go with the replications, and only more add to what is "
                f"known; say {5 * replications}x{how}"
            )
        return cls(int(number), way)

    def __str__(self) -> str:
        return f"{self.runs}x{self.way}"


def worth_in_words(kpi: Mapping[str, Any], coarse: CoarseRuns) -> str:
    """Return what is left of the variance of headline figures with the help of cheap runs."""
    left = []
    for name, title in _TITLES.items():
        told = kpi.get(name) or {}
        share = told.get("total", told).get("variance_left")
        left.append(f"{'all' if share is None else f'{100 * share:.0f} %'} of that of {title}")
    return f"{coarse.runs} coarse runs leave, of the variance of the mean, {', '.join(left)}."
