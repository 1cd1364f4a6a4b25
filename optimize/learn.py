"""What each option changes, learnt from the twin's answers: multipliers, with what is only noise left out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import exp, log
from statistics import mean, median

from optimize.choices import Group
from optimize.explore import Answer, Explored, Response

# an effect is real when it is this many standard errors away from none
REAL = 2.5
# and large enough for anyone to care
LARGE = 2e-4
# responses that vanish have no logarithm; no option changes one more than this many times
_MOST = 1e3
# half the median of |difference| of two normal variates with sd 1 is this
_MEDIAN_OF_NORMAL = 0.6745

# responses whose interpolation error is told: what a good cell costs, how many there are, and how good
_TOLD = (("per_cell", "material"), ("per_cell", "first_pass"), ("per_cell", "revenue"))

# name of a response: ("use", station), ("kept", station), ("per_cell", what), ("reach", "")
Key = tuple[str, str]


@dataclass(frozen=True)
class Effects:
    """What options change, as logarithms of multipliers.

    Attributes:
        logs: by response, group and option; a group that changes nothing for certain is left out.
        error: how far the interpolation between simulated options is off at worst, by group: what is seen at a
            simulated option less what its neighbours would have said [-].
        options: those of each group with which the plant runs.
    """

    logs: Mapping[Key, Mapping[str, Mapping[str, float]]]
    error: Mapping[str, float]
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def change(self, key: Key) -> dict[str, dict[str, float]]:
        """Return the multipliers of a response by group and option."""
        return {g: {o: exp(by) for o, by in found.items()} for g, found in self.logs.get(key, {}).items()}


def answered(answer: Answer, key: Key) -> float:
    """Return one response out of an answer."""
    part, name = key
    found = getattr(answer, part)
    return float(found[name] if isinstance(found, Mapping) else found)


def keys_of(answer: Answer) -> list[Key]:
    """Return the name of every response that options may change."""
    by_station = [(part, name) for part in ("kept", "use") for name in answer.kept]
    return [*by_station, *(("per_cell", name) for name in answer.per_cell), ("reach", "")]


def learn(groups: Mapping[str, Group], explored: Explored) -> Effects:
    """Return what each option changes.

    Each response is compared run by run with the same luck. The scatter of such differences is taken from all options
    together, since most change most responses not at all; what stands out of it by less than ``REAL`` standard errors
    in every option of a group is taken for none.
    """
    logs: dict[Key, dict[str, dict[str, float]]] = {}
    errors: dict[str, list[float]] = {name: [] for name in groups}
    options = {name: running(group, explored.faults.get(name, ())) for name, group in groups.items()}
    for key in keys_of(explored.base.answers[0]):
        moved = {
            group: {option: differences(explored.base, response, key) for option, response in tried.items()}
            for group, tried in explored.options.items()
            if tried
        }
        floor = _standard_error([runs for tried in moved.values() for runs in tried.values()])
        for group, tried in moved.items():
            found = {groups[group].base: 0.0} | {option: mean(runs) for option, runs in tried.items()}
            if max(map(abs, found.values())) > max(REAL * floor, LARGE):
                logs.setdefault(key, {})[group] = spread_out(groups[group], found, options[group])
                if key in _TOLD:
                    errors[group] += _left_out(groups[group], found)
    error = {group: exp(max(map(abs, found), default=0.0)) - 1 for group, found in errors.items()}
    return Effects(logs, error, options)


def running(group: Group, faulty: Collection[str]) -> tuple[str, ...]:
    """Return the options of a group with which the plant runs: those that lean on no faulty one."""
    return tuple(option for option in group.options if not any(corner in faulty for corner in group.blend(option)))


def differences(base: Response, other: Response, key: Key) -> list[float]:
    """Return the logarithm of how many times a response is the base's, run by run with the same luck."""
    pairs = zip(base.answers, other.answers, strict=False)
    return [_log_ratio(answered(new, key), answered(old, key)) for old, new in pairs]


def relearnt(effects: Effects, groups: Mapping[str, Group], plan: Mapping[str, str], near: Explored) -> Effects:
    """Return the effects with those of the options next to a plan taken from what was seen at the plan itself.

    Options beyond a neighbour keep their distance to it.

    Args:
        effects: as known before.
        groups: all groups.
        plan: the chosen option of each group.
        near: what the twin said at the plan and at the options next to it.
    """
    logs = {key: {group: dict(by) for group, by in found.items()} for key, found in effects.logs.items()}
    for key, found in logs.items():
        for group, tried in near.options.items():
            if group in found and tried:
                seen = {option: mean(differences(near.base, response, key)) for option, response in tried.items()}
                found[group] = _bent(list(found[group]), found[group], plan[group], seen)
    return replace(effects, logs=logs)


def _bent(
    options: Sequence[str], before: Mapping[str, float], here: str, seen: Mapping[str, float]
) -> dict[str, float]:
    """Return a curve that goes through what was seen relative to one option, and else keeps its shape."""
    level = before[here]
    shift = {option: level + by - before[option] for option, by in seen.items()} | {here: 0.0}
    known = sorted(shift, key=options.index)

    def moved(option: str) -> float:
        place = options.index(option)
        side = [
            other for other in known if (options.index(other) - options.index(here)) * (place - options.index(here)) > 0
        ]
        if option in shift or not side:
            return shift.get(option, 0.0)
        # beyond the farthest neighbour on its side, or between here and it
        far = max(side, key=lambda other: abs(options.index(other) - options.index(here)))
        return shift[far]

    return {option: before[option] + moved(option) for option in options}


def spread_out(group: Group, found: Mapping[str, float], options: Sequence[str]) -> dict[str, float]:
    """Return a logarithm for some options of a group, straight lines between the simulated ones."""
    return {option: sum(w * found[corner] for corner, w in group.blend(option).items()) for option in options}


def _left_out(group: Group, found: Mapping[str, float]) -> list[float]:
    """Return how far each inner simulated level of a single knob lies from the line through its neighbours."""
    if len(group.axes) > 1 or group.axes[0].numbers is None:
        return []
    (axis,) = group.axes
    numbers = axis.numbers or ()
    named = [(numbers[place], str(axis.levels[place])) for place in axis.anchors]
    at = [(number, found[name]) for number, name in named if name in found]
    return [
        y - (left[1] + (right[1] - left[1]) * (x - left[0]) / (right[0] - left[0]))
        for left, (x, y), right in zip(at, at[1:], at[2:], strict=False)
    ]


def _standard_error(runs: Sequence[Sequence[float]]) -> float:
    """Return the standard error of a mean of paired differences; a few that are real do not disturb it."""
    if not runs:
        return 0.0
    from statistics import stdev

    each = [stdev(found) / len(found) ** 0.5 for found in runs if len(found) > 1]
    return median(each) / _MEDIAN_OF_NORMAL if each else 0.0


def _log_ratio(new: float, old: float) -> float:
    if new <= 0 and old <= 0:
        return 0.0
    if new <= 0 or old <= 0:
        return log(_MOST) if old <= 0 else -log(_MOST)
    return max(-log(_MOST), min(log(_MOST), log(new / old)))


def around_mean(answers: Sequence[Answer], key: Key) -> float:
    """Return the mean of a response over some runs."""
    return mean(answered(answer, key) for answer in answers)
