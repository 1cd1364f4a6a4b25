"""What is declared about learning, and the programme of a plant: what is built when, and by whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PrivateAttr, model_validator

from twin.declared import Declared
from twin.read import read_declared
from twin.units import Fraction, Interval, Number, PerTime, Positive, Seconds

_AT_LEAST_ONE = Field(ge=1.0)
# weights are written with some digits
_ROUNDED = 1e-3


class CausePriors(Declared):
    """Hidden causes: how many, how bad, of which kind.

    Attributes:
        per_station: born with a line at each station, of a known design in practised hands.
        new_product: factor on that of a wholly new product [-].
        new_equipment: the same of machines that nobody has run [-].
        new_people: the same of people who have not done it before [-].
        shared: share of them that sits in the design, and so in every line of it [-].
        one_machine: share of the others that sits in one machine; the rest is in all machines of a line's station [-].
        failures: share of them that stops machines [-].
        slow: share of them that slows machines down [-]; what is left costs material.
        median_size: median share of units that one takes [-].
        stop_size: median share of machine time that one takes that stops machines [-].
        slow_size: median share of its rated speed that one takes from a machine [-].
        scattering: share of those that cost material that widen what is usual instead of making a flaw anew [-].
        scatter: median factor by which those widen it [-].
        spread: factor either way at one sigma of their lognormals [-].
        largest: what none is above [-].
        drifting: share of them that grow until a reset [-].
        drift_time: between two resets [s].
        intermittent: share of them that come and go by days [-].
        duty: share of days on which those act [-].
        later: new ones at a station of a running line [1/s].
        frozen: share of those that is left when the recipe is frozen [-].
        faster: chance that another one comes out when a machine runs faster because one that slowed it is gone [-].
        lots: changes of a supplier's lot or source, which touch every line of a design [1/s].
        lot: what one of them brings to each station, relative to what a line is born with there [-].
        turnover: waves of people who leave a line and are replaced [1/s].
        wave: what one of those brings to each station, in the same way [-].
        maker_test: share found by acceptance tests at the maker [-].
        site_test: share of the others found by acceptance tests on site [-].
        maker_time: that those tests take [s].
        site_time: the same on site [s].
    """

    per_station: Number
    new_product: float = _AT_LEAST_ONE
    new_equipment: float = _AT_LEAST_ONE
    new_people: float = _AT_LEAST_ONE
    shared: Fraction
    one_machine: Fraction
    failures: Fraction
    slow: Fraction
    median_size: Fraction
    stop_size: Fraction
    slow_size: Fraction
    scattering: Fraction
    scatter: float = _AT_LEAST_ONE
    spread: Positive
    largest: Fraction
    drifting: Fraction
    drift_time: Interval
    intermittent: Fraction
    duty: Fraction
    later: PerTime
    frozen: Fraction
    faster: Fraction
    lots: PerTime
    lot: Fraction
    turnover: PerTime
    wave: Fraction
    maker_test: Fraction
    site_test: Fraction
    maker_time: Seconds
    site_time: Seconds


class StartPriors(Declared):
    """What a new line waits for, besides hidden causes. Each goes to nothing with the novelty that it belongs to.

    Attributes:
        accept: from the first machine accepted on site to the last, where all of them are new [s].
        teams: lines that are accepted at the same time; others wait.
        crews: from the first crew to the last, which lets the line run round the clock, where all people are new [s].
        first_crew: share of the time that the first crew covers [-].
        qualify: from first cells of a wholly new product to its release by customers [s].
        samples: share of its capacity that a line runs until then, for samples and trials [-].
        passing: share of a stop that reaches the rest of the line, because buffers are empty or full by then [-].
    """

    accept: Seconds
    teams: int = Field(ge=1, le=100)
    crews: Seconds
    first_crew: Fraction
    qualify: Seconds
    samples: Fraction
    passing: Fraction


class EvidencePriors(Declared):
    """What charts see.

    Attributes:
        false_alarms: time between two false alarms of one chart [s].
        shift: sigmas that a chart is tuned to see [-].
        count_noise: scatter of a daily count from lot to lot and by measuring, relative to it [-].
        inline: chance that an added gauge at the place of birth sees a flaw [-].
        downtime_noise: scatter of the daily availability of a station [-].
        remembered: after which half of what gauges found is forgotten when a culprit is looked for [s].
    """

    false_alarms: Interval
    shift: Positive
    count_noise: Number
    inline: Fraction
    downtime_noise: Positive
    remembered: Interval

    @property
    def threshold(self) -> float:
        """Decision interval of the CUSUM charts [sigma].

        Source: Siegmund's approximation of the run length in control, (exp(2 k b) - 2 k b - 1) / (2 k^2) with
        b = h + 1.166 and k half the shift (Siegmund 1985).
        """
        days, k = self.false_alarms / 86400, self.shift / 2
        low, high = 0.0, 1e3
        for _ in range(80):
            middle = (low + high) / 2
            x = 2 * k * (middle + 1.166)
            low, high = (middle, high) if (exp(min(x, 600.0)) - x - 1) / (2 * k * k) < days else (low, middle)
        return (low + high) / 2


class EngineerPriors(Declared):
    """What engineers need.

    Attributes:
        per_candidate: work of one engineer for each station that may be to blame [s].
        experiments: trials for a cause, and again for each halving of the stations that may be to blame [-].
        trial_time: of each until it is set up and judged; the way from birth to gauge comes on top [s].
        parts: until a machine is changed so that it stops less or runs faster [s].
        spread: factor either way at one sigma of its lognormal [-].
        genealogy: what the candidates are divided by where cells can be traced to their lots [-].
        experienced: speed of people who have done it before [-].
        success: chance that a fix works [-].
        partly: share of those that leave some of the cause [-].
        left: what those leave [-].
        false_time: work to see that there was nothing [s].
        trials: capacity of a line that each case in work or on trial takes [-].
        most_trials: most that all of them take [-].
    """

    per_candidate: Seconds
    experiments: Number
    trial_time: Seconds
    parts: Seconds
    spread: Positive
    genealogy: float = _AT_LEAST_ONE
    experienced: float = _AT_LEAST_ONE
    success: Fraction
    partly: Fraction
    left: Fraction
    false_time: Seconds
    trials: Fraction
    most_trials: Fraction


class Draws(Declared):
    """Whole sets of priors that reports of real plants have left: what stands at one place in all lists goes together.

    Attributes:
        weights: of each set; their sum is one [-].
        values: of each set, in the units of the numbers that they stand for, by the path of these.
    """

    weights: Annotated[tuple[Positive, ...], Field(min_length=1)]
    values: dict[str, tuple[Positive, ...]]

    @model_validator(mode="after")
    def _belong_together(self) -> Draws:
        if abs(sum(self.weights) - 1) > _ROUNDED:
            raise ValueError(f"weights add up to {sum(self.weights):g}, expected 1")
        for path, values in self.values.items():
            if len(values) != len(self.weights):
                raise ValueError(f"{len(values)} values of '{path}' for {len(self.weights)} weights, expected as many")
        return self


class Priors(Declared):
    """Everything that is declared about learning.

    Attributes:
        draws: sets of priors that reports have left; None where no report has told anything.
    """

    gigatwin: Literal[1]
    name: str
    title: str = ""
    causes: CausePriors
    start: StartPriors
    evidence: EvidencePriors
    engineers: EngineerPriors
    draws: Draws | None = None

    # where the numbers come from, for reports; of numbers from Python nothing is known
    _provenance: list[Any] = PrivateAttr(default_factory=list)

    @model_validator(mode="after")
    def _draws_are_of_priors(self) -> Priors:
        for path in self.draws.values if self.draws is not None else ():
            part, _, name = path.partition(".")
            if not isinstance(getattr(getattr(self, part, None), name, None), float):
                raise ValueError(f"'{path}' has draws, but is no number of the priors")
        return self


@dataclass(frozen=True)
class Module:
    """One production line of a programme.

    Attributes:
        start: day on which it begins to make cells, tests done [d].
        size: capacity, relative to the mature line [-].
        design: key of its design; lines of one design share the causes in it.
        product: how new the product is, 0 to 1 [-].
        equipment: how new the machines are [-].
        people: how new the people are [-].
        tests: share of its causes that acceptance tests have found before [-].
        inline: whether gauges stand at the places of birth.
        frozen: whether the recipe is frozen: copied exactly, and never changed.
    """

    start: int
    size: float = 1.0
    design: str = "own"
    product: float = 1.0
    equipment: float = 1.0
    people: float = 1.0
    tests: float = 0.0
    inline: bool = False
    frozen: bool = False


@dataclass(frozen=True)
class Programme:
    """What is built when, and the people who make it run.

    Attributes:
        modules: production lines.
        days: length of the time that is looked at [d].
        engineers: who look for causes, day by day. Shape (days,).
        speed: of them, relative to people new to it, day by day [-]. Shape (days,).
        genealogy: whether cells can be traced to their lots.
        solved: shared causes that are known to be solved, as keys, from a mother plant.
        disturbance: factor on the number of causes [-].
    """

    modules: tuple[Module, ...]
    days: int
    engineers: NDArray[np.int64]
    speed: NDArray[np.float64]
    genealogy: bool = False
    solved: frozenset[str] = field(default_factory=frozenset)
    disturbance: float = 1.0


def read_priors(path: Path) -> Priors:
    """Read what is declared about learning.

    Raises:
        InputError: with every problem found.
    """
    priors, document = read_declared(path, Priors)
    priors._provenance.extend(document.records)
    return priors
