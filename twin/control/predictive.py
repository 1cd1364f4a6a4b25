"""Model predictive control: a Kalman filter that knows the disturbances, and the best command in closed form."""

from __future__ import annotations

from typing import Literal

import numpy as np

from twin.control.controller import Act, Controller, Move, Seen
from twin.control.disturbance import Values, variance_of_mean
from twin.control.equipment import Facts, Shadow
from twin.units import Number, Positive


class Predictive(Controller):
    """MPC of one input and one output without limits, for which the law is explicit.

    States are the level of the disturbance, which steps and drifts, and its slow wandering. The filter estimates both
    from what readings are off against the picture of its own commands; ahead until the command works, the level
    stays and the wandering decays. The command minimises ``(d + u)^2 + w (u - u_before)^2`` then:
    ``u = u_before - (d + u_before) / (1 + w)``.

    Attributes:
        move_weight: w, price of moving the command [-].
        gate: readings farther off than so many standard deviations count as if they were so far off only: outliers do
            less harm, steps are still followed [-].

    Source: Kalman (1960); Astrom and Wittenmark, Computer-Controlled Systems, on minimum variance with dead time.
    """

    kind: Literal["mpc"]
    move_weight: Number
    gate: Positive

    def begin(self, facts: Facts) -> Act:
        """Return what acts before each scan."""
        shadow, tuned = Shadow(facts), _Filter(facts)
        level, wander = np.zeros(facts.rolls), np.zeros(facts.rolls)
        command = np.zeros(facts.rolls)
        ahead = tuned.keep ** (facts.delay + 1)

        def act(seen: Seen) -> Move:
            nonlocal level, wander, command
            if seen.scan:
                shadow.follow(seen.applied)
            if seen.reading is None:
                return Move(command)
            wander = tuned.keep * wander
            gains, spread = tuned.step()
            off = seen.reading - shadow.seen - level - wander
            off = np.clip(off, -self.gate * spread, self.gate * spread)
            level, wander = level + gains[0] * off, wander + gains[1] * off
            command = command - (level + ahead * wander + command) / (1 + self.move_weight)
            return Move(command)

        return act


class _Filter:
    """The gains of the Kalman filter, which are the same for all rolls.

    Args:
        facts: of the coater, with the disturbances that are expected.
    """

    def __init__(self, facts: Facts) -> None:
        known, web = facts.expects, facts.metres
        self.keep = float(np.exp(-web / known.slow_length)) if known.slow_length else 0.0
        level = known.steps * web * known.step**2 + (known.ramp * web) ** 2
        self._drive = np.diag([level, known.slow**2 * (1 - self.keep**2)])
        self._moves = np.diag([1.0, self.keep])
        fast = variance_of_mean(known.fast, known.fast_length, web) if known.fast_length else 0.0
        self._noise = facts.noise**2 + fast + known.white**2 / web
        # before the first reading of a roll the offset is open; the first update follows one step of the model
        self._open = np.diag([known.batch**2 + known.start**2 / 4, known.slow**2])

    def step(self) -> tuple[Values, float]:
        """Return the gains for the next reading, and how far off it is by chance [-]."""
        cover = self._moves @ self._open @ self._moves.T + self._drive
        spread = float(cover.sum() + self._noise)
        gains: Values = cover.sum(axis=1) / spread if spread > 0 else np.zeros(2)
        self._open = cover - np.outer(gains, cover.sum(axis=0))
        return gains, float(np.sqrt(spread))
