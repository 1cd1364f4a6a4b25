"""The generic step: a service time and a chance of scrap, for lines with known closed forms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from twin.declared import Declared, DeclaredStep
from twin.material import Material, Plain
from twin.occasion import Loss, Made, Occasion
from twin.units import Fraction, Positive, Seconds

MOST_TIMES = 100

Sampler = Callable[[np.random.Generator, int], NDArray[np.floating]]


class Deterministic(Declared):
    """Always the same time."""

    distribution: Literal["deterministic"] = "deterministic"
    mean: Seconds

    def sample(self, generator: np.random.Generator, size: int) -> NDArray[np.floating]:
        """Return ``size`` times [s]."""
        return np.full(size, self.mean)


class Exponential(Declared):
    """Exponential time of the given mean."""

    distribution: Literal["exponential"]
    mean: Seconds

    def sample(self, generator: np.random.Generator, size: int) -> NDArray[np.floating]:
        """Return ``size`` times [s]."""
        return generator.exponential(self.mean, size)


class Gamma(Declared):
    """Gamma time of the given mean and coefficient of variation."""

    distribution: Literal["gamma"]
    mean: Seconds
    cv: Positive

    def sample(self, generator: np.random.Generator, size: int) -> NDArray[np.floating]:
        """Return ``size`` times [s]."""
        return generator.gamma(self.cv**-2, self.mean * self.cv**2, size)


class Lognormal(Declared):
    """Lognormal time of the given mean and coefficient of variation."""

    distribution: Literal["lognormal"]
    mean: Seconds
    cv: Positive

    def sample(self, generator: np.random.Generator, size: int) -> NDArray[np.floating]:
        """Return ``size`` times [s]."""
        variance = np.log1p(self.cv**2)
        return generator.lognormal(np.log(self.mean) - variance / 2, np.sqrt(variance), size)


class Triangular(Declared):
    """Triangular time between ``low`` and ``high``."""

    distribution: Literal["triangular"]
    low: Seconds
    mode: Seconds
    high: Seconds

    @model_validator(mode="after")
    def _ordered(self) -> Triangular:
        if not self.low <= self.mode <= self.high or self.low == self.high:
            raise ValueError("expected low <= mode <= high and low < high")
        return self

    def sample(self, generator: np.random.Generator, size: int) -> NDArray[np.floating]:
        """Return ``size`` times [s]."""
        return generator.triangular(self.low, self.mode, self.high, size)


class Empirical(Declared):
    """One of the observed times, each as likely."""

    distribution: Literal["empirical"]
    observed: tuple[Seconds, ...] = Field(min_length=1)

    def sample(self, generator: np.random.Generator, size: int) -> NDArray[np.floating]:
        """Return ``size`` times [s]."""
        return generator.choice(np.asarray(self.observed), size)


Time = Annotated[
    Deterministic | Exponential | Gamma | Lognormal | Triangular | Empirical, Field(discriminator="distribution")
]


class Timed(DeclaredStep):
    """A step that takes a time and sometimes spoils the lot.

    Attributes:
        time: service time of a lot.
        scrap: chance that a lot comes out as scrap [-].
        split: lots that one lot is split into.
        rework: chance that a lot goes back over the station's way back, to be worked on once more [-].
        times: how often a lot goes back at most.
    """

    kind: Literal["timed"]
    time: Time
    scrap: Fraction = 0.0
    split: int = Field(default=1, ge=1)
    rework: Fraction = 0.0
    times: int = Field(default=1, ge=1, le=MOST_TIMES)

    merges: ClassVar[bool | None] = None
    begins: ClassVar[bool | None] = None
    unit: ClassVar[str] = "lot"
    makes: ClassVar[str] = "lot"

    @model_validator(mode="after")
    def _goes_back_whole(self) -> Timed:
        if self.rework and self.split > 1:
            raise ValueError(
                "a step that splits lots sends none back; let the step before or after it do one of the two"
            )
        return self

    def seconds(self, inputs: Sequence[Material], at: Occasion) -> float:
        """Return the service time of this lot [s]."""
        if isinstance(self.time, Deterministic):
            return self.time.mean
        return at.luck.one("time" if not at.again else f"time{at.again}", at.lot, self.time.sample)

    def make(self, inputs: Sequence[Material], at: Occasion) -> Made:
        """Pass the lot on, split it, lose it, or send it back."""
        again, toss = at.again, np.random.Generator.random
        spoiled = self.scrap > 0 and at.luck.one(f"scrap{again}", at.lot, toss) < self.scrap
        may_return = self.rework > 0 and again < self.times and not spoiled
        return self.outcome(inputs, spoiled, may_return and at.luck.one(f"rework{again}", at.lot, toss) < self.rework)

    def outcome(self, inputs: Sequence[Material], spoiled: bool, back: bool) -> Made:
        """Return what is made of a lot that is spoiled or not, and that goes back or not."""
        again = inputs[0].repeats if inputs and isinstance(inputs[0], Plain) else 0
        if spoiled:
            return Made([], 1.0, float(self.split), [Loss("scrap", float(self.split), "lot")])
        if back:
            return Made([Plain(repeats=again + 1)], 1.0, 1.0, back=True)
        if self.split > 1:
            return Made([Plain(repeats=again) for _ in range(self.split)], 1.0, float(self.split))
        return Made([inputs[0] if inputs else Plain()], 1.0, 1.0)
