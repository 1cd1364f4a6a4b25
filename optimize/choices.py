"""What a study may choose besides machine counts: groups of knobs, each with options of which one is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any

from twin import split

Level = str | int | float


@dataclass(frozen=True)
class Axis:
    """The levels of one knob.

    Attributes:
        knob: its name.
        levels: written as in a line file, in order.
        simulated: those that the twin is asked about; the others lie between them.
        numbers: their sizes in the unit they are written in; None for words.
    """

    knob: str
    levels: tuple[Level, ...]
    simulated: frozenset[Level]
    numbers: tuple[float, ...] | None

    @property
    def anchors(self) -> list[int]:
        """Places of the simulated levels."""
        return [place for place, level in enumerate(self.levels) if level in self.simulated]

    def around(self, level: Level) -> list[tuple[int, float]]:
        """Return the simulated levels between which a level lies, as (place, weight)."""
        place = self.levels.index(level)
        if level in self.simulated or self.numbers is None:
            return [(place, 1.0)]
        left = max(anchor for anchor in self.anchors if anchor < place)
        right = min(anchor for anchor in self.anchors if anchor > place)
        share = (self.numbers[place] - self.numbers[left]) / (self.numbers[right] - self.numbers[left])
        return [(left, 1 - share), (right, share)]


@dataclass(frozen=True)
class Group:
    """Knobs that are explored together, each combination of their levels an option.

    Attributes:
        axes: one for each knob.
        base: the option that is run while other groups are explored.
    """

    axes: tuple[Axis, ...]
    base: str

    @property
    def name(self) -> str:
        """The knobs."""
        return " with ".join(axis.knob for axis in self.axes)

    @property
    def options(self) -> dict[str, dict[str, Level]]:
        """Settings of each option by its name, those that are only interpolated too."""
        return {option_name(levels): self._settings(levels) for levels in self._grid()}

    @property
    def simulated(self) -> dict[str, dict[str, Level]]:
        """Settings of the options that the twin is asked about."""
        return {
            option_name(levels): self._settings(levels)
            for levels in self._grid()
            if all(level in axis.simulated for axis, level in zip(self.axes, levels, strict=True))
        }

    def blend(self, option: str) -> dict[str, float]:
        """Return the simulated options that an option lies between, with their weights, which add up to 1."""
        levels = tuple(self.options[option].values())
        around = [axis.around(level) for axis, level in zip(self.axes, levels, strict=True)]
        found: dict[str, float] = {}
        for corner in product(*around):
            name = option_name([axis.levels[place] for axis, (place, _) in zip(self.axes, corner, strict=True)])
            weight = 1.0
            for _, share in corner:
                weight *= share
            found[name] = found.get(name, 0.0) + weight
        return found

    def neighbours(self, option: str) -> list[str]:
        """Return the simulated options next to one: a level down and up on each axis; of words, the base's."""
        levels = tuple(self.options[option].values())
        base = tuple(self.options[self.base].values())
        found = []
        for number, axis in enumerate(self.axes):
            here = axis.levels.index(levels[number])
            if axis.numbers is None:
                near = [axis.levels.index(base[number])]
            else:
                near = [max((a for a in axis.anchors if a < here), default=here)]
                near += [min((a for a in axis.anchors if a > here), default=here)]
            others = [(*levels[:number], axis.levels[place], *levels[number + 1 :]) for place in near if place != here]
            found += [option_name(other) for other in others]
        return found

    def _grid(self) -> Iterable[tuple[Level, ...]]:
        return product(*(axis.levels for axis in self.axes))

    def _settings(self, levels: Sequence[Level]) -> dict[str, Level]:
        return {axis.knob: level for axis, level in zip(self.axes, levels, strict=True)}


def option_name(levels: Iterable[Level]) -> str:
    """Return what people call an option: the levels of its knobs."""
    return ", ".join(str(level) for level in levels)


def settings_of(groups: Mapping[str, Group], choice: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings of all knobs for the chosen option of each group."""
    return {knob: level for name, group in groups.items() for knob, level in group.options[choice[name]].items()}


def axis(knob: str, levels: Sequence[Level], between: int, whole: bool) -> Axis:
    """Return the levels of a knob with others in between.

    Args:
        knob: its name.
        levels: those that are simulated.
        between: how many lie between two of them; none between words.
        whole: whether only whole numbers make sense.
    """
    parted = [_parted(level) for level in levels]
    units = {unit for _, unit in parted}
    if len(units) > 1 or any(number is None for number, _ in parted):
        return Axis(knob, tuple(levels), frozenset(levels), None)
    (unit,) = units
    known = sorted(
        {float(number): level for (number, _), level in zip(parted, levels, strict=True) if number is not None}.items()
    )
    found = dict(known)
    for (left, _), (right, _) in pairwise(known):
        for step in range(1, between + 1):
            number = left + (right - left) * step / (between + 1)
            number = float(round(number)) if whole else float(f"{number:.6g}")
            found.setdefault(number, _written(number, unit, whole))
    numbers = sorted(found)
    ordered = tuple(found[number] for number in numbers)
    return Axis(knob, ordered, frozenset(level for _, level in known), tuple(numbers))


def between_ends(low: Level, high: Level, points: int, whole: bool) -> tuple[Level, ...] | None:
    """Return evenly spaced levels from one end to the other; None when the ends are written in different units."""
    (first, unit), (last, other) = _parted(low), _parted(high)
    if first is None or last is None or unit != other:
        return None
    numbers = [first + (last - first) * place / (points - 1) for place in range(points)]
    if whole:
        numbers = sorted({float(round(number)) for number in numbers})
    inner = [_written(float(f"{number:.6g}"), unit, whole) for number in numbers[1:-1]]
    return (low, *inner, high)


def _parted(level: Level) -> tuple[float | None, str]:
    """Return number and unit of a level; no number for a word."""
    return split(level) or (None, str(level))


def _written(number: float, unit: str, whole: bool) -> Level:
    if not unit:
        return int(number) if whole else number
    return f"{number:g} {unit}"


def nearest(found: Axis, declared: Any) -> Level:
    """Return the simulated level that is nearest to the declared one, or the first when it is not among words."""
    number, unit = _parted(declared) if isinstance(declared, str | int | float) else (None, "")
    simulated = [found.levels[place] for place in found.anchors]
    if found.numbers is None or number is None:
        return declared if declared in simulated else simulated[0]
    if _parted(simulated[0])[1] != unit:
        return simulated[len(simulated) // 2]
    return min(simulated, key=lambda level: abs((_parted(level)[0] or 0.0) - number))
