"""What must hold between the parts of a plant: routes, names, units.

The checks work on the file's plain data, so that they all speak even when single values are wrong too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from twin.line import Line
from twin.material import MOST_FLAWS
from twin.problems import did_you_mean
from twin.steps import CATALOGUE

Fault = tuple[tuple[str | int, ...], str]


def faults_of_line(content: dict[str, Any], line: Line | None) -> Iterator[Fault]:
    """Yield every fault between the parts of a plant as (path, text).

    Args:
        content: the file's plain data.
        line: the checked line; None when single values are wrong, then only what names tell is checked.
    """
    stations, buffers = _mapping(content, "stations"), _mapping(content, "buffers")
    yield from _dangling(stations, buffers)
    yield from _inboxes(stations, buffers)
    yield from _cycles(stations, buffers)
    yield from _names(content, stations)
    if line is not None:
        yield from _units(line)
        yield from _defects(line)
        yield from _money(line)
        yield from _batches(line)
        yield from _knobs(content, line)


def _mapping(content: dict[str, Any], key: str) -> dict[str, Any]:
    found = content.get(key)
    return {k: v for k, v in found.items() if isinstance(v, dict)} if isinstance(found, dict) else {}


def _dangling(stations: dict[str, Any], buffers: dict[str, Any]) -> Iterator[Fault]:
    for name, buffer in buffers.items():
        for end in ("from", "to"):
            if buffer.get(end) not in stations and isinstance(buffer.get(end), str):
                yield ("buffers", name, end), f"no station '{buffer[end]}'{did_you_mean(buffer[end], stations)}"
    if len(stations) > 1:
        ends = {buffer.get(end) for buffer in buffers.values() for end in ("from", "to")}
        for name in stations:
            if name not in ends:
                yield ("stations", name), "stands in no route; add a buffer from or to it"


def _inboxes(stations: dict[str, Any], buffers: dict[str, Any]) -> Iterator[Fault]:
    for name, station in stations.items():
        step = station.get("step")
        kind = CATALOGUE.get(step.get("kind", "")) if isinstance(step, dict) else None
        inboxes = [box for box, buffer in buffers.items() if buffer.get("to") == name and not buffer.get("rework")]
        outboxes = [box for box, buffer in buffers.items() if buffer.get("from") == name and not buffer.get("rework")]
        if kind is not None and kind.merges and len(inboxes) < 2:
            yield ("stations", name), f"{step['kind']} merges, but has {len(inboxes)} inbox; give it one for each part"
        if kind is not None and kind.merges is False and len(inboxes) > 1:
            yield ("stations", name), f"{step['kind']} has one inbox at most, but {', '.join(inboxes)} lead to it"
        if len(outboxes) > 1:
            yield ("stations", name), f"fills {', '.join(outboxes)}; a station hands over to one buffer"


def _cycles(stations: dict[str, Any], buffers: dict[str, Any]) -> Iterator[Fault]:
    after: dict[str, list[str]] = {name: [] for name in stations}
    for buffer in buffers.values():
        if buffer.get("from") in after and buffer.get("to") in after and not buffer.get("rework"):
            after[buffer["from"]].append(buffer["to"])
    state: dict[str, int] = {}

    def circle(name: str, trail: list[str]) -> list[str] | None:
        if state.get(name) == 2:
            return None
        if name in trail:
            return [*trail[trail.index(name) :], name]
        for following in after[name]:
            found = circle(following, [*trail, name])
            if found:
                return found
        state[name] = 2
        return None

    for name in stations:
        found = circle(name, [])
        if found:
            yield ("buffers",), f"material runs in a circle, {' -> '.join(found)}; mark the way back 'rework: true'"
            return


def _names(content: dict[str, Any], stations: dict[str, Any]) -> Iterator[Fault]:
    calendars, crews = _mapping(content, "calendars"), _mapping(content, "crews")
    for name, station in stations.items():
        calendar = station.get("calendar")
        if isinstance(calendar, str) and calendar not in calendars:
            yield ("stations", name, "calendar"), f"no calendar '{calendar}'{did_you_mean(calendar, calendars)}"
        failures = station.get("failures")
        crew = failures.get("crew") if isinstance(failures, dict) else None
        if isinstance(crew, str) and crew not in crews:
            yield ("stations", name, "failures", "crew"), f"no crew '{crew}'{did_you_mean(crew, crews)}"
        for crew in station.get("crew") if isinstance(station.get("crew"), dict) else ():
            if crew not in crews:
                yield ("stations", name, "crew"), f"no crew '{crew}'{did_you_mean(crew, crews)}"


def _units(line: Line) -> Iterator[Fault]:
    for name, buffer in line.buffers.items():
        if buffer.source not in line.stations or buffer.to not in line.stations:
            continue
        source, to = line.stations[buffer.source].step, line.stations[buffer.to].step
        wanted = {"m", "m**2"} if to.merges and to.unit == "cell" else {to.unit}
        if "lot" not in (source.makes, to.unit) and source.makes not in wanted:
            yield ("buffers", name), f"{source.kind} gives {source.makes}, but {to.kind} takes {' or '.join(wanted)}"
        if "lot" in (source.makes, to.unit) and source.makes != to.unit:
            yield ("buffers", name), f"{source.kind} and {to.kind} cannot follow each other: timed lots have no physics"
    physical = [name for name, station in line.stations.items() if station.step.unit != "lot"]
    if physical and line.cell is None:
        yield ("stations", physical[0]), "needs the product; declare 'cell:' with capacity, electrodes and parts"


def _defects(line: Line) -> Iterator[Fault]:
    known = {*CATALOGUE, *line.stations}
    for name, mode in line.defects.items():
        for place, born in enumerate(mode.born):
            if born not in known:
                yield ("defects", name, "born", place), f"no kind or station '{born}'{did_you_mean(born, known)}"
        for place, sight in enumerate(mode.seen):
            if sight.at not in known:
                yield (
                    ("defects", name, "seen", place, "at"),
                    f"no kind or station '{sight.at}'{did_you_mean(sight.at, known)}",
                )
        for place, name_at in enumerate(mode.rework.at if mode.rework else ()):
            if name_at not in known:
                yield (
                    ("defects", name, "rework", "at", place),
                    f"no kind or station '{name_at}'{did_you_mean(name_at, known)}",
                )
        back = mode.rework.to if mode.rework else None
        if back is not None and any(flaw.name == name for flaw in line.flaws):
            ways = {buffer.to for buffer in line.buffers.values() if buffer.rework}
            if back not in ways:
                yield ("defects", name, "rework", "to"), f"no buffer with 'rework: true' leads to '{back}'"
    if len(line.flaws) > MOST_FLAWS:
        yield ("defects",), f"{len(line.flaws)} flaws (mode x station); the mask of a cell holds {MOST_FLAWS}"


def _money(line: Line) -> Iterator[Fault]:
    places = [("stations", name, place.cost) for name, place in line.stations.items()]
    places += [("facilities", name, facility.cost) for name, facility in line.facilities.items()]
    steps = line.prices.steps if line.prices else {}
    for section, name, rows in places if line.prices else ():
        for row in rows:
            if row not in steps:
                yield (section, name, "cost"), f"no cost row '{row}'{did_you_mean(row, steps)}"
    contents = line.cell.contents if line.cell else {}
    for name, station in line.stations.items():
        for material in station.consumes:
            if material not in contents:
                text = f"no '{material}' in the cell{did_you_mean(material, contents)}"
                yield ("stations", name, "consumes", material), text
    if line.prices and line.cell and line.nameplate is None:
        yield ("prices",), "a plant with prices is laid out for a size; declare 'nameplate', such as '16 GWh/yr'"
    prices = line.prices.materials if line.prices else {}
    for material, amount in contents.items() if line.prices else ():
        price = prices.get(material)
        if price is None:
            yield ("cell",), f"no price of '{material}'{did_you_mean(material, prices)}"
        elif price.unit != amount.unit:
            yield (
                ("cell",),
                f"'{material}' is priced per {price.unit or 'piece'} but declared in {amount.unit or 'pieces'}",
            )


def _batches(line: Line) -> Iterator[Fault]:
    for name, station in line.stations.items():
        batch, boxes = station.batch, [line.buffers[box] for box in line.inboxes(name)]
        if batch is not None and (batch.lots is None) == (batch.units is None):
            yield ("stations", name, "batch"), "expected either 'lots' or 'units', the capacity of one server"
        if batch is not None and len([box for box in boxes if not box.rework]) != 1:
            yield ("stations", name, "batch"), "a station that takes batches has one inbox"
        need = station.combine if station.combine > 1 else (batch.lots or 1 if batch else 1)
        room = boxes[0].capacity if boxes else None
        if need > 1 and room is not None and room < need and (batch is None or batch.patience is None):
            yield ("stations", name), f"waits for {need} lots, but its buffer holds {room}; it would wait for ever"
        if station.combine > 1 and station.step.unit not in ("cell", "lot"):
            yield ("stations", name, "combine"), "only lots of cells, or timed lots, can be combined"


def _knobs(content: dict[str, Any], line: Line) -> Iterator[Fault]:
    for name, knob in line.knobs.items():
        node: Any = content
        for part in knob.path.split("."):
            node = node.get(part) if isinstance(node, dict) else None
        if node is None:
            yield ("knobs", name, "path"), f"nothing stands at '{knob.path}'"
