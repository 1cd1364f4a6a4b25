"""Fuzzy PI: rules in words between error, its change and the step of the command."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from twin.control.controller import Act, Controller, Move, Seen
from twin.control.disturbance import Values
from twin.control.equipment import Facts
from twin.units import Fraction, Positive

Word = Literal["very_low", "low", "right", "high", "very_high"]
WORDS: tuple[Word, ...] = get_args(Word)
# the words lie evenly between -1 and 1, on the scales of error, change and step
PEAKS = np.linspace(-1.0, 1.0, len(WORDS))
Rules = tuple[tuple[Word, ...], ...]


class FuzzyPI(Controller):
    """A fuzzy controller of Sugeno's kind: minimum for "and", weighted mean of the steps.

    Attributes:
        error_scale: error that is very high beyond doubt [-].
        change_scale: change of the averaged error over one dead time that is very high beyond doubt [-].
        weight: of the newest reading in the average that error and change are taken of [-].
        gain: share of the error scale that a step of 1 corrects within one dead time [-].
        rules: the step in words; one row for each error from very low to very high, and in it one step for each
            change from very low to very high.
    """

    kind: Literal["fuzzy_pi"]
    error_scale: Positive
    change_scale: Positive
    weight: Fraction
    gain: Positive
    rules: Rules

    @model_validator(mode="after")
    def _whole(self) -> FuzzyPI:
        if [len(row) for row in self.rules] != [len(WORDS)] * len(WORDS):
            raise ValueError(f"'rules' needs {len(WORDS)} rows of {len(WORDS)} words, from {WORDS[0]} to {WORDS[-1]}")
        return self

    def begin(self, facts: Facts) -> Act:
        """Return what acts before each scan."""
        steps = steps_of(self.rules)
        share = self.gain * self.error_scale * facts.seconds / facts.dead_time
        per_dead_time = facts.dead_time / facts.seconds / self.change_scale
        command, average, first = np.zeros(facts.rolls), np.zeros(facts.rolls), True

        def act(seen: Seen) -> Move:
            nonlocal command, average, first
            if seen.reading is not None:
                before = seen.reading if first else average
                average = before + self.weight * (seen.reading - before)
                first = False
                step = surface(steps, average / self.error_scale, (average - before) * per_dead_time)
                command = command + share * step
            return Move(command)

        return act


def steps_of(rules: Rules) -> Values:
    """Return the steps of a table of rules as numbers from -1 to 1. Shape (errors, changes)."""
    return np.array([[PEAKS[WORDS.index(word)] for word in row] for row in rules])


def memberships(values: Values) -> NDArray[np.float64]:
    """Return how far each word holds for each value, as triangles whose feet are the peaks beside. Shape (n, words).

    Beyond the outer peaks the outer words hold altogether.
    """
    inside = np.clip(values, PEAKS[0], PEAKS[-1])
    found: Values = np.maximum(0.0, 1 - np.abs(inside[:, None] - PEAKS) / (PEAKS[1] - PEAKS[0]))
    return found


def surface(steps: Values, error: Values, change: Values) -> Values:
    """Return the step for errors and their changes, all relative to their scales. Shape (n,).

    Args:
        steps: of each rule. Shape (errors, changes).
        error: relative to its scale. Shape (n,).
        change: relative to its scale. Shape (n,).

    Source: Takagi and Sugeno (1985), of order zero.
    """
    weights = np.minimum(memberships(error)[:, :, None], memberships(change)[:, None, :])
    found: Values = (weights * steps).sum(axis=(1, 2)) / weights.sum(axis=(1, 2))
    return found
