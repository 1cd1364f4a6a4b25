"""The Sankey of scrap: from where it is born to the station that finds it, and to what it brings back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from textwrap import fill
from typing import Any

from optimize.pages.pictures import BLUE, GREEN, ORANGE, PINK, SKY, WIDTH, axes_of
from optimize.pages.pictures_of_plant import short
from optimize.pages.pictures_of_strategies import OCHRE, PALE
from optimize.pages.tables import Row
from optimize.words import station

# stations of a column that have a ribbon of their own
_MOST = 7
_OTHERS = "all others"
_COLOURS = (BLUE, ORANGE, GREEN, PINK, SKY, OCHRE)
_BACK, _LOST = "brought back", "lost"
# in the height of all scrap
_GAP = 0.035
_BAR = 0.02
# what stands beside a bar needs so much
_ROW = 0.075
_LEFT, _MIDDLE, _RIGHT = 0.0, 0.5, 1.0


@dataclass
class _Bar:
    """A node: where it stands, and how much of it ribbons have taken to either side.

    Attributes:
        top: of the bar.
        size: in what is drawn.
        taken: by ribbons that come in, and by those that go out.
    """

    top: float
    size: float
    taken: list[float]


def draw_scrap_flow(rows: Sequence[Row], names: Sequence[str]) -> Any:
    """Draw scrap of a strategy from its birthplace to the station that finds it, and what of its value comes back.

    Ribbons are as wide as the material in them is dear; bars say tonnes too.

    Args:
        rows: of ``scrap_flows``.
        names: of the stations, in factory order.
    """
    links = flows_of(rows, names)
    total = sum(links.values())
    if not total > 0:
        return None
    tonnes = {side: _summed(rows, side, "tonnes", names) for side in ("born", "found")}
    columns = [_column(links, 0), _column(links, 1), _column(links, 2)]
    rows_high = max(len(one) for one in columns)
    figure, axis = axes_of(WIDTH, 1.0 + 0.62 * rows_high, 1, 1)
    axis.set_axis_off()
    axis.set(xlim=(-0.36, 1.2), ylim=(1 + _GAP * rows_high + 0.06, -0.12))
    bars = [_stacked(one, total) for one in columns]
    for born, found in product(columns[0], columns[1]):
        size = sum(link for way, link in links.items() if way[:2] == (born, found))
        _ribbon(axis, _LEFT, _MIDDLE, bars[0][born], bars[1][found], size / total, _colour(born, columns[0]))
    for found, end in product(columns[1], columns[2]):
        size = sum(link for way, link in links.items() if way[1:] == (found, end))
        colour = GREEN if end == _BACK else ORANGE
        _ribbon(axis, _MIDDLE, _RIGHT, bars[1][found], bars[2][end], size / total, colour)
    for x, own, side in ((_LEFT, bars[0], "born"), (_MIDDLE, bars[1], "found")):
        for name, bar in own.items():
            text = f"{short(tonnes[side].get(name, 0.0) / 1000)} kt, {short(bar.size * total)} MUSD"
            _label(axis, x, bar, station(name), text, side == "born")
    for name, bar in bars[2].items():
        _label(axis, _RIGHT, bar, name, f"{short(bar.size * total)} MUSD", False)
    for x, title in ((_LEFT, "born at"), (_MIDDLE, "found at"), (_RIGHT, "value")):
        axis.text(x, -0.05, title, ha="center", va="bottom", fontsize=10)
    return figure


def flows_of(rows: Sequence[Row], names: Sequence[str]) -> dict[tuple[str, str, str], float]:
    """Return the value of material by birthplace, finding station, and whether it comes back or is lost [MUSD].

    Stations with little of it go together. The sum is the value of all material in scrap.

    Args:
        rows: of ``scrap_flows``.
        names: of the stations, in factory order.
    """
    born, found = (_kept(rows, side) for side in ("born", "found"))
    links: dict[tuple[str, str, str], float] = {}
    for row in sorted(rows, key=lambda one: (names.index(one["born"]), names.index(one["found"]))):
        way = (
            row["born"] if row["born"] in born else _OTHERS,
            row["found"] if row["found"] in found else _OTHERS,
        )
        for end, column in ((_BACK, "recovered_musd"), (_LOST, "musd")):
            links[(*way, end)] = links.get((*way, end), 0.0) + row[column]
    return links


def _value(row: Row) -> float:
    return float(row["musd"] + row["recovered_musd"])


def _kept(rows: Sequence[Row], side: str) -> set[str]:
    """Return the stations of a side that have most of the scrap."""
    totals: dict[str, float] = {}
    for row in rows:
        totals[row[side]] = totals.get(row[side], 0.0) + _value(row)
    return set(sorted(totals, key=lambda name: -totals[name])[:_MOST])


def _summed(rows: Sequence[Row], side: str, column: str, names: Sequence[str]) -> dict[str, float]:
    kept = _kept(rows, side)
    found: dict[str, float] = {}
    for row in rows:
        name = row[side] if row[side] in kept else _OTHERS
        found[name] = found.get(name, 0.0) + row[column]
    return found


def _column(links: Mapping[tuple[str, str, str], float], place: int) -> dict[str, float]:
    """Return the bars of a column and their sizes, in factory order with all others at the end."""
    found: dict[str, float] = {}
    for way, size in links.items():
        found[way[place]] = found.get(way[place], 0.0) + size
    if _OTHERS in found:
        found[_OTHERS] = found.pop(_OTHERS)
    return found


def _stacked(column: Mapping[str, float], total: float) -> dict[str, _Bar]:
    top, bars = 0.0, {}
    for name, size in column.items():
        bars[name] = _Bar(top, size / total, [0.0, 0.0])
        # a thin bar still has words beside it
        top += max(size / total, _ROW) + _GAP
    return bars


def _colour(name: str, column: Mapping[str, float]) -> str:
    return PALE if name == _OTHERS else _COLOURS[list(column).index(name) % len(_COLOURS)]


def _ribbon(axis: Any, left: float, right: float, one: _Bar, other: _Bar, size: float, colour: str) -> None:
    """Draw a ribbon from the right side of a bar to the left side of another one."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    begin, end = one.top + one.taken[1], other.top + other.taken[0]
    one.taken[1] += size
    other.taken[0] += size
    x0, x1, middle = left + _BAR, right - _BAR, (left + right) / 2
    upper = [(x0, begin), (middle, begin), (middle, end), (x1, end)]
    lower = [(x1, end + size), (middle, end + size), (middle, begin + size), (x0, begin + size)]
    curve = [Path.CURVE4] * 3
    codes = [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY]
    axis.add_patch(PathPatch(Path([*upper, *lower, upper[0]], codes), fc=colour, ec="none", alpha=0.45))


def _label(axis: Any, x: float, bar: _Bar, name: str, text: str, left: bool) -> None:
    """Draw a bar and write beside it what it is."""
    from matplotlib.patches import Rectangle

    axis.add_patch(Rectangle((x - _BAR, bar.top), 2 * _BAR, bar.size, fc="#444444", ec="none"))
    words = f"{fill(name, 24)}\n{text}"
    at, side = (x - 1.5 * _BAR, "right") if left else (x + 1.5 * _BAR, "left")
    axis.text(at, bar.top + bar.size / 2, words, ha=side, va="center", fontsize=8.5, linespacing=1.1)
