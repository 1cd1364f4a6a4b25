"""How fast a young line runs: machines accepted one by one, crews that come, samples first, and stops that spread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.calendar import DAY
from twin.ramp.priors import Programme, StartPriors

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Pace:
    """What lines may run at, whatever is hidden in them.

    Attributes:
        accepted: share of its machines that is accepted, from its first cells on [-]. Shape (modules, days).
        covered: share of the hours that crews cover [-]. Shape (modules, days).
        most: share of its capacity that a line is allowed [-]; less until customers have released its product. Shape
            (modules, days).
        released: day from which on what a line finishes can be sold as grade A. Shape (modules,).
    """

    accepted: Floats
    covered: Floats
    most: Floats
    released: NDArray[np.int64]


def pace_of(programme: Programme, priors: StartPriors) -> Pace:
    """Return what the lines of a programme may run at, day by day."""
    day = np.arange(programme.days)
    first: dict[str, int] = {}
    for module in programme.modules:
        first[module.design] = min(first.get(module.design, module.start), module.start)
    accepted, covered, most, released = [], [], [], []
    for module, begun in zip(programme.modules, _begun(programme, priors), strict=True):
        age = day - begun
        accepted.append(_grown(age, priors.accept / DAY * module.equipment, 0.0) * (age >= 0))
        covered.append(_grown(age, priors.crews / DAY * module.people, priors.first_crew))
        # customers release a product, and lines that make the same one after it
        release = first[module.design] + round(priors.qualify / DAY * module.product)
        released.append(max(release, module.start))
        most.append(np.where(day < release, priors.samples, 1.0))
    return Pace(np.array(accepted), np.array(covered), np.array(most), np.array(released, np.int64))


def _begun(programme: Programme, priors: StartPriors) -> list[int]:
    """Return the day on which the first machine of each line is accepted: lines that start together wait for a team."""
    free = [0.0] * priors.teams
    begun = [0] * len(programme.modules)
    for number in sorted(range(len(begun)), key=lambda one: (programme.modules[one].start, one)):
        module = programme.modules[number]
        team = free.index(min(free))
        begun[number] = max(module.start, round(free[team]))
        free[team] = begun[number] + priors.accept / DAY * module.equipment
    return begun


def _grown(age: NDArray[np.int64], time: float, first: float) -> Floats:
    """Return a share that grows evenly from its first value to one. Shape (days,)."""
    if time <= 0:
        return np.ones(len(age))
    return np.asarray(first + (1 - first) * np.clip((age + 1) / time, 0.0, 1.0), np.float64)
