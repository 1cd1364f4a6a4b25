"""General optimizers that know nothing of factories: random search, simulated annealing, Optuna's TPE.

Each is given the declared plant to start from, and makes a value large with as many trials as the others.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Point = tuple[int, ...]

# a space smaller than the budget must not keep a method for ever: it may ask for so many known points in a row
KNOWN_IN_A_ROW = 200


@dataclass(frozen=True)
class Space:
    """What may be chosen.

    Attributes:
        choices: of each knob, in order of size where they have one.
        start: the declared plant, as the place of its value among the choices of each knob.
    """

    choices: Mapping[str, tuple[Any, ...]]
    start: Point

    @property
    def sizes(self) -> list[int]:
        """How many choices each knob has."""
        return [len(values) for values in self.choices.values()]

    def settings(self, point: Point) -> dict[str, Any]:
        """Return the values of the knobs at a point."""
        return {name: values[place] for (name, values), place in zip(self.choices.items(), point, strict=True)}


class Trials:
    """Points tried, in order; a point that comes again is remembered and costs nothing."""

    def __init__(self, value: Callable[[Point], float], budget: int) -> None:
        """Start with no trial and as many to come as the budget allows."""
        self._value = value
        self._budget = budget
        self._known_in_a_row = 0
        self.values: dict[Point, float] = {}

    @property
    def over(self) -> bool:
        """Whether nothing more may be tried."""
        return len(self.values) >= self._budget or self._known_in_a_row >= KNOWN_IN_A_ROW

    @property
    def progress(self) -> float:
        """Share of the budget that is spent [-]."""
        return len(self.values) / self._budget

    def __call__(self, point: Point) -> float:
        """Return the value of a point."""
        self._known_in_a_row += 1
        if point not in self.values:
            self._known_in_a_row = 0
            self.values[point] = self._value(point)
        return self.values[point]


def random_search(space: Space, trials: Trials, seed: int) -> None:
    """Try points drawn evenly."""
    luck = random.Random(seed)
    trials(space.start)
    while not trials.over:
        trials(tuple(luck.randrange(size) for size in space.sizes))


def annealing(space: Space, trials: Trials, seed: int) -> None:
    """Walk from neighbour to neighbour, downhill too while it is hot.

    A neighbour differs in one to three knobs, by a normal step of a tenth of the range, one choice at least. It is
    taken if better, and else with a chance of exp(-loss / T). T begins at half of the mean change seen so far and
    cools to a hundredth of that.
    """
    luck = random.Random(seed)
    here, changes = space.start, []
    value = trials(here)
    while not trials.over:
        there = _neighbour(space, here, luck)
        gain = trials(there) - value
        changes.append(abs(gain))
        hot = 0.5 * sum(changes) / len(changes) * 0.01**trials.progress
        if gain >= 0 or luck.random() < math.exp(gain / hot):
            here, value = there, value + gain


def _neighbour(space: Space, point: Point, luck: random.Random) -> Point:
    sizes = space.sizes
    movable = [place for place, size in enumerate(sizes) if size > 1]
    found = list(point)
    for place in luck.sample(movable, min(luck.choice((1, 2, 3)), len(movable))):
        step = luck.gauss(0.0, 0.1 * sizes[place])
        whole = round(step) or (1 if step > 0 else -1)
        moved = found[place] + whole
        # a step over the edge goes the other way
        found[place] = moved if 0 <= moved < sizes[place] else min(max(found[place] - whole, 0), sizes[place] - 1)
    return tuple(found)


def tree_parzen(space: Space, trials: Trials, seed: int) -> None:
    """Let Optuna's tree-structured Parzen estimator choose, with its defaults and a sampler of its own.

    Raises:
        ModuleNotFoundError: Optuna is not installed.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
    study.enqueue_trial(dict(zip(space.choices, space.start, strict=True)))
    while not trials.over:
        trial = study.ask()
        point = tuple(trial.suggest_int(name, 0, len(values) - 1) for name, values in space.choices.items())
        study.tell(trial, trials(point))


METHODS: dict[str, Callable[[Space, Trials, int], None]] = {
    "random search": random_search,
    "simulated annealing": annealing,
    "Optuna TPE": tree_parzen,
}
