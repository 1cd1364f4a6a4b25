"""Plants side by side with the same luck: paired differences with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any

from optimize.cache import Cache
from optimize.explore import Asked, simulated
from optimize.figures import FIGURES, Interval, headline, interval
from optimize.workers import Pool, Tell, ask_all
from twin import InputError, Line, kpis, read_line


@dataclass(frozen=True)
class Comparison:
    """Plants compared.

    Attributes:
        plants: names; the first is what the others are compared with.
        titles: what people call them.
        days: measured time of each run [d].
        warmup: time before it [d].
        seeds: key of all luck of each replication, the same for every plant.
        values: of each headline figure, plant by plant and replication by replication.
    """

    plants: tuple[str, ...]
    titles: tuple[str, ...]
    days: int
    warmup: int
    seeds: tuple[int, ...]
    values: Mapping[str, Mapping[str, Sequence[float]]]

    def mean(self, figure: str, plant: str) -> Interval:
        """Return a figure of a plant with its 95 % interval."""
        return interval(self.values[figure][plant])

    def difference(self, figure: str, plant: str) -> Interval:
        """Return how much more a plant has than the first, replication by replication with the same luck."""
        pairs = zip(self.values[figure][plant], self.values[figure][self.plants[0]], strict=True)
        return interval([other - first for other, first in pairs])

    def as_data(self) -> dict[str, Any]:
        """Return everything as plain data, with means and differences, for compare.json."""
        figures = {
            name: {
                "unit": FIGURES[name].unit,
                "plants": {plant: self.mean(name, plant)._asdict() for plant in self.plants},
                "difference_to_first": {plant: self.difference(name, plant)._asdict() for plant in self.plants[1:]},
            }
            for name in self.values
        }
        return {**asdict(self), "figures": figures}


def compare(
    lines: Sequence[str] | Mapping[str, Line],
    days: int = 90,
    warmup: int = 30,
    seed: int = 1,
    replications: int = 4,
    workers: int | Pool = 1,
    tell: Tell | None = None,
    cache: Cache | None = None,
) -> Comparison:
    """Simulate plants side by side.

    Args:
        lines: paths of line files, or names of plants that come with gigatwin; or plants that were read, by name.
        days: measured time of each run [d].
        warmup: time before it [d].
        seed: key of all luck of the first replication; the others count on from it.
        replications: runs of each plant.
        workers: processes; the answer does not depend on it.
        tell: called with what is being done, how many runs are over and how many there are.
        cache: where the answers of the twin are looked up and kept.

    Raises:
        InputError: fewer than two plants, the same name twice, no replication to pair, or a bad file.
    """
    plants = lines if isinstance(lines, Mapping) else read_plants(lines)
    if replications < 2:
        raise InputError(f"{replications} replication gives no interval, expected at least 2")
    seeds = tuple(range(seed, seed + replications))
    asked = [Asked(line, {}, days, warmup, luck) for line, luck in product(plants.values(), seeds)]
    answers = ask_all(_ask, asked, workers, "simulate", tell, cache)
    by_plant = {name: answers[place * replications :][:replications] for place, name in enumerate(plants)}
    shared = [name for name in FIGURES if all(name in answer for answer in answers)]
    return Comparison(
        tuple(plants),
        tuple(line.title or name for name, line in plants.items()),
        days,
        warmup,
        seeds,
        {name: {plant: [answer[name] for answer in found] for plant, found in by_plant.items()} for name in shared},
    )


def read_plants(lines: Sequence[str]) -> dict[str, Line]:
    """Read plants to compare, by name.

    Raises:
        InputError: fewer than two plants, the same name twice, or a bad file.
    """
    if len(lines) < 2:
        raise InputError(f"{len(lines)} plant cannot be compared; name two or more line files")
    plants: dict[str, Line] = {}
    for file in lines:
        line = read_line(file)
        if line.name in plants:
            raise InputError(f"{file}: the name '{line.name}' is taken by another plant here; give it one of its own")
        plants[line.name] = line
    return plants


def _ask(asked: Asked) -> dict[str, float]:
    return headline(kpis(simulated(asked)))
