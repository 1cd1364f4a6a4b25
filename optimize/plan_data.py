"""Every number that the planning model sees, as plain Python.

Flows are counted in cell-equivalents: what a station works on for one good cell at its own end is one cell,
be it slurry, web or cells. So a yield multiplies a flow and nothing else has to be converted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from statistics import mean
from typing import TYPE_CHECKING

from twin import unit_costs

if TYPE_CHECKING:
    from optimize.explore import Response
    from optimize.study import Question

OnStation = tuple[str, str]


@dataclass(frozen=True)
class PlanData:
    """One planning question in numbers.

    Attributes:
        demand: good cells wanted [cell/yr].
        stations: names in factory order.
        after: the station that each station hands over to; the one that is missing here ends the route.
        recipes: names of the settings that one can be chosen of.
        lowest: fewest servers by station [-].
        highest: most servers by station [-].
        hours: time in which one server is staffed and not in planned maintenance [h/yr].
        rate: cells one server works on in an hour when neither starved nor blocked, by (station, recipe) [cell/h].
        kept: share of the cells worked on that is not lost there, by (station, recipe) [-].
        derate: share of its rate that a plant reaches because stations starve and block each other [-].
        capital: cost of owning one server [USD/yr].
        labour: cost of staffing one server [USD/yr].
        energy: [USD/cell] worked on, by station.
        material: bought material [USD/cell] worked on, by station.
        returned: what the scrap of a cell that is lost at a station brings back [USD/cell].
        standing: cost that no choice changes [USD/yr].
    """

    demand: float
    stations: tuple[str, ...]
    after: Mapping[str, str]
    recipes: tuple[str, ...]
    lowest: Mapping[str, int]
    highest: Mapping[str, int]
    hours: Mapping[str, float]
    rate: Mapping[OnStation, float]
    kept: Mapping[OnStation, float]
    capital: Mapping[str, float]
    labour: Mapping[str, float]
    energy: Mapping[str, float]
    material: Mapping[str, float]
    returned: Mapping[str, float]
    standing: float = 0.0
    derate: float = 1.0

    @property
    def end(self) -> str:
        """The station at which good cells leave."""
        return next(name for name in self.stations if name not in self.after)

    def load(self, recipe: str) -> dict[str, float]:
        """Return the cells that enter each station for one good cell [-]."""
        found: dict[str, float] = {}

        def entering(station: str) -> float:
            if station not in found:
                wanted = entering(self.after[station]) if station in self.after else 1.0
                found[station] = wanted / self.kept[station, recipe]
            return found[station]

        return {station: entering(station) for station in self.stations}

    def limits(self, recipe: str, servers: Mapping[str, int]) -> dict[str, float]:
        """Return the good cells that each station allows [cell/yr]; the smallest is what the plant makes."""
        load = self.load(recipe)
        return {
            name: self.derate * self.hours[name] * self.rate[name, recipe] * servers[name] / load[name]
            for name in self.stations
        }

    def net_material(self, station: str, recipe: str) -> float:
        """Return the bought material of a cell that is worked on, less what its scrap brings back [USD/cell]."""
        return self.material[station] - (1 - self.kept[station, recipe]) * self.returned[station]

    def output(self, recipe: str, servers: Mapping[str, int]) -> float:
        """Return the good cells that the plant makes when it runs flat out [cell/yr]."""
        return min(self.limits(recipe, servers).values())

    def cost(self, recipe: str, servers: Mapping[str, int], output: float) -> float:
        """Return what a year costs [USD/yr], making ``output`` good cells [cell/yr]."""
        load = self.load(recipe)
        owning = sum((self.capital[name] + self.labour[name]) * servers[name] for name in self.stations)
        running = sum((self.energy[name] + self.net_material(name, recipe)) * load[name] for name in self.stations)
        return self.standing + owning + running * output


def plan_data(question: Question, responses: Mapping[str, Response]) -> PlanData:
    """Gather the numbers of a planning question from the study, the plant and the twin's answers.

    Args:
        question: the study and its plant.
        responses: the twin's answers by recipe.
    """
    line = question.line
    stations = tuple(line.stations)
    costs = unit_costs(line)
    pairs = [(station, recipe) for recipe in responses for station in stations]
    data = PlanData(
        demand=question.demand,
        stations=stations,
        after={buffer.source: buffer.to for buffer in line.buffers.values() if not buffer.rework},
        recipes=tuple(responses),
        lowest={station: question.servers[station].low for station in stations},
        highest={station: question.servers[station].high for station in stations},
        hours={
            station: mean(response.mean("hours", station) for response in responses.values()) for station in stations
        },
        rate=dict.fromkeys(pairs, 1.0),
        kept={(station, recipe): responses[recipe].mean("kept", station) for station, recipe in pairs},
        capital=costs.owning,
        labour=costs.staffing,
        energy=costs.energy,
        material=costs.material,
        returned=costs.returned,
        standing=costs.standing,
    )
    loads = {recipe: data.load(recipe) for recipe in responses}
    rate = {(s, r): loads[r][s] / responses[r].mean("hours_per_cell", s) for s, r in pairs}
    return replace(data, rate=rate)
