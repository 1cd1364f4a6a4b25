"""A neural network that has learned from webs how a disturbance goes on."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import model_validator

from twin.control.controller import Act, Controller, Move, Seen
from twin.control.disturbance import Values
from twin.control.equipment import Facts, Shadow
from twin.declared import Declared
from twin.units import Metres, Positive


class Weights(Declared):
    """What a network has learned.

    Attributes:
        hidden: rows of w1, one for each input: the averages, then r / (r + m) for m metres read and the longest memory
            r, then the web between die and gauge over that of the second memory.
        hidden_bias: b1.
        out: w2.
        out_bias: b2.
    """

    hidden: tuple[tuple[float, ...], ...]
    hidden_bias: tuple[float, ...]
    out: tuple[float, ...]
    out_bias: float


class Network(Controller):
    """A perceptron of one hidden layer; it is told averages of what was off over several lengths of web.

    ``d = s b2 + s sum_j w2_j tanh(b1_j + sum_i w1_ij x_i / s)``, and the command takes d away.

    Attributes:
        memories: web over which each average forgets [m].
        scale: s, of errors [-].
        weights: w1, b1, w2 and b2.
    """

    kind: Literal["network"]
    memories: tuple[Metres, ...]
    scale: Positive
    weights: Weights

    @model_validator(mode="after")
    def _fits(self) -> Network:
        known = self.weights
        sizes = {len(row) for row in known.hidden} | {len(known.hidden_bias), len(known.out)}
        if len(self.memories) < 2 or len(known.hidden) != len(self.memories) + 2 or len(sizes) != 1:
            raise ValueError("'hidden' needs a row for each memory and two more, all as long as 'out'")
        return self

    def begin(self, facts: Facts) -> Act:
        """Return what acts before each scan."""
        shadow, averages = Shadow(facts), Averages(self.memories, facts)
        known = self.weights
        first, bias, out = np.array(known.hidden), np.array(known.hidden_bias), np.array(known.out)
        command = np.zeros(facts.rolls)

        def act(seen: Seen) -> Move:
            nonlocal command
            if seen.scan:
                shadow.follow(seen.applied)
            if seen.reading is not None:
                told = averages.told(seen.reading - shadow.seen, self.scale)
                ahead = self.scale * (np.tanh(told @ first + bias) @ out + known.out_bias)
                command = -ahead
            return Move(command)

        return act


class Averages:
    """Moving averages that weigh all readings alike until they have seen as much web as they remember.

    Args:
        memories: web over which each forgets [m].
        facts: of the coater.
    """

    def __init__(self, memories: tuple[float, ...], facts: Facts) -> None:
        self._memories, self._metres = np.array(memories), facts.metres
        self._blind = facts.delay * facts.metres / memories[1]
        self._values, self._read = np.zeros((facts.rolls, len(memories))), 0

    def told(self, off: Values, scale: float) -> Values:
        """Return the inputs of the network after one more reading. Shape (rolls, memories + 2)."""
        self._read += 1
        forget = 1 - np.exp(-self._metres / self._memories)
        self._values += np.maximum(forget, 1 / self._read) * (off[:, None] - self._values)
        coated = self._read * self._metres
        left = self._memories[-1] / (coated + self._memories[-1])
        size = len(off)
        return np.column_stack([self._values / scale, np.full(size, left), np.full(size, self._blind)])
