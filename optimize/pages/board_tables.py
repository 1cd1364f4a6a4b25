"""Strategies compared as tables: rows of plain values, the same in pictures, on the page and in CSV files."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import Any

import numpy as np

from optimize.figures import Interval
from optimize.growth.scale_up import Compared
from optimize.growth.verdict import MONTHS_PER_QUARTER, MONTHS_PER_YEAR, Lived
from optimize.money.books import by_year
from optimize.money.capital import Floats
from optimize.pages.board_claim import measures_of
from optimize.pages.board_inputs import assumptions, flip_points
from optimize.pages.board_plans import at_best, built, finalists, frontier, rounds, spread_of, staffed
from optimize.pages.board_plant import (
    engineers,
    inside,
    narrowest,
    ranked,
    scrap,
    scrap_by_mode,
    scrap_flows,
    scrap_in_all,
)
from optimize.pages.tables import Row
from optimize.words import listed

# of the futures, nine in ten lie between the first and the last
BAND = (0.05, 0.5, 0.95)
# more than anybody would simulate
_MOST_FUTURES = 1e5
PERCENTILES = ("p5", "p50", "p95")
PARTS = ("materials", "energy", "labour", "overhead", "depreciation", "scrap")


def tables_of(compared: Compared) -> dict[str, list[Row]]:
    """Return all tables by name."""
    return {
        "strategies": strategies(compared),
        "years": years(compared),
        "quarters": quarters(compared),
        "costs": costs(compared),
        "scrap": scrap(compared),
        "scrap_by_mode": scrap_by_mode(compared),
        "scrap_flows": scrap_flows(compared),
        "scrap_in_all": scrap_in_all(compared),
        "narrowest": narrowest(compared),
        "engineers": engineers(compared),
        "lines": lines(compared),
        "differences": differences(compared),
        "at_best": at_best(compared),
        "finalists": finalists(compared),
        "rounds": rounds(compared),
        "staffed": staffed(compared),
        "measures": measures(compared),
        "frontier": frontier(compared),
        "waiting": waiting(compared),
        "flip_points": flip_points(compared),
        "assumptions": assumptions(compared),
    }


def band(values: Floats) -> Floats:
    """Return low, median and high of nine in ten futures; NaN where fewer than half have a value. Shape (3, ...)."""
    known = np.isfinite(values).sum(axis=0) * 2 > len(values)
    found = np.nanquantile(np.where(known, values, 0.0), BAND, axis=0)
    return np.asarray(np.where(known, found, np.nan))


def strategies(compared: Compared) -> list[Row]:
    """Return the headline figures of each strategy, the best first."""
    ground = compared.verdict.site.ground
    found = []
    for lived in ranked(compared):
        reached = lived.months_to_80(ground.of_a_line)
        year = last_year(lived)
        found.append(
            {
                "strategy": lived.name,
                "title": lived.strategy.title,
                "built": built(lived.strategy, ground.lines),
                "engineers": lived.strategy.engineers,
                "lines": float(np.mean([len(life.ordered) for life in lived.lives])),
                **spread_of("npv_musd", lived.npv),
                **spread_of("insolvency_probability", lived.insolvency),
                **spread_of("peak_funding_musd", lived.peak_funding),
                "months_to_80_percent_median": _median_reached(reached),
                "reaches_80_percent": float(np.isfinite(reached).mean()),
                **spread_of("cost_usd_per_kwh", lived.cost_by_year[year]),
                **spread_of("revenue_usd_per_kwh", lived.revenue_by_year[year]),
                **spread_of("lag_hours", lived.lag),
                "irr_median": _known_median(lived.books.irr),
                "least_runway_months_median": float(np.median(_least_runway(lived))),
                "lost_when_insolvent_musd": _mean_of(lived.books.lost_musd, lived.books.insolvent),
            }
        )
    return found


def last_year(lived: Lived) -> int:
    """Return the last whole year of the horizon, counted from 0: what is young by then stays so."""
    return int(lived.books.good.shape[1] // MONTHS_PER_YEAR - 1)


def _median_reached(reached: Floats) -> float | str:
    there = reached[np.isfinite(reached)]
    return float(np.median(there)) if there.size else ""


def _known_median(values: Floats) -> float | str:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else ""


def _mean_of(values: Floats, chosen: Any) -> float | str:
    return float(values[chosen].mean()) if chosen.any() else ""


def _least_runway(lived: Lived) -> Floats:
    """Return the shortest runway once the plant has begun to spend for a quarter [month]. Shape (futures,)."""
    return np.asarray(lived.books.runway[:, MONTHS_PER_QUARTER:].min(axis=1))


def years(compared: Compared) -> list[Row]:
    """Return what each strategy makes, and what a kWh costs and brings, year by year."""
    return [
        {
            "strategy": lived.name,
            "year": year + 1,
            **spread_of("good_gwh", good),
            **spread_of("cost_usd_per_kwh", lived.cost_by_year[year]),
            **{f"cost_usd_per_kwh_{part}": _plain(end) for part, end in zip(PERCENTILES, costs[:, year], strict=True)},
            **spread_of("revenue_usd_per_kwh", lived.revenue_by_year[year]),
            "lag_hours": lag,
        }
        for lived in ranked(compared)
        for costs in (_known_band(lived.books.cost_usd_per_kwh_by_year),)
        for year, (good, lag) in enumerate(zip(lived.good_by_year, _lags(lived), strict=True))
    ]


def _known_band(values: Floats) -> Floats:
    """Return low, median and high of nine in ten of the futures that have a value, NaN without one. Shape (3, ...)."""
    there = np.isfinite(values).any(axis=0)
    found = np.nanquantile(np.where(there, values, 0.0), BAND, axis=0)
    return np.asarray(np.where(there, found, np.nan))


def _lags(lived: Lived) -> list[float | str]:
    """Return the mean hours from birth to discovery of all flaws that were found in each year."""
    found, lag = (by_year(lived.stacked(what)).sum(axis=0) for what in ("found", "lag"))
    return [float(hours / many) if many > 0 else "" for hours, many in zip(lag, found, strict=True)]


def quarters(compared: Compared) -> list[Row]:
    """Return output, yield, cash and what engineers do, quarter by quarter, with the band of nine in ten futures."""
    return [
        row | dict(more)
        for lived in ranked(compared)
        for row, more in zip(_quarters(lived), inside(compared, lived), strict=True)
    ]


def _quarters(lived: Lived) -> Iterator[Row]:
    months = lived.books.good.shape[1]
    begins = np.arange(0, months, MONTHS_PER_QUARTER)
    ends = np.append(begins[1:], months) - 1
    length = ends - begins + 1
    rate = np.add.reduceat(lived.books.good, begins, axis=1) * MONTHS_PER_YEAR / length
    fans = {
        "good_gwh_per_year": band(rate),
        "yield": band(lived.yields(MONTHS_PER_QUARTER)),
        "cash_musd": band(lived.books.cash[:, ends]),
    }
    gone = ~lived.books.alive[:, ends]
    runway = np.median(lived.books.runway[:, ends], axis=0)
    people = {what: lived.stacked(what).mean(axis=0) for what in ("acting", "waiting", "working", "engineers")}
    for place, end in enumerate(ends):
        yield {
            "strategy": lived.name,
            "quarter": place + 1,
            "month": int(end) + 1,
            **{
                f"{what}_{part}": _plain(values[which, place])
                for what, values in fans.items()
                for which, part in enumerate(PERCENTILES)
            },
            "runway_months_median": float(runway[place]),
            "insolvent": float(gone[:, place].mean()),
            **{what: float(values[begins[place] : end + 1].mean()) for what, values in people.items()},
        }


def _plain(value: float) -> float | str:
    return float(value) if np.isfinite(value) else ""


def costs(compared: Compared) -> list[Row]:
    """Return the parts of the cost of a good kWh in the last whole year; they add up to it.

    Material in good cells and in scrap are told apart; what scrap brings back is taken off it.
    """
    found = []
    for lived in ranked(compared):
        year, books = last_year(lived), lived.books
        if lived.cost_by_year[year] is None:
            continue
        good = by_year(books.good)[:, year]
        flows = {
            "materials": books.materials - books.scrapped,
            "scrap": books.scrap,
            **{what: getattr(books, what) for what in ("energy", "labour", "overhead", "depreciation")},
        }
        for part in PARTS:
            each = by_year(flows[part])[good > 0, year] / good[good > 0]
            found.append({"strategy": lived.name, "part": part, "usd_per_kwh": float(each.mean())})
    return found


def lines(compared: Compared) -> list[Row]:
    """Return when each line is ordered and makes its first cells, median and band of the futures that have it."""
    found = []
    for lived in ranked(compared):
        for number in range(max((len(life.ordered) for life in lived.lives), default=0)):
            having = [life for life in lived.lives if len(life.ordered) > number]
            row: Row = {
                "strategy": lived.name,
                "line": number + 1,
                "futures_with_it": len(having) / len(lived.lives),
            }
            for what in ("ordered", "starts"):
                ends = np.quantile([getattr(life, what)[number] for life in having], BAND)
                row |= {f"{what}_month_{part}": float(end) for part, end in zip(PERCENTILES, ends, strict=True)}
            found.append(row)
    return found


def differences(compared: Compared) -> list[Row]:
    """Return by how much the best strategy is ahead of each other one, future by future."""
    verdict = compared.verdict
    best, *others = verdict.ranking
    found = []
    for name in others:
        apart = verdict.difference(best, name)
        found.append(
            {
                "strategy": name,
                **spread_of("behind_musd", apart),
                "better_in": float((verdict.lived[name].books.npv_musd > verdict.lived[best].books.npv_musd).mean()),
                "decided": apart.low > 0,
                "futures": verdict.scenarios.count,
                "futures_needed": _needed(apart, verdict.scenarios.count),
            }
        )
    return found


def _needed(apart: Interval, count: int) -> int | str:
    """Return about how many futures it takes until the interval leaves zero out, by its width that falls as a root."""
    half = (apart.high - apart.low) / 2
    needed = count * (half / apart.mean) ** 2 if apart.mean else inf
    return max(2, int(float(f"{needed + 0.5:.2g}"))) if needed < _MOST_FUTURES else ""


def waiting(compared: Compared) -> list[Row]:
    """Return what it is worth to the leading strategies to order everything later."""
    return [
        {"strategy": one.strategy, "months": one.months, **spread_of("gain_musd", one.gain), "futures": one.futures}
        for one in compared.waited
    ]


def measures(compared: Compared) -> list[Row]:
    """Return what each strategy does for control and excellence, as it went into the comparison."""
    return [
        {
            "strategy": lived.name,
            "measures": listed(measures_of(lived.strategy)) or "none",
            "product_new": lived.strategy.product,
            "engineers": lived.strategy.engineers,
        }
        for lived in ranked(compared)
    ]
