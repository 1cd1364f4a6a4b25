"""How far machines have lived: their use since the last failure, and in other futures what is left of that life.

Lives are luck, keyed by seed and number, but one that has begun is part of a plant at a moment. A branch with the same
luck lives it to its end. One with another seed draws what is left of it anew, given that the machine has lived so far:
with use *a* since its last failure and a Weibull distribution of scale *s* and shape *k*, the whole life is
*s ((a / s)^k + E)^(1/k)*, *E* exponential with mean 1.
"""

from __future__ import annotations

import math

import numpy as np

from twin.compiled.state import NONE, Records, World
from twin.equipment import Failures
from twin.flow import Plant
from twin.flow.downtime import DRAWN, draw_lives, luck_of_failures
from twin.line import Line
from twin.randomness import stream

# of each machine that fails: its station and number there, failures so far, use left until the next one, and the whole
# of that life [s]
WORN = np.dtype([("station", "i8"), ("number", "i8"), ("failures", "i8"), ("left", "f8"), ("life", "f8")])


def worn_in_plant(plant: Plant) -> Records:
    """Return how far the machines of a plant in SimPy have lived, but for the whole of it. Shape (machines,)."""
    found = [
        (station.number, server.number, server.wear.failures, server.wear.left, 0.0)
        for station, server in plant.servers
        if server.wear is not None
    ]
    return np.array(found, WORN)


def worn_in_world(world: World) -> Records:
    """Return the same of a plant in machine code. Shape (machines,)."""
    servers = world.parts["servers"]
    fail = servers[servers["wear"] != NONE]
    found = np.zeros(len(fail), WORN)
    for name in ("station", "number", "failures"):
        found[name] = fail[name]
    found["left"] = fail["life"]
    return found


def with_lives(worn: Records, line: Line, seed: int, begun: Records | None) -> Records:
    """Return how far machines have lived, with the whole of their lives.

    Args:
        worn: the machines.
        line: as declared in the run that they are in.
        seed: of that run.
        begun: with which that run has begun; None for an empty plant.
    """
    found = worn.copy()
    before = {} if begun is None else {(one["station"], one["number"]): one for one in begun}
    names = list(line.stations)
    for one in found:
        first = before.get((one["station"], one["number"]))
        if first is not None and first["failures"] == one["failures"]:
            one["life"] = first["life"]
        else:
            station = names[one["station"]]
            one["life"] = _drawn(_failures(line, station), seed, station, one)
    return found


def _failures(line: Line, station: str) -> Failures:
    failures = line.stations[station].failures
    assert failures is not None
    return failures


def _drawn(failures: Failures, seed: int, station: str, one: Records) -> float:
    """Return the life of a machine after so many failures, as its luck has it [s]."""
    luck = luck_of_failures(seed, station, int(one["number"]))
    blocks, place = divmod(int(one["failures"]), DRAWN)
    for _ in range(blocks):
        draw_lives(failures, luck)
    # the last ones are taken first
    return float(draw_lives(failures, luck)[0][DRAWN - 1 - place])


def drawn_anew(worn: Records, line: Line, seed: int) -> Records:
    """Return machines whose lives go on by the luck of another seed, given how far they have lived.

    Args:
        worn: the machines.
        line: the branch.
        seed: of the branch.
    """
    found, names = worn.copy(), list(line.stations)
    for one in found:
        station = names[one["station"]]
        failures = _failures(line, station)
        used = max(0.0, float(one["life"] - one["left"]))
        scale = failures.mtbf / math.gamma(1 + 1 / failures.shape)
        luck = stream(seed, station, "rest of a life", int(one["number"]), int(one["failures"]))
        hazard = (used / scale) ** failures.shape + float(luck.standard_exponential())
        one["life"] = scale * hazard ** (1 / failures.shape)
        one["left"] = max(0.0, one["life"] - used)
    return found


def wear_plant(plant: Plant, worn: Records) -> None:
    """Let the machines of a plant in SimPy have so much of their lives left; others begin their first one."""
    for one in worn:
        wear = plant.stations[one["station"]].servers[one["number"]].wear
        assert wear is not None
        wear.left = float(one["left"])


def wear_world(world: World, worn: Records) -> None:
    """Do the same to a plant in machine code."""
    servers = world.parts["servers"]
    places = {(one["station"], one["number"]): place for place, one in enumerate(servers)}
    for one in worn:
        servers["life"][places[one["station"], one["number"]]] = one["left"]
