"""A future that begins where another run was saved: what may differ in it, and the state that it begins with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from twin.coarse import coarser
from twin.compiled.state import PARTS, REASONS, WORLD, Records, World
from twin.flow import Plant
from twin.journal import Journal
from twin.line import Line, line_sha256
from twin.present.codec import as_arrays, from_arrays, kinds
from twin.present.file import Header, Present, read_present
from twin.present.from_flow import world_of_flow
from twin.present.from_plant import Things, things_of
from twin.present.from_workshop import things_of_workshop
from twin.present.room import let_in
from twin.present.servers import with_more_servers
from twin.present.to_flow import set_flow_going
from twin.present.to_plant import set_plant_going
from twin.present.to_workshop import set_workshop_going
from twin.present.worn import WORN, drawn_anew, wear_plant, wear_world, with_lives, worn_in_plant, worn_in_world
from twin.problems import InputError, Problem
from twin.run import Run
from twin.timed import Timed

if TYPE_CHECKING:
    from twin.compiled.workshop import Workshop

# found again by their keys
_DRAWN = ("numbers", "blocks", "draws", "layers")
# what only changes while a plant runs: nothing in it is as declared
_ONLY_NOW = ("lots", "uses", "due", "heap", "ring", "clocks", "lives")
# of the root: where things are in memory, and rows that wait for the journal
_IN_MEMORY = {name for name in WORLD.names or () if name.startswith("visit_") or name.endswith(("_used", "_rows"))}
_IN_MEMORY |= {*PARTS, *REASONS, "budget", "reasons", "shelf_life"}


def structure_of(line: Line) -> dict[str, Any]:
    """Return what a plant and its branches have in common: what stands in it, and what its lots are made of."""
    stations = {}
    for name, station in line.stations.items():
        step = station.step
        stations[name] = {
            "kind": step.kind,
            "servers": station.servers,
            "combine": station.combine,
            "split": step.split if isinstance(step, Timed) else 1,
            "setups": list(station.setups),
            "maintenance": list(station.maintenance),
            "failures": "declared" if station.failures else "none",
            "repair crew": (station.failures.crew if station.failures else None) or "none",
            "crew": list(station.crew),
            "calendar": "declared" if line.staffed(station.calendar) < 1 else "none",
        }
    buffers = {
        name: {"from": buffer.source, "to": buffer.to, "rework": buffer.rework} for name, buffer in line.buffers.items()
    }
    flaws: dict[str, Any] = {f"{flaw.name}@{flaw.station}": {} for flaw in line.flaws}
    return {"stations": stations, "buffers": buffers, "crews": {name: {} for name in line.crews}, "flaws": flaws}


def is_timed(line: Line) -> bool:
    """Return whether a line has timed stations alone, so that its state is that of both engines."""
    return all(isinstance(station.step, Timed) for station in line.stations.values())


def present_of(world: World, journal: Journal, seed: int, begun: Present | None = None) -> Present:
    """Return a plant as it is now.

    Args:
        world: its state; nothing is due.
        journal: its journal.
        seed: key of its luck.
        begun: the state with which it has begun; None for an empty plant.
    """
    from twin.compiled.layout import empty_plant

    line, empty = journal.line, empty_plant(journal.line)
    header = Header(
        float(world.root["now"][0]), seed, line.name, line_sha256(line), journal.reasons, structure_of(line)
    )
    arrays = {name: array for name, array in world.parts.items() if name not in _DRAWN}
    laid_out = {name: empty.parts[name] for name in arrays if name not in _ONLY_NOW}
    worn = with_lives(worn_in_world(world), line, seed, begun.worn if begun else None)
    return Present(header, {"root": world.root, **arrays}, {"root": empty.root, **laid_out}, worn)


def present_of_plant(plant: Plant, journal: Journal, run: Run, begun: Present | None = None) -> Present:
    """Return a plant in SimPy as it is now.

    Args:
        plant: the plant; nothing is due.
        journal: its journal.
        run: the run that it is in.
        begun: the state with which it has begun; None for an empty plant.
    """
    if is_timed(journal.line):
        return present_of(world_of_flow(plant), journal, run.seed, begun)
    return _present_of_things(things_of(plant), worn_in_plant(plant), plant.line, journal, run, begun)


def present_of_workshop(workshop: Workshop, journal: Journal, run: Run, begun: Present | None = None) -> Present:
    """Return a plant with physics in machine code as it is now; see ``present_of_plant``."""
    things, worn = things_of_workshop(workshop), worn_in_world(workshop.world)
    return _present_of_things(things, worn, workshop.flow.line, journal, run, begun)


def _present_of_things(
    things: Things, worn: Records, laid_out: Line, journal: Journal, run: Run, begun: Present | None
) -> Present:
    line = journal.line
    said = (things["now"], run.seed, line.name, line_sha256(line), journal.reasons, structure_of(laid_out))
    header = Header(*said, run.lot_scale, run.evaluate, kinds(), gauges_of(line))
    lived = with_lives(worn, line, run.seed, begun.worn if begun else None)
    return Present(header, {}, {}, lived, as_arrays(things))


def gauges_of(line: Line) -> list[str]:
    """Return the names of a line's gauges, in the order of their numbers."""
    return [f"{station}.{name}" for station, name, _ in line.gauges]


def go_on(plant: Plant | Workshop, present: Present, run: Run) -> None:
    """Let a plant that has not begun go on from a state: one in SimPy, or one with physics in machine code.

    Args:
        plant: the plant.
        present: the state.
        run: the branch; its line has no faults.

    Raises:
        InputError: the state is damaged.
    """
    if isinstance(plant, Plant) and not present.things:
        set_flow_going(plant, world_of(present, run.line))
        return
    now = {name: number for number, name in enumerate(gauges_of(run.line))}
    gauges = [now.get(name) for name in present.header.gauges]
    try:
        things = from_arrays(present.things)
        if isinstance(plant, Plant):
            set_plant_going(plant, things, gauges)
            wear_plant(plant, present.worn)
        else:
            set_workshop_going(plant, things, gauges, present.worn, run.seed)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        where = f"--from-state {run.from_state}"
        raise InputError(f"{where}: the file is damaged ({error}); save the state again") from None


def world_of(present: Present, line: Line) -> World:
    """Return the state with which a branch begins: as it was saved, with what the branch declares otherwise.

    Args:
        present: the plant as saved.
        line: the branch; it has no faults.
    """
    from twin.compiled.layout import empty_plant

    world = empty_plant(line)
    present = with_more_servers(present, world, line)
    for name, saved in present.arrays.items():
        if name == "root":
            _join(world.root, saved, present.laid_out[name], keep=_IN_MEMORY)
            # an empty plant begins with as many events as it has servers
            for field in ("due_now", "scheduled"):
                world.root[field] = saved[field]
        elif name == "pools":
            # who is asked for more people than there are any more waits until some are free
            more = world.parts[name]["free"] - present.laid_out[name]["free"]
            world.parts[name] = saved.copy()
            world.parts[name]["free"] += more
        elif name not in _ONLY_NOW:
            _join(world.parts[name], saved, present.laid_out[name])
        else:
            world.parts[name] = saved.copy()
    wear_world(world, present.worn)
    world.connect()
    let_in(world)
    return world


def _join(now: Records, saved: Records, laid_out: Records, keep: set[str] = frozenset()) -> None:  # type: ignore[assignment]
    """Put what was saved into arrays of an empty plant, but for what is declared otherwise than it was."""
    if now.shape != laid_out.shape:
        # a part of the declaration that has grown or shrunk
        return
    for field in now.dtype.names or ():
        if field not in keep:
            same = now[field] == laid_out[field]
            now[field][same] = saved[field][same]


def branch_from(path: Path, run: Run) -> Present:
    """Return a saved plant from which a run can go on.

    Raises:
        InputError: the file cannot be used, or the line differs in what may not.
    """
    present, line = read_present(path), run.line
    strange = present.header.kinds != kinds() if present.things else _strange_parts(present)
    if strange or present.worn.dtype != WORN:
        raise InputError(
            f"--from-state {path}: another version of gigatwin has saved it, whose plants have other parts; "
            "go on with that version, or save the state again"
        )
    faults = [
        f"--{name.replace('_', '-')} was {before} in the saved plant, now it is {asked}"
        for name in ("lot_scale", "evaluate")
        if (before := getattr(present.header, name)) != (asked := getattr(run, name))
    ]
    if not faults:
        was, now = present.header.structure, structure_of(coarser(line, run.lot_scale).line)
        for what in ("station", "buffer", "crew", "flaw"):
            faults += _differences(what, was[f"{what}s"], now[f"{what}s"])
    if faults:
        raise InputError(Problem(str(path), 0, "", fault) for fault in faults)
    if run.seed == present.header.seed:
        return present
    return replace(present, worn=drawn_anew(present.worn, line, run.seed))


def _differences(what: str, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """Yield how the stations or buffers of a branch are not those of the plant."""
    for name in [name for name in was if name not in now]:
        yield f"{what} '{name}' of the saved plant is missing"
    for name in [name for name in now if name not in was]:
        yield f"{what} '{name}' was not in the saved plant"
    if was.keys() == now.keys() and list(was) != list(now):
        yield f"the {what}s stand in another order than in the saved plant"
    for name in [name for name in was if name in now]:
        for key in was[name]:
            # more machines may come, but none that holds lots may vanish
            if now[name][key] < was[name][key] if key == "servers" else now[name][key] != was[name][key]:
                yield f"{key} of {what} '{name}' was {_said(was[name][key])}, now it is {_said(now[name][key])}"


def _said(value: Any) -> str:
    return (", ".join(value) or "none") if isinstance(value, list) else str(value)


def _strange_parts(present: Present) -> bool:
    """Return whether the arrays are not those of this gigatwin, as when another version has saved them."""
    wanted: dict[str, np.dtype[Any]] = {"root": WORLD, **{n: kind for n, kind in PARTS.items() if n not in _DRAWN}}
    kinds = {name: array.dtype for name, array in present.arrays.items()}
    laid_out = {name: array.dtype for name, array in present.laid_out.items()}
    return kinds != wanted or laid_out != {name: kind for name, kind in wanted.items() if name not in _ONLY_NOW}
