"""What people call a declared number, from the place where it stands in the plant."""

from __future__ import annotations

from optimize.words import station
from twin import Line, knobs

# what the field calls keys of a line file
_KEYS = {
    "mtbf": "time between failures",
    "mttr": "time to repair",
    "pod": "chance to be seen",
    "harm": "share that customers send back",
    "cv": "relative spread",
    "sd": "spread",
    "per_lot": "rate per lot",
    "per_area": "rate per area",
    "per_length": "rate per length",
    "per_cell": "rate per cell",
    "per_weld": "rate per weld",
    "per_tray": "rate per tray",
    "web_fraction": "share of the web",
    "every": "interval",
    "takes": "duration",
    "c_rate": "C-rate",
    "yield": "material yield",
    "gsa_labour": "overhead on labour",
    "gsa_depreciation": "overhead on depreciation",
    "p_labour": "exponent of labour",
    "p_capital": "exponent of capital",
    "p_area": "exponent of area",
}
# keys that only hold others
_UNSAID = {"step", "failures", "seen", "prices", "steps", "stations", "facilities", "buffers", "maintenance", "setups"}


def title_of(line: Line, path: str) -> str:
    """Return what people call the number at a path: its place, then what it is."""
    for knob in knobs(line).values():
        if knob.title and list(knob.paths) == [path]:
            return knob.title
    first, *rest = path.split(".")
    if first == "defects":
        return f"{station(rest[0])}: {_of_defect(line, rest)}"
    if first == "prices" and rest[0] == "materials":
        return f"price of {station(rest[-1])}"
    if first == "prices":
        return " ".join(["price list:", *(_word(part) for part in rest if part not in _UNSAID)])
    if first in ("stations", "facilities", "buffers"):
        return f"{station(rest[0])}: {_told(rest[1:])}"
    return f"{first}: {_told(rest)}"


def _of_defect(line: Line, rest: list[str]) -> str:
    if rest[1] == "seen":
        seen = line.defects[rest[0]].seen[int(rest[2])]
        return f"{_word(rest[-1])} at {station(str(seen.at))}"
    return _told(rest[1:])


def _told(parts: list[str]) -> str:
    said = [f"no. {int(part) + 1}" if part.isdecimal() else _word(part) for part in parts if part not in _UNSAID]
    return ", ".join(said) if len(said) > 1 else said[0]


def _word(key: str) -> str:
    return _KEYS.get(key, key.replace("_", " "))
