"""The steps from slurry to dried coil one after the other, without a plant's clock, for many batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from twin import Line, read_line
from twin.material import Electrode, Material
from twin.occasion import Made, Occasion
from twin.randomness import Luck

KINDS = ("mixing", "coating", "calendering", "slitting", "drying")


@cache
def declared(plant: str) -> Line:
    """Return a plant, read once."""
    return read_line(plant)


@dataclass
class Route:
    """What came of many batches.

    Attributes:
        lots: lots that each kind of step made.
        web: web that left each kind of step, lanes counted one by one [m of lane].
        whole: lots that have a mode as a whole, by kind and mode.
        places: flawed places, by kind and mode.
        spoiled: web in flawed places, lanes counted one by one [m of lane], by kind and mode.
        coils: the dried coils.
    """

    lots: Counter[str] = field(default_factory=Counter)
    web: Counter[str] = field(default_factory=Counter)
    whole: Counter[tuple[str, str]] = field(default_factory=Counter)
    places: Counter[tuple[str, str]] = field(default_factory=Counter)
    spoiled: Counter[tuple[str, str]] = field(default_factory=Counter)
    coils: list[Electrode] = field(default_factory=list)


def run_route(line: Line, electrode: str, batches: int, seed: int = 1, wait: float = 7200.0) -> Route:
    """Make coils of many batches, each of which has waited for some time before it was coated [s]."""
    stations = {kind: f"{electrode}_{kind}" for kind in KINDS}
    luck = {kind: Luck(seed, name) for kind, name in stations.items()}
    steps: dict[str, Any] = {kind: line.stations[name].step for kind, name in stations.items()}
    setups = {kind: [s.every_metres for s in line.stations[name].setups.values()] for kind, name in stations.items()}
    use, serial, route = dict.fromkeys(KINDS, 0.0), Counter[str](), Route()

    def turn(kind: str, inputs: Sequence[Material]) -> Sequence[Material]:
        limit = next((metres for metres in setups[kind] if metres), None)
        if limit is not None and use[kind] >= limit:
            use[kind] = 0.0
        age = wait if kind == "coating" else 0.0
        at = Occasion(luck[kind], serial[kind], 0, line.cell, 0, age, use[kind])
        made = steps[kind].make(inputs, at)
        use[kind] += made.entered if steps[kind].unit == "m" else made.tried
        serial[kind] += 1
        _count(route, kind, made)
        return made.outputs

    def through(kinds: Sequence[str], material: Material) -> Iterator[Material]:
        if not kinds:
            yield material
            return
        for output in turn(kinds[0], [material]):
            yield from through(kinds[1:], output)

    for _ in range(batches):
        for slurry in turn("mixing", []):
            route.coils += [coil for coil in through(KINDS[1:], slurry) if isinstance(coil, Electrode)]
    return route


def _count(route: Route, kind: str, made: Made) -> None:
    for output in made.outputs:
        route.lots[kind] += 1
        if isinstance(output, Electrode):
            route.web[kind] += output.length * output.lanes
    for born in made.born:
        route.whole[kind, born.mode] += born.whole
        output = made.outputs[born.output]
        for _, length, lane in born.marks:
            assert isinstance(output, Electrode)
            route.places[kind, born.mode] += 1
            route.spoiled[kind, born.mode] += length * (output.lanes if lane < 0 else 1)
