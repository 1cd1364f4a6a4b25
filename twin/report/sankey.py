"""Sankey picture: what flows from station to station, and what is lost on the way, as ribbons from top to bottom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from twin.line import Line
from twin.report.style import BLUE, GREEN, INK, ORANGE, PINK, SKY, SOFT, VERMILLION

# all in inches
_ROW = 0.52
_TRUNK = 0.9
_LABEL = 1.82
_GAP = 0.42
_TOP, _BOTTOM = 0.3, 0.66
_BODY = 0.34
_ARM_COLOURS = (BLUE, ORANGE, SKY, PINK)
_THINNEST = 0.006
_LETTERS = 21

_Point = tuple[float, float]


@dataclass(frozen=True)
class FlowWords:
    """What stands beside a flow.

    Attributes:
        titles: of the stations.
        losses: what each lost, in words.
        sources: what came in at the first station of each arm.
        end: what left.
    """

    titles: Mapping[str, str]
    losses: Mapping[str, str]
    sources: Mapping[str, str]
    end: str


@dataclass
class _Node:
    """A station in the picture.

    Attributes:
        name: station.
        row: rows above the end of the route.
        x: middle of its ribbon [inch].
        side: 1 when its label stands on the right, -1 on the left.
        reach: half of the widest ribbon that its column has room for [inch].
        colour: of its ribbon.
        feeders: stations that feed it.
    """

    name: str
    row: int
    x: float
    side: int
    reach: float
    colour: str
    feeders: list[_Node]


def draw_flow(flow: Mapping[str, Mapping[str, float]], line: Line, words: FlowWords) -> Any:
    """Draw a flow through a plant as ribbons; None when nothing went through.

    Args:
        flow: what went ``in`` at each station, came ``out`` and was ``lost``, so that it adds up along each route.
        line: the plant.
        words: what stands beside it.
    """
    from matplotlib.figure import Figure

    largest = max(max(at["in"], at["out"]) for at in flow.values())
    if not largest > 0:
        return None
    roots = _forest(line, flow)
    if not roots:
        # nothing has come to the end of the route yet
        return None
    nodes = [node for root in roots for node in _all(root)]
    rows = 1 + max(node.row for node in nodes)
    width = max(node.x + node.reach for node in nodes) + _LABEL
    height = _TOP + rows * _ROW + _BOTTOM
    figure = Figure(figsize=(width, height))
    axis = figure.add_axes((0, 0, 1, 1))
    axis.set(xlim=(0, width), ylim=(0, height))
    axis.set_axis_off()
    pen = _Pen(axis, flow, words, _TRUNK / largest)
    for node in nodes:
        pen.station(node)
    for root in roots:
        pen.end(root)
    return figure


def _forest(line: Line, flow: Mapping[str, Mapping[str, float]]) -> list[_Node]:
    """Lay out the routes: every station has one way out, so each last station is the root of a tree."""
    feeders = {
        name: [
            box.source
            for box in line.buffers.values()
            if box.to == name and not box.rework and flow[box.source]["out"] > 0
        ]
        for name in line.stations
    }
    arms = sum(1 for name in line.stations if not feeders[name] and flow[name]["in"] > 0)
    columns = iter(range(max(arms, 1)))
    two = arms == 2 and len(line.sinks) == 1

    def place(name: str, row: int, side: int, colour: str) -> _Node:
        above = feeders[name]
        if len(above) > 1:
            sides = [-1, 1] if two else [1] * len(above)
            nodes = [
                place(source, row + 1, sides[number], _ARM_COLOURS[number % len(_ARM_COLOURS)])
                for number, source in enumerate(above)
            ]
        else:
            nodes = [place(source, row + 1, side, colour) for source in above]
        x = sum(node.x for node in nodes) / len(nodes) if nodes else _column(next(columns), two)
        reach = _TRUNK / 4 if two and colour != GREEN else _TRUNK / 2
        return _Node(name, row, x, side, reach, colour, nodes)

    return [place(name, 0, 1, GREEN) for name in line.sinks if flow[name]["in"] > 0]


def wrapped(title: str) -> str:
    """Return a title on at most two lines."""
    lines = wrap(title[:1].upper() + title[1:], _LETTERS)
    return "\n".join(lines[:2]) + (" …" if len(lines) > 2 else "")


def _column(number: int, two: bool) -> float:
    """Return the middle of an arm [inch]; two arms have their labels outside, more have them on the right."""
    if two:
        return _LABEL + _TRUNK / 4 + number * (_TRUNK / 2 + _GAP)
    return 0.95 + number * (_TRUNK + _LABEL)


def _all(node: _Node) -> list[_Node]:
    return [node, *(below for feeder in node.feeders for below in _all(feeder))]


class _Pen:
    """Draws ribbons on axes whose unit is the inch."""

    def __init__(self, axis: Any, flow: Mapping[str, Mapping[str, float]], words: FlowWords, scale: float) -> None:
        self._axis, self._flow, self._words, self._scale = axis, flow, words, scale

    def station(self, node: _Node) -> None:
        """Draw a station's ribbon, its loss, its label and what comes from its feeders."""
        at = self._flow[node.name]
        top, bottom = self._top(node), self._top(node) - _BODY
        entered, left = at["in"] * self._scale, at["out"] * self._scale
        lost = max(at["lost"] * self._scale, 0.0)
        # the loss leaves on the label's side, so the rest keeps to the other one
        inner = node.x - node.side * entered / 2
        self._ribbon(
            [(inner, top), (inner, bottom)],
            [(inner + node.side * entered, top), (inner + node.side * left, bottom)],
            node.colour,
        )
        if lost > 0:
            self._loss(node, inner + node.side * max(entered - lost, 0.0), max(lost, _THINNEST), top)
        self._label(node, top)
        if node.feeders:
            self._arrivals(node, inner, top)
        else:
            self._charged(node, top)

    def _charged(self, node: _Node, top: float) -> None:
        """Write above a source what came in."""
        text = self._words.sources[node.name]
        self._write(node.x - node.side * node.reach, top + 0.05, text, node.side, "bottom")

    def _write(self, x: float, y: float, text: str, side: int, hangs: str, soft: bool = False) -> None:
        """Write a text that starts at a place, or ends there on the left side."""
        self._axis.text(
            x,
            y,
            text,
            ha="left" if side > 0 else "right",
            va=hangs,
            fontsize=8 if soft else 9,
            color=SOFT if soft else INK,
            linespacing=1.1,
        )

    def end(self, node: _Node) -> None:
        """Draw what leaves at the end, split by grade where there are grades."""
        bottom = self._top(node) - _BODY
        left = self._flow[node.name]["out"] * self._scale
        inner = node.x - node.side * self._flow[node.name]["in"] * self._scale / 2
        tip = bottom - 0.16
        self._polygon(
            [(inner, bottom), (inner + node.side * left, bottom), (inner + node.side * left / 2, tip)], node.colour
        )
        self._axis.text(
            node.x,
            tip - 0.03,
            self._words.end,
            ha="center",
            va="top",
            fontsize=9,
            fontweight="bold",
            color=INK,
            linespacing=1.3,
        )

    def _top(self, node: _Node) -> float:
        return _BOTTOM + (node.row + 1) * _ROW - (_ROW - _BODY) / 2

    def _arrivals(self, node: _Node, inner: float, top: float) -> None:
        """Draw the ribbons from the feeders into this station, side by side."""
        total = sum(self._flow[feeder.name]["out"] for feeder in node.feeders)
        entered = node.side * self._flow[node.name]["in"] * self._scale
        # from left to right, as the feeders stand
        at = min(inner, inner + entered)
        for feeder in sorted(node.feeders, key=lambda one: one.x):
            out = self._flow[feeder.name]["out"]
            width = abs(entered) * out / total
            begin = self._top(feeder) - _BODY
            start = feeder.x - feeder.side * self._flow[feeder.name]["in"] * self._scale / 2
            other = start + feeder.side * out * self._scale
            edges = sorted((start, other))
            self._curve(edges, begin, (at, at + width), top, feeder.colour)
            at += width

    def _loss(self, node: _Node, x: float, width: float, top: float) -> None:
        """Draw a ribbon that bends away from the flow."""
        side, down = node.side, top - _BODY / 2 - width / 2
        far = node.x + side * (node.reach + 0.14)
        up, outer = down + width, x + side * width
        self._bent(
            ((x, top), (x, (top + down) / 2), (x, down), (far, down)),
            ((far, up), (outer, up), (outer, (top + up) / 2), (outer, top)),
            VERMILLION,
        )

    def _label(self, node: _Node, top: float) -> None:
        """Write the station and what it lost beside its ribbon."""
        x, middle = node.x + node.side * (node.reach + 0.19), top - _BODY / 2
        self._write(x, middle - 0.02, wrapped(self._words.titles[node.name]), node.side, "bottom")
        self._write(x, middle - 0.05, self._words.losses[node.name], node.side, "top", soft=True)

    def _ribbon(self, one: Sequence[_Point], other: Sequence[_Point], colour: str) -> None:
        self._polygon([*one, *reversed(other)], colour)

    def _polygon(self, points: Sequence[_Point], colour: str) -> None:
        from matplotlib.patches import Polygon

        self._axis.add_patch(Polygon(points, closed=True, fc=colour, ec="none"))

    def _curve(self, above: Sequence[float], begin: float, below: Sequence[float], end: float, colour: str) -> None:
        """Draw a ribbon from one pair of edges down to another."""
        middle = (begin + end) / 2
        self._bent(
            ((above[0], begin), (above[0], middle), (below[0], middle), (below[0], end)),
            ((below[1], end), (below[1], middle), (above[1], middle), (above[1], begin)),
            colour,
            0.55,
        )

    def _bent(self, one: Sequence[_Point], other: Sequence[_Point], colour: str, alpha: float = 1.0) -> None:
        """Draw what lies between two Bezier curves, each given by four points, the second one backwards."""
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        curve = [Path.CURVE4] * 3
        codes = [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY]
        self._axis.add_patch(PathPatch(Path([*one, *other, one[0]], codes), fc=colour, ec="none", alpha=alpha))
