"""Loading loops for tests: that of a declared plant with other numbers, and rolls run through it."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from twin import read_line
from twin.control.disturbance import Disturbance
from twin.control.loop import Loop, Rolls, run_rolls
from twin.randomness import Streams, stream

# a web at 1 m/s: a second is a metre
SPEED = 1.0
QUIET = dict.fromkeys(("batch", "ramp", "slow", "fast", "pulsation", "steps", "start", "lanes", "white"), 0.0)


@cache
def declared() -> Loop:
    """Return the loop of a declared plant."""
    step: Any = read_line("lfp_prismatic_16gwh").stations["cathode_coating"].step
    loop: Loop = step.loop
    return loop


def disturbed(**parts: float) -> Disturbance:
    """Return the declared disturbance with only some parts, with sizes of their own."""
    return declared().disturbance.model_copy(update={**QUIET, **parts})


def loop_of(controller: str, disturbance: Disturbance | None = None, ideal: bool = False, **choices: Any) -> Loop:
    """Return the declared loop with another controller.

    Args:
        controller: its name.
        disturbance: another one.
        ideal: a gauge at the die that is never wrong and reads each metre, a pump without lag, steps and spread.
        choices: other choices by name, or parameters of the controller.
    """
    loop = declared()
    chosen = {name: choices.pop(name) for name in ("gauge", "sensor", "cross_web", "level") if name in choices}
    update: dict[str, Any] = {
        "controllers": {**loop.controllers, controller: loop.controllers[controller].model_copy(update=choices)}
    }
    if disturbance is not None:
        update["disturbance"] = disturbance
    if ideal:
        perfect = {"distance": 0.0, "traverse": 1.0, "noise": 0.0, "bias": 0.0, "outliers": 0.0}
        gauges = {name: gauge.model_copy(update=perfect) for name, gauge in loop.gauges.items()}
        nimble = {"lag": 0.0, "resolution": 0.0, "rate": 1e4, "gain_sd": 0.0}
        update |= {"gauges": gauges, "actuator": loop.actuator.model_copy(update=nimble)}
    return loop.model_copy(update=update).chosen(controller=controller, **chosen)


def streams(seed: int = 1) -> Streams:
    """Return streams of random numbers by purpose."""
    return lambda purpose: stream(seed, "test", purpose)


def rolls_of(loop: Loop, seed: int = 1, rolls: int = 200, metres: int = 3000, lanes: int = 2) -> Rolls:
    """Return rolls run through a loop at 1 m/s."""
    return run_rolls(loop, streams(seed), SPEED, (metres, rolls, lanes))


def spread(rolls: Rolls, after: int = 0) -> float:
    """Return the standard deviation of the loading along the web, after some metres [-]."""
    return float(np.sqrt((rolls.along[after:] ** 2).mean()))
