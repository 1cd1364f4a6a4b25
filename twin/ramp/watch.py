"""Who sees it: which gauge may find which hidden cause, and which control chart it feeds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.ramp.causes import Causes
from twin.ramp.mature import FlawPath, Mature, Sight
from twin.ramp.priors import EvidencePriors, Programme
from twin.ramp.tables import Floats, Whole


@dataclass(frozen=True)
class Views:
    """The gauges that may see each cause, in the order of the route. Arrays are of shape (causes, gauges).

    Attributes:
        chance: of a flaw born, the share that is found there: missed before, seen here [-]; 0 where there is none.
        station: where the gauge stands.
        birth_lag: days from birth to it.
        chart: number of the chart that it feeds; that of no gauge is the last one.
    """

    chance: Floats
    station: Whole
    birth_lag: Whole
    chart: Whole


@dataclass(frozen=True)
class Charts:
    """What charts there are. Each array of shape (charts,).

    Attributes:
        module: line.
        station: of the gauge.
        mode: defect mode that it counts; "" for one that watches the machine time of its station.
        usual: what it counts per cell started in a mature line [-].
        suspects: stations that may be to blame.
        lag: days from the earliest of them to the gauge.
    """

    module: Whole
    station: Whole
    mode: tuple[str, ...]
    usual: Floats
    suspects: Whole
    lag: Whole


def sights_of(flaw: FlawPath, mature: Mature, evidence: EvidencePriors, inline: bool) -> list[Sight]:
    """Return the gauges that may see a flaw, in the order of the route; with one more at its birth where asked."""
    pods = {sight.station: (sight.pod, sight.usual) for sight in flaw.sights}
    if inline:
        pod, usual = pods.get(flaw.station, (0.0, 0.0))
        pods[flaw.station] = (1 - (1 - pod) * (1 - evidence.inline), usual)
    found = [Sight(station, pod, usual) for station, (pod, usual) in pods.items()]
    return sorted(found, key=lambda sight: (mature.lag[sight.station], sight.station))


def days_between(mature: Mature, first: int, last: int) -> int:
    """Return the whole days from one station to another behind it."""
    return max(0, round(float(mature.lag[last] - mature.lag[first])))


class Watch:
    """Which gauge sees which cause, and which chart it feeds.

    Args:
        programme: what is built.
        mature: the line.
        evidence: priors.
    """

    def __init__(self, programme: Programme, mature: Mature, evidence: EvidencePriors) -> None:
        self._numbers: dict[tuple[int, int, str], int] = {}
        self._rows: list[tuple[int, int, str, float, int, int]] = []
        self.sights = {
            inline: [sights_of(flaw, mature, evidence, inline) for flaw in mature.flaws] for inline in (False, True)
        }
        for number, module in enumerate(programme.modules):
            self._add_line(number, module.inline, mature)
        columns = list(zip(*self._rows, strict=True))
        self.charts = Charts(
            np.array(columns[0]), np.array(columns[1]), columns[2], *(np.array(column) for column in columns[3:])
        )

    def _add_line(self, number: int, inline: bool, mature: Mature) -> None:
        usual: dict[tuple[int, str], float] = {}
        suspects: dict[tuple[int, str], set[int]] = {}
        for flaw, sights in zip(mature.flaws, self.sights[inline], strict=True):
            for sight in sights:
                at = (sight.station, flaw.mode)
                usual[at] = usual.get(at, 0.0) + sight.usual
                blamed: set[int] = set(flaw.candidates & (mature.before[sight.station] | {sight.station}))
                suspects[at] = suspects.get(at, set()) | blamed
                if inline and flaw.station == sight.station:
                    # what is seen where it is born needs no search
                    suspects[at] = {flaw.station}
        for (station, mode), blamed in suspects.items():
            first = min(blamed, key=lambda one: mature.lag[one])
            between = mature.before[station] - mature.before[first] | {station}
            lag = days_between(mature, first, station)
            size = 1 if blamed == {station} else len(between)
            self._add((number, station, mode), usual[station, mode], size, lag)
        for station in range(len(mature.stations)):
            self._add((number, station, ""), 0.0, 1, 0)

    def _add(self, key: tuple[int, int, str], usual: float, suspects: int, lag: int) -> None:
        self._numbers[key] = len(self._rows)
        self._rows.append((*key, usual, suspects, lag))

    def views(self, causes: Causes, programme: Programme, mature: Mature) -> Views:
        """Return which gauges may see each cause."""
        width = max([len(sights) for sights in self.sights[True]], default=0) + 1
        shape = (len(causes.key), width)
        chance, none = np.zeros(shape), len(self._rows)
        station, birth = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        chart = np.full(shape, none)
        for row, (line, flaw, where) in enumerate(zip(causes.module, causes.flaw, causes.station, strict=True)):
            if flaw < 0:
                chart[row, 0], station[row, 0] = self._numbers[int(line), int(where), ""], where
                continue
            missed, inline = 1.0, programme.modules[line].inline
            for place, sight in enumerate(self.sights[inline][flaw]):
                chance[row, place] = missed * sight.pod
                missed *= 1 - sight.pod
                station[row, place] = sight.station
                birth[row, place] = days_between(mature, int(where), sight.station)
                chart[row, place] = self._numbers[int(line), sight.station, mature.flaws[flaw].mode]
        return Views(chance, station, birth, chart)
