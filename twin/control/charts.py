"""Controllers that act now and then: an operator, a recipe step by step, and control charts."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from twin.control.controller import Act, Controller, Move, Seen
from twin.control.disturbance import Values
from twin.control.equipment import Facts, Punch
from twin.units import Fraction, Metres, Positive


class Operator(Controller):
    """An operator who punches a spot, weighs it and corrects by all of it when it is too far off.

    Attributes:
        limit: error from which on he corrects [-].
    """

    kind: Literal["operator"]
    punch: Punch
    limit: Fraction

    def begin(self, facts: Facts) -> Act:
        """Return what acts before each scan."""
        command = np.zeros(facts.rolls)

        def act(seen: Seen) -> Move:
            nonlocal command
            if seen.punched is not None:
                command = command - np.where(np.abs(seen.punched) > self.limit, seen.punched, 0.0)
            return Move(command)

        return act


class RunToRun(Controller):
    """Run to run: each run of web has one setting, corrected by part of the mean that the run before showed.

    Attributes:
        run: web of one run [m].
        weight: share of the mean that is corrected [-].

    Source: the EWMA controller of Ingolfsson and Sachs (1993).
    """

    kind: Literal["run_to_run"]
    run: Metres
    weight: Fraction

    def begin(self, facts: Facts) -> Act:
        """Return what acts before each scan."""
        command, total, count = np.zeros(facts.rolls), np.zeros(facts.rolls), 0
        scans, hold = max(1, round(self.run / facts.metres)), _hold(facts)
        waits = 0

        def act(seen: Seen) -> Move:
            nonlocal command, total, count, waits
            # what was coated with the setting before still passes the gauge
            waits = max(0, waits - 1)
            if seen.reading is not None and not waits:
                total, count = total + seen.reading, count + 1
            if count and (seen.scan + 1) % scans == 0:
                command = command - self.weight * total / count
                total, count, waits = np.zeros(facts.rolls), 0, hold
            return Move(command)

        return act


class Shewhart(Controller):
    """A Shewhart chart: a reading beyond its limit is corrected, several in a row beyond a wider one stop the coater.

    Attributes:
        limit: action limit [-].
        stop: stop limit [-].
        readings: so many in a row beyond the stop limit stop the coater, which is then set anew.
    """

    may_stop: ClassVar[bool] = True
    kind: Literal["shewhart"]
    limit: Fraction
    stop: Fraction
    readings: int = Field(ge=1)

    def begin(self, facts: Facts) -> Act:
        """Return what acts before each scan."""
        rolls, hold = facts.rolls, _hold(facts)
        command, waits = np.zeros(rolls), np.zeros(rolls, np.intp)
        beyond, total = np.zeros(rolls, np.intp), np.zeros(rolls)

        def act(seen: Seen) -> Move:
            nonlocal command, waits, beyond, total
            waits = np.maximum(0, waits - 1)
            if seen.reading is None:
                return Move(command)
            # what was coated before the last correction tells nothing new
            far = (np.abs(seen.reading) > self.stop) & (waits == 0)
            beyond, total = np.where(far, beyond + 1, 0), np.where(far, total + seen.reading, 0.0)
            stop = beyond >= self.readings
            free = (waits == 0) & ~far & (np.abs(seen.reading) > self.limit)
            # who stops has several readings to go by
            command = command - np.where(stop, total / self.readings, np.where(free, seen.reading, 0.0))
            waits = np.where(stop | free, hold, waits)
            beyond = np.where(stop, 0, beyond)
            return Move(command, stop)

        return act


class EwmaChart(Controller):
    """An EWMA chart: the moving average of the readings is corrected when it leaves its limits.

    ``z[i] = w r[i] + (1 - w) z[i-1]``, limits at ``+-L s sqrt(w / (2 - w))``.

    Attributes:
        weight: w, of the newest reading [-].
        width: L, width of the limits in standard deviations [-].
        spread: s, of the readings of a web in order [-].

    Source: Roberts (1959); Montgomery, Introduction to Statistical Quality Control, on feedback by EWMA charts.
    """

    kind: Literal["ewma_chart"]
    weight: Fraction
    width: Positive
    spread: Fraction

    def begin(self, facts: Facts) -> Act:
        """Return what acts before each scan."""
        rolls, hold = facts.rolls, _hold(facts)
        limit = self.width * self.spread * np.sqrt(self.weight / (2 - self.weight))
        command, average, waits = np.zeros(rolls), np.zeros(rolls), np.zeros(rolls, np.intp)

        def act(seen: Seen) -> Move:
            nonlocal command, average, waits
            waits = np.maximum(0, waits - 1)
            if seen.reading is None:
                return Move(command)
            average = np.where(waits > 0, 0.0, (1 - self.weight) * average + self.weight * seen.reading)
            out = np.abs(average) > limit
            # when it leaves, the average lags behind the level: the newest reading is nearer
            command = command - np.where(out, _nearer(average, seen.reading), 0.0)
            average, waits = np.where(out, 0.0, average), np.where(out, hold, waits)
            return Move(command)

        return act


def _nearer(average: Values, reading: Values) -> Values:
    """Return the mean of average and newest reading."""
    return (average + reading) / 2


def _hold(facts: Facts) -> int:
    """Return the scans after a correction in which readings do not show it yet."""
    return int(np.ceil(facts.delay + 1 + 2 * facts.lag / facts.seconds)) + 1
