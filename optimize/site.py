"""What every strategy builds: the mature line, what it costs, and the terms that are the same for all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr

from optimize.choices import Level
from optimize.strategy import Months, Strategy
from optimize.study import Part
from twin import (
    Fraction,
    Futures,
    InputError,
    Line,
    Mature,
    Money,
    Priors,
    Run,
    find_declared,
    kpis,
    mature_line,
    put,
    read_declared,
    read_futures,
    read_line,
    read_priors,
    simulate,
    unit_costs,
)

MUSD = 1e6
JOULES_PER_GWH = 3.6e12


class Terms(Part):
    """What people and what is beyond the plant's price list cost.

    Attributes:
        engineer: pay of an own engineer [USD a year].
        expert: pay of an experienced one from elsewhere [USD a year].
        hours: that one of the staff works in a year [h].
        inline: gauges where flaws are born, relative to a line's capital [-].
        genealogy: traceability, relative to a line's capital [-].
        tests: each acceptance test, relative to a line's capital [-].
        pilot: a pilot line's capital over that of a line, were it as large [-].
        ahead: months before the first line starts that people are there.
        learns: months after which half of what is new to people and machines is new no more.
    """

    engineer: Money
    expert: Money
    hours: Annotated[float, Field(gt=0, le=8760)]
    inline: Fraction
    genealogy: Fraction
    tests: Fraction
    pilot: Annotated[float, Field(gt=0, le=100)]
    ahead: Months
    learns: Annotated[int, Field(ge=1, le=600)]


class ScaleUp(Part):
    """A question about ways of scaling up.

    Attributes:
        gigatwin: version of the format.
        name: short name.
        title: one line about it.
        line: the whole plant as declared, by name or by path relative to the study.
        lines: equal production lines that it is built in.
        months: horizon.
        lead: months from order to acceptance of a line, without tests and delay.
        priors: of learning, by name or path.
        futures: by name or path.
        finance: by name or path.
        prices: other prices than the plant's, by their path in its prices.
        days: measured time of the mature plant's run [d].
        warmup: time before it that is not counted [d].
        seed: key of all luck.
        replications: futures in which every strategy is lived through.
        planned: futures on whose ramps each strategy is planned; 0 takes strategies as they are declared.
        engineers: numbers of engineers that are tried, relative to those declared [-].
        risk: largest probability of insolvency that a plan may have [-]; None for any.
        most: futures at most, where they are added until the best strategy is told.
        terms: the same for all strategies.
        strategies: by name.
    """

    gigatwin: Literal[1]
    name: str
    title: str = ""
    line: str
    lines: Annotated[int, Field(ge=1, le=40)]
    months: Annotated[int, Field(ge=12, le=600)]
    lead: Annotated[int, Field(ge=1, le=120)]
    priors: str = "priors"
    futures: str = "default"
    finance: str = "default"
    prices: dict[str, Level] = Field(default_factory=dict)
    days: Annotated[int, Field(ge=1)]
    warmup: Annotated[int, Field(ge=0)]
    seed: Annotated[int, Field(ge=0)] = 1
    replications: Annotated[int, Field(ge=2)] = 24
    planned: Annotated[int, Field(ge=0)] = 0
    engineers: Annotated[tuple[Annotated[float, Field(gt=0)], ...], Field(min_length=1)] = (1.0,)
    risk: Fraction | None = None
    most: Annotated[int, Field(ge=2)] = 192
    terms: Terms
    strategies: dict[str, Strategy] = Field(min_length=2)

    # where the numbers come from, for reports; of numbers from Python nothing is known
    _provenance: list[Any] = PrivateAttr(default_factory=list)


@dataclass(frozen=True)
class LineCosts:
    """What one line costs; a plant is some of them.

    Attributes:
        capital: [MUSD].
        life: over which it is written down [yr].
        standing: energy that is drawn whatever is made [MUSD/yr].
        staff: people.
        materials: bought for what is started [USD/kWh].
        recovery: share of it that scrap brings back [-].
        energy: that comes with throughput [USD/kWh started].
        person: pay of one of the staff [USD/yr].
        on_labour: overhead on labour [-].
        on_depreciation: overhead and research on depreciation [-].
        grade_b: price of grade B relative to grade A [-].
        energy_use: electricity and gas that come with throughput [GWh per GWh started].
        standing_use: drawn by a line whatever is made [GWh/yr].
    """

    capital: float
    life: float
    standing: float
    staff: float
    materials: float
    recovery: float
    energy: float
    person: float
    on_labour: float
    on_depreciation: float
    grade_b: float
    energy_use: float
    standing_use: float


@dataclass(frozen=True)
class Ground:
    """What decides how strategies are lived through, besides themselves and the future.

    Attributes:
        mature: one line once nothing is hidden in it.
        grade_b: share of good cells that are of grade B [-].
        priors: of learning.
        lines: that the plant is built in.
        months: horizon.
        lead: months from order to acceptance of a line, without tests and delay.
        seed: key of all luck.
        terms: the same for all strategies.
    """

    mature: Mature
    grade_b: float
    priors: Priors
    lines: int
    months: int
    lead: int
    seed: int
    terms: Terms

    @property
    def nameplate(self) -> float:
        """Good cells that all lines make a year once they are mature [GWh/yr]."""
        mature = self.mature
        return self.lines * mature.started * mature.good * 365 * mature.energy


@dataclass(frozen=True)
class Site:
    """Everything that the strategies of a study share.

    Attributes:
        study: what was asked.
        line: the whole plant as declared.
        ground: what decides how strategies are lived through.
        costs: of one line.
        futures: as declared.
    """

    study: ScaleUp
    line: Line
    ground: Ground
    costs: LineCosts
    futures: Futures


def read_scale_up(path: Path) -> tuple[ScaleUp, Line]:
    """Read a study of strategies, and its plant.

    Raises:
        InputError: with every problem found.
    """
    study, document = read_declared(path, ScaleUp)
    study._provenance.extend(document.records)
    beside = path.parent / study.line
    line = read_line(beside if beside.is_file() else study.line)
    if line.prices is None or line.cell is None or line.nameplate is None:
        raise InputError([document.problem(("line",), f"'{study.line}' has no cell or no prices, expected a plant")])
    if study.prices:
        line = put(line, {f"prices.{name}": value for name, value in study.prices.items()})
    problems = []
    for name, strategy in study.strategies.items():
        first = study.lead + (strategy.pilot.lead + strategy.pilot.runs if strategy.pilot else 0)
        if first >= study.months:
            text = f"its first line starts in month {first}, after the horizon of {study.months}; it never builds"
            problems.append(document.problem(("strategies", name), text))
    if problems:
        raise InputError(problems)
    return study, line


@dataclass(frozen=True)
class MatureRun:
    """The run that shows what a plant is like once nothing is hidden in it."""

    line: Line
    days: int
    warmup: int
    seed: int


def mature_plant(asked: MatureRun) -> dict[str, Any]:
    """Run a plant and return what strategies need of it, as plain data that can be kept."""
    journal = simulate(Run(asked.line, asked.days, asked.warmup, asked.seed, cells="none"))
    found = kpis(journal)
    money = {name: value for name, value in found["money_usd"].items() if isinstance(value, int | float)}
    counts = {name: found[name] for name in ("started_cells", "good_cells", "grade_b_cells", "days")}
    counts["energy_gwh"] = found["energy_kwh_per_kwh"]["total"] * found["good_gwh"]
    return {"mature": mature_line(journal).as_data(), "money": money, "counts": counts}


def site_of(study: ScaleUp, line: Line, found: Mapping[str, Any]) -> Site:
    """Return what the strategies of a study share.

    Args:
        study: what was asked.
        line: its plant.
        found: what the run of the mature plant has shown.
    """
    whole = Mature.of_data(found["mature"])
    mature = replace(whole, started=whole.started / study.lines, servers=whole.servers / study.lines)
    counts = found["counts"]
    ground = Ground(
        mature,
        counts["grade_b_cells"] / counts["good_cells"],
        read_priors(find_declared("ramps", study.priors)),
        study.lines,
        study.months,
        study.lead,
        study.seed,
        study.terms,
    )
    return Site(study, line, ground, _line_costs(study, line, found), read_futures(study.futures))


def _line_costs(study: ScaleUp, line: Line, found: Mapping[str, Any]) -> LineCosts:
    costs, prices, money, counts = unit_costs(line), line.prices, found["money"], found["counts"]
    assert prices is not None and line.cell is not None
    years = counts["days"] / 365
    servers = {name: station.servers for name, station in line.stations.items()}
    capital = costs.standing_capital + sum(costs.capital[name] * count for name, count in servers.items())
    labour = costs.standing_labour + sum(costs.labour[name] * count for name, count in servers.items())
    started = counts["started_cells"] * line.cell.energy / JOULES_PER_GWH
    bought = money["material_bought"] - money["material_to_stock"]
    flowing = money["all_energy"] - costs.standing_energy_cost * years
    drawn_anyway = costs.standing_energy / JOULES_PER_GWH
    rates = prices.overheads
    return LineCosts(
        capital=capital / MUSD / study.lines,
        life=capital / (money["all_depreciation"] / years),
        standing=costs.standing_energy_cost / MUSD / study.lines,
        staff=ceil(labour / study.terms.hours / study.lines),
        materials=bought / MUSD / started,
        recovery=money["recovery"] / max(money["material_in_scrap"], 1e-9),
        energy=flowing / MUSD / started,
        person=money["all_labour"] / years / labour * study.terms.hours,
        on_labour=rates.variable_labour + rates.gsa_labour * (1 + rates.variable_labour),
        on_depreciation=rates.variable_depreciation
        + rates.gsa_depreciation * (1 + rates.variable_depreciation)
        + rates.r_and_d,
        grade_b=prices.grade_b,
        energy_use=(counts["energy_gwh"] - drawn_anyway * years) / started,
        standing_use=drawn_anyway / study.lines,
    )
