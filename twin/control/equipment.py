"""What a loading loop is made of: gauge, punch, upstream sensor, pump and die."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.control.disturbance import Disturbance, Values
from twin.declared import Declared
from twin.randomness import Streams
from twin.units import Fraction, Metres, Money, MoneyPerYear, Positive, Rate, Seconds


class Bought(Declared):
    """Something that costs money.

    Attributes:
        capital: installed, for one coater [USD].
        upkeep: service, calibration and parts [USD/s].
    """

    capital: Money = 0.0
    upkeep: MoneyPerYear = 0.0


class Gauge(Bought):
    """A gauge that traverses the web and reports the mean of each traverse.

    Attributes:
        distance: web between the die and the gauge [m].
        traverse: time of one traverse [s].
        noise: of a reading over one second [-].
        bias: between rolls [-].
        outliers: share of readings that are wrong [-].
        outlier: how wrong [-].
    """

    distance: Metres
    traverse: Seconds
    noise: Fraction
    bias: Fraction
    outliers: Fraction
    outlier: Fraction

    def errors(self, streams: Streams, scans: int, rolls: int, seconds: float) -> Values:
        """Return what each reading is wrong by [-]. Shape (scans, rolls).

        Args:
            streams: one stream of random numbers for each part.
            scans: readings of a roll.
            rolls: how many.
            seconds: that one reading takes [s].
        """
        shape = (scans, rolls)
        noise = streams("gauge").standard_normal(shape) * (self.noise / np.sqrt(max(seconds, 1e-9)))
        odd = streams("outliers")
        wrong = np.where(odd.random(shape) < self.outliers, self.outlier * odd.standard_normal(shape), 0.0)
        errors: Values = noise + wrong + self.bias * streams("bias").standard_normal(rolls)
        return errors


class Punch(Declared):
    """Punching a spot of the web and weighing it in the laboratory.

    Attributes:
        every: time between two [s].
        delay: until the result is known [s].
        noise: of one result [-].
    """

    every: Seconds
    delay: Seconds
    noise: Fraction


class Sensor(Bought):
    """Density or solids of the slurry, seen before the die; what comes about at the die it does not see.

    Attributes:
        noise: of a reading over one scan [-].
        weight: of the newest reading in the moving average that is fed forward [-].
    """

    noise: Fraction
    weight: Positive

    def ahead(self, streams: Streams, slurry: Values, scan: int) -> Values:
        """Return the averages that are fed forward [-]. Shape (scans, rolls).

        Args:
            streams: one stream of random numbers for each part.
            slurry: what comes with the slurry [-]. Shape (metres, rolls).
            scan: metres of web in one scan.
        """
        scans, rolls = len(slurry) // scan, slurry.shape[1]
        seen: Values = slurry[: scans * scan].reshape(scans, scan, rolls).mean(axis=1)
        seen += self.noise * streams("sensor").standard_normal((scans, rolls))
        for here in range(1, scans):
            # the first readings weigh alike, so that the average is good from the beginning
            weight = max(self.weight, 1 / (here + 1))
            seen[here] = (1 - weight) * seen[here - 1] + weight * seen[here]
        return seen


class Actuator(Declared):
    """Pump and die: how a command becomes loading.

    Attributes:
        lag: time constant [s].
        resolution: smallest step of the command [-].
        rate: fastest change [1/s].
        gain_sd: spread between rolls of loading over command, about one [-].
    """

    lag: Seconds
    resolution: Fraction
    rate: Rate
    gain_sd: Fraction

    def rounded(self, command: Values) -> Values:
        """Return commands as the pump takes them."""
        if not self.resolution:
            return command
        rounded: Values = np.round(command / self.resolution) * self.resolution
        return rounded


class Facts(NamedTuple):
    """What a controller knows of its coater by design; never the truth about a roll.

    Attributes:
        rolls: rolls that are controlled side by side.
        seconds: time of one scan [s].
        metres: web of one scan [m].
        delay: scans that a reading is old when it comes.
        lag: time constant of pump and die [s].
        noise: standard deviation of one reading about the mean of its web [-].
        expects: disturbances that it is tuned for.
    """

    rolls: int
    seconds: float
    metres: int
    delay: float
    lag: float
    noise: float
    expects: Disturbance

    @property
    def dead_time(self) -> float:
        """From a command until a reading shows it: transport, half a scan of averaging, half a scan of holding [s]."""
        return (self.delay + 1) * self.seconds


class Shadow:
    """A controller's picture of what its commands have done to the web, from commands alone.

    Args:
        facts: of the coater.
    """

    def __init__(self, facts: Facts) -> None:
        self._keep = float(np.exp(-facts.seconds / facts.lag)) if facts.lag else 0.0
        self._mean = (1 - self._keep) * facts.lag / facts.seconds
        self._whole = int(facts.delay)
        self._part = facts.delay - self._whole
        self._now = np.zeros(facts.rolls)
        self._means = [self._now] * (self._whole + 2)

    def follow(self, command: Values) -> None:
        """Note the command of the scan that is just over."""
        self._means = [*self._means[1:], command + (self._now - command) * self._mean]
        self._now = command + (self._now - command) * self._keep

    @property
    def now(self) -> Values:
        """What the commands give to the web that was coated in the last scan [-]. Shape (rolls,)."""
        return self._means[-1]

    @property
    def seen(self) -> Values:
        """What they gave to the web that the newest reading is of [-]. Shape (rolls,)."""
        newer, older = self._means[-1 - self._whole], self._means[-2 - self._whole]
        return (1 - self._part) * newer + self._part * older
