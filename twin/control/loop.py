"""The loading loop of a coater: its parts as declared, and many rolls run through it side by side."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from twin.control.charts import EwmaChart, Operator, RunToRun, Shewhart
from twin.control.controller import Controller, Move, Open, Seen
from twin.control.cross_web import PIECE, DieBolts, lane_profiles
from twin.control.disturbance import Disturbance, Values, Web
from twin.control.equipment import Actuator, Bought, Facts, Gauge, Sensor
from twin.control.feedback import PI, Smith
from twin.control.fuzzy import FuzzyPI
from twin.control.network import Network
from twin.control.predictive import Predictive
from twin.declared import Declared, Extras
from twin.machine_code import loop
from twin.problems import InputError, did_you_mean
from twin.randomness import Streams
from twin.units import Fraction, Metres, Positive, Seconds

AnyController = Annotated[
    Open | Operator | RunToRun | Shewhart | EwmaChart | PI | FuzzyPI | Smith | Predictive | Network,
    Field(discriminator="kind"),
]
NONE = "none"


class Tolerance(Declared):
    """When loading is out of tolerance.

    Attributes:
        mean: largest error of the mean over a cell's piece of web, either way [-].
        over: that piece [m].
        peak: largest error of any metre, upwards [-].
    """

    mean: Fraction
    over: Metres
    peak: Fraction


class Loop(Declared):
    """The loading loop of a coater.

    Attributes:
        controller: the one that is used, by name.
        gauge: the same of the gauges.
        sensor: the same of the upstream sensors, or "none".
        cross_web: the same of the loops across the web, or "none".
        level: how disturbed the coater is, by name.
        disturbance: what disturbs it at level 1.
        levels: scale of all disturbances, by name [-].
        actuator: pump and die.
        tolerance: when web is out of tolerance.
        stop_time: time to set the coater anew when its controller stops it [s].
        bank: rolls that are simulated once and from which the plant's rolls are taken.
        controllers, gauges, sensors, bolts: what there is to choose from, by name.
    """

    controller: str
    gauge: str
    sensor: str = NONE
    cross_web: str = NONE
    level: str
    disturbance: Disturbance
    levels: dict[str, Positive]
    actuator: Actuator
    tolerance: Tolerance
    stop_time: Seconds
    bank: int = Field(ge=2, le=10_000)
    controllers: dict[str, AnyController]
    gauges: dict[str, Gauge]
    sensors: dict[str, Sensor] = Field(default_factory=dict)
    bolts: dict[str, DieBolts] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _possible(self) -> Loop:
        if fault := self._fault():
            raise ValueError(fault)
        return self

    def _fault(self) -> str:
        choices = (
            ("controller", self.controller, list(self.controllers)),
            ("gauge", self.gauge, list(self.gauges)),
            ("sensor", self.sensor, [NONE, *self.sensors]),
            ("cross_web", self.cross_web, [NONE, *self.bolts]),
            ("level", self.level, list(self.levels)),
        )
        faults = [
            f"no {what} '{name}'{did_you_mean(name, known)}" for what, name, known in choices if name not in known
        ]
        return "; ".join(faults)

    @property
    def disturbed(self) -> Disturbance:
        """Disturbances at the chosen level."""
        return self.disturbance.scaled(self.levels[self.level])

    @property
    def extras(self) -> Extras:
        """What the chosen controller, gauge, sensor and bolts cost."""
        parts: list[Bought] = [self.controllers[self.controller], self.gauges[self.gauge]]
        parts += [self.sensors[self.sensor]] if self.sensor != NONE else []
        parts += [self.bolts[self.cross_web]] if self.cross_web != NONE else []
        return Extras(sum(part.capital for part in parts), sum(part.upkeep for part in parts))

    def chosen(self, **choices: str) -> Loop:
        """Return the loop with other choices, such as ``controller="pi"``.

        Raises:
            InputError: there is no such choice.
        """
        found = self.model_copy(update=choices)
        if fault := found._fault():
            raise InputError(fault)
        return found


class Rolls(NamedTuple):
    """Rolls as the loop has left them.

    Attributes:
        along: relative loading error along the web, mean of all lanes [-]. Shape (metres, rolls).
        across: what each lane adds to it [-]. Shape (pieces of ``PIECE`` metres, rolls, lanes).
        offsets: of the batches, before control [-]. Shape (rolls,).
        stops: how often the controller stopped the coater. Shape (rolls,).
        open: the error along the web without control [-]. Shape (metres, rolls).
    """

    along: Values
    across: Values
    offsets: Values
    stops: NDArray[np.intp]
    open: Values


def run_rolls(loop: Loop, streams: Streams, speed: float, size: tuple[int, int, int]) -> Rolls:
    """Run rolls side by side through a loop.

    ``y = d + g u``: u is the command through pump and die, rate-limited and rounded. Before each scan the controller
    gets the mean over the web that has just passed the gauge. Disturbance and noise come from streams of their own,
    so that two controllers meet the same.

    Args:
        loop: with its choices.
        streams: one stream of random numbers for each part.
        speed: of the web [m/s].
        size: (metres, rolls, lanes); metres are rounded up to whole scans.
    """
    metres, rolls, lanes = size
    gauge = loop.gauges[loop.gauge]
    scan = max(1, round(gauge.traverse * speed))
    seconds = scan / speed
    scans = -(-metres // scan)
    disturbance = loop.disturbed
    web = disturbance.web(streams, rolls, scans * scan)
    noise = gauge.noise / np.sqrt(seconds)
    # controllers are tuned once, for the disturbance at level 1
    facts = Facts(rolls, seconds, scan, gauge.distance / scan, loop.actuator.lag, noise, loop.disturbance)
    errors = gauge.errors(streams, scans, rolls, seconds)
    along, stops = _controlled(loop, streams, web, facts, errors)
    pieces = -(-metres // PIECE)
    bolts = loop.bolts[loop.cross_web] if loop.cross_web != NONE else None
    watched = bolts.every / speed / lanes if bolts is not None else 1.0
    across = lane_profiles(streams, disturbance, (pieces, rolls, lanes), bolts, gauge.noise / np.sqrt(watched))
    return Rolls(along[:metres], across, web.offsets, stops, web.total[:metres])


def _controlled(
    loop: Loop, streams: Streams, web: Web, facts: Facts, errors: Values
) -> tuple[Values, NDArray[np.intp]]:
    """Return loading errors and stops under the chosen controller."""
    controller: Controller = loop.controllers[loop.controller]
    fed = np.zeros_like(errors)
    if loop.sensor != NONE:
        fed = -loop.sensors[loop.sensor].ahead(streams, web.slurry, facts.metres)
    elif isinstance(controller, Open):
        return web.total.copy(), np.zeros(facts.rolls, np.intp)
    act, actuator, scan = controller.begin(facts), loop.actuator, facts.metres
    gain = np.maximum(0.1, 1 + actuator.gain_sd * streams("gain").standard_normal(facts.rolls))
    pump = _Pump(actuator, facts.seconds / scan, facts.rolls)
    along, delay = web.total.copy(), round(facts.delay * scan)
    applied, stops = np.zeros(facts.rolls), np.zeros(facts.rolls, np.intp)
    punched = _Punching(controller, streams, facts, len(along))
    for number in range(len(errors)):
        begin = number * scan
        from_ = begin - delay - scan
        reading = along[from_ : from_ + scan].mean(axis=0) + errors[number] if from_ >= 0 else None
        move: Move = act(Seen(number, reading, punched.known(along, begin), applied))
        if move.stop is not None:
            stops += move.stop
        applied = actuator.rounded(move.command)
        pump.coat(along[begin : begin + scan], applied + fed[number], gain)
    return along, stops


class _Pump:
    """Pump and die on their way to a command.

    Args:
        actuator: as declared.
        seconds: for one metre [s].
        rolls: side by side.
    """

    def __init__(self, actuator: Actuator, seconds: float, rolls: int) -> None:
        self._share = 1 - float(np.exp(-seconds / actuator.lag)) if actuator.lag else 1.0
        self._most = actuator.rate * seconds
        self._given = np.zeros(rolls)

    def coat(self, web: Values, command: Values, gain: Values) -> None:
        """Add to web, metre by metre, what a command gives, in place. Shape (metres, rolls)."""
        _coat(web, command, gain, self._share, self._most, self._given)


@loop
def _coat(web: Values, command: Values, gain: Values, share: float, most: float, given: Values) -> None:
    """Add to web, metre by metre, what pump and die give on their way to a command, in place."""
    for metre in range(web.shape[0]):
        for roll in range(web.shape[1]):
            given[roll] += min(max(share * (command[roll] - given[roll]), -most), most)
            web[metre, roll] += gain[roll] * given[roll]


class _Punching:
    """Punches of a controller that asks for them.

    Args:
        controller: the controller.
        streams: one stream of random numbers for each part.
        facts: of the coater.
        metres: web of a roll.
    """

    def __init__(self, controller: Controller, streams: Streams, facts: Facts, metres: int) -> None:
        self._due: list[tuple[int, int, Values]] = []
        punch = controller.punch
        if punch is None:
            return
        speed, draws = facts.metres / facts.seconds, streams("punch")
        # the first one when the roll has run in for a third of the time between two
        place = punch.every * speed / 3
        while place + punch.delay * speed < metres:
            noise = punch.noise * draws.standard_normal(facts.rolls)
            self._due.append((int(place), int(place + punch.delay * speed), noise))
            place += punch.every * speed

    def known(self, along: Values, begin: int) -> Values | None:
        """Return a result that has become known before a metre, None when there is none."""
        if not self._due or self._due[0][1] > begin:
            return None
        spot, _, noise = self._due.pop(0)
        result: Values = along[spot] + noise
        return result
