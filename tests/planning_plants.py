"""Random planning questions with invented numbers: every goal, merges, inspections, limits, some without a plan."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from optimize.effects import Factor, Sum
from optimize.plan_data import PlanData

GOALS = ("cost", "profit", "output", "energy")
CELLS = 1e6
SECONDS_PER_YEAR = 365 * 86400.0


def random_plant(seed: int) -> PlanData:
    """Return a planning question; the goals take turns, and every other plant has two branches that merge."""
    luck = np.random.default_rng(seed)
    stations = tuple("abcde"[: luck.integers(3, 6)])
    merging = seed // len(GOALS) % 2 == 1
    after = {
        one: stations[min(place + 1 + (merging and place == 0), len(stations) - 1)]
        for place, one in enumerate(stations[:-1])
    }
    options = {"inspection": ("off", "on"), "speed": ("slow", "declared", "fast"), "buffers": ("small", "large")}
    # a bottleneck can be anywhere: a station takes 1 to 2.5 machines for a million cells a year
    use = {s: Factor(luck.uniform(1.0, 2.5) / CELLS) for s in stations}
    kept = {s: Factor(luck.uniform(0.85, 1.0)) for s in stations}
    inspecting, coating = (str(s) for s in luck.choice(stations, 2, replace=False))
    kept[inspecting] = _with(kept[inspecting], inspection={"off": 1.0, "on": luck.uniform(0.85, 0.99)})
    use[inspecting] = _with(use[inspecting], inspection={"off": 1.0, "on": luck.uniform(1.0, 1.3)})
    use[coating] = _with(use[coating], speed={"slow": 1.3, "declared": 1.0, "fast": luck.uniform(0.6, 0.9)})
    kept[coating] = _with(kept[coating], speed={"slow": 1.0, "declared": 0.99, "fast": luck.uniform(0.8, 0.98)})
    reach = Factor(luck.uniform(0.8, 0.95), {"buffers": {"small": 1.0, "large": luck.uniform(1.0, 1.08)}})
    per_server: dict[str, dict[str, Sum]] = {
        what: {s: Sum(luck.uniform(low, high)) for s in stations}
        for what, low, high in (
            ("owning", 1e5, 2e6),
            ("staffing", 1e4, 5e5),
            ("capital", 1e6, 2e7),
            ("floor", 50.0, 500.0),
            ("people", 2e3, 9e3),
        )
    }
    staff = per_server["staffing"]
    staff[inspecting] = Sum(staff[inspecting].base, {"inspection": {"off": 0.0, "on": luck.uniform(0.0, 2e5)}})
    data = PlanData(
        goal=GOALS[seed % len(GOALS)],
        demand=None,
        stations=stations,
        after=after,
        options=options,
        lowest={s: int(luck.integers(1, 3)) for s in stations},
        highest={s: int(luck.integers(3, 6)) for s in stations},
        kept=kept,
        use=use,
        reach=reach,
        per_cell=_per_cell(luck),
        per_server=per_server,
        standing={"cost": 5e5, "capital": 3e6, "floor": 100.0, "people": 1e3, "drawn": 1e12},
        places=Sum(10.0, {"buffers": {"small": 0.0, "large": 8.0}}),
    )
    return _asked(data, luck)


def _with(factor: Factor, **change: dict[str, float]) -> Factor:
    """Return a response that some more options multiply."""
    return replace(factor, change={**factor.change, **change})


def _per_cell(luck: np.random.Generator) -> dict[str, Factor]:
    """Return what a good cell takes and brings; inspection finds most of what would escape."""
    speed = {"slow": 1.05, "declared": 1.0, "fast": luck.uniform(1.0, 1.2)}
    found = {"off": 1.0, "on": luck.uniform(0.05, 0.5)}
    return {
        "material": _with(Factor(luck.uniform(2.0, 10.0)), inspection={"off": 1.0, "on": 1.03}, speed=speed),
        "energy": _with(Factor(luck.uniform(0.1, 1.0)), speed={"slow": 1.1, "declared": 1.0, "fast": 0.9}),
        "drawn": _with(Factor(luck.uniform(1e7, 3e7)), speed={"slow": 1.1, "declared": 1.0, "fast": 0.9}),
        "revenue": Factor(luck.uniform(10.0, 25.0)),
        "returns": _with(Factor(luck.uniform(0.0, 1.0)), inspection=found),
        "escapes": _with(Factor(1e-4), inspection=found, speed={"slow": 0.8, "declared": 1.0, "fast": 1.5}),
        "first_pass": _with(Factor(luck.uniform(0.8, 0.95)), speed={"slow": 1.0, "declared": 0.98, "fast": 0.9}),
    }


def _asked(data: PlanData, luck: np.random.Generator) -> PlanData:
    """Return a planning question with a demand and limits around what a plan of middling size takes."""

    def middling(what: str) -> float:
        takes = data.per_server[what]
        return data.standing[what] + sum(takes[s].base * (data.lowest[s] + data.highest[s]) / 2 for s in data.stations)

    demand = luck.uniform(0.4, 1.4) * CELLS
    drawn = data.per_cell["drawn"].base * demand + data.standing["drawn"]
    limits = {
        **{what: middling(what) * luck.uniform(0.7, 1.3) for what in ("capital", "floor", "people")},
        "power": drawn / SECONDS_PER_YEAR * luck.uniform(0.9, 1.5),
        "escapes": data.per_cell["escapes"].base * luck.uniform(0.3, 1.5),
        "first_pass": luck.uniform(0.7, 0.86),
        "places": luck.choice([12.0, 20.0]),
    }
    kept = {what: float(value) for what, value in limits.items() if luck.random() < 0.4}
    open_ended = data.goal in ("profit", "output") and luck.random() < 0.3
    return replace(data, demand=None if open_ended else demand, limits=kept)


def large_plant(seed: int) -> PlanData:
    """Return a plant of 20 stations in which each of five knobs changes a little everywhere, as simulations tell it."""
    luck = np.random.default_rng(seed)
    names = tuple(f"s{place}" for place in range(20))
    # slow steps with many machines, as soaking, formation and ageing are
    slow = names[14:17]
    options = {f"knob {place}": ("low", "declared", "high") for place in range(5)}

    def changed(base: float, spread: float) -> Factor:
        """Return a response that every knob changes; one of them may be ruinous, as a soaking time too short is."""
        change = {
            knob: {"low": luck.uniform(1 - spread, 1.0), "declared": 1.0, "high": luck.uniform(1 - spread, 1.0)}
            for knob in options
        }
        change["knob 0"]["low"] *= max(0.5, 1 - 3 * spread)
        return Factor(base, change)

    return PlanData(
        goal=GOALS[seed % len(GOALS)],
        demand=1.8 * CELLS,
        stations=names,
        after=dict(pairwise(names)),
        options=options,
        lowest=dict.fromkeys(names, 1),
        highest={s: 40 if s in slow else 8 for s in names},
        kept={s: changed(luck.uniform(0.98, 1.0), 0.02) for s in names},
        use={s: changed((luck.uniform(5.0, 9.0) if s in slow else 0.8) / CELLS, 0.1) for s in names},
        reach=changed(0.9, 0.02),
        per_cell={
            "material": changed(18.0, 0.02),
            "energy": changed(0.5, 0.02),
            "drawn": changed(2.9e7, 0.02),
            "revenue": changed(33.0, 0.02),
            "returns": changed(0.01, 0.5),
            "escapes": changed(0.012, 0.3),
            "first_pass": changed(0.94, 0.02),
        },
        per_server={
            "owning": {s: Sum(luck.uniform(4e4, 4e5)) for s in names},
            "staffing": {s: Sum(luck.uniform(1e4, 1e5)) for s in names},
        },
        standing={"cost": 2e6, "drawn": 2e13},
    )


def serial_plant(seed: int, stations: int, recipes: int) -> PlanData:
    """Return a serial line at a fixed output, each station with recipes of its own: of time, yield, price, material."""
    luck = np.random.default_rng(seed)
    names = tuple(f"s{place}" for place in range(stations))
    group = {s: f"recipe of {s}" for s in names}
    options = {group[s]: tuple(f"r{place}" for place in range(recipes)) for s in names}

    def drawn(low: float, high: float) -> dict[str, dict[str, float]]:
        return {name: {one: luck.uniform(low, high) for one in of} for name, of in options.items()}

    use, kept, price, wasted = drawn(0.6, 1.4), drawn(0.95, 1.0), drawn(-2e5, 2e5), drawn(1.0, 1.01)
    # what is lost has to be bought again
    material = {name: {one: wasted[name][one] / kept[name][one] for one in of} for name, of in options.items()}
    return PlanData(
        goal="cost",
        demand=luck.uniform(0.8, 1.2) * CELLS,
        stations=names,
        after=dict(pairwise(names)),
        options=options,
        lowest=dict.fromkeys(names, 1),
        highest=dict.fromkeys(names, 8),
        kept={s: Factor(0.99, {group[s]: kept[group[s]]}) for s in names},
        use={s: Factor(luck.uniform(1.0, 3.0) / CELLS, {group[s]: use[group[s]]}) for s in names},
        reach=Factor(0.93),
        per_cell={"material": Factor(8.0, material)},
        per_server={"owning": {s: Sum(luck.uniform(4e5, 2e6), {group[s]: price[group[s]]}) for s in names}},
    )
