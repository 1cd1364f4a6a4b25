"""What the twin answers at each setting that is tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from optimize.cache import Cache
from optimize.figures import Interval, headline, interval
from optimize.plan_data import PER_CELL
from optimize.question import JOULES_PER_GWH, Question
from optimize.workers import Pool, Tell, ask_all
from twin import InputError, Journal, Line, Run, kpis, simulate, turn, unit_costs

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SECONDS_PER_YEAR = 365 * 86400.0
HOURS_PER_YEAR = 8760.0
JOULES_PER_KWH = 3.6e6
# a station that nothing visits takes no time; logarithms want a little
_NO_TIME = 1e-15
# time that goes by whether a server has work or not
_AWAY = ("off_shift", "maintenance", "engineering")
_IDLE = ("starved", "blocked")


@dataclass(frozen=True)
class Asked:
    """One run that is asked of the twin.

    Attributes:
        line: the plant as declared.
        settings: knobs to turn.
        days: measured time [d].
        warmup: time before it [d].
        seed: key of all luck.
    """

    line: Line
    settings: Mapping[str, Any]
    days: int
    warmup: int
    seed: int


@dataclass(frozen=True)
class Answer:
    """What one run says about the plant.

    Attributes:
        output: good cells, or finished lots of a line without a product [1/yr].
        kept: share of what a station works on that is not lost there; web that a stacker cuts out is lost [-].
        use: time that a cell takes of a station's servers, neither starved nor blocked; a year counts the hours in
            which a server is there [yr/cell].
        reach: output over what the slowest station could make, were it never starved or blocked [-].
        per_cell: what a good cell takes and brings, by the names of ``plan_data.PER_CELL``.
        figures: headline figures by name.
    """

    output: float
    kept: Mapping[str, float]
    use: Mapping[str, float]
    reach: float
    per_cell: Mapping[str, float]
    figures: Mapping[str, float]


@dataclass(frozen=True)
class Response:
    """The twin's answers at one setting, one for each replication.

    Attributes:
        settings: the knobs that were turned.
        answers: with the seeds counted on from the study's.
    """

    settings: Mapping[str, Any]
    answers: Sequence[Answer]

    def spread(self, figure: str) -> Interval:
        """Return a headline figure with its 95 % interval."""
        return interval([answer.figures[figure] for answer in self.answers])


def simulated(asked: Asked) -> Journal:
    """Return the journal of one run."""
    return simulate(Run(turn(asked.line, asked.settings), asked.days, asked.warmup, asked.seed, cells="none"))


def ask(asked: Asked) -> Answer:
    """Simulate one run and read from its journal what the planning model needs.

    Raises:
        InputError: the plant makes no good cell in the time.
    """
    journal = simulated(asked)
    kpi = kpis(journal)
    good = kpi["good_cells"] if journal.line.cell is not None else kpi["finished_lots"]
    if good <= 0:
        days = f"{asked.days} days after {asked.warmup} of warm-up"
        raise InputError(f"{asked.line.name} makes nothing good in {days}; give it more of both")
    years = (journal.end - journal.warmup) / SECONDS_PER_YEAR
    names, line, flow = journal.stations, journal.line, kpi["flow"]
    kept = {name: _kept(flow[name]) for name in names}
    busy, away, total = _server_seconds(journal, _filled(journal))
    share = dict(zip(names, (busy / (total - away)).tolist(), strict=True))
    use = {
        name: max(_NO_TIME, share[name] * line.stations[name].servers * years / _entering(line, flow, name))
        for name in names
    }
    loads = _loads(line, kept)
    most = min(line.stations[name].servers / (use[name] * loads[name]) for name in names)
    return Answer(
        output=good / years,
        kept=kept,
        use=use,
        reach=good / years / most,
        per_cell=_per_cell(line, kpi, good, years),
        figures=headline(kpi),
    )


def _entering(line: Line, flow: Mapping[str, Mapping[str, float]], station: str) -> float:
    """Return the cells that a station was given to work on; goods-in has what the station it serves is given."""
    while flow[station]["cells_in"] <= 0 and station in (after := route(line)):
        station = after[station]
    return max(flow[station]["cells_in"], 1.0)


def _kept(flow: Mapping[str, float]) -> float:
    # goods-in has nothing to follow: its material is counted where cells are started
    return 1 - flow["lost"] / flow["in"] if flow["in"] > 0 else 1.0


def _loads(line: Line, kept: Mapping[str, float]) -> dict[str, float]:
    """Return the cells that enter each station for one good cell at the end [-]."""
    after = route(line)
    found: dict[str, float] = {}

    def load(name: str) -> float:
        if name not in found:
            found[name] = (load(after[name]) if name in after else 1.0) / kept[name]
        return found[name]

    return {name: load(name) for name in line.stations}


def route(line: Line) -> dict[str, str]:
    """Return the station that each station hands over to; the one that is missing ends the route."""
    return {buffer.source: buffer.to for buffer in line.buffers.values() if not buffer.rework}


def _per_cell(line: Line, kpi: Mapping[str, Any], good: float, years: float) -> dict[str, float]:
    """Return what a good cell takes and brings, by the names of ``PER_CELL``."""
    found = dict.fromkeys(PER_CELL, 0.0) | {"first_pass": kpi["first_pass_yield"] or 0.0}
    if line.cell is None or line.prices is None:
        return found
    money, costs, kwh = kpi["money_usd"], unit_costs(line), kpi["good_gwh"] * JOULES_PER_GWH / JOULES_PER_KWH
    drawn = kpi["energy_kwh_per_kwh"]["total"] * kwh * JOULES_PER_KWH - costs.standing_energy * years
    return found | {
        "material": (money["material_bought"] - money["material_to_stock"] - money["recovery"]) / good,
        "energy": (money["all_energy"] - costs.standing_energy_cost * years) / good,
        "drawn": drawn / good,
        "revenue": money["revenue"] / good,
        "returns": (kpi["returns_usd_per_kwh"] or 0.0) * kwh / good,
        "escapes": (kpi["escapes_ppm"] or 0.0) / 1e6,
    }


def asked(question: Question, settings: Mapping[str, Any], runs: int, first: int = 0) -> list[Asked]:
    """Return the runs that a setting is tried with, one for each replication; every setting meets the same luck.

    Args:
        question: the study and its plant.
        settings: knobs to turn.
        runs: how many.
        first: the number of the first replication.
    """
    study = question.study
    seeds = range(study.seed + first, study.seed + first + runs)
    return [Asked(question.line, settings, study.days, study.warmup, seed) for seed in seeds]


@dataclass(frozen=True)
class Explored:
    """What the twin says at the settings around one point.

    Attributes:
        base: the point.
        options: one option of one group chosen instead, by group and option.
    """

    base: Response
    options: Mapping[str, Mapping[str, Response]]

    @property
    def runs(self) -> int:
        """How many runs that took."""
        return len(self.base.answers) + sum(len(r.answers) for tried in self.options.values() for r in tried.values())


def explore(
    question: Question, workers: int | Pool = 1, tell: Tell | None = None, cache: Cache | None = None
) -> Explored:
    """Ask the twin about the plant as declared, and about every option that is simulated, one group at a time."""
    servers = {name: station.servers for name, station in question.line.stations.items()}
    others = {name: [o for o in group.simulated if o != group.base] for name, group in question.groups.items()}
    return around(question, question.base, servers, others, "explore", workers, tell, cache)


def around(
    question: Question,
    choice: Mapping[str, str],
    servers: Mapping[str, int],
    others: Mapping[str, Sequence[str]],
    what: str,
    workers: int | Pool,
    tell: Tell | None,
    cache: Cache | None,
) -> Explored:
    """Ask the twin about a plan, and about other options one at a time.

    Args:
        question: the study and its plant.
        choice: the chosen option of each group.
        servers: machines by station.
        others: options to try instead, by group.
        what: what is being done, for ``tell``.
        workers: processes.
        tell: called with what is being done, how many runs are over and how many there are.
        cache: what was answered before.
    """
    study = question.study
    wanted = [(study.replications, question.settings(choice, servers))]
    for group, options in others.items():
        wanted += [(study.explore, question.settings({**choice, group: option}, servers)) for option in options]
    runs = [run for count, settings in wanted for run in asked(question, settings, count)]
    answers = iter(ask_all(ask, runs, workers, what, tell, cache))
    found = [Response(settings, [next(answers) for _ in range(count)]) for count, settings in wanted]
    rest = iter(found[1:])
    return Explored(found[0], {group: {option: next(rest) for option in options} for group, options in others.items()})


def _server_seconds(journal: Journal, filled: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the seconds of each station's servers in the measured time: at work, away, and all. Shape (stations,).

    Time at work is what full loads would have taken: half a load is half starved.
    """
    import numpy as np

    states = journal.columns("states")
    measured = states["day"] >= round(journal.warmup / 86400.0)
    station, size = states["station"][measured], len(journal.stations)
    spent = {
        name: np.bincount(station, seconds[measured], size)
        for name, seconds in states.items()
        if name not in ("day", "station")
    }
    total = np.sum(list(spent.values()), axis=0)
    away = np.sum([spent[name] for name in _AWAY], axis=0)
    idle = np.sum([spent[name] for name in _IDLE], axis=0)
    return total - away - idle - (1 - filled) * spent["productive"], away, total


def _filled(journal: Journal) -> Floats:
    """Return how many of the whole lots that fit are in a load; 1 where there are no batches. Shape (stations,)."""
    import numpy as np

    visits = journal.columns("visits")
    filled = np.ones(len(journal.stations))
    for place, name in enumerate(journal.stations):
        batch = journal.line.stations[name].batch
        here = (visits["station"] == place) & (visits["finish"] > journal.warmup)
        if batch is None or not here.any():
            continue
        turns = np.unique(np.stack((visits["server"][here], visits["start"][here])), axis=1).shape[1]
        fit = batch.lots or max(1.0, batch.units // visits["entered"][here].mean())
        filled[place] = min(1.0, here.sum() / turns / fit)
    return filled
