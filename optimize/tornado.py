"""What doubt in the declared numbers does to a plan: the ten that matter most, each at both ends of its range.

All declared numbers that are in doubt are in it (``in_doubt.py``): prices and costs, and what physics, machines, gauges
and the cell declare. What only the accounts know is reckoned; for all else the twin is asked, in groups that are taken
apart where they matter (``screen.py``). The most uncertain ones are then tried one by one; those that stop the plant
are told apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite, sqrt
from statistics import mean

from optimize.around import Screened, Stop, Swing, Unresolved
from optimize.by_accounts import Accountant, by_accounts
from optimize.cache import Cache
from optimize.doubt import Ends, Held
from optimize.explore import Answer
from optimize.in_doubt import in_doubt
from optimize.refine import Plan
from optimize.screen import Found, Screening
from optimize.solve import solve
from optimize.titles import title_of
from optimize.workers import Pool, Tell
from twin import Input, put

Answers = Mapping[tuple[str, str | float], Sequence[Answer]]


def tornado(
    plan: Plan, workers: int | Pool = 1, tell: Tell | None = None, cache: Cache | None = None
) -> tuple[tuple[Swing, ...], Screened | None]:
    """Return the swings of the goal for the most uncertain inputs, and how they were found among all.

    Inputs that the plan itself turns are left out. Each end is tried with the luck of the plan's own runs.

    Args:
        plan: an answered study.
        workers: processes that simulate; the answer does not depend on it.
        tell: called with what is being done.
        cache: what the twin was asked before.
    """
    study, chosen = plan.question.study, plan.chosen
    if chosen is None or study.tornado == 0:
        return (), None
    answers, servers = chosen.response.answers, chosen.solution.servers
    held = Held(plan, chosen, servers, answers, study.demand, workers, tell, cache)
    doubted = _doubted(held)
    changes = _by_accounts(held, [one for one in doubted if by_accounts(one.path)])
    felt = [one for one in doubted if not by_accounts(one.path)]
    # what is in doubt is looked for in a small plant and short runs, so that there is time for all of it
    small = held.smaller() if felt and study.screening else held
    tried = small.quicker() if felt and study.screening else held
    found = Screening(tried.changes, study.screening, study.tornado, list(changes.values())).search(felt)
    stopping = {way.path for way in found.stopping}
    alone = _widest(found)
    changes |= {path: size for path, size in alone.items() if size > found.noise and path not in stopping}
    widest = sorted((one for one in doubted if changes.get(one.path)), key=lambda one: -changes[one.path])
    asked = widest[: study.tornado]
    return tuple(_swings(held, small, asked)), _screened(held, small, doubted, felt, found)


def _widest(found: Found) -> dict[str, float]:
    """Return what each input that was tried alone changes at its worse end."""
    widest: dict[str, float] = {}
    for way, change in found.single.items():
        widest[way.path] = max(widest.get(way.path, 0.0), abs(change))
    return widest


def _doubted(held: Held) -> list[Input]:
    """Return the inputs that are in doubt; prices only where there are some."""
    priced = held.line.prices is not None
    return [one for one in in_doubt(held.plan.question.line) if priced or not by_accounts(one.path)]


def _by_accounts(held: Held, asked: Sequence[Input]) -> dict[str, float]:
    """Return what each input changes at its worse end, by the accounts."""
    if not asked:
        return {}
    accountant = Accountant(held.plan, held.chosen, held.line)
    found = {}
    for place, one in enumerate(asked):
        found[one.path] = max(map(abs, accountant.changes(one)))
        if held.tell is not None:
            held.tell("price lists", place + 1, len(asked))
    return found


def _swings(held: Held, small: Held, asked: Sequence[Input]) -> list[Swing]:
    """Return what the inputs do, each at both ends in the twin: what only the accounts know in the plan itself."""
    ends = [(one, end) for one in asked for end in (one.low, one.high) if held.possible({one.path: end}) is not None]
    answers: dict[tuple[str, str | float], Sequence[Answer]] = {}
    errors: dict[tuple[str, str | float], float] = {}
    for where, ask, counted in ((held, held.counted, True), (small, small.simulated, False)):
        mine = [(one.path, end) for one, end in ends if by_accounts(one.path) is counted]
        seen = dict(zip(mine, ask([{path: end} for path, end in mine]), strict=True))
        answers |= seen
        errors |= _errors(where, seen)
    known = _Again(held)
    felt = known if small is held else _Again(small)
    return [_swing(known if by_accounts(one.path) else felt, one, answers, errors) for one in asked]


def _errors(held: Held, answers: Answers) -> dict[tuple[str, str | float], float]:
    """Return half of the 95 % interval of each change; luck is taken to be as large at all ends that show any."""
    from scipy.stats import t

    apart = {}
    for (path, end), runs in answers.items():
        changes = _changes(held, {path: end}, runs)
        if changes:
            apart[path, end] = sum((change - mean(changes)) ** 2 for change in changes)
    lucky = [squares for squares in apart.values() if squares > 0]
    if not lucky:
        return {}
    degrees = len(lucky) * (held.runs - 1)
    half = float(t.ppf(0.975, degrees)) * sqrt(sum(lucky) / degrees / held.runs)
    return {which: half for which, squares in apart.items() if squares > 0}


def _changes(held: Held, ends: Ends, runs: Sequence[Answer]) -> list[float]:
    """Return by how much the goal changes, run by run; none when the plant makes nothing in one of them."""
    if any(answer.fault for answer in runs):
        return []
    line = put(held.plan.question.line, ends)
    return [held.change(line, answer, luck) for luck, answer in enumerate(runs)]


class _Again:
    """The plan solved again with other numbers in the plant, by the model; what the twin did not choose is left out."""

    def __init__(self, held: Held) -> None:
        self.held = held
        self._refused = [tried.solution.plan for tried in held.plan.rounds if tried is not held.chosen]
        self._base = self._best({}, held.answers[: held.runs])

    def change(self, ends: Ends, runs: Sequence[Answer]) -> float | None:
        """Return by how much the best goal changes; None when there is no plan."""
        then = self._best(ends, runs)
        return None if then is None or self._base is None else then - self._base

    def _best(self, ends: Ends, runs: Sequence[Answer]) -> float | None:
        return solve(self.held.data(ends, runs), self.held.plan.solver, self._refused).objective


def _swing(again: _Again, one: Input, answers: Answers, errors: Mapping[tuple[str, str | float], float]) -> Swing:
    """Return what one input does."""
    held = again.held
    told = []
    for end in (one.low, one.high):
        runs = answers.get((one.path, end), ())
        changes = _changes(held, {one.path: end}, runs)
        makes = mean(r.output / b.output for r, b in zip(runs, held.answers, strict=False)) if runs else 0.0
        solved = again.change({one.path: end}, runs) if changes else None
        told.append((mean(changes) if changes else None, errors.get((one.path, end), 0.0), solved, makes))
    low, high = told
    return Swing(
        path=one.path,
        low=str(one.low),
        high=str(one.high),
        at_low=low[0],
        at_high=high[0],
        low_error=low[1],
        high_error=high[1],
        low_again=low[2],
        high_again=high[2],
        low_makes=low[3],
        high_makes=high[3],
        title=title_of(held.line, one.path),
        value=str(one.value),
        source=", ".join(one.source),
        confidence=one.confidence,
    )


def _screened(held: Held, small: Held, doubted: Sequence[Input], felt: Sequence[Input], found: Found) -> Screened:
    """Return how the inputs were found."""
    impossible = {way.path for way in found.impossible}
    moved = {way.path for ways, change in found.groups if change for way in ways}
    moved |= {way.path for way, change in found.single.items() if change}
    left = sorted((group for group in found.groups if group[1]), key=lambda group: -abs(group[1]))
    alone = _widest(found)
    return Screened(
        inputs=len(doubted),
        counted=len(doubted) - len(felt),
        runs=found.runs,
        budget=held.plan.question.study.screening,
        alone=len(alone),
        noise=found.noise,
        quiet=tuple(sorted(path for path, size in alone.items() if 0 < size <= found.noise)),
        unresolved=tuple(
            Unresolved(tuple(way.path for way in ways), change if isfinite(change) else None) for ways, change in left
        ),
        still=sum(1 for one in felt if one.path not in moved | impossible),
        impossible=tuple(sorted(impossible)),
        finished=found.finished,
        stops=tuple(_stops(held, felt, found)),
        machines=small.machines,
    )


def _stops(held: Held, felt: Sequence[Input], found: Found) -> Iterator[Stop]:
    """Yield the inputs that stop the plant at an end of their range."""
    stopping = found.stopping
    for one in felt:
        if ends := tuple(str(way.end) for way in stopping if way.path == one.path):
            title, source = title_of(held.line, one.path), ", ".join(one.source)
            yield Stop(one.path, title, str(one.value), ends, source, one.confidence)
