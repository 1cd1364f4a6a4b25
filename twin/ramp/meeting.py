"""The daily meeting: charts alarm, cases wait, engineers look for causes and remove them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from math import log, log2

import numpy as np
from numpy.typing import NDArray

from twin.calendar import DAY
from twin.ramp.causes import NEVER, Causes
from twin.ramp.floor import Charts, Day, Views
from twin.ramp.mature import Mature
from twin.ramp.priors import Priors, Programme
from twin.randomness import stream

Floats = NDArray[np.float64]


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
        views: which gauges may see them.
        charts: what is watched.
        priors: of learning.
        seed: key of all luck.
    """

    programme: Programme
    mature: Mature
    causes: Causes
    views: Views
    charts: Charts
    priors: Priors
    seed: int
    waiting: list[Case] = field(default_factory=list)
    working: list[Case] = field(default_factory=list)
    solved: list[Solved] = field(default_factory=list)
    # cases whose trials run, with the day on which the last one is judged
    on_trial: list[tuple[int, Case]] = field(default_factory=list)

    def __post_init__(self) -> None:
        charts = self.charts
        count = len(charts.module)
        self._cases = 0
        self._sum = np.zeros(count)
        self._open = np.zeros(count, np.bool_)
        self._quiet = np.zeros(count, np.int64)
        self._threshold = self.priors.evidence.threshold
        self._watches_time = np.array([not mode for mode in charts.mode])
        self._worth = np.where(self._watches_time, self.mature.worth.max(), self.mature.worth[charts.station])
        self._scatter = self.priors.evidence.downtime_noise / np.sqrt(self.mature.servers[charts.station])
        self._recent: Floats = np.zeros(self.views.chart.shape)
        # what each chart sees, as places in the table of causes and gauges
        by_chart = np.argsort(self.views.chart, axis=None, kind="stable")
        ends = np.searchsorted(self.views.chart.reshape(-1)[by_chart], np.arange(count + 1))
        self._seen_by = [by_chart[begin:end] for begin, end in pairwise(ends.tolist())]
        # what is left of a memory after a day
        self._fades = 0.5 ** (DAY / self.priors.evidence.remembered)
        names = zip(charts.module.tolist(), charts.station.tolist(), charts.mode, strict=True)
        # each chart has its own luck, whatever others there are
        self._noise = np.array(
            [
                stream(self.seed, "chart", line, self.mature.stations[station], mode).standard_normal(
                    self.programme.days, dtype=np.float32
                )
                for line, station, mode in names
            ]
        ).T

    def hold(self, day: int, made: Day) -> None:
        """Hold the meeting at the end of a day: look at the charts, then let engineers go on.

        Args:
            day: its number.
            made: what the day was like.
        """
        # people remember for some weeks what each gauge found
        self._recent *= self._fades
        self._recent += made.by_cause
        self._look(day, made)
        self._judge(day)
        self._assign(day)
        self._work(day)

    def trials(self) -> Floats:
        """Return the capacity that trials take from each line [-]. Shape (modules,)."""
        cases = [*self.working, *(case for _, case in self.on_trial)]
        lines = [int(self.charts.module[case.chart]) for case in cases]
        count = np.bincount(np.array(lines, np.int64), minlength=len(self.programme.modules))
        taken: Floats = np.minimum(count * self.priors.engineers.trials, self.priors.engineers.most_trials)
        return taken

    def _look(self, day: int, made: Day) -> None:
        """Let the charts judge a day, and open a case for each that alarms."""
        charts = self.charts
        started = made.started[charts.module]
        hit, noise = made.hit[:-1], self._noise[day]
        usual = started * charts.usual
        # counts scatter as those of rare events do and from lot to lot; machine time less where there are more machines
        lots = self.priors.evidence.count_noise
        of_usual, of_all = (count + 1.0 + (lots * count) ** 2 for count in (usual, usual + hit))
        off = hit / np.sqrt(of_usual) + np.sqrt(of_all / of_usual) * noise
        off = np.where(self._watches_time, hit / np.maximum(started, 1e-9) / self._scatter + noise, off)
        # nothing is counted where nothing runs, while a case is open, or while what was made before a fix still comes
        listens = (started > 0) & ~self._open & (day >= self._quiet)
        self._sum = np.where(listens, np.maximum(0.0, self._sum + off - self.priors.evidence.shift / 2), 0.0)
        for chart in np.flatnonzero(self._sum > self._threshold).tolist():
            self.waiting.append(Case(chart, day, float(hit[chart] * self._worth[chart]), self._cases))
            self._cases += 1
            self._open[chart] = True
            self._sum[chart] = 0.0

    def _assign(self, day: int) -> None:
        """Give the dearest cases to engineers who are free."""
        free = int(self.programme.engineers[day]) - len(self.working)
        if free <= 0 or not self.waiting:
            return
        self.waiting.sort(key=lambda case: (-case.weight, case.number))
        for case in self.waiting[:free]:
            case.begun = day
            case.work = self._effort(case)
            self.working.append(case)
        del self.waiting[:free]

    def _judge(self, day: int) -> None:
        """Judge the cases of which the last trial is over."""
        for over, case in self.on_trial:
            if over <= day:
                self._conclude(case, day)
        self.on_trial = [(over, case) for over, case in self.on_trial if over > day]

    def _suspects(self, chart: int) -> float:
        """Return how many stations may be to blame, as far as people know [-]."""
        suspects = float(self.charts.suspects[chart])
        return max(1.0, suspects / self.priors.engineers.genealogy) if self.programme.genealogy else suspects

    def _effort(self, case: Case) -> float:
        """Return the work of a case, of people who have not done it before [d]."""
        priors = self.priors.engineers
        if self._culprit(case.chart) < 0:
            return priors.false_time / DAY
        luck = stream(self.seed, "effort", case.number, case.tries).standard_normal()
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
            case.begun = -1
            self.waiting.append(case)
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
            self.on_trial.append((day + wait, case))
        else:
            self._conclude(case, day)

    def _conclude(self, case: Case, day: int) -> None:
        """Remove what is behind a case, if there is anything and if it works."""
        cause = self._culprit(case.chart)
        works, partly = stream(self.seed, "fix", case.number, case.tries).random(2).tolist()
        if cause >= 0 and works >= self.priors.engineers.success:
            case.tries += 1
            case.begun = -1
            self.waiting.append(case)
            return
        if cause >= 0:
            self._remove(cause, day, partly < self.priors.engineers.partly)
        self.solved.append(Solved(cause, case.chart, case.opened, case.begun, day))
        self._open[case.chart] = False
        self._quiet[case.chart] = day + 1 + self.charts.lag[case.chart]

    def _culprit(self, chart: int) -> int:
        """Return the cause of which a chart has seen most of late, -1 when it has seen none."""
        places = self._seen_by[chart]
        rows = places // self._recent.shape[1]
        seen = np.bincount(rows, self._recent.reshape(-1)[places], 1)
        seen[rows[self.causes.gone[rows] != NEVER]] = 0.0
        return int(np.argmax(seen)) if seen.max() > 0 else -1

    def _remove(self, cause: int, day: int, partly: bool) -> None:
        """Remove a cause or some of it; what sits in a design is removed from every line of it."""
        causes, key = self.causes, self.causes.key[cause]
        rows = [row for row, other in enumerate(causes.key) if other == key] if key else [cause]
        if partly:
            causes.size[rows] *= self.priors.engineers.left
            self._recent[rows] = 0.0
        else:
            causes.gone[rows] = day + 1
            self._wake(rows, day)

    def _wake(self, rows: list[int], day: int) -> None:
        """Let act what only waited for some causes to go."""
        causes = self.causes
        woken = np.flatnonzero(np.isin(causes.after, rows))
        starts = np.array([self.programme.modules[line].start for line in causes.module[woken].tolist()], np.int64)
        causes.born[woken] = np.maximum(day + 1, starts)
