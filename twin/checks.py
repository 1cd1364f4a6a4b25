"""What must hold between the parts of a plant: routes, names, units.

The checks work on the file's plain data, so that they all speak even when single values are wrong too.
"""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Any

from twin.line import Line
from twin.material import MOST_FLAWS
from twin.needs import needs_of_stations
from twin.problems import did_you_mean
from twin.steps import CATALOGUE, Step

Fault = tuple[tuple[str | int, ...], str]


def faults_of_line(content: dict[str, Any], line: Line | None) -> Iterator[Fault]:
    """Yield every fault between the parts of a plant as (path, text).

    Args:
        content: the file's plain data.
        line: the checked line; None when single values are wrong, then prices and flaws are not checked.
    """
    stations, buffers = _mapping(content, "stations"), _mapping(content, "buffers")
    if stations and isinstance(content.get("buffers", {}), dict):
        # where no buffer can be read, every station would seem to be alone; and the other way round
        yield from _dangling(stations, buffers)
        yield from _inboxes(stations, buffers)
        yield from _cycles(stations, buffers)
        yield from _electrodes(stations, buffers)
        yield from _slurries(stations, buffers)
        yield from _units(content, stations, buffers)
        yield from _knobs(content)
    yield from _names(content, stations)
    yield from _gauges(content, stations)
    yield from _batches(stations, buffers)
    if line is not None:
        yield from needs_of_stations(line)
        yield from _flaws(line)
        yield from _money(line)


def _mapping(content: dict[str, Any], key: str) -> dict[str, Any]:
    """Return a part of the plant; in it what should be a mapping and is none is empty."""
    found = content.get(key)
    return {k: v if isinstance(v, dict) else {} for k, v in found.items()} if isinstance(found, dict) else {}


def _text(node: dict[str, Any], key: str) -> str | None:
    """Return the text at a key; None when there is none."""
    found = node.get(key)
    return found if isinstance(found, str) else None


def _whole(node: dict[str, Any], key: str) -> int | None:
    """Return what stands at a key as a whole number; None when it is none."""
    try:
        return int(node[key])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def _kind(station: dict[str, Any]) -> type[Step] | None:
    step = station.get("step")
    return CATALOGUE.get(_text(step, "kind") or "") if isinstance(step, dict) else None


def _boxes(buffers: dict[str, Any], end: str, station: str) -> list[str]:
    """Return the names of the buffers at a station, without ways back."""
    return [name for name, buffer in buffers.items() if buffer.get(end) == station and buffer.get("rework") is not True]


def _alone(stations: dict[str, Any], buffers: dict[str, Any]) -> list[str]:
    """Return the stations among several that no buffer leads to or from."""
    ends = {_text(buffer, end) for buffer in buffers.values() for end in ("from", "to")}
    return [name for name in stations if name not in ends] if len(stations) > 1 else []


def _dangling(stations: dict[str, Any], buffers: dict[str, Any]) -> Iterator[Fault]:
    for name, buffer in buffers.items():
        for end in ("from", "to"):
            there = _text(buffer, end)
            if there is not None and there not in stations:
                yield ("buffers", name, end), f"no station '{there}'{did_you_mean(there, stations)}"
    for name in _alone(stations, buffers):
        yield ("stations", name), "stands in no route; add a buffer from or to it"


def _inboxes(stations: dict[str, Any], buffers: dict[str, Any]) -> Iterator[Fault]:
    alone = _alone(stations, buffers)
    for name, station in ((name, station) for name, station in stations.items() if name not in alone):
        kind, inboxes, outboxes = _kind(station), _boxes(buffers, "to", name), _boxes(buffers, "from", name)
        word = station["step"]["kind"] if kind else ""
        if kind is not None and kind.merges and len(inboxes) < 2:
            yield ("stations", name), f"{word} merges, but has {len(inboxes)} inbox; give it one for each part"
        if kind is not None and kind.merges is False and len(inboxes) > 1:
            yield ("stations", name), f"{word} has one inbox at most, but {', '.join(inboxes)} lead to it"
        if kind is not None and kind.begins and inboxes:
            yield ("stations", name), f"{word} begins a route, but {', '.join(inboxes)} lead to it"
        if kind is not None and kind.begins is False and not kind.merges and not inboxes:
            yield ("stations", name), f"{word} has no inbox; add a buffer that leads to it"
        if len(outboxes) > 1:
            yield ("stations", name), f"fills {', '.join(outboxes)}; a station hands over to one buffer"


def _cycles(stations: dict[str, Any], buffers: dict[str, Any]) -> Iterator[Fault]:
    before = {name: [_text(buffers[box], "from") for box in _boxes(buffers, "to", name)] for name in stations}
    try:
        TopologicalSorter(before).prepare()
    except CycleError as error:
        circle, order = list(error.args[1]), list(stations)
        back = next((a, b) for a, b in pairwise(circle) if order.index(a) >= order.index(b))
        box = next(box for box in _boxes(buffers, "to", back[1]) if buffers[box].get("from") == back[0])
        text = f"material runs in a circle, {' -> '.join(circle)}; mark the way back 'rework: true'"
        yield ("buffers", box), text


def _electrodes(stations: dict[str, Any], buffers: dict[str, Any]) -> Iterator[Fault]:
    """Yield coaters that get the other electrode's slurry, and stacks that lack an electrode."""
    for name, station in stations.items():
        kind, inboxes = _kind(station), _boxes(buffers, "to", name)
        feeding = {box: _made_of(stations, buffers, _text(buffers[box], "from")) for box in inboxes}
        own = _text(station["step"], "electrode") if kind is not None and kind.unit == "kg" else None
        for box, parts in feeding.items():
            if own is not None and parts and own not in parts:
                yield ("buffers", box), f"brings {' and '.join(parts)} to '{name}', which works on the {own}"
        if kind is not None and kind.merges and kind.unit == "cell" and len(inboxes) > 1 and all(feeding.values()):
            missing = {"cathode", "anode"}.difference(*feeding.values())
            for part in sorted(missing):
                yield ("stations", name), f"gets no {part}; add a buffer that brings it"


def _slurries(stations: dict[str, Any], buffers: dict[str, Any]) -> Iterator[Fault]:
    """Yield coaters that compute a film from a slurry whose mixer does not say how it flows."""
    steps = {name: station["step"] for name, station in stations.items() if isinstance(station.get("step"), dict)}
    for name, step in steps.items():
        computes = [part for part in ("die", "dryer") if step.get(part) is not None]
        for source in [_text(buffers[box], "from") or "" for box in _boxes(buffers, "to", name)] if computes else ():
            mixer = steps.get(source, {})
            if mixer.get("kind") == "mixing" and mixer.get("rheology") is None:
                yield ("stations", source, "step"), f"'{name}' has a {computes[0]}; declare the slurry's 'rheology'"


def _made_of(stations: dict[str, Any], buffers: dict[str, Any], first: str | None) -> list[str]:
    """Return which electrodes, or separator, come out of a station; nothing when that cannot be told."""
    found, seen, ahead = set(), set(), [first]
    while ahead:
        name = ahead.pop()
        station = stations.get(name or "")
        kind = _kind(station) if station is not None and name not in seen else None
        seen.add(name)
        if station is None or kind is None:
            continue
        ahead.extend(_text(buffers[box], "from") for box in _boxes(buffers, "to", name or ""))
        part = "separator" if kind.unit == "m**2" else _text(station["step"], "electrode")
        found |= {part} if part is not None and kind.begins else set()
    return sorted(found)


def _units(content: dict[str, Any], stations: dict[str, Any], buffers: dict[str, Any]) -> Iterator[Fault]:
    kinds = {name: (station["step"]["kind"], _kind(station)) for name, station in stations.items() if _kind(station)}
    for name, buffer in buffers.items():
        source, giver = kinds.get(_text(buffer, "from") or "", ("", None))
        to, taker = kinds.get(_text(buffer, "to") or "", ("", None))
        if giver is None or taker is None:
            continue
        wanted = ["m", "m**2"] if taker.merges and taker.unit == "cell" else [taker.unit]
        if "lot" not in (giver.makes, taker.unit) and giver.makes not in wanted:
            yield ("buffers", name), f"{source} gives {giver.makes}, but {to} takes {' or '.join(wanted)}"
        if "lot" in (giver.makes, taker.unit) and giver.makes != taker.unit:
            yield ("buffers", name), f"{source} and {to} cannot follow each other: timed lots have no physics"
    physical = [name for name, (_, kind) in kinds.items() if kind is not None and kind.unit != "lot"]
    if physical and "cell" not in content:
        yield ("stations", physical[0]), "needs the product; declare 'cell:' with capacity, electrodes and parts"
    if any(kind is not None and kind.makes == "cell" for _, kind in kinds.values()):
        for name, (word, kind) in kinds.items():
            if kind is not None and kind.makes not in ("cell", "lot") and not _boxes(buffers, "from", name):
                yield ("stations", name), f"{word} gives {kind.makes}, which leads nowhere; add a buffer from it"


def _names(content: dict[str, Any], stations: dict[str, Any]) -> Iterator[Fault]:
    calendars, crews = _mapping(content, "calendars"), _mapping(content, "crews")
    for name, station in stations.items():
        for key in ("calendar", "cost_calendar"):
            calendar = _text(station, key)
            if calendar is not None and calendar not in calendars:
                yield ("stations", name, key), f"no calendar '{calendar}'{did_you_mean(calendar, calendars)}"
        failures, crew = station.get("failures"), station.get("crew")
        repair = _text(failures, "crew") if isinstance(failures, dict) else None
        if repair is not None and repair not in crews:
            yield ("stations", name, "failures", "crew"), f"no crew '{repair}'{did_you_mean(repair, crews)}"
        for crowd in crew if isinstance(crew, dict) else ():
            if crowd not in crews:
                yield ("stations", name, "crew", crowd), f"no crew '{crowd}'{did_you_mean(crowd, crews)}"


def _gauges(content: dict[str, Any], stations: dict[str, Any]) -> Iterator[Fault]:
    known = {*CATALOGUE, *stations}
    modes = _mapping(content, "defects")
    for name, station in stations.items():
        for gauge, declared in _mapping(station, "gauges").items():
            mode = _text(declared, "mode")
            if mode is not None and mode not in modes:
                yield ("stations", name, "gauges", gauge, "mode"), f"no defect mode '{mode}'{did_you_mean(mode, modes)}"
    for name, mode in modes.items():
        for way, word in _places(mode):
            if isinstance(word, str) and word not in known:
                yield ("defects", name, *way), f"no kind or station '{word}'{did_you_mean(word, known)}"


def _places(mode: dict[str, Any]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield every kind or station that a defect mode names, with where it does so."""
    rework = mode.get("rework")
    born, cured = mode.get("born"), rework.get("at") if isinstance(rework, dict) else None
    for place, word in enumerate(born if isinstance(born, list) else ()):
        yield ("born", place), word
    for place, word in enumerate(cured if isinstance(cured, list) else ()):
        yield ("rework", "at", place), word
    seen = mode.get("seen")
    for place, sight in enumerate(seen if isinstance(seen, list) else ()):
        if isinstance(sight, dict):
            yield ("seen", place, "at"), sight.get("at")


def _flaws(line: Line) -> Iterator[Fault]:
    ways = {buffer.to for buffer in line.buffers.values() if buffer.rework}
    for name in dict.fromkeys(flaw.name for flaw in line.flaws):
        rework = line.defects[name].rework
        if rework is not None and rework.to is not None and rework.to not in ways:
            yield ("defects", name, "rework", "to"), f"no buffer with 'rework: true' leads to '{rework.to}'"
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
            if material not in contents and (line.cell or station.step.unit == "lot"):
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


def _batches(stations: dict[str, Any], buffers: dict[str, Any]) -> Iterator[Fault]:
    alone = _alone(stations, buffers)
    for name, station in stations.items():
        given, boxes = station.get("batch"), _boxes(buffers, "to", name)
        batch: dict[str, Any] = given if isinstance(given, dict) else {}
        if given is not None and ("lots" in batch) == ("units" in batch):
            yield ("stations", name, "batch"), "expected either 'lots' or 'units', the capacity of one server"
        combine = _whole(station, "combine") or 1
        if (given is not None or combine > 1) and len(boxes) != 1 and name not in alone:
            yield ("stations", name, "batch"), "a station that takes batches, or combines lots, has one inbox"
        need = combine if combine > 1 else _whole(batch, "lots") or 1
        room = _whole(buffers[boxes[0]], "capacity") if boxes else None
        if need > 1 and room is not None and room < need and batch.get("patience") is None:
            text = f"waits for {need} lots, but its buffer '{boxes[0]}' holds {room}; it would wait for ever"
            cause = "combine" if combine > 1 else "batch"
            yield ("stations", name, cause), f"{text}; give the buffer more room, or the batch a 'patience'"
        kind = _kind(station)
        if combine > 1 and kind is not None and kind.unit not in ("cell", "lot"):
            yield ("stations", name, "combine"), "only lots of cells, or timed lots, can be combined"


def _knobs(content: dict[str, Any]) -> Iterator[Fault]:
    for name, knob in _mapping(content, "knobs").items():
        paths = knob.get("path")
        for path in paths if isinstance(paths, list) else [paths]:
            node: Any = content
            for part in path.split(".") if isinstance(path, str) else ():
                known: dict[str, Any] = node if isinstance(node, dict) else {}
                node = known.get(part)
                if node is None:
                    yield ("knobs", name, "path"), f"nothing stands at '{path}'{did_you_mean(part, known)}"
                    break
