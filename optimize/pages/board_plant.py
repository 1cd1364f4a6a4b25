"""What happens in the plants of strategies, as tables: scrap, what limits them, what is in them, what engineers did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from optimize.growth.scale_up import Compared
from optimize.growth.verdict import MONTHS_PER_QUARTER, MONTHS_PER_YEAR, Lived
from optimize.money.capital import Floats
from optimize.pages.tables import Row
from twin import Mature

TONNES_PER_KT = 1000.0
KG_PER_KT = 1e6
UNITS = ("gwh", "tonnes", "musd", "recovered_musd")


def ranked(compared: Compared) -> list[Lived]:
    """Return the strategies, the best first."""
    return [compared.verdict.lived[name] for name in compared.verdict.ranking]


def scrap(compared: Compared) -> list[Row]:
    """Return scrap over the horizon and until insolvency, mean of the futures, by station.

    ``lost`` is what the station found, ``born`` what went wrong there, wherever it was found. GWh count cells, and
    web for as many, by the material in them. Money is that of the material, less what scrap brings back.
    """
    sides = {"lost": "found", "born": "born"}
    none = {f"{side}_{unit}": 0.0 for side in sides for unit in UNITS}
    stations = compared.verdict.site.ground.mature.stations
    found: dict[tuple[str, str], Row] = {
        (lived.name, name): {"strategy": lived.name, "station": name, **none}
        for lived in ranked(compared)
        for name in stations
    }
    for row in scrap_flows(compared):
        for side, at in sides.items():
            for unit in UNITS:
                found[row["strategy"], row[at]][f"{side}_{unit}"] += row[unit]
    return list(found.values())


def scrap_flows(compared: Compared) -> list[Row]:
    """Return scrap over the horizon and until insolvency, mean of the futures, by what is wrong, birth and finding.

    In the units of ``scrap``, and what scrap brings back. Together it is all that is scrapped.
    """
    mature = compared.verdict.site.ground.mature
    names = mature.stations
    found = []
    for lived in ranked(compared):
        lost = _over_the_horizon(lived, mature)
        for place, source in enumerate(mature.sources):
            sizes = {unit: float(values[place]) for unit, values in lost.items()}
            if any(sizes.values()):
                ways = {"mode": source.mode, "born": names[source.station], "found": names[source.found]}
                found.append({"strategy": lived.name, **ways, **sizes})
    return found


def scrap_by_mode(compared: Compared) -> list[Row]:
    """Return scrap over the horizon and until insolvency, mean of the futures, by defect mode and where it is born.

    What is lost by the way of working, and by no flaw, has no mode. In the units of ``scrap``.
    """
    found: dict[tuple[str, ...], Row] = {}
    for row in scrap_flows(compared):
        ways = {name: row[name] for name in ("strategy", "mode", "born")}
        own = found.setdefault(tuple(ways.values()), ways | dict.fromkeys(UNITS, 0.0))
        for unit in UNITS:
            own[unit] += row[unit]
    return list(found.values())


def scrap_in_all(compared: Compared) -> list[Row]:
    """Return the scrap of all stations beside what was made: who makes more cells loses more.

    The share is that of the material that good cells and scrap hold.
    """
    lost: dict[str, dict[str, float]] = {}
    for row in scrap(compared):
        own = lost.setdefault(row["strategy"], dict.fromkeys((f"lost_{unit}" for unit in UNITS), 0.0))
        for name in own:
            own[name] += row[name]
    found = []
    for lived in ranked(compared):
        own, good = lost[lived.name], float(lived.books.good.sum(axis=1).mean())
        all_ = good + own["lost_gwh"]
        found.append(
            {
                "strategy": lived.name,
                "good_gwh": good,
                **own,
                "share_of_material": own["lost_gwh"] / all_ if all_ > 0 else "",
                "usd_per_good_kwh": own["lost_musd"] / good if good > 0 else "",
            }
        )
    return found


def _over_the_horizon(lived: Lived, mature: Mature) -> dict[str, Floats]:
    """Return scrap by material in it, by mass, by money and by what it brings back. Shape (sources,) each.

    Args:
        lived: the strategy.
        mature: the line whose sources of scrap these are.
    """
    raw, at = lived.stacked("scrap_by_source"), np.array([source.found for source in mature.sources])
    # by material in it, as if all that can be made were made [GWh]
    gwh = raw * (mature.worth / max(float(mature.worth.max()), 1e-9))[at]
    # kilograms of so many cells, as kilotonnes of so many GWh
    kilotonnes = raw * (mature.mass / mature.energy / KG_PER_KT)[at]
    all_ = gwh.sum(axis=2, keepdims=True)
    share = np.divide(gwh, all_, out=np.zeros_like(gwh), where=all_ > 0)
    ran = lived.ran[:, :, None]
    found = {
        "gwh": gwh * ran,
        "tonnes": TONNES_PER_KT * kilotonnes * ran,
        "musd": lived.books.scrap[:, :, None] * share,
        "recovered_musd": lived.books.recovery[:, :, None] * share,
    }
    return {unit: values.sum(axis=1).mean(axis=0) for unit, values in found.items()}


def flow(compared: Compared, lived: Lived) -> dict[str, dict[str, float]]:
    """Return what a strategy starts, loses at each station and finishes over the horizon, mean of the futures [GWh].

    It is followed from its end upwards, so that what is still in the plant at the end of the horizon is not in it.
    Cells count, and web for as many; that of each electrode counts half, so that it adds up where they come together.
    """
    line, mature = compared.verdict.site.line, compared.verdict.site.ground.mature
    place = {name: number for number, name in enumerate(mature.stations)}
    sources = (lived.stacked("scrap_by_source") * lived.ran[:, :, None]).sum(axis=1).mean(axis=0)
    lost = np.bincount([source.found for source in mature.sources], sources, len(mature.stations))
    found: dict[str, dict[str, float]] = {}

    def up(name: str, out: float) -> None:
        here = float(lost[place[name]]) * (1.0 if mature.cells[place[name]] else 0.5)
        found[name] = {"in": out + here, "out": out, "lost": here}
        feeders = [box.source for box in line.buffers.values() if box.to == name and not box.rework]
        # separator, which no coating is on, goes along unseen
        feeders = [source for source in feeders if mature.mass[place[source]] > 0]
        for source in feeders:
            up(source, (out + here) / len(feeders))

    for sink in line.sinks:
        up(sink, float(lived.books.good.sum(axis=1).mean()) / len(line.sinks))
    nothing = dict.fromkeys(("in", "out", "lost"), 0.0)
    return {name: found.get(name, nothing) for name in mature.stations}


def narrowest(compared: Compared) -> list[Row]:
    """Return by quarter in which share of the running lines each station decided how much could be started."""
    found = []
    for lived in ranked(compared):
        running = (lived.stacked("narrowest") * lived.stacked("running")[:, :, None]).sum(axis=0)
        quarters = _by_quarter(running)
        all_ = quarters.sum(axis=1, keepdims=True)
        share = np.divide(quarters, all_, out=np.zeros_like(quarters), where=all_ > 0)
        for station, name in enumerate(compared.verdict.site.ground.mature.stations):
            if share[:, station].any():
                found += [
                    {"strategy": lived.name, "station": name, "quarter": number + 1, "share": float(one)}
                    for number, one in enumerate(share[:, station])
                ]
    return found


def _by_quarter(monthly: Floats) -> Floats:
    """Return sums over the months of each quarter, the last of which may be shorter."""
    return np.asarray(np.add.reduceat(monthly, np.arange(0, len(monthly), MONTHS_PER_QUARTER), axis=0))


def inside(compared: Compared, lived: Lived) -> Iterator[Mapping[str, float | str]]:
    """Yield by quarter the work in progress and the energy that a good kWh takes, until insolvency.

    Energy is that of all futures over what all of them make; lines draw some whatever they make.
    """
    costs = compared.verdict.site.costs
    alive = lived.books.alive
    drawn = costs.energy_use * lived.stacked("started") * lived.ran
    drawn = drawn + costs.standing_use / MONTHS_PER_YEAR * lived.stacked("running") * alive
    energy, good = (_by_quarter(values.sum(axis=0)) for values in (drawn, lived.books.good))
    length = _by_quarter(np.ones(alive.shape[1]))
    within = _by_quarter((lived.stacked("within") * lived.ran).mean(axis=0)) / length
    for quarter in range(len(energy)):
        yield {
            "within_gwh": float(within[quarter]),
            "energy_kwh_per_kwh": float(energy[quarter] / good[quarter]) if good[quarter] > 0 else "",
        }


def engineers(compared: Compared) -> list[Row]:
    """Return what engineers did over the horizon, as if all bills were always paid, mean of the futures."""
    found = []
    for lived in ranked(compared):
        cases = [life.cases for life in lived.lives]
        closed = sum(one.closed for one in cases)
        count = len(lived.lives)
        found.append(
            {
                "strategy": lived.name,
                "causes_born": sum(life.causes[0] for life in lived.lives) / count,
                "causes_removed": sum(life.causes[1] for life in lived.lives) / count,
                "cases_closed": closed / count,
                "with_nothing_behind": sum(one.empty for one in cases) / count,
                "waited_days": sum(one.waited for one in cases) / closed if closed else "",
                "worked_days": sum(one.worked for one in cases) / closed if closed else "",
            }
        )
    return found
