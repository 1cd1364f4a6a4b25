"""More machines in a branch than there were: every server gets its new number, and the new ones begin at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from twin.compiled.state import NONE, Records, World
from twin.journal import State
from twin.line import Line
from twin.present.file import Present

Numbers = NDArray[np.int64]

# where servers are named by their number
_NAMED = {
    "servers": ("next_idle", "next_asking"),
    "stations": ("idle_head", "idle_tail"),
    "pools": ("first", "last"),
    "lots": ("holder",),
}


def with_more_servers(present: Present, empty: World, line: Line) -> Present:
    """Return a saved plant with the servers of a branch.

    Args:
        present: the plant.
        empty: the branch, empty; no station of it has fewer servers.
        line: the branch as declared.
    """
    was, now = present.laid_out["servers"], empty.parts["servers"]
    if len(was) == len(now):
        return present
    arrays = {name: array.copy() for name, array in present.arrays.items()}
    # the new number of each server that was there; the last row stands for none
    numbers = np.append(np.flatnonzero(_was_there(was, now)), NONE)
    for name, fields in _NAMED.items():
        for field in fields:
            arrays[name][field] = numbers[arrays[name][field]]
    old, time = numbers[:-1], present.header.time
    due, first = empty.parts["due"].copy(), ("first_use", "first_due")
    due["value"] += time
    uses = empty.parts["uses"].copy()
    for field, saved, grown in zip(first, (arrays["uses"], arrays["due"]), (uses, due), strict=True):
        to = _rows_of_servers(now[field], len(grown), old)
        grown[to] = saved
    _begin_new(arrays, empty, old)
    _starve_new(arrays["clocks"], np.bincount(now["station"]) - np.bincount(was["station"]), line, time)
    arrays["lives"] = _lives(arrays["lives"], int(arrays["root"]["lives_kept"][0]), was["wear"], now["wear"], old)
    arrays |= {"uses": uses, "due": due, "servers": _spread(arrays["servers"], now, old)}
    return replace(present, arrays=arrays, laid_out={**present.laid_out, "servers": _spread(was, now, old)})


def _was_there(was: Records, now: Records) -> NDArray[np.bool_]:
    """Return which servers of a branch were there before: the first ones of each station."""
    there: NDArray[np.bool_] = now["number"] < np.bincount(was["station"])[now["station"]]
    return there


def _spread(rows: Records, empty: Records, numbers: Numbers) -> Records:
    """Return rows of servers at their new numbers, between those of servers that have not begun."""
    found = empty.copy()
    found[numbers] = rows
    return found


def _rows_of_servers(first: Records, size: int, numbers: Numbers) -> Numbers:
    """Return the rows that some servers have in an array in which each has its first row. Shape (rows,)."""
    end = np.append(first[1:], size)
    return np.concatenate([np.arange(first[number], end[number]) for number in numbers]).astype(np.int64)


def _lives(lives: Records, kept: int, was: Numbers, now: Numbers, numbers: Numbers) -> Records:
    """Return the rings of lives of machines that fail, at their new rows."""
    fails = was != NONE
    found = np.zeros((int(np.count_nonzero(now != NONE)), kept), lives.dtype)
    found[now[numbers][fails]] = lives.reshape(-1, kept)[was[fails]]
    return found.ravel()


def _begin_new(arrays: dict[str, Records], empty: World, old: Numbers) -> None:
    """Write the events to come with the new numbers, and let the new servers go on after all of them."""
    root, heap, ring = arrays["root"], empty.parts["heap"].copy(), np.zeros_like(empty.parts["ring"])
    count = int(root["timeouts"][0])
    heap[:count] = arrays["heap"][:count]
    whose = heap["who"][:count]
    whose[whose >= 0] = old[whose[whose >= 0]]
    new = np.setdiff1d(np.arange(len(empty.parts["servers"])), old)
    scheduled = int(root["scheduled"][0])
    ring["who"][: len(new)], ring["order"][: len(new)] = new, scheduled + np.arange(len(new))
    root["first_due"], root["due_now"], root["scheduled"] = 0, len(new), scheduled + len(new)
    arrays |= {"heap": heap, "ring": ring}


def _starve_new(clocks: Records, more: Numbers, line: Line, now: float) -> None:
    """Let new servers of each station be starved from now on [s]."""
    by_station = clocks.reshape(len(more), len(State))
    for station, clock, count in zip(line.stations.values(), by_station, more.tolist(), strict=True):
        starved, off_shift = clock[State.STARVED : State.STARVED + 1], clock[State.OFF_SHIFT : State.OFF_SHIFT + 1]
        # the time since the last change will be counted for them as well, so it is taken off before
        passed = staffed = now - float(starved["since"][0])
        if station.calendar is not None and line.staffed(station.calendar) < 1:
            calendar = line.calendars[station.calendar]
            staffed = calendar.staffed(now) - calendar.staffed(float(starved["since"][0]))
        starved["seconds"] -= count * staffed
        off_shift["seconds"] -= count * (passed - staffed)
        starved["servers"] += count
