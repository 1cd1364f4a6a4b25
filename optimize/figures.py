"""Headline figures: which KPIs plans and plants are compared by, and how sure their means are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Figure(NamedTuple):
    """A headline figure.

    Attributes:
        title: what people call it.
        unit: as people read it.
        better: "more", "less" or "" when neither is better as such.
    """

    title: str
    unit: str
    better: str


FIGURES = {
    "good_gwh_per_year": Figure("Good cells", "GWh/yr", "more"),
    "first_pass_yield": Figure("First-pass yield", "-", "more"),
    "cost_usd_per_kwh": Figure("Cost", "USD/kWh", "less"),
    "energy_kwh_per_kwh": Figure("Energy use", "kWh/kWh", "less"),
    "escapes_ppm": Figure("Flaws that leave the plant", "ppm", "less"),
    "throughput_per_hour": Figure("Throughput", "1/h", "more"),
    "wip_cells": Figure("Work in progress", "cells", ""),
}


class Interval(NamedTuple):
    """A mean and its 95 % confidence interval."""

    mean: float
    low: float
    high: float


def headline(kpi: Mapping[str, Any]) -> dict[str, float]:
    """Return the headline figures of one run as plain numbers."""
    return {name: _total(kpi[name]) for name in FIGURES if kpi.get(name) is not None}


def _total(value: Any) -> float:
    return float(value["total"] if isinstance(value, Mapping) else value)


def interval(values: Sequence[float]) -> Interval:
    """Return the mean of independent replications with its 95 % t-interval.

    Raises:
        ValueError: fewer than two values have no interval.
    """
    from twin import summarise

    return Interval(**summarise([{"value": value} for value in values])["value"])
