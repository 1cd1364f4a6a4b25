"""The daily meeting: charts alarm, cases wait, engineers look for causes and remove them."""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from math import log, log2

import numpy as np

from twin.calendar import DAY
from twin.ramp.causes import NEVER, Causes
from twin.ramp.floor import Floor
from twin.ramp.mature import Mature
from twin.ramp.priors import Priors, Programme
from twin.ramp.tables import Whole
from twin.ramp.watch import Charts, Views
from twin.randomness import stream


@dataclass
class Case:
    """One alarm of one chart, until somebody has found what is behind it, or nothing.

    Attributes:
        chart: number of the chart.
        opened: day of the alarm.
        weight: what the chart finds in a day, in money; the dearest case is taken first.
        number: counts the cases of a programme.
        tries: how often it has been worked on.
        begun: day on which an engineer took it; -1 while it waits.
        work: what is left to do, of an engineer new to it [d].
    """

    chart: int
    opened: int
    weight: float
    number: int
    tries: int = 0
    begun: int = -1
    work: float = 0.0

    def rank(self) -> tuple[float, int]:
        """Return its place among those that wait: the dearest first."""
        return -self.weight, self.number


@dataclass
class Solved:
    """One case that is closed.

    Attributes:
        cause: number of the cause that was removed; -1 when there was none.
        chart: of the case.
        opened: day of the alarm.
        begun: day on which an engineer took it.
        closed: day on which it was over.
    """

    cause: int
    chart: int
    opened: int
    begun: int
    closed: int


@dataclass
class Meeting:
    """What people know and do, day by day.

    Args:
        programme: what is built, and who makes it run.
        mature: the line.
        causes: what is hidden; fixed causes are marked in it.
        floor: where they act.
        charts: what is watched.
        priors: of learning.
        seed: key of all luck.
        solved: cases that are closed.
    """

    programme: Programme
    mature: Mature
    causes: Causes
    floor: Floor
    charts: Charts
    priors: Priors
    seed: int
    solved: list[Solved] = field(default_factory=list)
    # the dearest first
    waiting: list[Case] = field(default_factory=list)
    working: list[Case] = field(default_factory=list)
    # cases whose trials run, by the day on which the last one is judged
    on_trial: dict[int, list[Case]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        charts, causes = self.charts, self.causes
        self._cases = 0
        self._state = self.floor.plant.state
        time = self.floor.plant.listening.time
        self._worth = np.where(time, self.mature.worth.max(), self.mature.worth[charts.station])
        self._seen_by = _seen_by(self.floor.views, len(charts.module))
        # rows of a shared cause, and those that wait for one to go
        self._rows: dict[str, list[int]] = {}
        for row, key in enumerate(causes.key):
            self._rows.setdefault(key, []).append(row)
        self._behind: dict[int, list[int]] = {}
        for row in np.flatnonzero(causes.after >= 0).tolist():
            self._behind.setdefault(int(causes.after[row]), []).append(row)

    def hold(self, day: int, alarms: list[int]) -> None:
        """Hold the meeting at the end of a day: hear the charts, then let engineers go on.

        Args:
            day: its number.
            alarms: charts that alarm.
        """
        for chart in alarms:
            found = float(self._state.hit[chart] * self._worth[chart])
            insort(self.waiting, Case(chart, day, found, self._cases), key=Case.rank)
            self._cases += 1
        for case in self.on_trial.pop(day, ()):
            self._conclude(case, day)
        self._assign(day)
        self._work(day)

    def _assign(self, day: int) -> None:
        """Give the dearest cases to engineers who are free."""
        free = int(self.programme.engineers[day]) - len(self.working)
        if free <= 0 or not self.waiting:
            return
        for case in self.waiting[:free]:
            case.begun = day
            case.work = self._effort(case)
            self._take(case, 1)
            self.working.append(case)
        del self.waiting[:free]

    def _take(self, case: Case, more: int) -> None:
        """Count a case among those that take capacity for trials, or no more."""
        self._state.busy[self.charts.module[case.chart]] += more

    def _put_back(self, case: Case) -> None:
        """Let a case wait again."""
        case.begun = -1
        self._take(case, -1)
        insort(self.waiting, case, key=Case.rank)

    def _suspects(self, chart: int) -> float:
        """Return how many stations may be to blame, as far as people know [-]."""
        suspects = float(self.charts.suspects[chart])
        return max(1.0, suspects / self.priors.engineers.genealogy) if self.programme.genealogy else suspects

    def _effort(self, case: Case) -> float:
        """Return the work of a case, of people who have not done it before [d]."""
        priors = self.priors.engineers
        if self._culprit(case.chart) < 0:
            return priors.false_time / DAY
        luck = _luck_of_effort(self.seed, case.number, case.tries)
        return priors.per_candidate / DAY * self._suspects(case.chart) * float(np.exp(log(priors.spread) * luck))

    def _wait(self, chart: int, cause: int, day: int) -> int:
        """Return the days until the trials of a case are judged, and the machine changed that is to blame.

        Each halving of what may be to blame takes trials, one after the other, and each of those has to come to the
        gauge. Who has done it before needs fewer.
        """
        priors = self.priors.engineers
        count = priors.experiments * (1 + log2(self._suspects(chart))) / float(self.programme.speed[day])
        machine = priors.parts / DAY if self.causes.flaw[cause] < 0 else 0.0
        return round(count * (priors.trial_time / DAY + float(self.charts.lag[chart])) + machine)

    def _work(self, day: int) -> None:
        """Let a day's work be done."""
        people = int(self.programme.engineers[day])
        # who leaves the plant leaves a case behind
        for case in self.working[people:]:
            self._put_back(case)
        going_on = []
        for case in self.working[:people]:
            case.work -= float(self.programme.speed[day])
            if case.work > 0:
                going_on.append(case)
            else:
                self._try(case, day)
        self.working = going_on

    def _try(self, case: Case, day: int) -> None:
        """Put a case on trial, of which the work is done; without a culprit there is nothing to try."""
        cause = self._culprit(case.chart)
        wait = self._wait(case.chart, cause, day) if cause >= 0 else 0
        if wait > 0:
            self.on_trial.setdefault(day + wait, []).append(case)
        else:
            self._conclude(case, day)

    def _conclude(self, case: Case, day: int) -> None:
        """Remove what is behind a case, if there is anything and if it works."""
        cause = self._culprit(case.chart)
        works, partly = _luck_of_fix(self.seed, case.number, case.tries)
        if cause >= 0 and works >= self.priors.engineers.success:
            case.tries += 1
            self._put_back(case)
            return
        if cause >= 0:
            self._remove(cause, day, partly < self.priors.engineers.partly)
        self.solved.append(Solved(cause, case.chart, case.opened, case.begun, day))
        self._take(case, -1)
        self._state.open[case.chart] = False
        self._state.quiet[case.chart] = day + 1 + self.charts.lag[case.chart]

    def _culprit(self, chart: int) -> int:
        """Return the cause of which a chart has seen most of late, -1 when it has seen none."""
        places, rows = self._seen_by[chart]
        if not len(rows):
            return -1
        seen = np.where(self.causes.gone[rows] == NEVER, self._state.recent.reshape(-1)[places], 0.0)
        most = int(seen.argmax())
        return int(rows[most]) if seen[most] > 0 else -1

    def _remove(self, cause: int, day: int, partly: bool) -> None:
        """Remove a cause or some of it; what sits in a design is removed from every line of it."""
        causes, key = self.causes, self.causes.key[cause]
        rows = self._rows[key] if key else [cause]
        if partly:
            causes.size[rows] *= self.priors.engineers.left
            self._state.recent[rows] = 0.0
        else:
            causes.gone[rows] = day + 1
            for woken in [one for row in rows for one in self._behind.get(row, ())]:
                # what only waited for it to go acts now
                start = self.programme.modules[int(causes.module[woken])].start
                causes.born[woken] = max(day + 1, start)


# plants with one seed share the luck of their cases, and a study lives many of them
@lru_cache(maxsize=200_000)
def _luck_of_effort(seed: int, case: int, tries: int) -> float:
    """Return how hard a case turns out to be, as a standard normal number."""
    return float(stream(seed, "effort", case, tries).standard_normal())


@lru_cache(maxsize=200_000)
def _luck_of_fix(seed: int, case: int, tries: int) -> tuple[float, float]:
    """Return whether a fix works, and whether it takes a part of the cause only: evenly between 0 and 1 each."""
    works, partly = stream(seed, "fix", case, tries).random(2).tolist()
    return works, partly


def _seen_by(views: Views, charts: int) -> list[tuple[Whole, Whole]]:
    """Return what each chart sees: places in the table of causes and gauges, and the causes."""
    by_chart = np.argsort(views.chart, axis=None, kind="stable")
    ends = np.searchsorted(views.chart.reshape(-1)[by_chart], np.arange(charts + 1))
    places = [by_chart[begin:end] for begin, end in pairwise(ends.tolist())]
    # a cause has one gauge at a station
    return [(one, one // views.chart.shape[1]) for one in places]
