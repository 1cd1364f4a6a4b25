"""Every number that the planning model sees, as plain Python.

Flows are counted in cell-equivalents: what a station works on for one good cell at its own end is one cell,
be it slurry, web or cells. So a yield multiplies a flow and nothing else has to be converted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from optimize.effects import Choice, Factor, Sum

Goal = Literal["cost", "profit", "output", "energy"]
SECONDS_PER_YEAR = 365 * 86400.0
# responses of the whole plant to a good cell, in the order of the report
PER_CELL = ("material", "energy", "drawn", "revenue", "returns", "escapes", "first_pass")
# what a server takes, by station
PER_SERVER = ("owning", "staffing", "capital", "floor", "people")


@dataclass(frozen=True)
class PlanData:
    """One planning question in numbers.

    Attributes:
        goal: what is made small (cost, energy) or large (profit, output).
        demand: good cells wanted [cell/yr]: just as many for cost and energy, at most for profit and output.
        stations: names in factory order.
        after: the station that each station hands over to; the one that is missing here ends the route.
        options: names of the options of each group, one of which is chosen.
        lowest: fewest servers by station [-].
        highest: most servers by station [-].
        kept: share of the cells worked on that is not lost there, by station [-].
        use: time that a cell takes of a server, by station; a year counts the hours in which one is there [yr/cell].
        reach: share of its slowest station's rate that a plant reaches, as stations starve and block each other [-].
        per_cell: for each good cell: ``material`` bought and not brought back, ``energy`` [USD]; ``drawn`` energy [J];
            ``revenue``, ``returns`` of customers [USD]; ``escapes``: flaws that leave the plant; ``first_pass``: share
            of starts that pass everything at once [-].
        per_server: for each server, by station: ``owning`` and ``staffing`` [USD/yr], ``capital`` [USD],
            ``floor`` [m^2], ``people`` [h/yr].
        standing: what no choice of machines changes: ``cost`` [USD/yr], ``capital`` [USD], ``floor`` [m^2],
            ``people`` [h/yr], ``drawn`` [J/yr].
        places: places for lots in the buffers that may be chosen [-].
        limits: by name: ``capital`` [USD], ``floor`` [m^2], ``people`` [h/yr], ``power`` [W], ``escapes`` [-],
            ``first_pass`` (at least) [-], ``places`` [-].
    """

    goal: Goal
    demand: float | None
    stations: tuple[str, ...]
    after: Mapping[str, str]
    options: Mapping[str, tuple[str, ...]]
    lowest: Mapping[str, int]
    highest: Mapping[str, int]
    kept: Mapping[str, Factor]
    use: Mapping[str, Factor]
    reach: Factor = field(default_factory=lambda: Factor(1.0))
    per_cell: Mapping[str, Factor] = field(default_factory=dict)
    per_server: Mapping[str, Mapping[str, Sum]] = field(default_factory=dict)
    standing: Mapping[str, float] = field(default_factory=dict)
    places: Sum = field(default_factory=Sum)
    limits: Mapping[str, float] = field(default_factory=dict)

    @property
    def end(self) -> str:
        """The station at which good cells leave."""
        return next(name for name in self.stations if name not in self.after)

    @property
    def against_flow(self) -> list[str]:
        """Stations so that each comes after the one it hands over to."""
        order: list[str] = []

        def visit(name: str) -> None:
            if name not in order:
                if name in self.after:
                    visit(self.after[name])
                order.append(name)

        for name in self.stations:
            visit(name)
        return order

    def only(self, group: str, *options: str) -> PlanData:
        """Return the question with some options of a group left."""

        def cut(factor: Factor) -> Factor:
            return factor.only(group, options)

        return replace(
            self,
            options={**self.options, group: options},
            kept={name: cut(factor) for name, factor in self.kept.items()},
            use={name: cut(factor) for name, factor in self.use.items()},
            reach=cut(self.reach),
            per_cell={name: cut(factor) for name, factor in self.per_cell.items()},
        )

    def counted(self, station: str, low: int, high: int | None = None) -> PlanData:
        """Return the question with another range of machines at a station, just ``low`` without a ``high``."""
        return replace(
            self,
            lowest={**self.lowest, station: low},
            highest={**self.highest, station: low if high is None else high},
        )

    def loads(self, choice: Choice) -> dict[str, float]:
        """Return the cells that enter each station for one good cell [-]."""
        found: dict[str, float] = {}
        for name in self.against_flow:
            wanted = found[self.after[name]] if name in self.after else 1.0
            found[name] = wanted / self.kept[name].at(choice)
        return {name: found[name] for name in self.stations}

    def allowed(self, choice: Choice, servers: Mapping[str, int]) -> dict[str, float]:
        """Return the good cells that each station allows [cell/yr]; the smallest is what the plant makes."""
        loads, reach = self.loads(choice), self.reach.at(choice)
        return {name: reach * servers[name] / (self.use[name].at(choice) * loads[name]) for name in self.stations}

    def output(self, choice: Choice, servers: Mapping[str, int]) -> float:
        """Return the good cells that the plant makes when it runs flat out [cell/yr]."""
        return min(self.allowed(choice, servers).values())

    def whole_load(self, station: str) -> Factor:
        """Return the cells that enter a station for one good cell, as a product of chosen options [-]."""
        load = self.kept[station].inverse()
        return load.times(self.whole_load(self.after[station])) if station in self.after else load

    def most_output(self) -> float:
        """Return a number of good cells that no plan exceeds [cell/yr]."""
        paced = self.reach.inverse()
        least = {name: paced.times(self.whole_load(name)).times(self.use[name]).span()[0] for name in self.stations}
        return min(self.highest[name] / least[name] for name in self.stations)

    def taken(self, what: str, choice: Choice, servers: Mapping[str, int]) -> float:
        """Return what all servers take together of something in ``PER_SERVER``."""
        each = self.per_server.get(what, {})
        return sum(takes.at(choice) * servers[name] for name, takes in each.items())

    def for_cell(self, what: str, choice: Choice) -> float:
        """Return what a good cell brings or takes of something in ``PER_CELL``."""
        return self.per_cell[what].at(choice) if what in self.per_cell else 0.0

    def cost(self, choice: Choice, servers: Mapping[str, int], output: float) -> dict[str, float]:
        """Return what a year costs by kind [USD/yr], making ``output`` good cells [cell/yr]."""
        return {
            "capital": self.taken("owning", choice, servers),
            "labour": self.taken("staffing", choice, servers),
            "energy": self.for_cell("energy", choice) * output,
            "material": self.for_cell("material", choice) * output,
            "standing": self.standing.get("cost", 0.0),
        }

    def goal_at(self, choice: Choice, servers: Mapping[str, int], output: float) -> float:
        """Return the goal [USD/yr, cell/yr or J/yr] of a plan that makes ``output`` good cells [cell/yr]."""
        if self.goal == "output":
            return output
        if self.goal == "energy":
            return self.for_cell("drawn", choice) * output + self.standing.get("drawn", 0.0)
        cost = sum(self.cost(choice, servers, output).values())
        if self.goal == "cost":
            return cost
        return (self.for_cell("revenue", choice) - self.for_cell("returns", choice)) * output - cost

    def measures(self, choice: Choice, servers: Mapping[str, int], output: float) -> dict[str, float]:
        """Return what each limit is about, in the limits' units."""
        found = {
            name: self.taken(name, choice, servers) + self.standing.get(name, 0.0)
            for name in ("capital", "floor", "people")
        }
        drawn = self.for_cell("drawn", choice) * output + self.standing.get("drawn", 0.0)
        return {
            **found,
            "power": drawn / SECONDS_PER_YEAR,
            "escapes": self.for_cell("escapes", choice),
            "first_pass": self.for_cell("first_pass", choice),
            "places": self.places.at(choice),
        }
