"""A small mature line made by hand, and programmes on it, for tests of how a young plant learns."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from twin.ramp.mature import FlawPath, Mature, Sight
from twin.ramp.priors import Module, Priors, Programme, read_priors
from twin.read import lines_folder

STATIONS = ("mixing", "coating", "stacking", "welding", "formation", "ageing")
# what was there at the start is all there is, and it acts every day
STEADY = {"later": 0.0, "lot": 0.0, "wave": 0.0, "faster": 0.0, "drifting": 0.0, "intermittent": 0.0}
LAGS = np.array([-3.0, -2.0, 0.0, 0.1, 4.0, 16.0])


def small_line(lag: float = 1.0) -> Mature:
    """Return a line of six stations; all lags are multiplied by one factor."""
    flaws = (
        FlawPath("streak", 1, frozenset({1}), (Sight(1, 0.5, 0.01), Sight(2, 0.9, 0.002))),
        FlawPath("overhang", 2, frozenset({2}), (Sight(4, 0.6, 0.001), Sight(5, 0.9, 0.002))),
        FlawPath("leak", 3, frozenset({3, 4}), (Sight(5, 0.95, 0.003),)),
        FlawPath("leak", 4, frozenset({3, 4}), (Sight(5, 0.95, 0.003),)),
    )
    return Mature(
        STATIONS,
        servers=np.array([2.0, 1.0, 20.0, 4.0, 60.0, 900.0]),
        started=50_000.0,
        slack=np.array([1.3, 1.02, 1.0, 1.2, 1.05, 1.1]),
        lag=LAGS * lag,
        before=tuple(frozenset(range(number)) for number in range(len(STATIONS))),
        cells=np.array([False, False, True, True, True, True]),
        good=0.96,
        scrap=np.array([0.003, 0.012, 0.01, 0.004, 0.006, 0.02]),
        worth=np.array([4.0, 6.0, 15.0, 16.0, 18.0, 20.0]),
        mass=np.array([1.0, 1.0, 2.5, 2.5, 3.0, 3.0]),
        flaws=flaws,
        energy=2.7e-7,
        end=5,
    )


def shipped_priors(**parts: dict[str, Any]) -> Priors:
    """Return the priors that come with gigatwin, with some of them changed."""
    priors = read_priors(lines_folder() / "ramps" / "priors.yaml")
    changed = {name: getattr(priors, name).model_copy(update=values) for name, values in parts.items()}
    return priors.model_copy(update=changed)


def programme(years: int = 2, engineers: int = 6, lines: int = 1, gap: int = 0, **more: Any) -> Programme:
    """Return a programme of equal lines that start one after another, ``gap`` days apart."""
    days = 365 * years
    module = Module(**{name: more.pop(name) for name in list(more) if name in Module.__dataclass_fields__}, start=0)
    modules = tuple(replace(module, start=number * gap) for number in range(lines))
    speed = np.full(days, more.pop("speed", 1.0))
    return Programme(modules, days, np.full(days, engineers), speed, **more)
