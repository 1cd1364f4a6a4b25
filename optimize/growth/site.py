"""What every strategy builds: the mature line, what it costs, and the terms that are the same for all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PrivateAttr

from optimize.choices import Level
from optimize.growth.line_costs import LineCosts, line_costs
from optimize.growth.strategy import Months, Strategy
from optimize.study import Part
from twin import (
    Fraction,
    Futures,
    Line,
    Mature,
    Money,
    Priors,
    Run,
    find_declared,
    kpis,
    mature_line,
    read_futures,
    read_priors,
    simulate,
)


class Scarcity(Part):
    """How many engineers who find causes a region has for a plant, and what more of them take.

    Attributes:
        supply: that come at the declared pay, when they are called [people].
        elasticity: of their number over pay: more than those are paid (number / supply)^(1 / elasticity) of it, all of
            them alike [-].
        hires: that come in a month beyond those [people].
    """

    supply: Annotated[int, Field(ge=1, le=10_000)]
    elasticity: Annotated[float, Field(gt=0, le=1000)]
    hires: Annotated[float, Field(gt=0, le=10_000)]

    def there(self, wanted: int, months: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how many of those who are wanted are there, some months after they were called."""
        there: NDArray[np.float64] = np.minimum(wanted, self.supply + np.floor(self.hires * months))
        return there

    def dearer(self, people: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what each of so many is paid, relative to the declared pay [-]."""
        return np.asarray(np.maximum(people / self.supply, 1.0) ** (1 / self.elasticity), np.float64)


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
        scale: exponent of the capital of lines that are ordered together over their number; with 1, as many lines
            cost as much one by one [-].
        scarce: what more engineers take than a region has; None where they come like others.
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
    scale: Annotated[float, Field(gt=0, le=1)] = 1.0
    scarce: Scarcity | None = None


class MustBuild(Part):
    """What a plan builds at least where it would be better to build nothing.

    Attributes:
        lines: that are built.
        within: months after the first one in which the strategy can order, until when they are ordered.
    """

    lines: Annotated[int, Field(ge=1, le=40)]
    within: Months


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
        learning: "middle" takes the priors as they are declared in every future; "drawn" gives each future its own,
            from the ranges that the back-test has left.
        futures: by name or path.
        finance: by name or path.
        prices: other prices than the plant's, by their path in its prices.
        days: measured time of the mature plant's run [d].
        warmup: time before it that is not counted [d].
        seed: key of all luck.
        replications: futures in which every strategy is lived through.
        planned: futures on whose ramps each strategy is planned; 0 takes strategies as they are declared.
        finalists: plans of a strategy, at most, that are lived in more futures than those in which it was planned,
            before one is taken; 1 takes the best one of those.
        rounds: most plans of a strategy that are lived, the planning model corrected after each.
        must_build: what a strategy that is better not built is planned to build all the same, so that it is seen what
            it is worth when built; None where such a strategy keeps its declared orders.
        probed: futures in which the two leading strategies are lived once more where something else is asked: what
            waiting is worth, and what learning depends on; 0 asks nothing.
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
    learning: Literal["middle", "drawn"] = "middle"
    futures: str = "default"
    finance: str = "default"
    prices: dict[str, Level] = Field(default_factory=dict)
    days: Annotated[int, Field(ge=1)]
    warmup: Annotated[int, Field(ge=0)]
    seed: Annotated[int, Field(ge=0)] = 1
    replications: Annotated[int, Field(ge=2)] = 24
    planned: Annotated[int, Field(ge=0)] = 0
    finalists: Annotated[int, Field(ge=1)] = 4
    rounds: Annotated[int, Field(ge=1)] = 3
    must_build: MustBuild | None = None
    probed: Annotated[int, Field(ge=0)] = 0
    engineers: Annotated[tuple[Annotated[float, Field(gt=0)], ...], Field(min_length=1)] = (1.0,)
    risk: Fraction | None = None
    most: Annotated[int, Field(ge=2)] = 192
    terms: Terms
    strategies: dict[str, Strategy] = Field(min_length=2)

    # where the numbers come from, for reports; of numbers from Python nothing is known
    _provenance: list[Any] = PrivateAttr(default_factory=list)


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

    def with_priors(self, priors: Priors) -> Ground:
        """Return the same with other priors of learning."""
        return replace(self, priors=priors)

    @property
    def nameplate(self) -> float:
        """Good cells that all lines make a year once they are mature [GWh/yr]."""
        return self.lines * self.of_a_line

    @property
    def of_a_line(self) -> float:
        """Good cells that a line makes a year once it is mature [GWh/yr]."""
        return self.mature.started * self.mature.good * 365 * self.mature.energy


@dataclass(frozen=True)
class Site:
    """Everything that the strategies of a study share.

    Attributes:
        study: what was asked.
        line: the whole plant as declared.
        ground: what decides how strategies are lived through.
        costs: of one line.
        futures: as declared.
        held: paths of priors that are the same in all futures, whatever the study says of learning.
    """

    study: ScaleUp
    line: Line
    ground: Ground
    costs: LineCosts
    futures: Futures
    held: frozenset[str] = frozenset()


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
    return Site(
        study, line, ground, line_costs(line, found, study.lines, study.terms.hours), read_futures(study.futures)
    )
