"""Numbers and results in words: no more digits than an interval supports, no status without its meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor, log10

from optimize.figures import FIGURES, Interval

# what people call the limits of a study, and the unit that they are written in
LIMITS = {
    "capital": ("capital", 1e-6, "MUSD"),
    "floor": ("floor", 1.0, "m²"),
    "people": ("direct labour", 1.0, "h/yr"),
    "power": ("mean power", 1e-6, "MW"),
    "escapes": ("flaws that leave the plant", 1e6, "ppm"),
    "first_pass": ("first-pass yield", 100.0, "%"),
    "places": ("places in buffers", 1.0, ""),
}
GOALS = {
    "cost": "at least cost",
    "profit": "for most profit",
    "output": "for most output",
    "energy": "with least energy",
}


def number(value: float, digits: int = 4) -> str:
    """Return a number with some significant digits, large ones whole."""
    return f"{value:,.0f}" if abs(value) >= 10**digits or value == 0 else f"{value:,.{digits}g}"


def in_column(value: float, digits: int = 3) -> str:
    """Return a number of a column: so many significant digits, zeros at its end too."""
    return rounded(value, digits - 1 - floor(log10(abs(value)))) if value else "0"


def decimals(middle: Interval) -> int:
    """Return how many decimals an interval supports: half of it shows two digits below 355, or else one.

    Source: Particle Data Group, Review of Particle Physics, Introduction, 5.3, on rounding.
    """
    half = (middle.high - middle.low) / 2
    if half <= 0 or half < 1e-12 * abs(middle.mean):
        return 3 - floor(log10(abs(middle.mean))) if middle.mean else 0
    size = floor(log10(half))
    return -size + (1 if half / 10.0**size < 3.55 else 0)


def rounded(value: float, places: int) -> str:
    """Return a number with some decimals; with fewer than none its last digits are zeros."""
    return f"{round(value, places) + 0.0:,.{max(places, 0)}f}"


def decimals_of_column(column: Sequence[Interval]) -> int:
    """Return how many decimals a column of intervals is written with: those that a quarter of them support."""
    found = sorted(decimals(one) for one in column)
    return found[len(found) * 3 // 4] if found else 0


def spread(middle: Interval, scale: float = 1.0, unit: str = "", places: int | None = None) -> str:
    """Return a mean with its interval, rounded to what the interval supports, or to some decimals."""
    sized = Interval(*(scale * value for value in middle))
    places = decimals(sized) if places is None else places
    mean, low, high = (rounded(value, places) for value in sized)
    unit = f" {unit}" if unit else ""
    return f"{mean}{unit}" if low == high else f"{mean}{unit} ({low} to {high})"


def scaled(figure: str) -> tuple[float, str]:
    """Return what a headline figure is multiplied by before people read it, and its unit then."""
    unit = FIGURES[figure].unit
    return (100.0, "%") if unit == "-" else (1.0, unit)


def figure_spread(figure: str, middle: Interval) -> str:
    """Return a headline figure with its interval and unit."""
    return spread(middle, *scaled(figure))


def titled(figure: str) -> str:
    """Return what people call a headline figure, with the unit that it is shown in."""
    return f"{FIGURES[figure].title} [{scaled(figure)[1]}]"


def percent(share: float, digits: int = 2) -> str:
    """Return a share in percent."""
    return f"{100 * share:.{digits}g} %"


def listed(parts: Sequence[str], last: str = "and") -> str:
    """Return things in a row: a, b and c."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}" if parts else ""


def station(name: str) -> str:
    """Return what people call a station."""
    return name.replace("_", " ")


def limit_in_words(name: str, value: float) -> str:
    """Return a limit of a study as people write it."""
    title, scale, unit = LIMITS[name]
    sign = "at least" if name == "first_pass" else "at most"
    return f"{title} {sign} {number(scale * value)} {unit}".rstrip()


def counted(servers: Mapping[str, int]) -> str:
    """Return machine counts in a row."""
    return listed([f"{count} at {station(name)}" for name, count in servers.items()])
