"""Which declared numbers are in doubt: those that somebody measured or guessed, not those that somebody chooses.

A range in a plant's file says how far a number may lie from what is declared. For what the plant's makers choose, draw,
order or write into a specification it says what others chose; whoever builds the plant knows it.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from twin import Input, Line, inputs, knobs

# what its makers choose, by the place where it stands; what is a knob of one plant need not be one in all
_CHOSEN = (
    # the cell as drawn
    "cell.capacity",
    "cell.voltage",
    "cell.*.area",
    "cell.*.materials.*",
    "cell.parts.*",
    # recipes
    "*.step.solids",
    "*.step.density",
    "*.step.fill",
    "*.step.target",
    "*.step.time",
    "*.step.rest",
    "*.step.speed",
    "*.step.c_rate",
    "*.step.second_rate",
    "*.step.charged",
    "*.step.temperature",
    "*.step.*.temperature",
    "*.step.press.porosity",
    "*.step.press.feed_forward",
    "*.step.die.gap",
    "*.step.weld.energy",
    # machines and webs as ordered
    "*.step.vessel",
    "*.step.width",
    "*.step.area",
    "*.step.pitch",
    "*.step.dryer.length",
    "*.step.alignment.overhang",
    "*.step.wetting.half_width",
    "*.step.wetting.tightness",
    "*.step.wetting.*_porosity",
    # specifications: what is still good, and which grade it has
    "*_limit",
    "*.limit",
    "*.step.loop.tolerance.*",
    "*.step.dosing.window",
    "*.step.capacity_?",
    "*.step.guard_band",
    "*.step.voltage.band_?",
    "*.gauges.*.low",
    "*.gauges.*.high",
    # how it is measured, controlled and looked after
    "*.gauges.*.share",
    "*.gauges.*.every",
    "*.gauges.*.distance",
    "*.gauges.*.traverse",
    "*.step.loop.controllers.*",
    "*.step.loop.sensors.*.weight",
    "*.step.loop.bolts.*.weight",
    "*.step.loop.bolts.*.every",
    "*.step.self_discharge.charge",
    "*.step.voltage.charge",
    "*.setups.*.every_*",
    "*.maintenance.*.every",
    # where a declared rate was read off: what is in doubt is the rate
    "*.step.*.rate_temperature",
    "*.step.*.energy_temperature",
    "*.step.*.energy_time",
    "*.step.*.reference",
    "*.step.*.usual_*",
    "*.step.*.migration_loading",
)


def chosen(path: str) -> bool:
    """Return whether makers of a plant choose a declared number, so that they are in no doubt of it."""
    if path.endswith((".capital", ".upkeep")):
        return False
    return any(fnmatchcase(path, pattern) for pattern in _CHOSEN)


def in_doubt(line: Line) -> list[Input]:
    """Return the declared numbers of a plant that are in doubt: with a range, and chosen by nobody."""
    turned = {path for knob in knobs(line).values() for path in knob.paths}
    return [one for one in inputs(line) if one.low != one.high and one.path not in turned and not chosen(one.path)]
