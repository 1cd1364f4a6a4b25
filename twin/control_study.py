"""Controllers of a coater side by side on the same webs: what each leaves over, costs and saves."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.bought import upstream
from twin.control.bank import Bank
from twin.control.cross_web import PIECE
from twin.control.disturbance import least_variance
from twin.control.loop import NONE, Loop, Rolls, run_rolls
from twin.electrode.coating import OUT_OF_TOLERANCE, Coating
from twin.folder import write_json
from twin.line import Line
from twin.material import Slurry
from twin.occasion import Occasion
from twin.output_analysis import mean_interval
from twin.plant_cost import priced, unit_costs
from twin.prices import SECONDS_PER_YEAR, Factors
from twin.problems import InputError, did_you_mean
from twin.product import JOULES_PER_GWH, CellDesign
from twin.randomness import Luck, stream
from twin.report.control_pictures import draw_study
from twin.results import results_folder

Values = NDArray[np.float64]
CONTROL, OPEN = "control.json", "open"


@dataclass(frozen=True)
class Coater:
    """The coater whose controllers are compared.

    Attributes:
        line: the plant.
        name: of the station.
        step: its step.
        loop: its loop, at the level of disturbance that was asked for.
        cell: the product.
        roll: web of one roll [m].
    """

    line: Line
    name: str
    step: Coating
    loop: Loop
    cell: CellDesign
    roll: float

    @property
    def length(self) -> float:
        """Web of a roll without its splice [m]."""
        return self.roll - self.step.splice


@dataclass(frozen=True)
class Tried:
    """One strategy on all rolls.

    Attributes:
        loop: with its choices.
        squares: mean square error of each roll [-]. Shape (rolls,).
        lost: share of each roll's web that is out of tolerance or scrapped at stops [-]. Shape (rolls,).
        out: share out of tolerance [-]. Shape (rolls,).
        power: variance of the loading along the web at each wave number [m]. Shape (wave numbers,).
        shown: loading error along one roll [-]. Shape (metres,).
        cpu: processor time for all rolls [s].
    """

    loop: Loop
    squares: Values
    lost: Values
    out: Values
    power: Values
    shown: Values
    cpu: float


@dataclass(frozen=True)
class Question:
    """What is to be compared.

    Attributes:
        strategies: names of controllers, with "+" and the name of a sensor, parted by commas; "" for all.
        level: how disturbed the coater is; "" for as it is declared.
        rolls: how many each coats.
        seed: key of all luck.
        station: the coater; "" for the first one that has a loop.
        out: folder; None for a new one under runs/.
    """

    strategies: str = ""
    level: str = ""
    rolls: int = 300
    seed: int = 1
    station: str = ""
    out: Path | None = None


def compare_controllers(line: Line, asked: Question, show: Callable[..., None]) -> Path:
    """Compare controllers on identical disturbances; writes ``control.json`` and pictures, and shows a table.

    Returns:
        The path of ``control.json``.

    Raises:
        InputError: no such strategy, level or station.
    """
    from twin.summary import table_of_control

    coater = _coater(line, asked)
    names, rolls, seed = _strategies(coater.loop, asked.strategies), asked.rolls, asked.seed
    folder = results_folder(asked.out, f"control-{line.name}")
    own = _name(coater.loop)
    tried = {name: _tried(coater, _with(coater.loop, name), rolls, seed) for name in dict.fromkeys([*names, OPEN])}
    found = _summed_up(coater, tried, names, own if own in names else names[0])
    write_json(folder / CONTROL, {**found, "rolls": rolls, "seed": seed})
    draw_study(found, tried, folder / "pictures")
    show(table_of_control(found))
    show(f"{folder / CONTROL} and {folder / 'pictures'}")
    return folder / CONTROL


def _coater(line: Line, asked: Question) -> Coater:
    """Return the coater to be looked at."""
    looped = [
        name for name, one in line.stations.items() if isinstance(one.step, Coating) and one.step.loop is not None
    ]
    if not looped or line.cell is None:
        raise InputError(f"{line.name} has no coater with a loading loop; see lines/base/coating_loop.yaml")
    name = asked.station or looped[0]
    if name not in looped:
        raise InputError(f"no coater '{name}' with a loading loop{did_you_mean(name, looped)}")
    step: Any = line.stations[name].step
    loop = step.loop.chosen(level=asked.level) if asked.level else step.loop
    for source in sorted(upstream(line)[name]):
        made = line.stations[source].step.make((), Occasion(Luck(asked.seed, source), 0, product=line.cell))
        for slurry in made.outputs:
            if isinstance(slurry, Slurry):
                return Coater(line, name, step, loop, line.cell, step.web(slurry.solids, line.cell) / step.rolls)
    raise InputError(f"no slurry comes to {name}; expected a mixing station before it")


def _strategies(loop: Loop, asked: str) -> list[str]:
    """Return the names of the strategies: those that were asked for, or all there are."""
    known = [
        *loop.controllers,
        *(f"{name}+{sensor}" for sensor in loop.sensors for name in loop.controllers),
    ]
    names = [name.strip() for name in asked.split(",") if name.strip()] if asked else known
    for name in names:
        if name not in known:
            raise InputError(f"no strategy '{name}'{did_you_mean(name, known)}")
    if not names:
        raise InputError("--strategies names none; expected such as 'open,pi,pi+density'")
    return list(dict.fromkeys(names))


def _with(loop: Loop, strategy: str) -> Loop:
    controller, _, sensor = strategy.partition("+")
    return loop.chosen(controller=controller, sensor=sensor or NONE)


def _name(loop: Loop) -> str:
    return loop.controller if loop.sensor == NONE else f"{loop.controller}+{loop.sensor}"


def _tried(coater: Coater, loop: Loop, rolls: int, seed: int) -> Tried:
    """Run the rolls through one strategy."""
    begun = time.process_time()
    step, metres = coater.step, int(coater.roll)
    run = run_rolls(loop, lambda purpose: stream(seed, "control", purpose), step.speed, (metres, rolls, step.lanes))
    cpu = time.process_time() - begun
    bank, begin = Bank(run, loop.tolerance), round(step.splice)
    length = metres - begin
    marked = [sum(size for _, size, _ in bank.marks(roll, begin, length)) for roll in range(rolls)]
    out = np.array(marked) / (length * step.lanes)
    stops = np.array(bank.stops) * step.start_stop / length
    # the bank has them in the order of their offsets, which is the same for all strategies
    order = np.argsort(run.offsets, kind="stable")
    squares = ((run.along[begin:] ** 2).mean(axis=0) + (run.across[begin // PIECE :] ** 2).mean(axis=(0, 2)))[order]
    one = order[int(0.8 * rolls)]
    return Tried(loop, squares, np.minimum(1.0, out + stops), out, _power(run, begin), run.along[:, one], cpu)


def _power(rolls: Rolls, begin: int) -> Values:
    """Return the mean variance along the web at each wave number, two-sided power put on one side [m]."""
    web = rolls.along[begin:] - rolls.along[begin:].mean(axis=0)
    window = np.hanning(len(web))[:, None]
    power: Values = 2 * (np.abs(np.fft.rfft(web * window, axis=0)) ** 2).mean(axis=1) / float((window**2).sum())
    return power


def _summed_up(coater: Coater, tried: dict[str, Tried], names: list[str], reference: str) -> dict[str, Any]:
    """Return what goes into ``control.json``: of the strategies that were asked for, against one of them."""
    line, loop, cell = coater.line, coater.loop, coater.cell
    servers = line.stations[coater.name].servers
    cells_per_gwh = JOULES_PER_GWH / cell.energy
    blind = loop.gauges[loop.gauge].distance
    money = _Money(coater) if line.prices is not None and line.nameplate is not None else None
    found, against = {}, tried[reference]
    for name in names:
        one = tried[name]
        extras = one.loop.extras
        found[name] = {
            "loading_sd_percent": 100 * float(np.sqrt(one.squares.mean())),
            "out_of_tolerance": float(one.out.mean()),
            "cells_lost_per_gwh": float(one.lost.mean()) * cells_per_gwh,
            "stopped_web": float((one.lost - one.out).mean()),
            "capital_usd": extras.capital * servers,
            "upkeep_usd_per_year": extras.upkeep * SECONDS_PER_YEAR * servers,
            "saved_usd_per_year": None if money is None else money.saved(one, tried[OPEN]),
            "cpu_s": one.cpu,
            "difference": {
                "loading_sd_percent": mean_interval((100 * (np.sqrt(one.squares) - np.sqrt(against.squares))).tolist()),
                "cells_lost_per_gwh": mean_interval(((one.lost - against.lost) * cells_per_gwh).tolist()),
            },
        }
    return {
        "line": line.name,
        "station": coater.name,
        "disturbance": loop.level,
        "gauge": loop.gauge,
        "cross_web": loop.cross_web,
        "coaters": servers,
        "roll_m": coater.roll,
        "reference": reference,
        "least_sd_percent": 100 * float(np.sqrt(least_variance(loop.disturbed, blind))),
        "strategies": found,
    }


class _Money:
    """What lost web and loops cost in a year.

    Web that the gauge marks is cut out: lost is what a cell had bought of this electrode, less what scrap brings back.
    What it misses ends in cells that are sold as grade B.

    Args:
        coater: the coater.
    """

    def __init__(self, coater: Coater) -> None:
        line = coater.line
        self._cell, self._prices, nameplate = priced(line)
        self._servers = line.stations[coater.name].servers
        self._cells = nameplate * SECONDS_PER_YEAR / self._cell.energy
        costs, before = unit_costs(line), upstream(line)[coater.name] | {coater.name}
        spent = sum(costs.material[name] + costs.energy[name] for name in before)
        self._cut = spent - costs.returned[coater.name]
        self._grade_b = (1 - self._prices.grade_b) * self._prices.cell_price * self._cell.energy
        mode = line.defects.get(OUT_OF_TOLERANCE)
        sights = [sight for sight in (mode.seen if mode else ()) if sight.at in (coater.name, coater.step.kind)]
        self._missed = float(np.prod([1 - sight.pod for sight in sights]))

    def saved(self, one: Tried, other: Tried) -> float:
        """Return what one strategy saves against another [USD/yr]."""
        return self._yearly(other) - self._yearly(one)

    def _yearly(self, one: Tried) -> float:
        extras, prices = one.loop.extras, self._prices
        takes = Factors(equipment=extras.capital, upkeep=extras.upkeep * SECONDS_PER_YEAR)
        accounts = prices.accounts(takes.times(self._servers), 0.0)
        out, lost = float(one.out.mean()), float(one.lost.mean())
        web = (lost - self._missed * out) * self._cut + self._missed * out * self._grade_b
        return self._cells * web / max(1 - lost, 0.01) + accounts.depreciation + accounts.overhead
