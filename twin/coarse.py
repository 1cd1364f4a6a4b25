"""A plant with larger lots: k lots move as one, so that there are k times fewer of them to follow.

What a lot holds grows k times, and so does what each roll and lot takes. Machines that work at a rate stay as many and
take k times as long. Places where a lot rests become k times fewer; where they cannot be shared out evenly, a turn
takes a little longer or shorter instead, so that the capacity is what it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

from twin.declared import Declared
from twin.equipment import Setup, Station
from twin.line import Buffer, Line
from twin.problems import InputError
from twin.sizing import Capacity, capacity

MOST = 1000

_Kind = TypeVar("_Kind", bound=Declared)


class Coarse(NamedTuple):
    """A line whose lots stand for several, and what is counted otherwise because of that.

    Attributes:
        line: with its lots, servers, buffers and set-ups.
        lots: how many of the declared lots one stands for.
        each: how many of the declared servers one stands for, by station; 1 where it is not said [-].
        pace: how much longer a turn takes than its step says, by station; 1 where it is not said [-].
    """

    line: Line
    lots: int = 1
    each: Mapping[str, float] = {}
    pace: Mapping[str, float] = {}


class _Fewer(NamedTuple):
    """A station with larger lots: itself, the declared servers that one stands for, the pace of its turns [-]."""

    station: Station
    each: float
    pace: float


def coarser(line: Line, lots: int) -> Coarse:
    """Return a line with ``lots`` lots moving as one.

    Raises:
        InputError: no whole number of lots, a line whose lots hold nothing, or lots so large that they would grow too
            old while a machine is busy with one.
    """
    if isinstance(lots, bool) or not isinstance(lots, int) or not 1 <= lots <= MOST:
        raise InputError(f"--lot-scale {lots}: expected a whole number from 1 to {MOST}")
    if lots == 1:
        return Coarse(line)
    if line.cell is None:
        raise InputError(
            f"--lot-scale {lots}: the lots of {line.name} hold no cells, so they cannot be larger; leave it at 1"
        )
    able = capacity(line)
    fewer = {name: _fewer(station, lots, able[name]) for name, station in line.stations.items()}
    buffers = {name: _smaller(buffer, lots) for name, buffer in line.buffers.items()}
    stations = {name: one.station for name, one in fewer.items()}
    coarse = Coarse(
        _changed(line, stations=stations, buffers=buffers),
        lots,
        {name: one.each for name, one in fewer.items()},
        {name: one.pace for name, one in fewer.items()},
    )
    _refuse_what_grows_old(line, coarse)
    return coarse


def _fewer(station: Station, lots: int, able: Capacity) -> _Fewer:
    """Return a station for lots that are so many times as large.

    Args:
        station: as declared.
        lots: how many move as one.
        able: what it can make as declared.
    """
    step = station.step
    changes: dict[str, Any] = {
        "step": _changed(step, **{name: lots * getattr(step, name) for name in step.grows}) if step.grows else step
    }
    if not step.by_time:
        changes["setups"] = {name: _rarer(setup, lots) for name, setup in station.setups.items()}
        if station.batch is not None and station.batch.units is not None:
            changes["batch"] = _changed(station.batch, units=lots * station.batch.units)
        return _Fewer(_changed(station, **changes), 1.0, 1.0)
    at_once = max(1, round(able.lots / lots))
    servers = max(1, round(station.servers * able.lots / (lots * at_once)))
    each = station.servers / servers
    if station.batch is not None and station.batch.lots is not None:
        changes["batch"] = _changed(station.batch, lots=at_once)
    elif station.batch is not None and station.batch.units is not None:
        changes["batch"] = _changed(station.batch, units=station.batch.units / able.lots * at_once * lots)
    pace = servers * at_once * lots / (station.servers * able.lots)
    changes["setups"] = {name: _rarer(setup, pace) for name, setup in station.setups.items()}
    changes["crew"] = {name: people * each for name, people in station.crew.items()}
    return _Fewer(_changed(station, servers=servers, **changes), each, pace)


def _rarer(setup: Setup, turns: float) -> Setup:
    """Return a set-up that takes the same share of a server's time when a turn stands for several."""
    if setup.every_lots is None:
        return setup
    every = max(1, round(setup.every_lots / turns))
    return _changed(setup, every_lots=every, takes=setup.takes * every * turns / setup.every_lots)


def _smaller(buffer: Buffer, lots: int) -> Buffer:
    """Return a buffer that holds about as many cells, and one lot at least."""
    return _changed(buffer, capacity=max(1, round(buffer.capacity / lots))) if buffer.capacity else buffer


def _refuse_what_grows_old(line: Line, coarse: Coarse) -> None:
    """Refuse lots on which a machine works longer than the next ones may wait for it.

    Raises:
        InputError: with all buffers where that is so.
    """
    able = capacity(coarse.line)
    wrong, most = [], float(coarse.lots)
    for name, buffer in line.buffers.items():
        taker = coarse.line.stations[buffer.to]
        # a place of rest has others beside it; one lot a turn is what a single machine takes
        between = able[buffer.to].seconds * coarse.pace[buffer.to] / (taker.servers * able[buffer.to].lots)
        if buffer.shelf_life is not None and between > buffer.shelf_life:
            wrong.append(f"'{name}' may keep a lot for {buffer.shelf_life / 3600:.3g} h, and {buffer.to} takes one")
            wrong[-1] += f" every {between / 3600:.3g} h"
            most = min(most, coarse.lots * buffer.shelf_life / between)
    if wrong:
        cure = f"choose {max(1, int(most))} or less"
        raise InputError(f"--lot-scale {coarse.lots}: {'; '.join(wrong)}; {cure}")


def _changed(declared: _Kind, **changes: Any) -> _Kind:
    """Return a declared object with other values, without what it has worked out from the old ones."""
    found = declared.model_copy(update=changes)
    for name in set(found.__dict__) - set(type(found).model_fields):
        del found.__dict__[name]
    return found
