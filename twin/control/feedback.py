"""Controllers that act on each reading: PI, and the Smith predictor."""

from __future__ import annotations

from typing import Literal

import numpy as np

from twin.control.controller import Act, Controller, Move, Seen
from twin.control.equipment import Facts, Shadow
from twin.units import Number, Positive


class PI(Controller):
    """Proportional and integral control, tuned from lag and dead time by SIMC.

    ``u[i] = u[i-1] - Kc ((e[i] - e[i-1]) + (T / Ti) e[i])``, with ``Kc = g lag / (tc + dead)`` and
    ``Ti = min(lag, 4 (tc + dead))``.

    Attributes:
        gain: g, times the gain of the rule; 0 is open loop [-].
        closed: tc, time constant of the closed loop over its dead time [-].

    Source: Skogestad (2003), simple analytic rules for model reduction and PID controller tuning; valid for
        tc >= dead / 2.
    """

    kind: Literal["pi"]
    gain: Number
    closed: Positive

    def begin(self, facts: Facts) -> Act:
        """Return what acts before each scan."""
        proportional, integral = simc(facts.dead_time, facts.lag, facts.seconds, self.closed)
        command, before = np.zeros(facts.rolls), np.zeros(facts.rolls)

        def act(seen: Seen) -> Move:
            nonlocal command, before
            if seen.reading is not None:
                change = proportional * (seen.reading - before) + integral * seen.reading
                command, before = command - self.gain * change, seen.reading
            return Move(command)

        return act


def simc(dead_time: float, lag: float, seconds: float, closed: float) -> tuple[float, float]:
    """Return proportional and integral gain of a sampled PI controller by Skogestad's rule [-].

    Args:
        dead_time: of the loop [s].
        lag: its time constant [s].
        seconds: between two readings [s].
        closed: time constant of the closed loop over the dead time [-].
    """
    whole = (1 + closed) * dead_time
    if lag <= 0:
        return 0.0, seconds / whole
    proportional = lag / whole
    return proportional, proportional * seconds / min(lag, 4 * whole)


class Smith(Controller):
    """Smith predictor: PI on what the loading would be without dead time, as the controller's picture has it.

    Attributes:
        closed: time constant of the closed loop over that of pump, die and one scan [-].

    Source: Smith (1957); PI by SIMC for the loop that is left.
    """

    kind: Literal["smith"]
    closed: Positive

    def begin(self, facts: Facts) -> Act:
        """Return what acts before each scan."""
        shadow = Shadow(facts)
        proportional, integral = simc(facts.seconds, facts.lag, facts.seconds, self.closed)
        command, before = np.zeros(facts.rolls), np.zeros(facts.rolls)

        def act(seen: Seen) -> Move:
            nonlocal command, before
            if seen.scan:
                shadow.follow(seen.applied)
            if seen.reading is not None:
                error = seen.reading - shadow.seen + shadow.now
                command = command - proportional * (error - before) - integral * error
                before = error
            return Move(command)

        return act
